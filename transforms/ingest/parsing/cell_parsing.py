"""Text cells to typed values, without guessing: what cannot be parsed is null, to be rejected.

Every function takes a column as the file gave it (text, or a Parquet file's own type) and returns
the contract's type. A null that was not null before is a cell that could not be parsed.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import chain, repeat

import polars as pl
from pyarrow import ArrowInvalid, timestamp

from contracts.config.cell_forms import Unit
from transforms.ingest.parsing.counted_times import read_counted_times
from transforms.ingest.parsing.iso_spelling import end_days, spell_out
from transforms.ingest.parsing.number_parsing import (
    PLAIN,
    NumberMarks,
    parse_counts,
    parse_decimals,
)

INSTANT = pl.Datetime("us", "UTC")
LOCAL_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
)
UTC_FORMATS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%d %H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S%.fZ",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S%.f UTC",
    "%Y-%m-%dT%H:%MZ",
)
OFFSET_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
)
FORMATS = (*LOCAL_FORMATS, *UTC_FORMATS, *OFFSET_FORMATS)
UNIX_SECONDS = "%s"
FIRST_WRITTEN_YEAR = 1000
"""`%Y` also takes fewer than four digits: it would read `6/1/26` as a day of the year 26."""
YEAR = r"(?:[1-9]\d{3}|0[1-9]\d\d|00[1-9]\d|000[1-9])"
"""Of the calendar, which has no year 0: a date in it stops whoever reads it."""
ISO_START = rf"^\s*{YEAR}-\d\d-\d\d(?:[T ]\d{{1,2}}:\d\d|\s*$)"
TRUE_WORDS = ("true", "t", "1", "yes", "y")
FALSE_WORDS = ("false", "f", "0", "no", "n")
DIVISORS: dict[Unit | None, int] = {
    Unit.MICROS: 1_000_000,
    Unit.CENTS: 100,
    Unit.PERCENT: 100,
}
"""Unit of a number -> how many of it are one."""
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The Unix times of the years 1 to 9999."""
SECONDS_A_DAY = 86_400
TICKS_A_SECOND = {"ms": 1_000, "us": 1_000_000}
"""Of the units in which a stamp can lie beyond them."""


def parse_text(cells: pl.Series) -> pl.Series:
    """Ids and words as text; empty text is null."""
    text = cells if cells.dtype == pl.String else cells.cast(pl.String)
    return text.replace("", None) if (text == "").any() else text


def parse_instants(
    cells: pl.Series,
    *,
    timezone: str = "UTC",
    unit: Unit | None = None,
    form: str | tuple[str, ...] | None = None,
) -> pl.Series:
    """Stamps as UTC instants in microseconds.

    Args:
        cells: ISO 8601 with or without offset and fraction, a Unix time, or a native timestamp.
        timezone: Of stamps without offset. A local time that does not exist is null; one that
            exists twice is the first.
        unit: `unix_seconds`, `unix_milliseconds`, `unix` or `excel_days`, where the stamps are
            numbers; ISO 8601 ones still hold.
        form: A strptime format of stamps that are not ISO 8601, or several to try in turn; years
            have four digits, or are `%y`. Without one, what few write is read, too
            (`iso_spelling`).
    """
    if isinstance(cells.dtype, pl.Datetime):
        return _to_utc(_drop_impossible(cells).dt.cast_time_unit("us"), timezone)
    if cells.dtype == pl.Date:
        return _to_utc(_drop_impossible(cells).cast(pl.Datetime("us")), timezone)
    if unit is not None:
        stamps = _drop_impossible(read_counted_times(cells, unit))
        counted = _to_utc(stamps, timezone if unit is Unit.EXCEL_DAYS else "UTC")
        if cells.dtype != pl.String or counted.null_count() == cells.null_count():
            return counted
        written = _parse_iso(parse_text(cells).set(counted.is_not_null(), None), timezone)
        return counted.zip_with(counted.is_not_null(), written)
    text = parse_text(cells)
    parsed = _parse_iso(text, timezone)
    for one in (form,) if isinstance(form, str) else form or ():
        formed = read_form(text, INSTANT, one, timezone)
        parsed = parsed.zip_with(formed.is_null(), formed)
    is_unread = parsed.is_null() & text.is_not_null()
    if form is None and is_unread.any():
        spelled = end_days(spell_out(text.set(~is_unread, None)))
        parsed = parsed.zip_with(~is_unread, _parse_iso(spelled, timezone))
    return parsed


