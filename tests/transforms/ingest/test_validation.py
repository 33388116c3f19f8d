from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors
from polars.testing import assert_series_equal

from contracts.columns import (
    ANY_OF_CHECK,
    Count,
    Rule,
    Text,
    any_of,
    column,
    columns,
    polars_schema,
    required,
)
from contracts.feeds import FEEDS, ExchangeRates, Feed
from transforms.ingest.periods import COVERED_DAYS
from transforms.ingest.row_ids import is_id
from transforms.ingest.row_parsing import ROW_NUMBER, TEXT_OF, parsed_columns
from transforms.ingest.validation import NO_ID, explain_failures, find_no_ids, is_suspect

WORDS = (
    "a",
    "google_ads",
    "google_ads\n",
    "Google Ads",
    "_x",
    "email",
    "EMAIL",
    "sms",
    "sent",
    "delivered",
    "draft",
    "ad",
    "account",
    " ad",
    "USD",
    "{}",
    "é",
    " ",
)
VALUES: dict[Any, tuple[Any, ...]] = {
    pl.String: WORDS,
    pl.Int64: (0, -1, 7, 2**62),
    pl.Boolean: (True, False),
    pl.Date: (date(2026, 2, 28),),
    pl.Datetime: (datetime(2026, 3, 29, 1, tzinfo=UTC),),
    pl.Decimal: (Decimal("0.0000"), Decimal("-0.0001"), Decimal("12.3456")),
    pl.Float64: (0.0, -1.0, 1.5),
}


@st.composite
def parsed_rows(draw: st.DrawFn, table: type[Feed]) -> pl.DataFrame:
    """Rows as `parse_rows` gives them: typed cells, and the text of those that were parsed."""
    schema = polars_schema(table)
    texts = {TEXT_OF + name: pl.String for name in parsed_columns(table)}
    rows = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        row: dict[str, Any] = {ROW_NUMBER: number}
        for name, dtype in schema.items():
            is_rare = name in required(table)
            missing = st.nothing() if is_rare and draw(st.integers(0, 9)) else st.none()
            values = next(of for kind, of in VALUES.items() if dtype == kind)
            row[name] = draw(missing | st.sampled_from(values) | st.sampled_from(values))
        for name in parsed_columns(table):
            is_broken = draw(st.integers(0, 19)) == 0
            if name == "attributes":
                row[TEXT_OF + name] = "[1]" if is_broken else None
                continue
            row[name] = None if is_broken else row[name]
            row[TEXT_OF + name] = (
                "??" if is_broken else None if row[name] is None else str(row[name])
            )
        row[COVERED_DAYS] = draw(st.sampled_from([None, None, None, 1, 1, 31, 0]))
        rows.append(row)
    types = {ROW_NUMBER: pl.UInt32, **schema, **texts, COVERED_DAYS: pl.Int64}
    return pl.DataFrame(rows, schema=types, orient="row")


def holds(table: type[Feed], row: pl.DataFrame) -> bool:
    try:
        table.validate(row.select(columns(table)), lazy=True)
    except SchemaErrors:
        return False
    return True


def has_unparsed(table: type[Feed], row: dict[str, Any]) -> bool:
    return any(
        row[TEXT_OF + name] is not None and (name == "attributes" or row[name] is None)
        for name in parsed_columns(table)
    )


class Parcels(Feed):
    """One row per parcel; its rules are made up here, to be found and worded like any other."""

    parcel_id: Text = column(
        "the parcel",
        Rule("longer than three letters", lambda cell: cell.str.len_chars() <= 3),
        key=True,
        required=True,
    )
    weight: Count = column("grams", Rule("odd", lambda cell: cell % 2 == 0), ge=0, gt=0)


TABLES = {**FEEDS, "parcels": Parcels}
ROUNDED = "an id that a spreadsheet has rounded, so that several are one; export ids as text"
LOST = (
    "a name that a spreadsheet took for a formula, so that several are one; deliver the file as "
    "it was exported, not as a spreadsheet saved it"
)
NESTED = (
    "an object or a list in the place of an id; name what in it is the id, by a path in `flatten` "
    "of a mapping of your own"
)


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=8)
@given(data=st.data())
def test_suspects_are_the_rows_that_pandera_fails_or_that_were_not_parsed(
    name: str, data: st.DataObject
) -> None:
    table = TABLES[name]
    rows = data.draw(parsed_rows(table))
    failing = {
        row[ROW_NUMBER]
        for row, alone in zip(rows.iter_rows(named=True), rows.iter_slices(1), strict=True)
        if has_unparsed(table, row)
        or row[COVERED_DAYS] in (31, 0)
        or "{}" in (row[name] for name in columns(table) if is_id(name))
        or not holds(table, alone)
    }
    suspects = rows.filter(is_suspect(table))
    assert set(suspects.get_column(ROW_NUMBER)) == failing
    if failing:
        reasons = explain_failures(suspects, table)
        assert set(reasons.get_column(ROW_NUMBER)) == failing
        assert reasons.get_column("failed_checks").list.len().min()


