"""SPEC §5.2: where most of a column fails in one way, the reason names the setting."""

import polars as pl
import pytest

from contracts.config.source_mapping import TableMapping
from transforms.ingest.column_mapping import ResolvedMapping, index_header
from transforms.ingest.parsing.number_parsing import NumberMarks
from transforms.ingest.row_parsing import ROW_NUMBER, parse_rows
from transforms.ingest.setting_hints import hint_settings

COLUMNS = {"ordered_at": "Datum", "revenue": "Betrag", "order_id": "Nr"}


def hint(marks: NumberMarks, **cells: list[str | None]) -> dict[str, str]:
    file = pl.DataFrame({"Nr": ["1", "2", "3"], **cells}).with_row_index(ROW_NUMBER)
    resolved = ResolvedMapping(TableMapping(table="orders", columns=COLUMNS), marks=marks)
    header = file.columns[1:]
    parsed = parse_rows(file.lazy(), resolved, header).collect()
    return hint_settings(parsed, resolved, index_header(header, resolved))


POINT, COMMA = NumberMarks(), NumberMarks(decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("marks", "cells", "setting"),
    [
        (POINT, ["12,34", "1.234,56", "5,00"], 'decimal = ","'),
        (POINT, ["1,234.50", "2,500", None], 'thousands = ","'),
        (POINT, ["1,234", "2,500", None], 'thousands = "," or decimal = ","'),
        (COMMA, ["12.34", "1,234.56", "7.5"], 'decimal = "."'),
        (POINT, ["€12.34", "€ 5", "€7"], 'symbols = ["€"]'),
        (POINT, ["12,34 €", "5,00 €", "1.000,00 €"], 'decimal = "," and symbols = ["€"]'),
        (POINT, ["12 345,60", "1 000,00", "5,25"], 'decimal = "," and thousands = " "'),
        (POINT, ["CHF 1'234.50", "CHF 5", None], 'thousands = "\'" and symbols = ["CHF"]'),
        (POINT, ["(12.50)", "5.00", "6.00"], 'negatives = "(1)"'),
        (POINT, ["12.50-", "5.00", "6.00"], 'negatives = "1-"'),
        (POINT, ["(1,234.50)", "5.00", "6.00"], 'thousands = "," and negatives = "(1)"'),
        (COMMA, ["1.234,50-", "5,00", "6"], 'negatives = "1-"'),
        (POINT, ["1.234,50-", "5,00", "6,00"], 'decimal = "," and negatives = "1-"'),
        (POINT, ["($5.00)", "$7.00", "$1.00"], 'symbols = ["$"] and negatives = "(1)"'),
        (POINT, ["-", "5.00", "6.00"], 'null_values = ["-"]'),
        (POINT, ["1,50", "--", "2,50"], 'decimal = "," and null_values = ["--"]'),
        (POINT, ["--", "(2.50)", "2.50"], 'negatives = "(1)" and null_values = ["--"]'),
        (POINT, ["n/a", " — ", "#N/A"], 'null_values = ["n/a", "—", "#N/A"]'),
        (POINT, ["\\N", None, "1.00"], 'null_values = ["\\\\N"]'),
        (POINT, ["R$ 1.234,56", "-R$ 0,90", None], 'decimal = "," and symbols = ["R$"]'),
        (POINT, ["US$1,010.00", "US$12.00", None], 'thousands = "," and symbols = ["US$"]'),
        (POINT, ["10,00 kr", "5,00 kr", None], 'decimal = "," and symbols = ["kr"]'),
        (POINT, ["$5.00 USD", "$7.00 USD", None], 'symbols = ["$", "USD"]'),
    ],
)
def test_numbers_that_other_marks_read(
    marks: NumberMarks, cells: list[str | None], setting: str
) -> None:
    assert hint(marks, Betrag=cells) == {"revenue": f'{setting} would read column "Betrag"'}


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        (["31.03.2026 14:05", "01.03.2026 09:00", None], "%d.%m.%Y %H:%M"),
        (["03/31/2026", "03/01/2026", "12/24/2025"], "%m/%d/%Y"),
        (["31-03-26 14:05:06", None, None], "%d-%m-%y %H:%M:%S"),
        (["Mar 31, 2026, 14:05", "Apr 1, 2026, 09:00", None], "%b %d, %Y, %H:%M"),
        (["31-Mar-2026", "1-APR-2026", None], "%d-%b-%Y"),
        (["2026-3-31", "2026-4-1", None], "%Y-%m-%d"),
        (["2026-03-31 2:05 PM", "2026-04-01 11:00 AM", None], "%Y-%m-%d %I:%M %p"),
        (["1774966000", "1774966001", None], "%s"),
        (["Tue, Mar 31, 2026", "Wed, Apr 1, 2026", None], "%a, %b %d, %Y"),
        (["March 31, 2026", "April 1, 2026", None], "%B %d, %Y"),
        (["03/31/2026 02:05 PM", "04/01/2026 11:30 AM", None], "%m/%d/%Y %I:%M %p"),
    ],
)
def test_stamps_that_a_format_reads(cells: list[str | None], form: str) -> None:
    setting = f'formats = {{ ordered_at = "{form}" }} would read column "Datum"'
    assert hint(POINT, Datum=cells) == {"ordered_at": setting}


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("46112", "excel_days"),
        ("46112.5", "excel_days"),
        ("1774966000000", "unix_milliseconds"),
    ],
)
def test_a_unit_is_advised_for_numbers_that_are_no_seconds(cell: str, unit: str) -> None:
    setting = f'units = {{ ordered_at = "{unit}" }} would read column "Datum"'
    assert hint(POINT, Datum=[cell, cell, None]) == {"ordered_at": setting}


