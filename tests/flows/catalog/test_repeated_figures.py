"""SPEC §5.4: what several rows and files say of one ad and day, and what is told of it."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.manifest import Warned
from flows.catalog.read_files import order_of_path
from flows.steps.reading.read_feeds import FeedsRead
from tests.support.workspaces import account, feed, read_files, rows

HEADER = b"date_day,platform,campaign_id,clicks,spend\n"
STATS = feed("ad_stats", "raw/stats/*", name='"stats"')


def spend(read: FeedsRead) -> Decimal:
    return sum((row[0] for row in rows(read, "ad_stats", "spend")), Decimal(0))


def warned(read: FeedsRead, code: str) -> list[Warned]:
    return [warning for warning in read.warnings if warning.code == code]


def test_rows_of_one_file_add_up_equal_ones_too(tmp_path: Path) -> None:
    lines = b"2026-03-01,pinterest_ads,1,1,0.10\n" * 2 + b"2026-03-01,pinterest_ads,1,1,0.07\n"
    read = read_files(tmp_path, STATS, {"raw/stats/1.csv": HEADER + lines})
    assert spend(read) == Decimal("0.27")
    assert [account(one) for one in read.inputs] == [(3, 3, 0, 0, 0)]
    (equal,) = warned(read, "equal_rows")
    assert (equal.count, equal.feed, equal.amount) == (1, "stats", "0.10")


def test_the_money_of_equal_rows_is_that_of_all_but_the_first_in_each_file(tmp_path: Path) -> None:
    """Twice 0.10 and once 0.25; rows of other clicks, or of another file and day, are not equal."""
    first = b"2026-03-01,x,1,1,0.10\n" * 3 + b"2026-03-01,x,1,2,0.10\n"
    second = b"2026-03-02,x,1,1,0.25\n" * 2 + b"2026-03-03,x,1,1,0.10\n"
    files = {"raw/stats/1.csv": HEADER + first, "raw/stats/2.csv": HEADER + second}
    (equal,) = warned(read_files(tmp_path, STATS, files), "equal_rows")
    assert (equal.count, equal.amount) == (3, "0.45")
    assert "(spend 0.45)" in equal.message


def test_conversions_that_an_export_of_another_window_says_anew_are_told(tmp_path: Path) -> None:
    """The spend is what it was; of three conversions, one fell within a day after the click."""
    header = b"date_day,platform,campaign_id,spend,conversions\n"
    files = {
        "raw/stats/1.csv": header + b"2026-03-02,x,1,5.00,3\n",
        "raw/stats/2.csv": header + b"2026-03-02,x,1,5.00,1\n",
    }
    (restated,) = warned(read_files(tmp_path, STATS, files), "restated")
    told = "spend 5.00 before, 5.00 after, conversions 3.00 before, 1.00 after; with"
    assert told in restated.message


def test_a_later_file_replaces_the_days_that_it_says_anew(tmp_path: Path) -> None:
    """7.00 of the first day, 5.50 in place of 2.00 + 3.00, and 1.00: 13.50, not 18.50."""
    first = b"2026-03-01,x,1,1,7.00\n2026-03-02,x,1,1,2.00\n2026-03-02,x,1,1,3.00\n"
    later = b"2026-03-02,x,1,1,5.50\n2026-03-03,x,1,1,1.00\n"
    files = {"raw/stats/file10.csv": HEADER + later, "raw/stats/file2.csv": HEADER + first}
    read = read_files(tmp_path, STATS, files)
    assert spend(read) == Decimal("13.50")
    accounts = {one.path: account(one) for one in read.inputs}
    assert accounts == {
        "raw/stats/file10.csv": (2, 2, 0, 0, 0),
        "raw/stats/file2.csv": (3, 1, 0, 2, 0),
    }
    (restated,) = warned(read, "restated")
    assert restated.count == 2
    assert (restated.amount, restated.before, restated.after) == ("5.00", "5.00", "5.50")
    assert restated.setting == "repeats"
    assert restated.message == (
        "feed stats: later files say 1 day (2026-03-02 to 2026-03-02) of raw/stats/file2.csv anew: "
        '2 rows replaced, spend 5.00 before, 5.50 after; with repeats = "add" all of them add up'
    )


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("Campaigns.csv", "Campaigns (1).csv"),
        ("Campaigns (2).csv.gz", "Campaigns (10).csv.gz"),
        ("ads.csv", "ads-late.csv"),
        ("day.2026-03-01.csv", "day.2026-03-02.csv"),
    ],
)
def test_what_is_downloaded_again_lies_after_the_file_of_its_name(earlier: str, later: str) -> None:
    folder = "raw/google/"
    assert sorted([folder + later, folder + earlier], key=order_of_path) == [
        folder + earlier,
        folder + later,
    ]


def test_repeats_add_adds_the_files_up(tmp_path: Path) -> None:
    toml = feed("ad_stats", "raw/stats/*", repeats='"add"')
    files = {
        "raw/stats/a.csv": HEADER + b"2026-03-01,x,1,1,7.00\n",
        "raw/stats/b.csv": HEADER + b"2026-03-01,x,1,1,5.00\n",
    }
    read = read_files(tmp_path, toml, files)
    assert spend(read) == Decimal(12)
    assert warned(read, "restated") == []


def test_the_same_file_counts_once_under_whatever_name(tmp_path: Path) -> None:
    content = HEADER + b"2026-03-01,x,1,1,7.00\n"
    files = {"raw/stats/a2.csv": content, "raw/stats/a10.csv.gz": gzip.compress(content)}
    for toml in (STATS, feed("ad_stats", "raw/stats/*", repeats='"add"')):
        read = read_files(tmp_path / toml[-8:-3].strip('"'), toml, files)
        assert spend(read) == Decimal(7)
        accounts = {one.path: account(one) for one in read.inputs}
        assert accounts["raw/stats/a2.csv"] == (1, 1, 0, 0, 0)
        assert accounts["raw/stats/a10.csv.gz"] == (1, 0, 0, 0, 1)
        assert warned(read, "restated") == []


def test_two_feeds_restate_nothing_of_each_other(tmp_path: Path) -> None:
    toml = feed("ad_stats", "raw/a/*") + feed("ad_stats", "raw/b/*")
    files = {
        "raw/a/1.csv": HEADER + b"2026-03-01,x,1,1,7.00\n",
        "raw/b/2.csv": HEADER + b"2026-03-01,x,1,1,5.00\n",
    }
    assert spend(read_files(tmp_path, toml, files)) == Decimal(12)


def test_of_contacts_of_one_age_the_path_that_sorts_later_wins_by_number(tmp_path: Path) -> None:
    toml = feed("contacts", "raw/contacts/*") + STATS
    files = {
        "raw/contacts/file9.csv": b"contact_id,first_name\n1,Nine\n",
        "raw/contacts/file10.csv": b"contact_id,first_name\n1,Ten\n",
        "raw/stats/1.csv": HEADER + b"2026-03-01,x,1,1,7.00\n",
    }
    assert rows(read_files(tmp_path, toml, files), "contacts", "first_name") == [("Ten",)]


def test_a_feed_without_files_or_rows_is_told_of(tmp_path: Path) -> None:
    toml = STATS + feed("orders", "raw/orders/*") + feed("contacts", "raw/contacts/*")
    (tmp_path / "ws" / "raw" / "orders").mkdir(parents=True)
    files = {
        "raw/stats/1.csv": HEADER + b"2026-03-01,x,1,1,1\n",
        "raw/contacts/1.csv": b"contact_id\n",
    }
    read = read_files(tmp_path, toml, files)
    assert [(one.feed, one.count) for one in warned(read, "no_files")] == [("orders", 0)]
    assert [warning.feed for warning in warned(read, "feed_empty")] == ["contacts"]


@pytest.mark.parametrize(
    ("pattern", "inside", "files"),
    [
        ("raw/stats", "raw/stats/*", 0),
        ("raw/stats/", "raw/stats/*", 0),
        ("raw/stats/*.csv", "raw/stats/*.csv/*.csv", 1),
        ("raw/stats/*", None, 1),
    ],
)
def test_folders_where_files_are_meant_are_told_with_the_pattern_that_reads_them(
    tmp_path: Path, pattern: str, inside: str | None, files: int
) -> None:
    """As other programs write one table: a folder of its name with parts."""
    content = HEADER + b"2026-03-01,x,1,1,1\n"
    given = {"raw/stats/1.csv": content, "raw/stats/2.csv/part-0.csv": content}
    read = read_files(tmp_path, feed("ad_stats", pattern), given)
    told = warned(read, "folders_matched")
    assert (len(read.inputs), [one.count for one in told]) == (files, [1] if inside else [])
    assert all(one.message.endswith(f'files = "{inside}"') for one in told)


@pytest.mark.parametrize(
    ("pattern", "other", "either", "read"),
    [
        ("raw/stats/*.csv", "B.CSV", "raw/stats/*.[cC][sS][vV]", 1),
        ("raw/stats/B.csv", "B.CSV", "raw/stats/[bB].[cC][sS][vV]", 0),
        ("raw/stats/*.csv", "B.csv.gz", "raw/stats/*.[cC][sS][vV]*", 1),
        ("raw/stats/*.csv.zst", "B.csv.gz", "raw/stats/*.[cC][sS][vV]*", 0),
        ("raw/stats/*.[cC][sS][vV]", "B.CSV", None, 2),
        ("raw/stats/*", "B.csv.gz", None, 2),
        ("raw/stats/*.csv", "B.txt", None, 1),
        ("raw/stats/*.gz", "B.csv.gz", None, 1),
    ],
)
def test_files_that_a_pattern_misses_for_capitals_or_compression_alone_are_told(
    tmp_path: Path, pattern: str, other: str, either: str | None, read: int
) -> None:
    """As Windows names them, or a connector packs them: what the warning says reads them."""
    content = HEADER + b"2026-03-01,x,1,1,1\n"
    second = content.replace(b"-01,", b"-02,")
    packed = gzip.compress(second) if other.endswith("gz") else second
    given = {"raw/stats/1.csv": content, f"raw/stats/{other}": packed}
    found = read_files(tmp_path / "1", feed("ad_stats", pattern), given)
    told = warned(found, "files_alike")
    assert (len(found.inputs), len(told)) == (read, 1 if either else 0)
    if either:
        assert told[0].message.endswith(f'not read: files = "{either}"')
        again = read_files(tmp_path / "2", feed("ad_stats", either), given)
        assert other in {Path(one.path).name for one in again.inputs}
        assert not warned(again, "files_alike")


def test_files_in_hidden_folders_are_read_only_where_they_are_named(tmp_path: Path) -> None:
    """A notebook's copy of yesterday's file is no delivery."""
    content = HEADER + b"2026-03-01,x,1,1,1\n"
    given = {"raw/a/1.csv": content, "raw/a/.old/1.csv": content, "raw/.all/2.csv": content}
    for pattern, read in (
        ("raw/**/*.csv", {"raw/a/1.csv"}),
        ("raw/.all/*.csv", {"raw/.all/2.csv"}),
        ("raw/*/.old/1.csv", {"raw/a/.old/1.csv"}),
    ):
        place = tmp_path / pattern.replace("/", "-").replace("*", "x")
        found = read_files(place, feed("ad_stats", pattern), given)
        assert {one.path for one in found.inputs} == read


def test_a_campaign_without_an_id_that_was_renamed_is_told(tmp_path: Path) -> None:
    """An export from before the renaming and one from after it: 5.00 + 2.00 count twice."""
    header = b"Day,Campaign,Currency code,Cost,Clicks,Impr.,Conversions,Conv. value\n"
    lines = b"2026-06-01,Brand,USD,5.00,3,10,0,0\n2026-06-02,Brand,USD,2.00,1,7,0,0\n"
    files = {
        "raw/google/06-02.csv": header + lines,
        "raw/google/06-03.csv": header + lines.replace(b"Brand", b"Brand new"),
    }
    google = '[[feeds]]\nsource = "google_ads.report"\nfiles = "raw/google/*"\n'
    read = read_files(tmp_path, google, files)
    assert spend(read) == Decimal("14.00")
    (told,) = warned(read, "renamed_twice")
    assert (told.count, told.amount, told.files) == (1, "7.00", ["raw/google/06-02.csv"])
    corrected = {**files, "raw/google/06-02.csv": header}
    assert not warned(read_files(tmp_path / "2", google, corrected), "renamed_twice")
