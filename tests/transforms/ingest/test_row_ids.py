"""SPEC §4: an event without an id has one that is derived from its content; ids are bare."""

import re
from datetime import UTC, datetime
from hashlib import blake2b

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.config.source_mapping import TableMapping
from contracts.feeds import Events
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_ids import bare_ids, derive_ids

CELLS = st.none() | st.text(st.sampled_from('0aé=" \t\n\u00a0\u3000'), max_size=5)
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def events(*rows: dict[str, object]) -> pl.LazyFrame:
    whole = [{"org_id": "o", "event_type": "opened", "occurred_at": AT, **row} for row in rows]
    return pl.LazyFrame(whole, schema=polars_schema(Events))


def ids(*rows: dict[str, object]) -> list[str]:
    return derive_ids(events(*rows), "events").collect().get_column("event_id").to_list()


def test_an_id_is_the_blake2b_hash_of_the_columns_that_have_a_value() -> None:
    content = (
        "org_id=1:o;event_type=6:opened;occurred_at=16:1772359200000000;"
        "contact_id=4:Zoë;is_machine=4:true;"
    )
    expected = "row-" + blake2b(content.encode(), digest_size=16).hexdigest()
    assert ids({"contact_id": "Zoë", "is_machine": True}) == [expected]
    assert expected == "row-799d0e2c76660cc291f2e3af250cdb9f"


def bare(cell: str | None) -> str | None:
    """One id by itself, in plain Python."""
    text = (cell or "").strip()
    formula = re.fullmatch('="(.*)"', text, re.DOTALL)
    return (formula[1].strip() if formula else text) or None


@given(st.lists(CELLS))
def test_ids_are_bare_in_any_company(cells: list[str | None]) -> None:
    mapping = ResolvedMapping(TableMapping(table="contacts", columns={"contact_id": "id"}))
    rows = pl.DataFrame({"id": cells}, schema={"id": pl.String})
    got = bare_ids(rows, mapping, ("id",)).get_column("id")
    assert [cell or None for cell in got] == [bare(cell) for cell in cells]


def test_a_given_id_stands_and_an_empty_one_is_derived() -> None:
    stated, empty, missing = ids({"event_id": "e1"}, {"event_id": ""}, {"event_id": None})
    assert stated == "e1"
    assert empty == missing
    assert empty.startswith("row-")


def test_cells_that_only_lie_otherwise_give_other_ids() -> None:
    rows = [{"contact_id": "a", "email": "b"}, {"contact_id": "ab"}, {"email": "ab"}, {"url": "ab"}]
    assert len(set(ids(*rows))) == len(rows)


def test_tables_whose_keys_are_their_own_stay_as_they_are() -> None:
    rows = pl.LazyFrame({"order_id": ["", None]})
    assert_frame_equal(derive_ids(rows, "orders"), rows)