def test_a_rule_that_nobody_knew_is_found_and_worded() -> None:
    rows = pl.DataFrame(
        {
            ROW_NUMBER: [101, 102, 103, 104],
            "org_id": ["o"] * 4,
            "parcel_id": ["abc", "abcd", "abc", None],
            "weight": [2, 3, 0, None],
            TEXT_OF + "weight": ["2", "3", "0", "heavy"],
            COVERED_DAYS: [None, None, 1, 31],
        },
        schema_overrides={ROW_NUMBER: pl.UInt32},
    )
    reasons = explain_failures(rows.filter(is_suspect(Parcels)), Parcels)
    assert dict(reasons.iter_rows()) == {
        102: ["parcel_id: longer than three letters", "weight: odd"],
        103: ["weight: not above 0"],
        104: [
            "covers 31 days: export by day",
            "parcel_id: missing",
            "weight: not a whole number",
        ],
    }


@pytest.mark.parametrize(
    ("rate", "reason"), [("0", "rate: not above 0"), ("x", "rate: not a number")]
)
def test_a_rate_of_nothing_is_called_what_it_is(rate: str, reason: str) -> None:
    row = {ROW_NUMBER: 1, "org_id": "o", "currency": "EUR", "date_day": date(2026, 3, 1)}
    texts = {TEXT_OF + name: None for name in parsed_columns(ExchangeRates)}
    parsed = None if rate == "x" else Decimal(rate)
    rows = pl.DataFrame(
        [
            {
                **row,
                "rate": parsed,
                "attributes": None,
                **texts,
                TEXT_OF + "rate": rate,
                COVERED_DAYS: None,
            }
        ],
        schema={
            ROW_NUMBER: pl.UInt32,
            **polars_schema(ExchangeRates),
            **dict.fromkeys(texts, pl.String),
            COVERED_DAYS: pl.Int64,
        },
        orient="row",
    )
    assert rows.select(is_suspect(ExchangeRates)).item()
    failed = explain_failures(rows, ExchangeRates).get_column("failed_checks").to_list()
    assert failed == [[reason]]


@pytest.mark.parametrize("table", [name for name, one in FEEDS.items() if any_of(one)])
def test_a_row_that_names_none_of_several_columns_says_so_in_every_table(table: str) -> None:
    contract = FEEDS[table]
    schema = polars_schema(contract)
    texts = {TEXT_OF + name: pl.String for name in parsed_columns(contract)}
    row = pl.DataFrame([{ROW_NUMBER: 1}], schema={ROW_NUMBER: pl.UInt32}).with_columns(
        *(pl.lit(None, dtype).alias(name) for name, dtype in {**schema, **texts}.items()),
        pl.lit(None, pl.Int64).alias(COVERED_DAYS),
    )
    (reasons,) = explain_failures(row, contract).get_column("failed_checks").to_list()
    assert f"{' or '.join(any_of(contract))}: missing" in reasons
    assert not [reason for reason in reasons if ANY_OF_CHECK in reason]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("1.20209E+17", ROUNDED),
        ("1,20209E+17", ROUNDED),
        ("1E+05", ROUNDED),
        ("120209000000000001", None),
        ("1.2020900000000000e+17", ROUNDED),
        ("1.20209e17", None),
        ("E+17", None),
        ("aE+17=", None),
        ("1.5E+17 / Spring", None),
        ("12.5E+17", None),
        ("\u0663\u066b5E+17", None),
        ("\u0663.5E+17", ROUNDED),
        ("#NAME?", LOST),
        ("#VALEUR!", LOST),
        ("#1001", None),
        ("#name of a campaign", None),
        ("#NAME? Sale", None),
        ('{"id":"7"}', NESTED),
        ('["7","8"]', NESTED),
        ('[{"id":7}]', NESTED),
        ("[]", NESTED),
        ("{}", NESTED),
        ("[7,8]", NESTED),
        ("[7,-8.5,9]", NESTED),
        ("[7,8] shoes", None),
        ("[123]", None),
        ("[brand] shoes", None),
        ("{9F2C}", None),
    ],
)
def test_what_is_no_id_rejects_its_row(own: str, said: str | None) -> None:
    """Campaigns 120209000000000001 and 120209000000000002 would both be 1.20209E+17."""
    table = FEEDS["orders"]
    order = {"org_id": "o", "order_id": "1", "refund_of": own, "revenue": Decimal(1)}
    at = {"ordered_at": datetime(2026, 1, 1, tzinfo=UTC)}
    row = {**dict.fromkeys(columns(table)), **order, **at, ROW_NUMBER: 1, COVERED_DAYS: None}
    texts = {TEXT_OF + name: pl.String for name in parsed_columns(table)}
    schema = {**polars_schema(table), ROW_NUMBER: pl.Int64, COVERED_DAYS: pl.Int64}
    rows = pl.DataFrame([row], schema=schema).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in texts.items()
    )
    suspects = rows.filter(is_suspect(table))
    found = explain_failures(suspects, table).get_column("failed_checks").to_list()
    assert found == ([[f"refund_of: {said}"]] if said else [])


NEARLY_NO_IDS = st.from_regex(r"^[\d{\[a-e\u0663]{1,2}[.,\d\[\]{}\"]{0,3}[Ee+]{0,2}\d{0,3}$")


@given(st.lists(st.none() | st.text() | NEARLY_NO_IDS))
def test_a_look_at_two_bytes_rules_out_nothing_that_is_no_id(texts: list[str | None]) -> None:
    cells = pl.Series(texts, dtype=pl.String)
    found = find_no_ids(cells).fill_null(value=False)
    assert_series_equal(found, cells.str.contains(NO_ID).fill_null(value=False))
