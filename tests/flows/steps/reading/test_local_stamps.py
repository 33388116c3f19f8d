"""Whose stamps carry no offset, while nothing says their zone (SPEC §3, §4.3)."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from tests.support.workspaces import feed, read_files

BERLIN = '[workspace]\ntimezone = "Europe/Berlin"\n'


def count_told(home: Path, toml: str, path: str, content: bytes) -> list[int | None]:
    """The counts of its warnings, in reports of a time zone of their own."""
    warnings = read_files(home, BERLIN + toml, {path: content}).warnings
    return [one.count for one in warnings if one.code == "no_offset"]


LOCAL_ORDERS = (
    b"order_id,ordered_at,revenue\n1,2026-03-05 09:00:00,1\n2,2026-03-05T09:00:00+01:00,1\n"
    b"3,2026-03-05,1\n4,2026-03-05 09:00:00 UTC,1\n5,2026-03-05 09:00,1\n"
)


@pytest.mark.parametrize("zone", ["", 'timezone = "UTC"\n', 'timezone = "Europe/Paris"\n'])
def test_stamps_without_an_offset_are_told_unless_the_feed_says_their_zone(
    tmp_path: Path, zone: str
) -> None:
    """Read as UTC, a local export's every row would be hours off; days alone have no hour."""
    toml = feed("orders", "raw/o/*") + zone
    assert count_told(tmp_path, toml, "raw/o/1.csv", LOCAL_ORDERS) == ([] if zone else [2])


def test_reports_in_utc_by_another_name_are_what_the_default_says(tmp_path: Path) -> None:
    toml = '[workspace]\ntimezone = "Etc/UTC"\n' + feed("orders", "raw/o/*")
    warnings = read_files(tmp_path, toml, {"raw/o/1.csv": LOCAL_ORDERS}).warnings
    assert "no_offset" not in {one.code for one in warnings}


@pytest.mark.parametrize(
    ("setting", "cell", "told"),
    [
        ('formats = { ordered_at = "%d.%m.%Y %H:%M" }', "05.03.2026 09:00", [1]),
        ('formats = { ordered_at = "%d.%m.%Y" }', "05.03.2026", []),
        ('formats = { ordered_at = "%d.%m.%Y %H:%M %z" }', "05.03.2026 09:00 +0100", []),
        ('units = { ordered_at = "unix_seconds" }', "1772701200", []),
        ('units = { ordered_at = "excel_days" }', "46086.375", [1]),
    ],
)
def test_whether_a_stamp_says_its_zone_depends_on_how_it_is_written(
    tmp_path: Path, setting: str, cell: str, told: list[int]
) -> None:
    content = f"order_id,ordered_at,revenue\n1,{cell},1\n".encode()
    toml = feed("orders", "raw/o/*") + setting + "\n"
    assert count_told(tmp_path, toml, "raw/o/1.csv", content) == told


@pytest.mark.parametrize(("zone", "told"), [(None, [1]), ("UTC", [])])
def test_stamps_of_a_file_with_types_say_their_zone_or_not(
    tmp_path: Path, zone: str | None, told: list[int]
) -> None:
    at = pl.Series("ordered_at", [datetime(2026, 3, 5, 9, tzinfo=UTC)]).dt.replace_time_zone(zone)
    frame = pl.DataFrame({"order_id": ["1"], "revenue": ["1"]}).with_columns(at)
    frame.write_parquet(content := BytesIO())
    toml = feed("orders", "raw/o/*")
    assert count_told(tmp_path, toml, "raw/o/1.parquet", content.getvalue()) == told


def test_stamps_of_a_vendor_that_writes_utc_are_not_told(tmp_path: Path) -> None:
    pages = b"id,timestamp,anonymous_id,url\n1,2026-03-05 09:00:00,a,https://x.org/\n"
    toml = '[[feeds]]\nsource = "segment.pages"\nfiles = "raw/p/*"\n' + feed("orders", "raw/o/*")
    assert not count_told(tmp_path, toml, "raw/p/1.csv", pages)


def test_reports_in_utc_take_stamps_without_an_offset_as_theirs(tmp_path: Path) -> None:
    """It is the documented default, and what warehouses write."""
    toml = feed("orders", "raw/o/*")
    warnings = read_files(tmp_path, toml, {"raw/o/1.csv": LOCAL_ORDERS}).warnings
    assert not [one for one in warnings if one.code == "no_offset"]