def read_form(text: pl.Series, dtype: pl.DataType, form: str, timezone: str = "UTC") -> pl.Series:
    """Days or UTC instants of the texts that are written in one strptime format; else null."""
    if dtype == pl.Date:
        return _drop_short_years(text.str.to_date(form, strict=False))
    stamps = _drop_short_years(text.str.to_datetime(form, strict=False, time_unit="us"))
    return _to_utc(stamps, "UTC" if form == UNIX_SECONDS else timezone)


def show_impossible(cells: pl.Series) -> pl.Series:
    """A column's cells; native stamps of which one is beyond the calendar as the file's numbers."""
    return cells if _is_possible(cells).all() else cells.to_physical()


def _drop_impossible(stamps: pl.Series) -> pl.Series:
    is_possible = _is_possible(stamps)
    return stamps if is_possible.all() else stamps.set(~is_possible, None)


def _is_possible(cells: pl.Series) -> pl.Series:
    """Whether native stamps are of the years 1 to 9999; a file can hold others."""
    if cells.dtype == pl.Date:
        first, last = FIRST_SECOND // SECONDS_A_DAY, LAST_SECOND // SECONDS_A_DAY
        return cells.to_physical().is_between(first, last)
    ticks = TICKS_A_SECOND.get(getattr(cells.dtype, "time_unit", "ns"))
    if ticks is None:
        return pl.Series([True])
    return cells.to_physical().is_between(FIRST_SECOND * ticks, LAST_SECOND * ticks)


def _drop_short_years(stamps: pl.Series) -> pl.Series:
    formed = _drop_impossible(stamps)
    is_short = formed.dt.year() < FIRST_WRITTEN_YEAR
    return formed.set(is_short, None) if is_short.any() else formed


def _parse_iso(text: pl.Series, timezone: str) -> pl.Series:
    """Read a column of one kind of stamps at once; of others, try every format on what is left."""
    likely = _format_of_first(text)
    if likely is not None and (read := _read_at_once(text, likely in LOCAL_FORMATS)) is not None:
        return _to_utc(read, timezone)
    dated = text.str.contains(ISO_START)
    left = text if dated.all() else text.set(~dated, None)
    parsed = pl.Series(text.name, [None], INSTANT).new_from_index(0, len(text))
    for form in (_format_of_first(left) or FORMATS[0], *FORMATS):
        if left.null_count() == len(left):
            break
        whole = left if left is text else left.str.strip_chars()
        stamps = whole.str.to_datetime(form, strict=False, time_unit="us", cache=False)
        instants = _to_utc(stamps, "UTC" if form in UTC_FORMATS else timezone)
        parsed = instants if left is text else parsed.zip_with(parsed.is_not_null(), instants)
        if stamps.null_count() == text.null_count():
            break
        left = left.set(stamps.is_not_null(), None)
    return parsed


def _read_at_once(text: pl.Series, is_local: bool) -> pl.Series | None:  # noqa: FBT001
    """Stamps all of which have an offset, or all of which have none; None where one is otherwise.

    Arrow reads them in a quarter of the time. Of what it takes, stamps of hours without minutes
    alone are none of ours: their lengths are shorter than these.
    """
    least = len("2026-01-01T10:00") if is_local else len("2026-01-01T10:00:00Z")
    shortest = text.str.len_bytes().min()
    if not isinstance(shortest, int) or shortest < least:
        return None
    try:
        read = text.to_arrow().cast(timestamp("us", None if is_local else "UTC"))
    except ArrowInvalid:
        return None
    stamps = pl.Series(text.name, read)
    return stamps if _is_possible(stamps).all() else None


def _format_of_first(text: pl.Series) -> str | None:
    """The format of the first stamp that is ISO 8601; None where there is none."""
    place = text.is_not_null().arg_max()
    first = text[place] if place is not None else None
    return _format_like(re.sub(r"\d", "0", first.strip())) if first is not None else None


