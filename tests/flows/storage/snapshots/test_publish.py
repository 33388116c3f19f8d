"""Publishing: whole snapshots, whatever kills the run."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from contracts.manifest import Manifest
from flows.errors import StorageFailed
from flows.storage import workspace_files
from flows.storage.layout import Layout
from flows.storage.snapshots import publish
from flows.storage.snapshots.kept_snapshots import find_last_run
from flows.storage.snapshots.publish import (
    hash_outputs,
    mirror_latest,
    new_run_id,
    publish_quarantine,
    publish_snapshot,
    stage_snapshot,
)
from flows.storage.snapshots.published_files import published_tables, read_manifest, read_pointer
from flows.storage.snapshots.recovery import clean_up

PROJECT = Path(__file__).resolve().parents[4]
TABLES = ("email/message_report", "email/campaign_report", "ads/ad_report")
NOW = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)


def stage(root: Path, run_id: str, value: int, tables: tuple[str, ...] = TABLES) -> Path:
    """Stage small tables in each of which every row says `value`."""
    staging = stage_snapshot(root, run_id)
    for table in tables:
        file = staging / f"{table}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame({"value": [value] * 3}).write_parquet(file)
    return staging


def manifest_of(staging: Path, run_id: str) -> Manifest:
    """The manifest of a staged folder without inputs."""
    return Manifest(
        run_id=run_id,
        started_at="2026-11-21T04:30:00Z",
        finished_at="2026-11-21T04:31:00Z",
        code_version="0",
        config_sha256="0",
        inputs=[],
        outputs=hash_outputs(staging, run_id),
        reconciliation=[],
        warnings=[],
    )


def publish_value(root: Path, value: int, tables: tuple[str, ...] = TABLES) -> str:
    """Publish one snapshot as a run does, clean-up first."""
    clean_up(root)
    run_id = new_run_id(datetime.now(UTC))
    staging = stage(root, run_id, value, tables)
    publish_snapshot(root, staging, manifest_of(staging, run_id))
    return run_id


def values(root: Path) -> set[int]:
    """Every value that the published tables say; a mixture of runs would be two."""
    files = [file for parts in published_tables(root).values() for file in parts]
    return {value for file in files for value in pl.read_parquet(file)["value"]}


def latest(root: Path) -> dict[str, bytes]:
    """The files of reports/latest with their content."""
    top = root / "reports" / "latest"
    return {str(f.relative_to(top)): f.read_bytes() for f in top.rglob("*") if f.is_file()}


def shown_in_latest(root: Path) -> dict[str, bytes]:
    """What reports/latest has to hold: the one-file tables of the snapshot."""
    return {
        f"{group}/{table}.parquet": files[0].read_bytes()
        for (group, table), files in published_tables(root).items()
    }


def everything(root: Path) -> set[str]:
    """Every file of the workspace, except the lock."""
    return {str(f.relative_to(root)) for f in root.rglob("*") if f.is_file()}


def test_publishes_tables_manifest_pointer_and_latest(tmp_path: Path) -> None:
    run_id = publish_value(tmp_path, 1)
    snapshot = tmp_path / "reports" / "snapshots" / run_id
    pointer = json.loads((tmp_path / "reports" / "current.json").read_text())
    assert {key: pointer[key] for key in ("run_id", "snapshot")} == {
        "run_id": run_id,
        "snapshot": f"snapshots/{run_id}",
    }
    assert set(pointer) == {"run_id", "snapshot", "published_at", "manifest_sha256"}
    written = (snapshot / "manifest.json").read_bytes()
    assert pointer["manifest_sha256"] == hashlib.sha256(written).hexdigest()
    manifest = json.loads((snapshot / "manifest.json").read_text())
    assert [output["path"] for output in manifest["outputs"]] == [
        f"reports/snapshots/{run_id}/{table}.parquet" for table in sorted(TABLES)
    ]
    for output in manifest["outputs"]:
        file = tmp_path / output["path"]
        assert (output["bytes"], output["rows"]) == (file.stat().st_size, 3)
        assert output["sha256"] == workspace_files.hash_file(file)
    assert latest(tmp_path) == shown_in_latest(tmp_path)
    assert not list((tmp_path / "state" / "staging").iterdir())


def test_a_table_that_is_gone_leaves_latest_and_old_snapshots_stay(tmp_path: Path) -> None:
    first = publish_value(tmp_path, 1)
    publish_value(tmp_path, 2, TABLES[:1])
    assert set(latest(tmp_path)) == {"email/message_report.parquet"}
    assert not (tmp_path / "reports" / "latest" / "ads").exists()
    assert (tmp_path / "reports" / "snapshots" / first / "ads" / "ad_report.parquet").exists()


def test_names_datasets_and_tables_in_folders(tmp_path: Path) -> None:
    tables = (
        "people/contact_journey/part-0",
        "people/contact_journey/part-1",
        "people/audiences/vip",
        "people/contact_report",
    )
    publish_value(tmp_path, 1, tables)
    assert {key: len(files) for key, files in published_tables(tmp_path).items()} == {
        ("people", "audiences/vip"): 1,
        ("people", "contact_journey"): 2,
        ("people", "contact_report"): 1,
    }
    assert set(latest(tmp_path)) == {
        "people/audiences/vip.parquet",
        "people/contact_report.parquet",
    }


def test_quarantine_is_published_beside_the_snapshot(tmp_path: Path) -> None:
    run_id = new_run_id(NOW)
    staging = stage(tmp_path, run_id, 1)
    (staging / "quarantine").mkdir()
    pl.DataFrame({"row_number": [1]}).write_parquet(staging / "quarantine" / "events.parquet")
    publish_snapshot(tmp_path, staging, manifest_of(staging, run_id))
    assert (tmp_path / "quarantine" / run_id / "events.parquet").exists()
    assert ("quarantine", "events") not in published_tables(tmp_path)
    assert not (tmp_path / "reports" / "snapshots" / run_id / "quarantine").exists()


def test_a_refused_run_shows_its_quarantine_and_publishes_nothing(tmp_path: Path) -> None:
    before = publish_value(tmp_path, 1)
    run_id = new_run_id(NOW)
    staging = stage(tmp_path, run_id, 2)
    assert publish_quarantine(tmp_path, staging / "quarantine", run_id) is None
    (staging / "quarantine").mkdir()
    (staging / "quarantine" / "events.parquet").write_bytes(b"rows")
    shown = publish_quarantine(tmp_path, staging / "quarantine", run_id)
    assert shown == tmp_path / "quarantine" / run_id
    clean_up(tmp_path)
    assert (shown / "events.parquet").exists()
    pointer = read_pointer(tmp_path)
    assert pointer is not None
    assert pointer.run_id == before


def test_run_ids_sort_by_time_to_the_microsecond() -> None:
    eastern = timezone(timedelta(hours=-5))
    steps = [timedelta(microseconds=n) for n in (0, 1, 15, 16, 999_999, 1_000_000)]
    ids = [new_run_id(NOW.astimezone(eastern) + step) for step in steps]
    assert ids == sorted(set(ids))
    assert ids[0].startswith("20261121T043000Z-")


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=5), timedelta(days=4000)])
def test_a_run_id_follows_the_last_one_where_the_clock_does_not(
    tmp_path: Path, late: timedelta
) -> None:
    """Of those of runs that published or were refused; a folder of no time is none of them."""
    layout = Layout(tmp_path)
    (layout.snapshots / "99999999T999999Z-ffffff").mkdir(parents=True)
    assert find_last_run(layout) is None
    ids = [new_run_id(NOW)]
    for number in range(20):
        home = layout.quarantine if number % 2 else layout.snapshots
        (home / ids[-1]).mkdir(parents=True)
        ids.append(new_run_id(NOW - late, find_last_run(layout)))
    assert ids == sorted(set(ids))
    tomorrow = new_run_id(NOW + timedelta(days=1), find_last_run(layout))
    assert tomorrow.startswith("20261122T043000Z-")


def test_staging_never_uses_a_name_twice(tmp_path: Path) -> None:
    first, second = stage_snapshot(tmp_path, "run"), stage_snapshot(tmp_path, "run")
    assert first != second
    assert not first.is_relative_to(tmp_path / "reports")


def test_nothing_published_yet(tmp_path: Path) -> None:
    clean_up(tmp_path)
    assert read_pointer(tmp_path) is None
    assert read_manifest(tmp_path) is None
    assert published_tables(tmp_path) == {}


def test_a_damaged_pointer_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "current.json").write_text('{"run_id": "x"}')
    with pytest.raises(StorageFailed, match=r"reports/current\.json"):
        read_pointer(tmp_path)


def test_mends_latest_by_the_pointer(tmp_path: Path) -> None:
    publish_value(tmp_path, 1)
    top = tmp_path / "reports" / "latest"
    (top / "email" / "message_report.parquet").unlink()
    (top / "email" / "left_over.parquet").write_bytes(b"old")
    mirror_latest(tmp_path)
    assert latest(tmp_path) == shown_in_latest(tmp_path)


STEPS = ("write_durably", "sync_tree", "move_folder", "replace_text", "mirror_latest")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("call", [0, 1])
def test_whatever_step_fails_readers_see_one_run_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    publish_value(tmp_path, 1)
    real, calls = getattr(publish, step), []

    def fail_once(*arguments: object, **named: object) -> object:
        calls.append(step)
        if len(calls) == call + 1:
            raise OSError(28, "No space left on device")
        return real(*arguments, **named)

    run_id = new_run_id(NOW)
    staging = stage(tmp_path, run_id, 2)
    (staging / "quarantine").mkdir()
    (staging / "quarantine" / "events.parquet").write_bytes(b"rows")
    manifest = manifest_of(staging, run_id)
    with monkeypatch.context() as patched:
        patched.setattr(publish, step, fail_once)
        with suppress(StorageFailed):
            publish_snapshot(tmp_path, staging, manifest)
    assert values(tmp_path) in ({1}, {2})
    clean_up(tmp_path)
    pointer = read_pointer(tmp_path)
    assert pointer is not None
    is_published = pointer.run_id == run_id
    assert values(tmp_path) == ({2} if is_published else {1})
    assert (tmp_path / "quarantine" / run_id).exists() == is_published
    assert (tmp_path / "reports" / "snapshots" / run_id).exists() == is_published
    assert latest(tmp_path) == shown_in_latest(tmp_path)
    assert not list((tmp_path / "state" / "staging").iterdir())
    assert not (tmp_path / "state" / "publishing.json").exists()


PUBLISHER = """
import os, sys
from pathlib import Path
sys.path[:0] = [{project!r}, {here!r}]
from test_publish import publish_value
for first in sys.stdin:
    child = os.fork()
    if not child:
        value = int(first)
        while True:
            publish_value(Path(sys.argv[1]), value)
            value += 1
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""
"""Has a process publish snapshot after snapshot until it is killed, for every line it is told."""


