"""SPEC §4: an event without an id has one that is derived from its content."""

from datetime import UTC, datetime
from hashlib import blake2b

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.feeds import Events
from transforms.ingest.row_ids import derive_ids

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


def test_a_given_id_stands_and_an_empty_one_is_derived() -> None:
    given, empty, missing = ids({"event_id": "e1"}, {"event_id": ""}, {"event_id": None})
    assert given == "e1"
    assert empty == missing
    assert empty.startswith("row-")


def test_cells_that_only_lie_otherwise_give_other_ids() -> None:
    rows = [{"contact_id": "a", "email": "b"}, {"contact_id": "ab"}, {"email": "ab"}, {"url": "ab"}]
    assert len(set(ids(*rows))) == len(rows)


def test_tables_whose_keys_are_their_own_stay_as_they_are() -> None:
    rows = pl.LazyFrame({"order_id": ["", None]})
    assert_frame_equal(derive_ids(rows, "orders"), rows)
