"""One run per workspace at a time (SPEC §8)."""

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import WorkspaceBusy
from flows.storage.layout import Layout
from flows.storage.workspace_files import PRIVATE_FILE, make_folder, storage_errors

POLL_SECONDS = 0.1
LOOK_SECONDS = 1
"""How long a run bears with who only looks whether one holds its workspace: an instant, mostly."""
HELD_BY_ANOTHER = (errno.EAGAIN, errno.EACCES)
FULL = (errno.ENOSPC, errno.EDQUOT)
_held: set[int] = set()


@contextmanager
def hold_workspace(root: Path, wait_seconds: float = 0) -> Generator[None, None, None]:
    """Hold a workspace against every other run, in this process or another.

    The kernel releases the lock when the process ends, however it ends; a forked child does not
    inherit it.

    Args:
        wait_seconds: How long to wait for a run that holds it.

    Raises:
        WorkspaceBusy: Another run holds it, still after the wait.
        StorageFailed: The lock file cannot be written.
    """
    with _open_lock(root) as handle:
        with storage_errors(f"locking {Layout(root).lock}"):
            _acquire(handle, root, wait_seconds)
            _sign(handle)
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(handle, 0)


def refuse_if_held(root: Path) -> None:
    """Say at once that another run holds a workspace, before anything slow is begun.

    Raises:
        WorkspaceBusy: Another run holds it.
    """
    if Layout(root).lock.exists():
        with _open_lock(root) as handle:
            if not _lock(handle, fcntl.LOCK_SH):
                raise _busy(handle, root, 0)


def find_killed_holder(root: Path) -> dict[str, object] | None:
    """Who held a workspace last, where its note is left and it holds it no longer: it was killed.

    Raises:
        StorageFailed: The lock file cannot be read.
    """
    path = Layout(root).lock
    with storage_errors(f"reading {path}"):
        if not path.exists():
            return None
        with path.open("rb") as file:
            is_left = _lock(file.fileno(), fcntl.LOCK_SH) and os.fstat(file.fileno()).st_size
            return _read_note(file.fileno()) if is_left else None


def note_killed_holder(root: Path, holder: Mapping[str, object]) -> None:
    """Note in the view of a workspace elsewhere who held it last, for `find_killed_holder`."""
    path = Layout(root).lock
    with storage_errors(f"noting {path}"):
        make_folder(path.parent)
        path.write_text(json.dumps(holder), encoding="utf-8")


@contextmanager
def _open_lock(root: Path) -> Generator[int, None, None]:
    path = Layout(root).lock
    with storage_errors(f"locking {path}"):
        make_folder(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    _held.add(handle)
    try:
        yield handle
    finally:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
        _held.discard(handle)
        os.close(handle)


def _acquire(handle: int, root: Path, wait_seconds: float) -> None:
    """Take the lock as the one run; who only looks shares it with others for an instant."""
    deadline = time.monotonic() + wait_seconds
    while not _lock(handle, fcntl.LOCK_EX):
        is_looked_at = _lock(handle, fcntl.LOCK_SH)
        fcntl.flock(handle, fcntl.LOCK_UN)
        left = deadline + LOOK_SECONDS * is_looked_at - time.monotonic()
        if left <= 0:
            raise _busy(handle, root, wait_seconds)
        time.sleep(min(POLL_SECONDS, left))


def _lock(handle: int, kind: int) -> bool:
    """Whether a lock of a kind can be taken at once, which it then is."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD_BY_ANOTHER:
            return False
        raise
    return True


def _sign(handle: int) -> None:
    """Note who holds the workspace, for the message to others.

    A full disk takes no note, and yet is held: `gc` is what makes room on it.
    """
    os.ftruncate(handle, 0)
    try:
        os.pwrite(handle, json.dumps(describe_holder()).encode(), 0)
    except OSError as error:
        if error.errno not in FULL:
            raise


def describe_holder() -> dict[str, object]:
    """Who holds a workspace, for the message to others: this process."""
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def say_held(place: object, holder: Mapping[str, object], wait_seconds: float) -> str:
    """That another run holds a workspace, still after a wait, and who that is, where it is known.

    Args:
        place: The workspace's folder or address.
    """
    waited = f" still after {wait_seconds:g} seconds" if wait_seconds else ""
    return f"another run holds the workspace {place}{waited}{name_holder(holder)}"


def name_holder(holder: Mapping[str, object]) -> str:
    """Who held or holds a workspace, in brackets; empty where that is not known."""
    if {"pid", "host", "since"} <= holder.keys():
        return f" (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    return ""


def _busy(handle: int, root: Path, wait_seconds: float) -> WorkspaceBusy:
    said = say_held(root, _read_note(handle), wait_seconds)
    return WorkspaceBusy(said, "Let it finish, or wait for it with --wait SECONDS.")


def _read_note(handle: int) -> dict[str, object]:
    """Who noted that it holds the workspace; empty where that is not known."""
    holder: object = None
    with suppress(ValueError):
        holder = json.loads(os.pread(handle, 1000, 0))
    return holder if isinstance(holder, dict) else {}


def _let_go_in_child() -> None:
    for handle in _held:
        with suppress(OSError):
            os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_in_child)
