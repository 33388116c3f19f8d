"""SPEC §5.2: a number has the feed's decimal sign; marks of thousands stand between threes."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from contracts.config.cell_forms import Unit
from transforms.ingest.parsing.cell_parsing import parser_for
from transforms.ingest.parsing.number_parsing import (
    PLAIN,
    NumberMarks,
    parse_counts,
    parse_decimals,
    sum_numbers,
)

MONEY = pl.Decimal(18, 4)
POINT = NumberMarks(thousands=",")
COMMA = NumberMarks(decimal=",", thousands=".")
FRENCH = NumberMarks(decimal=",", thousands=" ", symbols=("€",))
SWISS = NumberMarks(thousands="'", symbols=("CHF",))
DOLLARS = NumberMarks(symbols=("$", "US$", "USD"))


BRACKETS = NumberMarks(thousands=",", symbols=("$", "USD"), negatives="(1)")
BEHIND = NumberMarks(decimal=",", thousands=".", symbols=("EUR",), negatives="1-")


@pytest.mark.parametrize(
    ("marks", "text", "number"),
    [
        (PLAIN, "(12.34)", None),
        (PLAIN, "12.34-", None),
        (BRACKETS, "(12.34)", "-12.34"),
        (BRACKETS, " ( 1,234.50 ) ", "-1234.5"),
        (BRACKETS, "($1,234.50)", "-1234.5"),
        (BRACKETS, "$ (12)", "-12"),
        (BRACKETS, "(12) USD", "-12"),
        (BRACKETS, "-$12.34", "-12.34"),
        (BRACKETS, "12.34", "12.34"),
        (BRACKETS, "12.34-", None),
        (BRACKETS, "(-12.34)", None),
        (BRACKETS, "-(12.34)", None),
        (BRACKETS, "(12.34", None),
        (BRACKETS, "()", None),
        (BRACKETS, "(1) (2)", None),
        (BEHIND, "12,50-", "-12.5"),
        (BEHIND, "1.234,50\u2212", "-1234.5"),
        (BEHIND, "1.234,50 EUR-", "-1234.5"),
        (BEHIND, "1.234,50- EUR", "-1234.5"),
        (BEHIND, "-7,5", "-7.5"),
        (BEHIND, "-7,5-", None),
        (BEHIND, "-", None),
        (BEHIND, "(7,5)", None),
        (PLAIN, "12.34", "12.34"),
        (PLAIN, "-0.5", "-0.5"),
        (PLAIN, "1,234", None),
        (PLAIN, "12,34", None),
        (POINT, "12,34", None),
        (POINT, "1,234", "1234"),
        (POINT, "1,234.56", "1234.56"),
        (POINT, "12,345,678.9", "12345678.9"),
        (POINT, "1234567.89", "1234567.89"),
        (POINT, "1,23,456", None),
        (POINT, "1234,567", None),
        (POINT, ",123", None),
        (POINT, "0,500", None),
        (POINT, "012,345", None),
        (COMMA, "0.500", None),
        (POINT, "1.234,56", None),
        (COMMA, "12,34", "12.34"),
        (COMMA, "1.234,56", "1234.56"),
        (COMMA, "1.234", "1234"),
        (COMMA, "-1.234.567,8", "-1234567.8"),
        (COMMA, "12.34", None),
        (COMMA, "1,234.56", None),
        (COMMA, "\u22127,5", "-7.5"),
        (FRENCH, "1\u202f234,50 €", "1234.5"),
        (FRENCH, "€1 234", "1234"),
        (FRENCH, "12\u00a034", None),
        (SWISS, "CHF 1'234.50", "1234.5"),
        (SWISS, "1\u2019234.50", "1234.5"),
        (SWISS, "12\u201934", None),
        (SWISS, "€ 5", None),
        (DOLLARS, "US$3.20", "3.2"),
        (DOLLARS, "-$3.20", "-3.2"),
        (DOLLARS, "3.20 USD", "3.2"),
        (DOLLARS, "$ -3.20", "-3.2"),
        (DOLLARS, "- US$ 3.20", "-3.2"),
        (DOLLARS, "US$ 3.20 USD", "3.2"),
        (DOLLARS, "$", None),
        (DOLLARS, "3$20", None),
        (DOLLARS, "3 $ 20", None),
        (FRENCH, "12€50", None),
        (NumberMarks(decimal=",", symbols=(",-", "/-", "kr.")), "kr. 12,-", "12"),
        (NumberMarks(symbols=("kr.",)), ".5 kr.", "0.5"),
        (COMMA, "abc", None),
        (COMMA, "-", None),
    ],
)
def test_a_number_is_read_by_its_marks_or_not_at_all(
    marks: NumberMarks, text: str, number: str | None
) -> None:
    cells = pl.Series("spend", [text, "7"])
    expected = pl.Series("spend", [number and Decimal(number), Decimal(7)], dtype=MONEY)
    assert_series_equal(parse_decimals(cells, MONEY, marks), expected)


def test_counts_have_the_same_marks_and_no_fraction() -> None:
    cells = pl.Series("clicks", ["1.234", "12,0", "12,5", "1,234", "", None])
    expected = pl.Series("clicks", [1234, 12, None, None, None, None], dtype=pl.Int64)
    assert_series_equal(parse_counts(cells, COMMA), expected)


def test_micros_are_divided_exactly() -> None:
    cells = pl.Series("spend", ["1234567", "1"])
    fine = pl.Decimal(18, 6)
    expected = pl.Series("spend", [Decimal("1.234567"), Decimal("0.000001")], dtype=fine)
    assert_series_equal(parse_decimals(cells, fine, PLAIN, 1_000_000), expected)


def test_percents_are_shares_with_their_sign_or_without() -> None:
    cells = pl.Series(["12,5%", " 3 % ", "0,5", "100", "12,5 €"])
    shares = parser_for(pl.Decimal(18, 6), unit=Unit.PERCENT, marks=COMMA)(cells).to_list()
    assert shares == [*map(Decimal, ("0.125", "0.03", "0.005", "1")), None]


def test_numbers_of_a_file_with_types_are_what_they_are() -> None:
    cells = pl.Series("spend", [1.234, 5.0])
    expected = pl.Series("spend", [Decimal("1.234"), Decimal(5)], dtype=MONEY)
    assert_series_equal(parse_decimals(cells, MONEY, COMMA), expected)
    assert parse_counts(pl.Series([7, 2**63], dtype=pl.UInt64)).to_list() == [7, None]


def test_a_sum_of_columns_stays_in_the_marks_of_the_feed() -> None:
    rows = pl.LazyFrame(
        {
            "a": ["1.234,50", "0,25", "", "1,5"],
            "b": ["0,50", None, None, "x"],
            "off": ["1.000", "", None, None],
        }
    )
    total = sum_numbers([pl.col("a"), pl.col("b")], [pl.col("off")], COMMA)
    found = rows.select(total=total).collect().get_column("total")
    assert found.to_list()[:3] == ["235,000000000", "0,250000000", None]
    read = parse_decimals(found, MONEY, COMMA)
    assert read.to_list() == [Decimal(235), Decimal("0.25"), None, None]


@given(st.lists(st.decimals(-(10**12), 10**12, places=9), min_size=1))
def test_more_decimals_than_the_column_are_rounded_half_away_from_zero(
    cells: list[Decimal],
) -> None:
    texts = pl.Series([f"{cell:f}" for cell in cells])
    expected = [cell.quantize(Decimal("1.0000"), ROUND_HALF_UP) for cell in cells]
    assert parse_decimals(texts, pl.Decimal(18, 4)).to_list() == expected


def test_a_half_of_the_last_place_is_rounded_away_from_zero() -> None:
    cells = pl.Series(["0.00005", "-0.00005", "1.00015", "2.5", None, "x", "1e-5", "0.0000500"])
    assert parse_decimals(cells, pl.Decimal(18, 4)).cast(pl.String).to_list() == [
        *("0.0001", "-0.0001", "1.0002", "2.5000", None, None, "0.0000", "0.0001")
    ]


NUMBERS = st.from_regex(
    r"[ \u00a0]?[+\-\u2212]?\d{0,4}[.,]?\d{0,6}([eE][+-]?\d)? ?", fullmatch=True
)


@given(st.lists(st.none() | NUMBERS))
def test_a_number_is_read_alike_in_any_company(texts: list[str | None]) -> None:
    """Columns of plain numbers are cast as they stand, all others are looked at for marks."""
    cells = pl.Series("clicks", texts, dtype=pl.String)
    others = pl.concat([cells, pl.Series("clicks", ["some"])])
    for parse in (parse_counts, lambda of: parse_decimals(of, MONEY)):
        assert_series_equal(parse(cells), parse(others).head(len(cells)))
