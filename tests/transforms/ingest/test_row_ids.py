"""SPEC §4: an event without an id has one that is derived from its content; ids are bare."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.config.source_mapping import TableMapping
from contracts.feeds import Events
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_ids import bare_ids, count_bared, derive_ids

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


COLUMNS = {"contact_id": "who", "url": "page", "event_type": "what"}
MAPPED = ResolvedMapping(TableMapping(table="events", columns=COLUMNS))


def read_bare(cells: Sequence[object], dtype: type[pl.DataType] | pl.DataType) -> list[object]:
    rows = pl.DataFrame({"Who": pl.Series(cells, dtype=dtype)})
    return bare_ids(rows, MAPPED, ("Who",)).get_column("Who").to_list()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([" 007", "007\t", "\u00a0007 ", '="007"', ' =" 007" '], ["007"] * 5),
        (["\ufeff007", "\u200b007\u200b", " \ufeff007\u200e "], ["007"] * 3),
        ([" ", '=""', "", None, "\ufeff"], [None] * 5),
        (["'007", " '007", "'+49170"], ["007", "007", "+49170"]),
        (["a b", '="7', '7"', "=7", "'s", "'7'"], ["a b", '="7', '7"', "=7", "'s", "'7'"]),
        (["'90s hits"], ["'90s hits"]),
    ],
)
def test_texts_are_bare(given: list[str | None], expected: list[str | None]) -> None:
    """Beside one that is not: a file whose ids are all bare is not looked at closer."""
    assert read_bare([*given, " x"], pl.String) == [*expected, "x"]


@pytest.mark.parametrize(
    ("given", "dtype", "expected"),
    [
        ([1.0, None, 2.5, float("nan")], pl.Float64, ["1", None, "2.5", None]),
        ([2.0**53 - 1, -3.0, 1e17], pl.Float64, ["9007199254740991", "-3", "1e+17"]),
        ([16777215.0, 16777216.0], pl.Float32, ["16777215", "16777216.0"]),
        ([Decimal("12.00"), Decimal("12.50")], pl.Decimal(38, 2), ["12", "12.50"]),
        ([10**29], pl.Decimal(38, 0), [str(10**29)]),
        ([7, None], pl.Int64, [7, None]),
    ],
)
def test_whole_numbers_have_no_fraction(
    given: list[object], dtype: pl.DataType, expected: list[object]
) -> None:
    assert read_bare(given, dtype) == expected


def test_a_word_of_the_contract_s_is_bare_too() -> None:
    """As where a blank follows each comma: `email_opened , 101`."""
    rows = pl.DataFrame({"what": ["email_opened ", " sent"], "page": [" /a", "/b "]})
    after = bare_ids(rows, MAPPED, ("what", "page"))
    assert after.rows() == [("email_opened", " /a"), ("sent", "/b ")]
    assert count_bared(rows, after, MAPPED, ("what", "page")) == {"event_type": 2}


def test_no_other_text_is_bared_and_texts_are_counted() -> None:
    rows = pl.DataFrame({"Who": [" 1", "2", None, '="3"'], "page": [" /a", "/b", "/c", "/d"]})
    after = bare_ids(rows, MAPPED, ("Who", "page"))
    assert after.rows() == [("1", " /a"), ("2", "/b"), (None, "/c"), ("3", "/d")]
    assert count_bared(rows, after, MAPPED, ("Who", "page")) == {"contact_id": 2}
    assert bare_ids(after, MAPPED, ("Who", "page")) is after