def publish_until_killed(
    publisher: subprocess.Popen[str], root: Path, first: int, seconds: float
) -> None:
    """Have snapshot after snapshot published, and kill who does it in the midst."""
    assert publisher.stdin is not None
    assert publisher.stdout is not None
    publisher.stdin.write(f"{first}\n")
    publisher.stdin.flush()
    publishing = int(publisher.stdout.readline())
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if read_pointer(root) is not None:
            assert len(values(root)) == 1
    os.kill(publishing, signal.SIGKILL)
    assert publisher.stdout.readline() == "gone\n"


def test_sigkill_at_any_moment_leaves_one_run_whole(tmp_path: Path) -> None:
    script = PUBLISHER.format(project=str(PROJECT), here=str(Path(__file__).parent))
    command = [sys.executable, "-c", script, str(tmp_path)]
    moments = (0.02, 0.033, 0.047, 0.061, 0.084, 0.097, 0.119, 0.148)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as publisher:
        for attempt, seconds in enumerate(moments):
            publish_until_killed(publisher, tmp_path, 1000 * (attempt + 1), seconds)
            before = values(tmp_path)
            assert len(before) <= 1
            clean_up(tmp_path)
            assert values(tmp_path) == before
            assert latest(tmp_path) == shown_in_latest(tmp_path)
    published = publish_value(tmp_path, 7)
    assert values(tmp_path) == {7}
    assert read_manifest(tmp_path) is not None
    leftovers = {name for name in everything(tmp_path) if name.startswith("state/")}
    assert leftovers == {
        f"state/sums/{one.name}.sha256" for one in (tmp_path / "reports" / "snapshots").iterdir()
    }
    assert (tmp_path / "reports" / "snapshots" / published).is_dir()
