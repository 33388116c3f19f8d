"""`run/feeds` and `run/changes` over several runs, against snapshots compared in plain Python."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.columns import key
from contracts.manifest import Manifest
from flows.report_tables import find_table
from flows.steps import snapshot_changes
from flows.storage.layout import Layout
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_json_lines, feed, write_workspace

TOML = (
    feed("contacts", "raw/contacts.csv")
    + feed("messages", "raw/messages.csv")
    + feed("sends", "raw/sends*.csv")
    + feed("events", "raw/events/*.jsonl")
    + feed("orders", "raw/orders.csv")
    + feed("ad_stats", "raw/stats*.csv")
    + feed("exchange_rates", "raw/rates.csv")
)
ELSEWHERE = '[workspace]\ntimezone = "Pacific/Kiritimati"\n'
STATS = "date_day,platform,account_id,campaign_id,campaign_name,impressions,clicks,spend,currency\n"
FILES = {
    "raw/contacts.csv": b"contact_id\n101\n102\n",
    "raw/messages.csv": b"message_id,name,channel\nm1,Hello,email\nm2,Offer,sms\nm3,News,email\n",
    "raw/sends.csv": b"send_id,contact_id,message_id,status,sent_at\n"
    b"1,101,m1,delivered,2026-07-01T10:00:00Z\n2,102,m2,delivered,2026-07-02T10:00:00Z\n",
    "raw/events/1.jsonl": as_json_lines(
        [
            {
                "event_id": "e1",
                "event_type": "email_opened",
                "send_id": "1",
                "occurred_at": "2026-07-01T11:00:00Z",
            }
        ]
    ),
    "raw/orders.csv": b"order_id,ordered_at,contact_id,revenue\n"
    b"o1,2026-07-02T12:00:00Z,101,30.00\n",
    "raw/stats.csv": (STATS + "2026-07-01,google_ads,a,c1,Spring,100,10,5.00,EUR\n").encode(),
    "raw/rates.csv": b"currency,date_day,rate\nEUR,2026-06-01,1.10\n",
}
LATE_OPEN = as_json_lines(
    [
        {
            "event_id": "e2",
            "event_type": "email_clicked",
            "send_id": "1",
            "occurred_at": "2026-07-01T13:00:00Z",
        }
    ]
)
COMPARED = ("daily_report", "campaign_performance", "campaign_attribution")


def publish(root: Path) -> Manifest:
    return publish_tables(root)


def table(root: Path, manifest: Manifest, group: str, name: str) -> pl.DataFrame:
    return pl.read_parquet(Layout(root).snapshots / manifest.run_id / group / f"{name}.parquet")


Cells = dict[tuple[str, str, str, Any, str], Decimal | None]


def cells(root: Path, manifest: Manifest) -> tuple[Cells, set[tuple[str, str, Any]]]:
    """Every count and amount of a snapshot by its place, and the days that its reports have."""
    found: Cells = {}
    days = set()
    for output in manifest.outputs:
        if output.table not in COMPARED:
            continue
        report = f"{output.group}/{output.table}"
        keys = key(find_table(output.group, output.table).contract)
        frame = pl.read_parquet(root / output.path)
        for row in frame.iter_rows(named=True):
            days.add((report, row["org_id"], row["date_day"]))
            rest = {name: row[name] for name in keys if name not in {"org_id", "date_day"}}
            place = (row["org_id"], report, json.dumps(rest, separators=(",", ":")))
            for name, dtype in frame.schema.items():
                if dtype == pl.Int64 or dtype.base_type() is pl.Decimal:
                    value = row[name]
                    found[*place, row["date_day"], name] = None if value is None else Decimal(value)
    return found, days


def compare(root: Path, first: Manifest, second: Manifest) -> dict[Any, tuple[Any, ...]]:
    """Place -> before, after, difference; worked out without Polars' joins."""
    (before, days), (after, _) = cells(root, first), cells(root, second)
    changed = {}
    for place in before.keys() | after.keys():
        if (place[1], place[0], place[3]) not in days:
            continue
        old, new = before.get(place), after.get(place)
        difference = (new or Decimal(0)) - (old or Decimal(0))
        if difference:
            changed[place] = (old, new, difference)
    return changed


def changes(root: Path, manifest: Manifest) -> dict[Any, tuple[Any, ...]]:
    """The same of the table run/changes."""
    rows = table(root, manifest, "run", "changes").iter_rows(named=True)
    return {
        (r["org_id"], r["report"], r["key"], r["date_day"], r["column"]): (
            r["before"],
            r["after"],
            r["difference"],
        )
        for r in rows
    }


def write(root: Path, **files: bytes | None) -> None:
    for name, content in files.items():
        path = root / "raw" / name.replace("__", "/").replace("_dot_", ".")
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)


