"""Which snapshots are kept, and their order: that in which they were published, by any clock."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import campaign_reports as flow
from flows.storage.layout import Layout
from flows.storage.snapshots.kept_snapshots import drop_old_snapshots, list_snapshots
from tests.support.commands import Call
from tests.support.publishing import publish_tables
from tests.support.workspaces import feed, write_workspace

TOML = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends*.csv")
HEADER = b"send_id,contact_id,status,sent_at\n"
FILES = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": HEADER}
TODAY = datetime.now(UTC)


def run_at(root: Path, monkeypatch: pytest.MonkeyPatch, at: datetime, sends: int) -> str:
    """Publish while a clock says this, after another send came."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            assert tz is UTC
            return at

    row = f"{sends},101,sent,2026-07-01T10:00:00Z\n".encode()
    (root / f"raw/sends{sends}.csv").write_bytes(HEADER + row)
    monkeypatch.setattr(flow, "datetime", Clock)
    return publish_tables(root).run_id


@pytest.mark.parametrize(
    "wrong", [timedelta(days=400), timedelta(days=-2000), timedelta(seconds=-5)]
)
def test_snapshots_stand_in_their_order_and_are_as_old_as_those_around_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call, wrong: timedelta
) -> None:
    """Whatever the clock said when one of them was published."""
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    clocks = (TODAY, TODAY + wrong, TODAY + timedelta(hours=2))
    ids = [run_at(root, monkeypatch, at, number) for number, at in enumerate(clocks)]
    assert [one.run_id for one in list_snapshots(root)] == ids[::-1]
    first, *_ = json.loads(call("runs", root, "--json").out)
    assert (first["run"], first["is_published"]) == (ids[-1], True)
    told = call("diff", root, "--json")
    assert f"{ids[1]} to {ids[2]}" in told.err
    sends = [one for one in json.loads(told.out) if one["column"] == "sends"]
    assert [(one["before"], one["after"]) for one in sends] == [(2, 3)]
    # Half an hour ago the last one took the place of that before it, in which readers may be.
    ceased = [] if wrong > timedelta(0) else ids[:1]
    assert drop(root, clocks[-1] + timedelta(minutes=30), keep_days=0, dry_run=True) == ceased
    assert drop(root, TODAY + timedelta(days=6)) == []
    assert drop(root, TODAY + timedelta(days=8)) == ids[:2]
    assert [one.name for one in Layout(root).snapshots.iterdir()] == ids[2:]


def drop(root: Path, now: datetime, keep_days: int = 7, *, dry_run: bool = False) -> list[str]:
    """Which folders go where one snapshot and those of some days are kept."""
    return [one.name for one in drop_old_snapshots(root, 1, keep_days, now, dry_run=dry_run)]


def test_rejected_rows_of_runs_that_published_nothing_go_when_they_are_old(tmp_path: Path) -> None:
    old, young = "20260701T120000Z-000000", "20260709T120000Z-000000"
    for run_id in (old, young):
        (tmp_path / "quarantine" / run_id).mkdir(parents=True)
    assert drop(tmp_path, datetime(2026, 7, 10, tzinfo=UTC)) == [old]
    assert [one.name for one in (tmp_path / "quarantine").iterdir()] == [young]
