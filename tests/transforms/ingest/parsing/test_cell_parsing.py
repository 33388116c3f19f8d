"""SPEC §5.2: a cell is parsed to its type without guessing, or is no value at all."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from contracts.config.cell_forms import UNITS_OF_AMOUNTS, Unit
from transforms.ingest.parsing.cell_parsing import (
    parse_days,
    parse_flags,
    parse_instants,
    parse_text,
    parser_for,
)
from transforms.ingest.row_parsing import parse_objects

INSTANT = pl.Datetime("us", "UTC")


def instants(cells: list[Any], **settings: Any) -> list[datetime | None]:
    parsed = parse_instants(pl.Series("at", cells), **settings)
    assert parsed.dtype == INSTANT
    return parsed.to_list()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-03-01", utc(2026, 3, 1)),
        ("2026-03-01 10:00", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00Z", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00.123456Z", utc(2026, 3, 1, 10, 0, 0, 123456)),
        ("2026-03-01 10:00:00 UTC", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00+02:00", utc(2026, 3, 1, 8)),
        ("2026-03-01 10:00+02:00", utc(2026, 3, 1, 8)),
        ("2026-03-01 10:00:00.5 -0530", utc(2026, 3, 1, 15, 30, 0, 500000)),
        (" 2026-03-01 10:00:00 ", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00+0200 ", utc(2026, 3, 1, 8)),
        ("0001-01-01T00:00:00Z", utc(1, 1, 1)),
        ("0000-01-01T00:00:00Z", None),
        ("0000-01-01", None),
        ("2026-02-30", None),
        ("2026-3-1", None),
        ("2026-03-01T10", None),
        ("2026-03-01T10+05:30", None),
        ("01.03.2026", None),
        ("1772359200", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_stamp_is_iso_8601_or_none(cell: str, at: datetime | None) -> None:
    assert instants([cell]) == [at]
    assert instants(["2026-01-01T00:00:00Z", cell, None]) == [utc(2026, 1, 1), at, None]


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("20260301", utc(2026, 3, 1)),
        ("20260301T100000Z", utc(2026, 3, 1, 10)),
        ("20260301T1000+0200", utc(2026, 3, 1, 8)),
        (" 20260301 100000.5 ", utc(2026, 3, 1, 10, 0, 0, 500000)),
        ("20260301T100000,25-0530", utc(2026, 3, 1, 15, 30, 0, 250000)),
        ("2026-03-01T100000Z", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00,123456Z", utc(2026, 3, 1, 10, 0, 0, 123456)),
        ("2026-03-01t10:00:00z", utc(2026, 3, 1, 10)),
        ("2026-02-28T24:00", utc(2026, 3, 1)),
        ("03/04/2026 24:00", None),
        ("01.06.2026 24:00", None),
        ("2024-12-31 24:00:00.000 UTC", utc(2025, 1, 1)),
        ("20260228T240000+0100", utc(2026, 2, 28, 23)),
        ("2026-02-28T24:00:01", None),
        ("2026-02-28T24:01", None),
        ("2026-02-30T24:00", None),
        ("9999-12-31T24:00", None),
        ("20260301T10", None),
        ("20260301T10000", None),
        ("20260301100000", None),
        ("20260229", None),
        ("01032026", None),
        ("12101212", None),
        ("2026060", None),
    ],
)
def test_a_stamp_of_iso_8601_as_few_write_it(cell: str, at: datetime | None) -> None:
    assert instants([cell]) == [at]
    assert instants(["2026-01-01T00:00:00Z", cell, None, "soon"]) == [
        utc(2026, 1, 1),
        at,
        None,
        None,
    ]


def test_a_day_that_ends_at_24_is_its_zone_s() -> None:
    """Paris is on summer time from 29 March 2026, so that day has 23 hours."""
    cells = ["2026-03-28T24:00", "2026-03-29T24:00"]
    assert instants(cells, timezone="Europe/Paris") == [utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)]


@given(seconds=st.integers(-(70 * 365) * 86_400, 130 * 365 * 86_400))
def test_the_basic_format_is_read_as_the_extended_one(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=seconds % 1_000_000)
    assert instants([f"{at:%Y%m%dT%H%M%S,%f}Z", f"{at:%Y%m%d}", "soon"]) == [
        at,
        at.replace(hour=0, minute=0, second=0, microsecond=0),
        None,
    ]


def test_where_a_format_is_given_nothing_else_reads_what_it_does_not() -> None:
    """The 13th month of a feed that writes the day before the month."""
    assert instants(["20260113", "20263101"], form="%Y%d%m") == [None, utc(2026, 1, 31)]
    assert parse_days(pl.Series(["20260113"]), form="%Y%d%m").to_list() == [None]


stamps = st.builds(
    "{}{}-{}-{}{}{}:{}{}{}{}{}".format,
    st.sampled_from(["", "", "", " "]),
    st.sampled_from(["2026", "1970", "2024", "0000", "0001", "9999", "99"]),
    st.sampled_from(["01", "02", "12", "13", "1"]),
    st.sampled_from(["01", "29", "31", "32"]),
    st.sampled_from("TTT __"),
    st.sampled_from(["00", "02", "23", "24", "7"]),
    st.sampled_from(["00", "30", "59", "60"]),
    st.sampled_from(["", ":00", ":59", ":60", ":7"]),
    st.sampled_from(["", "", ".5", ".123", ".123456", ".1234567", ".", ",5"]),
    st.sampled_from(["", "Z", "Z", "z", "+02:00", "-0530", "+05", "+24:00", "+05:60", " UTC"]),
    st.sampled_from(["", "", "", " "]),
)


@cache
def read_stamp_alone(cell: str, zone: str) -> datetime | None:
    (at,) = instants([cell], timezone=zone)
    return at


@cache
def read_day_alone(cell: str | None, form: str | None) -> date | None:
    return parse_days(pl.Series([cell], dtype=pl.String), form=form).item()


@given(cells=st.lists(stamps, min_size=1, max_size=3), zone=st.sampled_from(["UTC", "Asia/Tokyo"]))
def test_a_stamp_is_read_alike_in_any_company(cells: list[str], zone: str) -> None:
    """Columns of one kind are read at once, all others format by format."""
    alone = [read_stamp_alone(cell, zone) for cell in cells]
    together = instants([*cells, None], timezone=zone)
    with_others = instants([*cells, "soon", "2026-01-01", "2026-01-01T00:00:00Z"], timezone=zone)
    assert alone == together[:-1] == with_others[:-3]


@given(
    st.lists(st.none() | st.sampled_from(["", " ", "01.02.2026", "2026-13-01"]) | stamps),
    st.sampled_from([None, "%d.%m.%Y"]),
)
def test_a_day_is_read_alike_in_any_company(cells: list[str | None], form: str | None) -> None:
    texts = pl.Series("at", cells, dtype=pl.String)
    alone = [read_day_alone(cell, form) for cell in cells]
    assert_series_equal(parse_days(texts, form=form), pl.Series("at", alone, dtype=pl.Date))


def test_a_local_time_that_does_not_exist_is_none_and_one_that_is_there_twice_the_first() -> None:
    """Europe/Paris skips 2:00 to 3:00 on 29 March 2026 and has it twice on 25 October."""
    cells = ["2026-03-29 01:59:59", "2026-03-29 02:30:00", "2026-10-25 02:30:00"]
    expected = [utc(2026, 3, 29, 0, 59, 59), None, utc(2026, 10, 25, 0, 30)]
    assert instants(cells, timezone="Europe/Paris") == expected


def test_an_offset_wins_over_the_time_zone_of_the_feed() -> None:
    cells = ["2026-07-01T12:00:00", "2026-07-01T12:00:00+00:00"]
    expected = [utc(2026, 7, 1, 16), utc(2026, 7, 1, 12)]
    assert instants(cells, timezone="America/New_York") == expected


@pytest.mark.parametrize(
    ("unit", "cells", "expected"),
    [
        (Unit.UNIX_SECONDS, ["1772359200", "1772359200.25"], [0, 250_000]),
        (Unit.UNIX_MILLISECONDS, ["1772359200000", "1772359200250"], [0, 250_000]),
        (Unit.UNIX, ["1772359200", "1772359200250"], [0, 250_000]),
        (Unit.UNIX, ["1772359200000001", "1772359200"], [1, 0]),
        (Unit.EXCEL_DAYS, ["46082.416666666664", "46082.41666666667"], [0, 0]),
    ],
)
def test_unix_times_are_what_the_mapping_says(
    unit: Unit, cells: list[str], expected: list[int]
) -> None:
    found = instants(cells, unit=unit)
    assert found == [utc(2026, 3, 1, 10, 0, 0, micros) for micros in expected]


def test_written_stamps_stand_among_counted_ones() -> None:
    """A provider's webhook counts what its export writes, in the feed's zone."""
    cells = ["1772359200", "2026-03-01 11:00:00", "2026-03-01T10:00:00Z", "2026-03-01T1", None]
    found = instants(cells, unit=Unit.UNIX_SECONDS, timezone="Europe/Paris")
    assert found == [*[utc(2026, 3, 1, 10)] * 3, None, None]


def test_days_of_a_spreadsheet_are_of_the_feeds_time_zone() -> None:
    """46113 is 1 April 2026, in the summer time of Paris; 45000.0 is 15 March 2023."""
    found = instants(["46113.5", "45000", "0"], unit=Unit.EXCEL_DAYS, timezone="Europe/Paris")
    assert found[:2] == [utc(2026, 4, 1, 10), utc(2023, 3, 14, 23)]
    cells = pl.Series(["46113.99", "46113", "1E+05", "x"])
    days = parser_for(pl.Date(), unit=Unit.EXCEL_DAYS)(cells).to_list()
    assert days == [date(2026, 4, 1), date(2026, 4, 1), None, None]


@pytest.mark.parametrize("unit", [one for one in Unit if one not in UNITS_OF_AMOUNTS])
@pytest.mark.parametrize("cell", ["1" + "0" * 27, "9" * 31, "9" * 40, "1e300", "nan", "-"])
def test_numbers_of_no_time_are_none_whatever_they_count(unit: Unit, cell: str) -> None:
    assert instants([cell], unit=unit) == [None]


def test_a_unix_time_that_a_spreadsheet_has_rounded_is_none() -> None:
    """1.77236E+12 is 1,772,360,000,000: it may have been any instant of three hours."""
    assert instants(["1.77236E+12", "1.77236e+12"], unit=Unit.UNIX_MILLISECONDS) == [None, None]
    assert instants(["1.7723592E9"], unit=Unit.UNIX_SECONDS) == [utc(2026, 3, 1, 10)]


def test_an_offset_moves_no_stamp_out_of_the_calendar() -> None:
    ends = ["0001-01-01T00:00:00+05:30", "9999-12-31T23:59:59-05:00"]
    first, last = instants(ends)
    assert first == utc(1, 1, 1)
    assert last is not None
    assert last.year == 9999
    assert instants(["0001-01-01"], timezone="Asia/Tokyo") == [utc(1, 1, 1)]
    assert instants(["9999-12-31"], timezone="America/New_York") == [utc(9999, 12, 31, 5)]


def test_milliseconds_where_seconds_are_meant_are_none() -> None:
    """Read as seconds they would lie in the year 58131."""
    cells = ["1772323200000", "-99999999999999", "253402300799", "1772323200"]
    expected = [None, None, utc(9999, 12, 31, 23, 59, 59), utc(2026, 3, 1)]
    assert instants(cells, unit=Unit.UNIX_SECONDS) == expected


def test_a_format_reads_what_is_not_iso_and_iso_still_holds() -> None:
    cells = ["31.03.2026 14:05", "2026-03-31 14:05", "03/31/2026"]
    expected = [utc(2026, 3, 31, 14, 5), utc(2026, 3, 31, 14, 5), None]
    assert instants(cells, form="%d.%m.%Y %H:%M") == expected


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris"])
def test_a_format_of_unix_seconds_counts_in_utc_whatever_the_feed_s_zone(timezone: str) -> None:
    """Milliseconds are none: as seconds they lie beyond the calendar."""
    cells = ["1774966000", "1774966000000", "2026-03-31T14:06:40Z"]
    expected = [utc(2026, 3, 31, 14, 6, 40), None, utc(2026, 3, 31, 14, 6, 40)]
    assert instants(cells, form="%s", timezone=timezone) == expected


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_native_stamp_beyond_the_calendar_is_none(unit: str) -> None:
    beyond = [-(2**62)] if unit != "ns" else [None]
    stamps = pl.Series([0, *beyond, None], dtype=pl.Int64).cast(pl.Datetime(unit))  # ty: ignore[invalid-argument-type]
    assert parse_instants(stamps).to_list() == [utc(1970, 1, 1), None, None]
    assert parse_days(stamps).to_list() == [date(1970, 1, 1), None, None]


def test_a_native_day_beyond_the_calendar_is_none() -> None:
    """Day -719,163 lies in a year 0, which stops whoever reads it as a date."""
    days = pl.Series([-719_163, -719_162, 2_932_896, 2_932_897]).cast(pl.Int32).cast(pl.Date)
    assert parse_days(days).to_list() == [None, date(1, 1, 1), date(9999, 12, 31), None]
    assert parse_instants(days).to_list() == [None, utc(1, 1, 1), utc(9999, 12, 31), None]
    assert parse_days(pl.Series(["0000-02-03", "0001-02-03"])).to_list() == [None, date(1, 2, 3)]


def test_days_are_dates_and_the_date_of_a_stamp_as_it_stands() -> None:
    read = ["2026-03-01", "2026-03-01T23:59:00-08:00", "20260301", " 20260301T235900-0800"]
    not_read = ["2026-03-01 25:00", "2026-03-01 24:00", "1.3.2026", "01032026", "", None]
    cells = [*read, *not_read]
    expected = pl.Series([date(2026, 3, 1)] * 4 + [None] * 6, dtype=pl.Date)
    assert_series_equal(parse_days(pl.Series(cells)), expected)


def test_days_in_a_format_of_their_own() -> None:
    cells = pl.Series(["01.02.2026", "2026-02-01", "31.02.2026"])
    expected = pl.Series([date(2026, 2, 1)] * 2 + [None], dtype=pl.Date)
    assert_series_equal(parse_days(cells, form="%d.%m.%Y"), expected)


def test_a_year_of_two_digits_is_no_year_of_four() -> None:
    cells = ["6/1/26", "06/01/2026", "6/1/202", "12/31/0999", "01/01/1000"]
    days = parse_days(pl.Series(cells), form=("%m/%d/%Y", "%d.%m.%Y"))
    assert days.to_list() == [None, date(2026, 6, 1), None, None, date(1000, 1, 1)]
    assert instants(cells, form="%m/%d/%Y") == [None, utc(2026, 6, 1), None, None, utc(1000, 1, 1)]
    assert parse_days(pl.Series(cells[:1]), form="%m/%d/%y").to_list() == [date(2026, 6, 1)]


def test_flags_are_the_usual_words() -> None:
    cells = ["true", "T", "1", " Yes ", "y", "FALSE", "f", "0", "no", "N", "maybe", "", None]
    expected = pl.Series([True] * 5 + [False] * 5 + [None] * 3)
    assert_series_equal(parse_flags(pl.Series(cells)), expected)


def test_text_stays_as_it_stands_and_empty_text_is_none() -> None:
    cells = pl.Series(["00123", " a ", "", None, "999999999999999999"])
    expected = pl.Series(["00123", " a ", None, None, "999999999999999999"])
    assert_series_equal(parse_text(cells), expected)


def test_objects_are_json_objects_as_their_text_stands() -> None:
    cells = pl.Series(['{"a": 1.50}', " {} ", "[1]", "5", "{", '"x"', None])
    expected = pl.Series(['{"a": 1.50}', "{}", None, None, None, None, None])
    assert_series_equal(parse_objects(cells), expected)
