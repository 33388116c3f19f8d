"""Stamps that are numbers: seconds and parts of them since 1970, days of a spreadsheet."""

import polars as pl

from contracts.config.cell_forms import Unit

NUMBER = pl.Decimal(38, 12)
LARGEST = 10**18
"""No time of the calendar is counted as high: 9999 ends at 2.5 * 10^17 microseconds."""
ROUNDED = r"^\s*[+-]?\d(?:[.,]\d+)?[Ee]\+\d{2,}\s*$"
"""How a spreadsheet shows, and saves, a number of more than 11 digits: `1.77497E+12`."""
MILLISECONDS_FROM = 10**11
MICROSECONDS_FROM = 10**14
"""From which size on a Unix time whose unit is not told counts milli- or microseconds."""
EXCEL_EPOCH = 25_569
"""A spreadsheet's number of 1 January 1970."""
TENTHS_A_DAY = 864_000
MICROS_A_TENTH = 100_000
"""A spreadsheet's fractions of a day are true to some milliseconds."""


def read_counted_times(cells: pl.Series, unit: Unit) -> pl.Series:
    """Numbers as stamps without a zone, null where they are none; ones beyond the calendar, too.

    Args:
        cells: Numbers, or their texts. One that a spreadsheet has rounded is none.
        unit: Of times.
    """
    given = cells
    if cells.dtype == pl.String:
        given = cells.set(cells.str.contains(ROUNDED), None)
    numbers = given.cast(NUMBER, strict=False)
    number = numbers.set(numbers.abs() >= LARGEST, None)
    match unit:
        case Unit.EXCEL_DAYS:
            tenths = ((number - EXCEL_EPOCH) * TENTHS_A_DAY).round(mode="half_away_from_zero")
            micros = tenths * MICROS_A_TENTH
        case Unit.UNIX_MILLISECONDS:
            micros = number * 1_000
        case _:
            micros = number * 1_000_000
    if unit is Unit.UNIX:
        micros = micros.zip_with(number < MILLISECONDS_FROM, number * 1_000)
        micros = micros.zip_with(number < MICROSECONDS_FROM, number)
    return micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