@pytest.mark.parametrize("cell", ["7", "4611.2", "17749660000000000000"])
def test_nothing_is_advised_for_numbers_of_another_time(cell: str) -> None:
    assert hint(POINT, Datum=[cell, cell, None]) == {}


def test_no_format_is_advised_for_local_times_that_do_not_exist() -> None:
    file = pl.DataFrame({"Datum": ["2026-04-24T00:30:00", "2026-04-24", "2026-04-24 00:59"]})
    columns = {"ordered_at": "Datum"}
    mapping = TableMapping(table="orders", columns=columns)
    resolved = ResolvedMapping(mapping, timezone="Africa/Cairo")
    parsed = parse_rows(file.with_row_index(ROW_NUMBER).lazy(), resolved, ["Datum"]).collect()
    assert parsed.get_column("ordered_at").null_count() == 3
    assert hint_settings(parsed, resolved, index_header(["Datum"], resolved)) == {}


def test_days_of_nothing_are_words_for_nothing() -> None:
    """What MySQL writes where it has no day."""
    hinted = hint(POINT, Datum=["2026-01-01", "0000-00-00 00:00:00", "2026-01-02"])
    zero = 'null_values = ["0000-00-00 00:00:00"] would read column "Datum"'
    assert hinted == {"ordered_at": zero}


def test_days_that_two_formats_read_alike_are_left_to_who_knows() -> None:
    found = hint(POINT, Datum=["01/02/2026", "03/04/2026", "05/06/2026"])["ordered_at"]
    day_first, month_first = ('{ ordered_at = "%d/%m/%Y" }', '{ ordered_at = "%m/%d/%Y" }')
    assert found == f'formats = {day_first} or formats = {month_first} would read column "Datum"'


def test_days_of_the_united_states_with_a_time_have_a_format() -> None:
    found = hint(POINT, Datum=[f"Jun {day}, 2026, 1:00 PM" for day in (1, 14, 30)])
    setting = 'formats = { ordered_at = "%b %d, %Y, %I:%M %p" }'
    assert found == {"ordered_at": f'{setting} would read column "Datum"'}


def hint_day(*days: str) -> dict[str, str]:
    """The hints at an ad platform's days, read with the month first."""
    columns, formats = {"date_day": "Datum"}, {"date_day": ("%m/%d/%Y",)}
    mapping = TableMapping(table="ad_stats", columns=columns, formats=formats)
    file = pl.DataFrame({"Datum": days}).with_row_index(ROW_NUMBER)
    resolved = ResolvedMapping(mapping)
    parsed = parse_rows(file.lazy(), resolved, ["Datum"]).collect()
    return hint_settings(parsed, resolved, index_header(["Datum"], resolved))


def test_few_days_that_fail_show_the_order_of_all() -> None:
    """Of 10 to 13 November only the last cannot have the month first."""
    hinted = hint_day("10/11/2026", "11/11/2026", "12/11/2026", "13/11/2026")
    setting = 'formats = { date_day = "%d/%m/%Y" } would read column "Datum"'
    assert hinted == {"date_day": setting}
    assert hint_day("10/11/2026", "11/11/2026", "12/11/2026", "13.11.2026") == {}
    assert hint_day("10/11/2026", "11/11/2026") == {}


def test_a_day_may_stand_with_its_first_instant() -> None:
    hinted = hint_day("11/12/2026 0:00", "11/13/2026 0:00")
    setting = 'formats = { date_day = "%m/%d/%Y %H:%M" } would read column "Datum"'
    assert hinted == {"date_day": setting}


@pytest.mark.parametrize("day", ["12. Dez. 2026", "12 déc. 2026", "12 de dez. de 2026", "12-Nov"])
def test_months_in_other_words_than_english_are_told(day: str) -> None:
    assert hint_day(day)["date_day"].startswith("no format reads its days")


@pytest.mark.parametrize("day", ["13.11.2026 MEZ extra", "unknown", "x1"])
def test_other_words_are_no_months(day: str) -> None:
    assert hint_day(day) == {}


def test_signs_of_several_currencies_are_not_taken_off() -> None:
    assert hint(POINT, Betrag=["$12.00", "€5.00", "€7.00"]) == {}


@pytest.mark.parametrize(
    ("marks", "cells", "setting"),
    [
        (POINT, ["1,234.50", "5.00", "6.00"], 'thousands = ","'),
        (POINT, ["1,234.50", "5.00", "--"], 'thousands = "," and null_values = ["--"]'),
        (POINT, ["1.234,50", "5", "6"], 'decimal = ","'),
        (POINT, ["1 234,50", "5", "6"], 'decimal = "," and thousands = " "'),
        (COMMA, ["1,234.50", "5", "6"], 'decimal = "."'),
    ],
)
def test_few_numbers_that_fail_show_the_marks_of_all(
    marks: NumberMarks, cells: list[str | None], setting: str
) -> None:
    """Most of a column is below a thousand and read either way."""
    assert hint(marks, Betrag=cells) == {"revenue": f'{setting} would read column "Betrag"'}


@pytest.mark.parametrize(
    "cells", [["12,34", "5.00", "6.00"], ["a lot", "more", "7,5"], ["5", None, None]]
)
def test_nothing_is_advised_where_few_cells_fail_or_no_setting_reads_them(
    cells: list[str | None],
) -> None:
    assert hint(POINT, Betrag=cells) == {}
