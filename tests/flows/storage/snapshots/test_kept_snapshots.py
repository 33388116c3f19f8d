"""Which snapshots are kept, and their order: that in which they were published, by any clock."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import campaign_reports as flow
from flows.storage.layout import Layout
from flows.storage.snapshots.kept_snapshots import (
    drop_old_snapshots,
    find_last_run,
    list_snapshots,
)
from flows.storage.snapshots.publish import new_run_id
from tests.support.commands import Call
from tests.support.publishing import publish_tables
from tests.support.workspace_copies import copy_workspace
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


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was published once, today."""
    root = write_workspace(tmp_path_factory.mktemp("once") / "ws", TOML, FILES)
    with pytest.MonkeyPatch.context() as patched:
        run_at(root, patched, TODAY, 0)
    return root


@pytest.mark.parametrize(
    "wrong", [timedelta(days=400), timedelta(days=-2000), timedelta(seconds=-5)]
)
def test_snapshots_stand_in_their_order_and_are_as_old_as_those_around_them(
    once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call, wrong: timedelta
) -> None:
    """Whatever the clock said when one of them was published."""
    root = copy_workspace(once, tmp_path / "ws")
    clocks = (TODAY + wrong, TODAY + timedelta(hours=2))
    ids = [one.run_id for one in list_snapshots(root)]
    ids += [run_at(root, monkeypatch, at, number) for number, at in enumerate(clocks, 1)]
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


def test_what_runs_left_that_published_nothing_goes_when_it_is_old(tmp_path: Path) -> None:
    """Rejected rows after some days; a snapshot without a manifest after an hour at least."""
    now = datetime(2026, 7, 10, 12, tzinfo=UTC)
    layout = Layout(tmp_path)
    days = [new_run_id(now - timedelta(days=days)) for days in (9, 1)]
    hours = [new_run_id(now - timedelta(minutes=minutes)) for minutes in (90, 30)]
    for folder, run_ids in ((layout.quarantine, days), (layout.snapshots, hours)):
        for run_id in run_ids:
            (folder / run_id).mkdir(parents=True)
    assert drop(tmp_path, now) == days[:1]
    assert drop(tmp_path, now, keep_days=0) == [hours[0], days[1]]
    assert [one.name for one in layout.snapshots.iterdir()] == hours[1:]


def test_what_a_run_left_under_a_clock_that_was_ahead_goes_with_what_came_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else rejected rows of every refused run since would stay until that year has come."""
    root = write_workspace(tmp_path / "ws", TOML, FILES)
    run_at(root, monkeypatch, TODAY + timedelta(days=4000), 1)
    refused = Layout(root).quarantine / new_run_id(TODAY, find_last_run(Layout(root)))
    refused.mkdir(parents=True)
    published = run_at(root, monkeypatch, TODAY, 2)
    assert published > refused.name
    assert drop(root, TODAY + timedelta(days=6)) == []
    assert refused.name in drop(root, TODAY + timedelta(days=8))


def test_the_last_run_is_known_to_the_microsecond(tmp_path: Path) -> None:
    last = datetime(2026, 7, 10, 12, 0, 0, 654_321, tzinfo=UTC)
    for folder, at in (("snapshots", last - timedelta(days=1)), ("quarantine", last)):
        (getattr(Layout(tmp_path), folder) / new_run_id(at)).mkdir(parents=True)
    assert find_last_run(Layout(tmp_path)) == last
