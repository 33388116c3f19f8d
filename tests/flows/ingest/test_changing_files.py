"""Issue 11.1: of a raw file that changes while it is read nothing is kept."""

import os
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from flows.catalog.feed_files import RawFile
from flows.ingest import file_ingest
from flows.ingest.file_ingest import open_feed
from flows.ingest.file_states import FileState, Pools, Refused
from flows.steps.reading.read_feeds import FeedsRead
from tests.support.nights import Night, run_night
from tests.support.workspaces import feed, read_workspace, rows, write_workspace

HEADER = b"order_id,ordered_at,revenue\n"
BEFORE = HEADER + b"101,2026-01-01,1\n"
AFTER = HEADER + b"202,2026-01-01,1\n"
TOML = feed("orders", "raw/orders/*")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "ws", TOML, {"raw/orders/1.csv": BEFORE})


def read(root: Path) -> FeedsRead:
    return read_workspace(root, root / "state" / "ledger")


def left(found: FeedsRead) -> list[str]:
    return [warning.message for warning in found.warnings if warning.code == "file_changing"]


def change_while_read(
    root: Path, monkeypatch: pytest.MonkeyPatch, contents: list[bytes], *, keep_times: bool
) -> None:
    """Write other bytes of the same length into the file each time that it has been opened."""
    path = root / "raw/orders/1.csv"
    waiting = list(contents)

    def open_and_change(*args: object, **settings: object) -> object:
        if waiting:
            times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
            path.write_bytes(waiting.pop(0))
            if keep_times:
                os.utime(path, ns=times)
        return open_feed(*args, **settings)

    monkeypatch.setattr(file_ingest, "open_feed", open_and_change)


@pytest.mark.parametrize("keep_times", [False, True])
def test_a_file_that_changed_once_is_read_once_more(
    root: Path, monkeypatch: pytest.MonkeyPatch, *, keep_times: bool
) -> None:
    change_while_read(root, monkeypatch, [AFTER], keep_times=keep_times)
    found = read(root)
    assert rows(found, "orders", "order_id") == [("202",)]
    assert left(found) == []
    (root / "raw/orders/1.csv").write_bytes(BEFORE)
    assert rows(read(root), "orders", "order_id") == [("101",)]


def test_a_file_that_changes_again_is_left_for_the_next_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_while_read(root, monkeypatch, [AFTER, BEFORE], keep_times=True)
    found = read(root)
    assert not found.catalog.has_rows("orders")
    assert left(found) == [
        "raw/orders/1.csv changed while it was read, twice: it is left for the next run"
    ]
    assert rows(read(root), "orders", "order_id") == [("101",)]


def test_a_file_that_is_cut_off_while_it_is_read_is_not_refused_for_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_while_read(root, monkeypatch, [b"", HEADER + b"303,2026-01-01,1\n"], keep_times=False)
    found = read(root)
    assert found.refused == []
    assert len(left(found)) == 1
    assert rows(read(root), "orders", "order_id") == [("303",)]


def test_a_file_that_vanishes_is_no_fault_of_ours(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "raw/orders/1.csv"

    def vanish(*args: object, **settings: object) -> object:
        path.unlink(missing_ok=True)
        return open_feed(*args, **settings)

    monkeypatch.setattr(file_ingest, "open_feed", vanish)
    found = read(root)
    assert (found.refused, len(left(found))) == ([], 1)


def test_a_file_that_becomes_the_same_as_another_before_it_is_hashed_is_its_copy(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, note = root / "raw/orders/2.csv", Pools.note
    path.write_bytes(HEADER)

    def write_and_note(pools: Pools, raw: RawFile) -> Future[FileState | Refused | None]:
        path.write_bytes(BEFORE)
        return note(pools, raw)

    monkeypatch.setattr(Pools, "note", write_and_note)
    found = read(root)
    assert rows(found, "orders", "order_id") == [("101",)]
    assert [(one.path, one.accepted, one.duplicates) for one in found.inputs] == [
        ("raw/orders/1.csv", 1, 0),
        ("raw/orders/2.csv", 0, 1),
    ]
    assert left(found) == []


def test_a_file_younger_than_settle_seconds_waits(tmp_path: Path) -> None:
    toml = "[workspace]\nsettle_seconds = 60\n" + TOML
    files = {"raw/orders/old.csv": BEFORE, "raw/orders/young.csv": AFTER}
    root = write_workspace(tmp_path / "ws", toml, files)
    os.utime(root / "raw/orders/old.csv", (1, 1))
    found = read(root)
    assert rows(found, "orders", "order_id") == [("101",)]
    (told,) = left(found)
    assert told.startswith("raw/orders/young.csv was written less than settle_seconds = 60 ago")


@pytest.mark.parametrize("full", [False, True])
def test_of_a_file_that_is_being_written_anew_the_rows_of_before_stand(
    tmp_path: Path, *, full: bool
) -> None:
    """A full list is rewritten just before the run: its new rows wait, the former do not go."""
    toml = "[workspace]\nsettle_seconds = 60\n" + TOML
    files = {"raw/orders/1.csv": BEFORE, "raw/orders/2.csv": HEADER + b"303,2026-01-02,8\n"}
    root = write_workspace(tmp_path / "ws", toml, files)
    age(root, "1", "2")
    before = run_night(root)
    (root / "raw/orders/1.csv").write_bytes(BEFORE + AFTER.removeprefix(HEADER))
    (root / "raw/orders/new.csv").write_bytes(HEADER + b"404,2026-01-03,1\n")
    waiting = run_night(root, full=full)
    assert waiting.told["inputs"] == before.told["inputs"]
    assert of_attribution(waiting) == of_attribution(before)
    told = [one["message"] for one in waiting.told["warnings"] if one["code"] == "file_changing"]
    assert [message.partition(": ")[2] for message in told] == [
        "it is left for the next run; its rows of before count until then",
        "it is left for the next run",
    ]
    age(root, "1", "new")
    assert [one["accepted"] for one in run_night(root).told["inputs"]] == [2, 1, 1]


def age(root: Path, *names: str) -> None:
    for name in names:
        os.utime(root / f"raw/orders/{name}.csv", (1, 1))


def of_attribution(night: Night) -> dict[str, bytes]:
    return {name: data for name, data in night.tables.items() if name.startswith("attribution/")}


@pytest.mark.parametrize("settle_seconds", [0, 60])
def test_a_file_of_a_time_to_come_is_read(tmp_path: Path, settle_seconds: int) -> None:
    """The store's clock is ahead, or an upload kept a time of another zone."""
    toml = f"[workspace]\nsettle_seconds = {settle_seconds}\n" + TOML
    root = write_workspace(tmp_path / "ws", toml, {"raw/orders/ahead.csv": BEFORE})
    ahead = time.time() + 3600
    os.utime(root / "raw/orders/ahead.csv", (ahead, ahead))
    found = read(root)
    assert rows(found, "orders", "order_id") == [("101",)]
    assert left(found) == []
