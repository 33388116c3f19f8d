"""SPEC §8: what is read back from the disk is validated, and damage never stops the next run."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from polars.exceptions import ComputeError

from flows.steps.maintenance.verify_sums import verify_sums
from flows.storage.layout import Layout
from flows.storage.snapshots import publish
from flows.storage.snapshots.kept_snapshots import list_runs
from flows.storage.snapshots.publish import (
    new_run_id,
    publish_quarantine,
    publish_snapshot,
    stage_snapshot,
)
from flows.storage.snapshots.published_files import read_manifest, read_pointer
from flows.storage.snapshots.recovery import clean_up, heal_pointer
from flows.storage.workspace_files import StorageFailed, storage_errors
from tests.flows.storage.snapshots.test_publish import (
    NOW,
    manifest_of,
    publish_value,
    stage,
    values,
)

JOURNALS = (
    b"",
    b"\xff\xfe\x00",
    b"[]",
    b'{"run_id": "../../raw"}',
    b'{"run_id": "/etc"}',
    b'{"run_id": ""}',
    b'{"run_id": "20261121T043000Z-1f3a9c/../../../raw"}',
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "1.csv").write_bytes(b"id\n1\n")
    publish_value(tmp_path, 1)
    return tmp_path


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_journal_that_no_run_wrote_removes_nothing_and_stops_nothing(
    root: Path, journal: bytes
) -> None:
    Layout(root).journal.write_bytes(journal)
    clean_up(root)
    assert (root / "raw" / "1.csv").read_bytes() == b"id\n1\n"
    assert values(root) == {1}
    assert not Layout(root).journal.exists()


def test_without_a_journal_that_says_so_a_run_after_the_published_one_is_undone(root: Path) -> None:
    layout, published = Layout(root), read_pointer(root)
    assert published is not None
    begun = published.run_id.replace("2026", "2027")
    (layout.snapshots / begun).mkdir()
    layout.journal.write_bytes(b"?")
    clean_up(root)
    assert [one.name for one in layout.snapshots.iterdir()] == [published.run_id]


@pytest.mark.parametrize(
    "pointer",
    [
        b"",
        b"\xff",
        b"{}",
        b'{"run_id": "20261121T043000Z-1f3a9c", "snapshot": "../raw", "published_at": "x"}',
        (
            b'{"run_id": "20261121T043000Z-1f3a9c", "published_at": "x",'
            b' "snapshot": "snapshots/20261121T043000Z-1f3a9c"}'
        ),
    ],
)
def test_a_pointer_goes_back_to_the_newest_snapshot_that_is_whole(
    root: Path, pointer: bytes
) -> None:
    layout, whole = Layout(root), read_pointer(root)
    assert whole is not None
    torn = publish_value(root, 2)
    next((layout.snapshots / torn).rglob("*.parquet")).unlink()
    layout.pointer.write_bytes(pointer)
    clean_up(root)
    healed = read_pointer(root)
    assert healed is not None
    assert (healed.run_id, values(root)) == (whole.run_id, {1})
    assert heal_pointer(root) == ""


def test_where_nothing_is_whole_the_next_run_starts_anew(root: Path) -> None:
    layout = Layout(root)
    for file in layout.snapshots.rglob("manifest.json"):
        file.write_bytes(b"{")
    clean_up(root)
    assert read_pointer(root) is None
    publish_value(root, 3)
    assert values(root) == {3}


def test_a_manifest_leads_to_no_place_outside_the_workspace(root: Path) -> None:
    layout, pointer = Layout(root), read_pointer(root)
    assert pointer is not None
    path = layout.reports / pointer.snapshot / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["outputs"][0]["path"] = "../../etc/passwd"
    path.write_text(json.dumps(manifest))
    layout.pointer.write_text(pointer.model_copy(update={"manifest_sha256": ""}).model_dump_json())
    with pytest.raises(StorageFailed, match=r"manifest\.json is not what a run writes"):
        read_manifest(root)


def test_state_and_quarantine_are_for_their_owner_alone(root: Path) -> None:
    run_id = new_run_id(NOW)
    staging = stage(root, run_id, 2)
    (staging / "quarantine").mkdir()
    (staging / "quarantine" / "events.parquet").write_bytes(b"rows")
    publish_snapshot(root, staging, manifest_of(staging, run_id))
    refused = stage_snapshot(root, new_run_id(NOW + timedelta(seconds=1))) / "quarantine"
    refused.mkdir()
    (refused / "orders.parquet").write_bytes(b"rows")
    publish_quarantine(root, refused, "refused")
    clean_up(root)
    layout = Layout(root)
    places = [layout.state, layout.quarantine, *layout.quarantine.rglob("*")]
    modes = {path.relative_to(root).name: stat.S_IMODE(path.stat().st_mode) for path in places}
    assert modes == {
        "state": 0o700,
        "quarantine": 0o700,
        run_id: 0o700,
        "refused": 0o700,
        "events.parquet": 0o600,
        "orders.parquet": 0o600,
    }
    table = next(layout.snapshots.rglob("*.parquet"))
    assert stat.S_IMODE(table.stat().st_mode) & 0o044


def test_what_the_system_says_becomes_a_place_and_a_way_out() -> None:
    with pytest.raises(StorageFailed) as failed, storage_errors("working"):
        raise OSError(28, "No space left on device", "/data/ws/state")
    assert failed.value.message == (
        "storage failed while working: No space left on device (/data/ws/state)"
    )
    assert failed.value.hint == "The disk is full: make room and run again."
    assert failed.value.exit_code == 4


def test_a_disk_that_takes_a_part_of_a_parquet_file_is_no_fault_of_ours() -> None:
    """Polars loses the system's number where a footer is cut short."""
    cut_short = ComputeError("parquet: File out of specification: Invalid thrift: transport error")
    with pytest.raises(StorageFailed) as failed, storage_errors("writing ads/ad_report"):
        raise cut_short
    assert failed.value.message == (
        "storage failed while writing ads/ad_report: the system did not take a file whole"
    )
    assert "free space" in failed.value.hint


def test_a_pointer_that_is_gone_goes_back_to_the_newest_snapshot(root: Path) -> None:
    """Else the next run knows of nothing before it: tables that stand on would go."""
    Layout(root).pointer.unlink()
    assert heal_pointer(root) == "reports/current.json is gone"
    assert values(root) == {1}


def test_hashes_of_runs_that_are_gone_go(root: Path) -> None:
    layout = Layout(root)
    (stale,) = layout.sums.iterdir()
    other = stale.with_name("20200101T000000Z-000000.sha256")
    other.write_bytes(stale.read_bytes())
    clean_up(root)
    assert list(layout.sums.iterdir()) == [stale]


def refuse_pointer(*_: object) -> None:
    """As of a disk that fills up at that moment."""
    msg = "storage failed while publishing the snapshot"
    raise StorageFailed(msg)


def test_a_snapshot_to_which_no_pointer_leads_is_neither_kept_nor_damage(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends between the two renames has published nothing (SPEC §8)."""
    layout, published = Layout(root), read_pointer(root)
    assert published is not None
    monkeypatch.setattr(publish, "point_to", refuse_pointer)
    with pytest.raises(StorageFailed):
        publish_value(root, 2)
    assert len(list(layout.snapshots.iterdir())) == 2
    assert list_runs(layout) == [published.run_id]
    assert list(verify_sums(root, repair=False)) == []
    clean_up(root)
    assert [one.name for one in layout.snapshots.iterdir()] == [published.run_id]