OTHER_STATS = STATS + (
    "2026-07-01,google_ads,a,c1,Spring,100,10,7.00,EUR\n"
    "2026-07-01,google_ads,a,c2,Autumn,50,5,1.00,EUR\n"
)
OTHER_RATE = b"currency,date_day,rate\nEUR,2026-06-01,1.20\n"


def reasons(root: Path, manifest: Manifest, report: str) -> set[tuple[str, str]]:
    """Why a report's figures changed, and the files that brought it."""
    found = table(root, manifest, "run", "changes").filter(report=report)
    return set(found.select("reason", "files").iter_rows())


def test_changes_are_those_of_an_independent_comparison_with_their_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared day by day."""
    monkeypatch.setattr(snapshot_changes, "ROWS_AT_ONCE", 1)
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    first = publish(root)
    assert table(root, first, "run", "changes").height == 0
    write(root, events__2_dot_jsonl=LATE_OPEN, stats_dot_csv=OTHER_STATS.encode())
    second = publish(root)
    assert changes(root, second) == compare(root, first, second)
    assert reasons(root, second, "email/daily_report") == {("late_rows", "raw/events/2.jsonl")}
    corrected = {("corrected_file", "raw/stats.csv")}
    assert reasons(root, second, "ads/campaign_performance") == corrected
    write(root, events__2_dot_jsonl=None, rates_dot_csv=OTHER_RATE)
    third = publish(root)
    assert changes(root, third) == compare(root, second, third)
    withdrawn = {("withdrawn_file", "raw/events/2.jsonl")}
    assert withdrawn <= reasons(root, third, "email/daily_report")
    assert reasons(root, third, "ads/campaign_performance") == {("rate", "raw/rates.csv")}
    (root / "campaigns.toml").write_text(ELSEWHERE + TOML)
    fourth = publish(root)
    assert changes(root, fourth) == compare(root, third, fourth)
    assert reasons(root, fourth, "email/daily_report") == {("configuration", "")}


def test_a_file_under_another_name_is_why_another_row_of_a_key_counts(tmp_path: Path) -> None:
    stats = {
        f"raw/stats{n}.csv": f"{STATS}2026-07-01,google_ads,a,c1,Spring,9,9,{n},USD\n".encode()
        for n in "12"
    }
    root = write_workspace(tmp_path / "ws", feed("ad_stats", "raw/stats*.csv"), stats)
    first = publish(root)
    (root / "raw/stats1.csv").rename(root / "raw/stats3.csv")
    second = publish(root)
    assert changes(root, second) == compare(root, first, second) != {}
    moved = "raw/stats1.csv; raw/stats3.csv"
    assert reasons(root, second, "ads/campaign_performance") == {
        ("late_rows+withdrawn_file", moved)
    }


def test_the_files_of_a_feed_that_is_called_otherwise_have_not_changed(tmp_path: Path) -> None:
    """A later order changes what is credited; the older file is none of the reasons."""
    files = {"raw/orders1.csv": FILES["raw/orders.csv"]}
    root = write_workspace(tmp_path / "ws", feed("orders", "raw/orders*.csv"), files)
    publish(root)
    renamed = feed("orders", "raw/orders*.csv", name='"shop orders"')
    (root / "campaigns.toml").write_text(renamed)
    more = b"order_id,ordered_at,contact_id,revenue\no2,2026-07-02T13:00:00Z,101,5.00\n"
    (root / "raw/orders2.csv").write_bytes(more)
    second = publish(root)
    assert reasons(root, second, "attribution/campaign_attribution") == {
        ("late_rows+configuration", "raw/orders2.csv")
    }


def test_feeds_tell_what_came_and_what_usually_comes(tmp_path: Path) -> None:
    toml = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends*.csv")
    root = write_workspace(tmp_path / "ws", toml, FILES)

    def sends() -> dict[str, Any]:
        feeds = table(root, publish(root), "run", "feeds")
        assert feeds["feed"].to_list() == ["contacts", "sends"]
        return feeds.row(by_predicate=pl.col("feed") == "sends", named=True)

    found = sends()
    assert (found["files"], found["new_files"], found["usual_rows"]) == (1, 1, None)
    assert (str(found["first_day"]), str(found["last_day"])) == ("2026-07-01", "2026-07-02")
    assert (found["rows_read"], found["accepted"], found["rejected_share"]) == (2, 2, 0.0)
    header, *_ = FILES["raw/sends.csv"].splitlines(keepends=True)
    write(root, sends_2_dot_csv=header + b"3,101,m1,sent,2026-07-03T10:00:00Z\n")
    write(root, sends_3_dot_csv=FILES["raw/sends.csv"])
    found = sends()
    assert (found["files"], found["new_files"], found["usual_rows"]) == (3, 1, 2.0)
    assert (found["rows_read"], found["accepted"], found["duplicates"]) == (5, 3, 2)
    assert found["is_late"] is False
