"""One run per workspace: across processes, threads, kills and forks."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.errors import StorageFailed, WorkspaceBusy
from flows.storage.layout import Layout
from flows.storage.lock import find_killed_holder, hold_workspace, refuse_if_held

PROJECT = Path(__file__).resolve().parents[3]
PATIENCE = 300
"""How many seconds a machine that has much else to do may take; it is not waited for in vain."""
HOLDER = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(PROJECT)!r})
from flows.storage.lock import hold_workspace
with hold_workspace(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@contextmanager
def held_by_a_process(root: Path, seconds: float = 2 * PATIENCE) -> Generator[int, None, None]:
    """Another process that holds the workspace; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root), str(seconds)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process.pid
        finally:
            process.kill()


def test_a_second_run_is_refused_at_once_and_told_who_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waits"))
    with held_by_a_process(tmp_path) as pid:
        with (
            pytest.raises(WorkspaceBusy, match=f"process {pid} on .+, since 20") as told,
            hold_workspace(tmp_path),
        ):
            pass
        assert told.value.exit_code == 5
        assert "--wait" in told.value.hint
        with pytest.raises(WorkspaceBusy):
            refuse_if_held(tmp_path)


def test_sigkill_releases_the_workspace(tmp_path: Path) -> None:
    with held_by_a_process(tmp_path) as pid:
        os.kill(pid, signal.SIGKILL)
        with hold_workspace(tmp_path, wait_seconds=PATIENCE):
            pass


def test_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    with held_by_a_process(tmp_path, seconds=0.5), hold_workspace(tmp_path, wait_seconds=PATIENCE):
        pass
    with (
        held_by_a_process(tmp_path),
        pytest.raises(WorkspaceBusy, match=r"after 0\.3 seconds"),
        hold_workspace(tmp_path, wait_seconds=0.3),
    ):
        pass


def test_holds_against_threads_of_one_process(tmp_path: Path) -> None:
    inside, at_once = [], []

    def enter() -> None:
        with hold_workspace(tmp_path, wait_seconds=PATIENCE):
            inside.append(1)
            at_once.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at_once == [1] * 5


def test_a_child_process_does_not_keep_the_workspace(tmp_path: Path) -> None:
    with hold_workspace(tmp_path):
        child = subprocess.Popen(["/bin/sleep", f"{PATIENCE}"], close_fds=False)
    with child:
        refuse_if_held(tmp_path)
        child.kill()


FORKING_HOLDER = HOLDER.replace(
    'print("held", flush=True)',
    """import os
    child = os.fork()
    if child:
        print(child, flush=True)""",
)


def test_a_forked_child_does_not_keep_the_workspace_of_a_killed_run(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORKING_HOLDER, str(tmp_path), f"{PATIENCE}"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            process.kill()
            process.wait()
            with hold_workspace(tmp_path, wait_seconds=PATIENCE):
                os.kill(child, 0)
        finally:
            os.kill(child, signal.SIGKILL)


def test_who_only_looks_refuses_no_run(tmp_path: Path) -> None:
    """`status` asks for an instant whether a run holds the workspace, as a run does that begins."""
    with hold_workspace(tmp_path):
        pass
    with Layout(tmp_path).lock.open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        refuse_if_held(tmp_path)
        assert find_killed_holder(tmp_path) is None
        end = threading.Timer(0.3, fcntl.flock, (looking.fileno(), fcntl.LOCK_UN))
        end.start()
        with hold_workspace(tmp_path):
            end.join()


def test_who_looks_for_ever_is_not_borne_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.storage.lock.LOOK_SECONDS", 0.2)
    with hold_workspace(tmp_path):
        pass
    with Layout(tmp_path).lock.open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        with pytest.raises(WorkspaceBusy), hold_workspace(tmp_path):
            pass


def test_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold_workspace(tmp_path):
        raise ZeroDivisionError
    refuse_if_held(tmp_path)


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    refuse_if_held(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_held_without_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes room on it, as `gc`, needs to hold it, too."""

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", refuse)
    with hold_workspace(tmp_path), pytest.raises(WorkspaceBusy, match="another run holds"):
        refuse_if_held(tmp_path)


def test_a_lock_that_cannot_be_written_is_a_storage_failure(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed, match="locking"), hold_workspace(tmp_path):
        pass
