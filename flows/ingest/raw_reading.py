"""All raw files of a run into the ledger: the very bytes that were hashed, or none (SPEC §5, §8).

A file may be written while it is read. Its size, times and place are noted before it is hashed and
looked at again after it was read; where the clock's grain could hide a change, it is hashed again.
A file that changed is read once more; one that changed again is left for the next run.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from contracts.manifest import Warned
from flows.catalog.feed_files import RawFile, require_inside
from flows.catalog.receipts import Receipt
from flows.ingest.file_ingest import Reading, SameBytes, ingest_file
from flows.ingest.refused_people import NOBODY_ERASED, Erasing
from flows.readers import RefusedFile
from flows.storage.raw_files import describe_raw, hash_raw
from flows.storage.workspace_files import hash_file, sync

CLOCK_GRAIN_NS = 2_000_000_000
"""A file that was written less than this before it was noted may change and look the same."""
NEXT_RUN = "it is left for the next run"


class ChangedFile(Exception):  # noqa: N818 - it names what was found
    """A raw file that is not what it was when it was noted."""


@dataclass(frozen=True)
class FileState:
    """What a raw file was when it was noted: by its directory entry, and by its bytes.

    Attributes:
        bytes: Its length.
        entry: Its length, times and place on the disk.
        noted_ns: When it was noted.
        sha256: The hash of its bytes.
    """

    bytes: int
    entry: tuple[int, ...]
    noted_ns: int
    sha256: str


@dataclass(frozen=True)
class Refused:
    """A file that could not be read as a whole, and why.

    Attributes:
        raw: The file.
        reason: What is wrong with it.
        hint: What would set it right.
        state: What it was; None where it could not be hashed.
    """

    raw: RawFile
    reason: str
    hint: str
    state: FileState | None = None


@dataclass
class RawFilesRead:
    """What reading the raw files gave."""

    read: list[tuple[RawFile, str, Receipt]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """Where readings go, and whose rows do not.

    Attributes:
        ledger: The folder with one folder per file read.
        erasing: Whose rows are refused.
    """

    ledger: Path
    erasing: Erasing = NOBODY_ERASED


def read_raw_files(
    root: Path,
    files: list[RawFile],
    target: Target,
    settle_seconds: float,
    pool: Executor,
    on_file: Callable[[int, int], None],
) -> RawFilesRead:
    """Read every raw file that the ledger does not have yet, several at a time.

    Args:
        root: The workspace.
        files: Every file of every feed.
        target: Where readings go, and whose rows do not.
        settle_seconds: Files written less than this ago are left for the next run.
        pool: Reads as many files at a time as it has threads or workers.
        on_file: Told how many files are done, of how many.

    Returns:
        What was read and refused, in the order of the paths, and a warning for each file that was
        left for the next run or had to be read again. The disk has all of it.
    """
    found = RawFilesRead()
    on_file(0, len(files))
    settled = [raw for raw in files if not _is_left(raw, settle_seconds, found)]
    place = root.resolve()
    changed = _read_once(place, settled, target, found, pool, on_file)
    for raw in _read_once(place, changed, target, found, pool, on_file) if changed else ():
        _leave(raw, "changed while it was read, twice", found)
    if target.ledger.is_dir():
        sync(target.ledger)
    found.read.sort(key=lambda one: (one[0].path, one[0].feed.place))
    found.refused.sort(key=lambda one: (one.raw.path, one.raw.feed.place))
    found.warnings.sort(key=lambda one: (one.path or "", one.code))
    return found


def _read_once(
    root: Path,
    files: list[RawFile],
    target: Target,
    found: RawFilesRead,
    pool: Executor,
    on_file: Callable[[int, int], None],
) -> list[RawFile]:
    """Hash and read files; return those that changed meanwhile."""
    noted = [pool.submit(_note, root, raw) for raw in files]
    states: dict[str, FileState] = {}
    changed = []
    for raw, note in zip(files, noted, strict=True):
        match state := note.result():
            case FileState():
                states[raw.path] = state
            case Refused():
                found.refused.append(state)
            case None:
                changed.append(raw)
    groups = _group_same_bytes([raw for raw in files if raw.path in states], states)
    pending: dict[Future[Reading], SameBytes] = {
        pool.submit(read_unchanged, same, states[same.files[0].path], target): same
        for same in groups
    }
    for future in as_completed(pending):
        same = pending[future]
        try:
            reading = future.result()
        except RefusedFile as error:
            found.refused += [
                Refused(raw, error.reason, error.hint, states[raw.path]) for raw in same.files
            ]
        except ChangedFile:
            changed += same.files
        else:
            found.read += [(raw, same.sha256, reading.receipt) for raw in same.files]
            found.warnings += _warn_of_damage(same, reading)
        on_file(len(found.read) + len(found.refused), len(files))
    return changed


def _note(root: Path, raw: RawFile) -> FileState | Refused | None:
    """What a file is; None where it changed or vanished while it was hashed."""
    try:
        require_inside(root, raw)
        before, noted = _entry(raw.location), time.time_ns()
        sha256 = hash_raw(raw.location)
        is_same = _entry(raw.location) == before
    except RefusedFile as error:
        return Refused(raw, error.reason, error.hint)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror})"
        return Refused(raw, reason, "give the user of the run the right to read it")
    return FileState(before[0], before, noted, sha256) if is_same else None


def _entry(path: Path) -> tuple[int, ...]:
    if (described := describe_raw(path)) is not None:
        return described
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev


def read_unchanged(same: SameBytes, state: FileState, target: Target) -> Reading:
    """Read a file, and prove that it still is what was noted before anything is kept of it.

    Args:
        same: The file, and others with its bytes.
        state: What it was when it was noted.
        target: Where the reading goes.

    Raises:
        RefusedFile: The file cannot be read as a whole.
        ChangedFile: It is not what was noted.
    """

    def require_unchanged() -> None:
        path = same.files[0].location
        try:
            is_same = _entry(path) == state.entry
            written_ns = max(state.entry[1], state.entry[2])
            if is_same and state.noted_ns - written_ns < CLOCK_GRAIN_NS:
                is_same = hash_file(path) == state.sha256
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise ChangedFile

    try:
        return ingest_file(same, target.ledger, require_unchanged, target.erasing)
    except RefusedFile:
        require_unchanged()
        raise
    except FileNotFoundError:
        raise ChangedFile from None


def _group_same_bytes(files: Iterable[RawFile], states: dict[str, FileState]) -> list[SameBytes]:
    """Files with the same bytes and mapping, together."""
    groups: dict[tuple[str, str], list[RawFile]] = {}
    for raw in files:
        groups.setdefault((states[raw.path].sha256, raw.feed.signature), []).append(raw)
    return [SameBytes(sha256, tuple(group)) for (sha256, _), group in groups.items()]


def _is_left(raw: RawFile, settle_seconds: float, found: RawFilesRead) -> bool:
    """Whether a file was written too lately to be read."""
    try:
        age = time.time() - raw.location.stat().st_mtime
    except OSError:
        return False
    if age >= settle_seconds:
        return False
    _leave(raw, f"was written less than settle_seconds = {settle_seconds:g} ago", found)
    return True


def _leave(raw: RawFile, why: str, found: RawFilesRead) -> None:
    found.warnings.append(
        Warned(
            code="file_changing",
            message=f"{raw.path} {why}: {NEXT_RUN}",
            feed=raw.feed.name,
            path=raw.path,
            setting="workspace.settle_seconds",
        )
    )


def _warn_of_damage(same: SameBytes, reading: Reading) -> Iterator[Warned]:
    """Say that what an earlier run kept of a file did not verify."""
    raw = same.files[0]
    if reading.damage:
        message = f"{raw.path} was read again, since of what was kept of it {reading.damage}"
        yield Warned(code="ledger_damaged", message=message, feed=raw.feed.name, path=raw.path)
