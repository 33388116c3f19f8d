"""What raw files are when they are noted and when they are read: the same, or they are not read.

A file may be written while it is read. Its size, times and place are noted before it is hashed and
looked at again after it was read; where the clock's grain could hide a change, it is hashed again.
"""

import time
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from flows.catalog.feed_files import RawFile, require_place
from flows.ingest.file_ingest import Reading, SameBytes, Target, ingest_file
from flows.readers import RefusedFile
from flows.storage.raw_files import describe_raw, hash_raw, is_raw_elsewhere, raw_content
from flows.storage.workspace_files import hash_file

CLOCK_GRAIN_NS = 2_000_000_000
"""A file that was written less than this before it was noted may change and look the same."""


class ChangedFile(Exception):  # noqa: N818 - it names what was found
    """A raw file that is not what it was when it was noted."""


@dataclass(frozen=True)
class FileState:
    """What a raw file was when it was noted: by its directory entry, and by its bytes.

    Attributes:
        entry: Its length, times and place on the disk.
    """

    bytes: int
    entry: tuple[int, ...]
    noted_ns: int
    sha256: str


@dataclass(frozen=True)
class Refused:
    """A file that could not be read as a whole, and why.

    Attributes:
        state: What it was; None where it could not be hashed.
    """

    raw: RawFile
    reason: str
    hint: str
    state: FileState | None = None


@dataclass(frozen=True)
class Pools:
    """What hashes and reads files: some are hashed while others are read.

    Attributes:
        workers: Reads as many files at a time as it has threads or workers.
        here: Threads of this process: they alone can bring the bytes of files that are elsewhere.
        is_remote: Whether the workers are in other processes.
    """

    workers: Executor
    here: Executor
    is_remote: bool

    def note(self, raw: RawFile) -> Future[FileState | Refused | None]:
        """Have it noted what a file is."""
        is_there = self.is_remote and not is_raw_elsewhere(raw.location)
        return (self.workers if is_there else self.here).submit(_note_state, raw)

    def read(
        self, same: SameBytes, state: FileState, target: Target, *, is_again: bool
    ) -> Future[Reading]:
        """Have a file read; one whose bytes are elsewhere is brought unless the ledger has it."""
        is_known = not is_again and target.has(same)
        is_here = not self.is_remote or not is_raw_elsewhere(same.files[0].location)
        if is_here or is_known:
            return self.workers.submit(read_unchanged, same, state, target)
        return self.here.submit(_read_brought, self.workers, same, state, target)


def _note_state(raw: RawFile) -> FileState | Refused | None:
    """What a file is; None where it changed or vanished while it was hashed."""
    try:
        require_place(raw)
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


def find_length(raw: RawFile) -> int:
    """The length of a file's content; 0 of one that is gone or cannot be asked."""
    with suppress(OSError):
        return _entry(raw.location)[0]
    return 0


def _entry(path: Path) -> tuple[int, ...]:
    return describe_raw(path) or _entry_on_disk(path)


def _entry_on_disk(path: Path) -> tuple[int, ...]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev


def read_unchanged(same: SameBytes, state: FileState, target: Target) -> Reading:
    """Read a file, and prove that it still is what was noted before anything is kept of it.

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
        return ingest_file(same, target, require_unchanged)
    except RefusedFile:
        require_unchanged()
        raise
    except FileNotFoundError:
        raise ChangedFile from None


def _read_brought(workers: Executor, same: SameBytes, state: FileState, target: Target) -> Reading:
    """Have another process read a file, while its bytes are where it finds them."""
    location = same.files[0].location
    try:
        with raw_content(location):
            if _entry(location) != state.entry:
                raise ChangedFile
            there = replace(state, entry=_entry_on_disk(location))
            return workers.submit(read_unchanged, same, there, target).result()
    except FileNotFoundError:
        raise ChangedFile from None
