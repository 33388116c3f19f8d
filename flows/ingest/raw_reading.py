"""All raw files of a run into the ledger: the very bytes that were hashed, or none (SPEC §5, §8).

A file that changed while it was read is read once more; one that changed again is left for the
next run, as is one that was written too recently. Until then what the published tables have of it
stands: a list of all contacts that is just being written anew takes no contact away.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, field
from itertools import groupby

from contracts.manifest import Warned
from flows.catalog.feed_files import RawFile
from flows.catalog.ledger import Receipt
from flows.ingest.file_ingest import Reading, SameBytes, find_last_reading, name_reading
from flows.ingest.file_states import ChangedFile, FileState, Pools, Refused, Target, find_length
from flows.readers import RefusedFile

NEXT_RUN = "it is left for the next run"
STANDS = "its rows of before count until then"


@dataclass
class RawFilesRead:
    """What reading the raw files gave."""

    read: list[tuple[RawFile, str, Receipt]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)


def read_raw_files(
    files: list[RawFile],
    target: Target,
    settle_seconds: float,
    pools: Pools,
    on_file: Callable[[int, int], None],
    list_published: Callable[[], Mapping[tuple[str, str], str]],
) -> RawFilesRead:
    """Read every raw file that the ledger does not have yet, several at a time.

    Args:
        settle_seconds: Files written less than this ago are left for the next run.
        on_file: Told how many files are done, of how many.
        list_published: Gives path and feed of what the published tables were made from, with the
            hash of the bytes; asked only if a file is left.

    Returns:
        What was read and refused, in the order of the paths, and a warning for each file that was
        left for the next run or had to be read again.
    """
    found = RawFilesRead()
    on_file(0, len(files))
    left: list[tuple[RawFile, str]] = []
    settled: list[RawFile] = []
    for raw in files:
        if why := _explain_youth(raw, settle_seconds):
            left.append((raw, why))
        else:
            settled.append(raw)
    changed = _read_once(settled, target, found, pools, on_file)
    if changed:
        again = _read_once(changed, target, found, pools, on_file, is_again=True)
        left += [(raw, "changed while it was read, twice") for raw in again]
    if left:
        _leave(left, target, list_published(), found)
    found.read.sort(key=lambda one: (one[0].path, one[0].feed.place))
    found.refused.sort(key=lambda one: (one.raw.path, one.raw.feed.place))
    found.warnings.sort(key=lambda one: (one.path or "", one.code))
    return found


def _read_once(
    files: list[RawFile],
    target: Target,
    found: RawFilesRead,
    pools: Pools,
    on_file: Callable[[int, int], None],
    *,
    is_again: bool = False,
) -> list[RawFile]:
    """Hash and read files; return those that changed meanwhile."""
    noted = _note_largest_first(files, pools)
    states: dict[str, FileState] = {}
    changed = []
    pending: dict[Future[Reading], SameBytes] = {}
    for length, of_length in groupby(noted, key=lambda one: one[0]):
        read = []
        for _, raw, note in of_length:
            match state := note.result():
                case FileState() if state.bytes == length:
                    states[raw.path] = state
                    read.append(raw)
                case Refused():
                    found.refused.append(state)
                case _:
                    changed.append(raw)
        for same in _group_same_bytes(read, states):
            state = states[same.files[0].path]
            pending[pools.read(same, state, target, is_again=is_again)] = same
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


def _note_largest_first(
    files: Iterable[RawFile], pools: Pools
) -> list[tuple[int, RawFile, Future[FileState | Refused | None]]]:
    """Have files noted, each with the length that it had before.

    Those of one length, which may have the same bytes, follow each other; the largest come first:
    else one of them may be read alone at the end.
    """
    lengths = [(find_length(raw), raw) for raw in files]
    lengths.sort(key=lambda one: one[0], reverse=True)
    return [(length, raw, pools.note(raw)) for length, raw in lengths]


def _group_same_bytes(files: Iterable[RawFile], states: dict[str, FileState]) -> list[SameBytes]:
    groups: dict[tuple[str, str], list[RawFile]] = {}
    for raw in files:
        groups.setdefault((states[raw.path].sha256, name_reading(raw)), []).append(raw)
    return [SameBytes(sha256, tuple(group)) for (sha256, _), group in groups.items()]


def _explain_youth(raw: RawFile, settle_seconds: float) -> str:
    """Say that a file was written too recently to be read, where it was.

    One of a time to come, by a clock that is wrong or a zone that was mistaken, would be so for
    years: it is as far from now as if it were as old.
    """
    try:
        age = abs(time.time() - raw.location.stat().st_mtime)
    except OSError:
        return ""
    if age >= settle_seconds:
        return ""
    return f"was written less than settle_seconds = {settle_seconds:g} ago"


def _leave(
    left: list[tuple[RawFile, str]],
    target: Target,
    published: Mapping[tuple[str, str], str],
    found: RawFilesRead,
) -> None:
    """Leave files for the next run, with what the published tables have of them."""
    for raw, why in left:
        message = f"{raw.path} {why}: {NEXT_RUN}"
        sha256 = published.get((raw.path, raw.feed.name))
        if sha256 and (receipt := find_last_reading(raw, sha256, target)):
            found.read.append((raw, sha256, receipt))
            message = f"{message}; {STANDS}"
        found.warnings.append(
            Warned(
                code="file_changing",
                message=message,
                feed=raw.feed.name,
                path=raw.path,
                setting="workspace.settle_seconds",
            )
        )


def _warn_of_damage(same: SameBytes, reading: Reading) -> Iterator[Warned]:
    raw = same.files[0]
    if reading.damage:
        message = f"{raw.path} was read again, since of what was kept of it {reading.damage}"
        yield Warned(code="ledger_damaged", message=message, feed=raw.feed.name, path=raw.path)