@cache
def _format_like(shape: str) -> str | None:
    """The format of stamps that have this shape, digits being 0."""
    digits = chain("20000101", repeat("0"))
    probe = pl.Series([re.sub("0", lambda _: next(digits), shape)])
    for form in FORMATS:
        if probe.str.to_datetime(form, strict=False, time_unit="us").null_count() == 0:
            return form
    return None


def _to_utc(stamps: pl.Series, timezone: str) -> pl.Series:
    if stamps.dtype == pl.Datetime("us", None):
        local = stamps.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        return local if timezone == "UTC" else _keep_in_calendar(local.dt.convert_time_zone("UTC"))
    return _keep_in_calendar(stamps.dt.convert_time_zone("UTC"))


def _keep_in_calendar(instants: pl.Series) -> pl.Series:
    """Instants that an offset moves out of the years 1 to 9999 at the end of these."""
    ends = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    return instants if _is_possible(instants).all() else instants.clip(*ends)


def parse_days(cells: pl.Series, *, form: str | tuple[str, ...] | None = None) -> pl.Series:
    """Dates: in a given format, ISO 8601, or the date of an ISO stamp as it stands.

    The days of a file are few: each is read once.
    """
    if cells.dtype == pl.Date:
        return _drop_impossible(cells)
    if isinstance(cells.dtype, pl.Datetime):
        return _drop_impossible(cells).dt.date()
    text = parse_text(cells)
    distinct = text.drop_nulls().unique()
    days = _parse_day_texts(distinct.str.strip_chars(), form)
    return days.gather(text.cast(pl.Enum(distinct)).to_physical())


def _parse_day_texts(text: pl.Series, form: str | tuple[str, ...] | None) -> pl.Series:
    parsed = _parse_iso_days(text)
    for one in (form,) if isinstance(form, str) else form or ():
        formed = read_form(text, pl.Date(), one)
        parsed = parsed.zip_with(formed.is_null(), formed)
    is_unread = parsed.is_null() & text.is_not_null()
    if form is None and is_unread.any():
        spelled = spell_out(text.set(~is_unread, None))
        parsed = parsed.zip_with(~is_unread, _parse_iso_days(spelled))
    return parsed


def _parse_iso_days(text: pl.Series) -> pl.Series:
    whole = text.set(~text.str.contains(ISO_START), None)
    stamped = whole.str.len_bytes() > len("2026-01-01")
    if (stamped & _parse_iso(whole, "UTC").is_null()).any():
        whole = whole.set(stamped & _parse_iso(whole, "UTC").is_null(), None)
    return whole.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def parse_flags(cells: pl.Series) -> pl.Series:
    """True and false, in the usual words."""
    if cells.dtype == pl.Boolean:
        return cells
    word = parse_text(cells).str.strip_chars().str.to_lowercase()
    known = pl.Series([None], dtype=pl.Boolean).new_from_index(0, len(word))
    return known.set(word.is_in(TRUE_WORDS), True).set(word.is_in(FALSE_WORDS), False)  # noqa: FBT003


def parser_for(
    dtype: pl.DataType,
    *,
    timezone: str = "UTC",
    unit: Unit | None = None,
    form: str | tuple[str, ...] | None = None,
    marks: NumberMarks = PLAIN,
) -> Callable[[pl.Series], pl.Series]:
    """The function that parses a column of the contract's type `dtype`."""
    if isinstance(dtype, pl.Datetime):
        return lambda cells: parse_instants(cells, timezone=timezone, unit=unit, form=form)
    if isinstance(dtype, pl.Decimal):
        if unit is Unit.PERCENT:
            marks = replace(marks, symbols=(*marks.symbols, "%"))
        divisor = DIVISORS.get(unit, 1)
        return lambda cells: parse_decimals(cells, dtype, marks, divisor)
    if dtype == pl.Date:
        if unit is Unit.EXCEL_DAYS:
            return lambda cells: parse_instants(cells, unit=unit).dt.date()
        return lambda cells: parse_days(cells, form=form)
    if dtype == pl.Boolean:
        return parse_flags
    if dtype == pl.Int64:
        return lambda cells: parse_counts(cells, marks)
    return parse_text
