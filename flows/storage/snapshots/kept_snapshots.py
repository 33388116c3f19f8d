"""The kept snapshots of a workspace: which there are, and which are too old (SPEC §3)."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Generic, TypeVar

from contracts.manifest import (
    RUN_ID_PATTERN,
    RUN_ID_SECOND,
    Manifest,
    PastInput,
    PastInputs,
    PastRun,
)
from flows.errors import UsageError
from flows.storage.checksums import drop_sums
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import (
    PublishedDamage,
    find_unfinished,
    read_manifest_as,
    read_pointer,
)
from flows.storage.workspace_files import remove_tree, storage_errors

GRACE = timedelta(hours=1)
"""How long a snapshot stays after it ceased to be the published one: readers may be in it."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
F = TypeVar("F", bound=Manifest | PastRun)


@dataclass(frozen=True)
class Snapshot(Generic[F]):
    """One kept snapshot, with what was asked of its manifest."""

    manifest: F
    is_published: bool

    @property
    def run_id(self) -> str:
        """The run that published it."""
        return self.manifest.run_id

    @property
    def published_at(self) -> datetime:
        """When it was ready, which is about when it was published."""
        return datetime.fromisoformat(self.manifest.finished_at)


def list_runs(layout: Layout) -> list[str]:
    """The runs that have published a snapshot that is still there, in order."""
    unfinished = find_unfinished(layout)
    return [run_id for run_id in _list_runs(layout.snapshots) if run_id != unfinished]


def list_quarantines(layout: Layout) -> list[str]:
    """The runs that have something in quarantine, in order."""
    runs = _list_runs(layout.quarantine)
    return [run_id for run_id in runs if any((layout.quarantine / run_id).iterdir())]


def find_last_run(layout: Layout) -> datetime | None:
    """The time in the id of the last run of which something is left; None if there is none."""
    runs = (*_list_runs(layout.snapshots), *_list_runs(layout.quarantine))
    return max((at for run in runs if (at := _read_time(run))), default=None)


def _read_time(run_id: str) -> datetime | None:
    """The time in a run's id; None where a folder is only called as a run is."""
    whole, behind = run_id.split("-")
    try:
        second = datetime.strptime(whole, RUN_ID_SECOND).replace(tzinfo=UTC)
        return second + timedelta(microseconds=int(behind[:-1], 16))
    except (ValueError, OverflowError):
        return None


def _list_runs(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    with storage_errors(f"reading {folder}"):
        names = [one.name for one in folder.iterdir() if one.is_dir()]
    return sorted(name for name in names if re.fullmatch(RUN_ID_PATTERN, name))


def list_snapshots(root: Path) -> list[Snapshot[Manifest]]:
    """Every kept snapshot whose manifest is whole, the newest first.

    Raises:
        StorageFailed: The disk does not give them.
    """
    return list_snapshots_as(root, Manifest)


def list_snapshots_as(root: Path, form: type[F]) -> list[Snapshot[F]]:
    """Every kept snapshot, with the part of its manifest that is asked for.

    Raises:
        StorageFailed: The disk does not give them.
    """
    pointer, layout = read_pointer(root), Layout(root)
    kept = []
    for run in list_runs(layout):
        with suppress(PublishedDamage):
            is_published = pointer is not None and pointer.run_id == run
            kept.append(Snapshot(read_manifest_as(root, run, form), is_published))
    return kept[::-1]


def read_past_inputs(root: Path, most: int) -> list[list[PastInput]]:
    """What the last published runs read, the newest first; what does not hold is left out."""
    found: list[list[PastInput]] = []
    for run_id in reversed(list_runs(Layout(root))):
        if len(found) == most:
            break
        with suppress(PublishedDamage):
            found.append(read_manifest_as(root, run_id, PastInputs).inputs)
    return found


def find_snapshot(root: Path, run_id: str) -> Snapshot[Manifest]:
    """The kept snapshot of a run.

    Raises:
        UsageError: None is kept.
    """
    kept = list_snapshots(root)
    for one in kept:
        if one.run_id == run_id:
            return one
    msg = f"no snapshot of a run {run_id!r} is kept"
    raise UsageError(msg, f"Kept: {', '.join(one.run_id for one in kept) or 'none'}.")


def drop_old_snapshots(
    root: Path, keep: int, keep_days: float, now: datetime, *, dry_run: bool = False
) -> list[Path]:
    """Remove the snapshots and quarantines that are neither new nor among the newest.

    Args:
        root: The workspace, held by this run.
        keep: How many snapshots stay, the published one among them.
        keep_days: Every one younger than this stays, too.

    Returns:
        The folders that went, or would go.

    Raises:
        StorageFailed: One cannot be removed.
    """
    layout, kept = Layout(root), list_snapshots_as(root, PastRun)
    oldest = now - timedelta(days=keep_days)
    going = {one.run_id for one in _choose_old(kept, keep, oldest, now)}
    staying = {one.run_id for one in kept} - going
    unread = _find_last_before(kept, min(oldest, now - GRACE), now)
    whole = staying | going  # nobody can read the others, which have no manifest that is whole
    going |= {run for run in list_runs(layout) if run not in whole and run <= unread}
    folders = [layout.snapshots / run_id for run_id in sorted(going)]
    last = _find_last_before(kept, oldest, now)
    folders += _find_old_quarantines(layout.quarantine, staying, last)
    if not dry_run:
        with storage_errors("removing old snapshots"):
            for folder in folders:
                remove_tree(folder)
            drop_sums(root)
    return folders


def _choose_old(
    kept: list[Snapshot[PastRun]], keep: int, oldest: datetime, now: datetime
) -> Iterator[Snapshot[PastRun]]:
    """Those beyond the newest, older than the limit, and not published within the last hour."""
    ceased = now
    for place, (one, published) in enumerate(_date_snapshots(kept, now)):
        is_young = published > oldest or ceased > now - GRACE
        if not (one.is_published or place < keep or is_young):
            yield one
        ceased = published


def _date_snapshots(
    kept: list[Snapshot[PastRun]], now: datetime
) -> Iterator[tuple[Snapshot[PastRun], datetime]]:
    """When snapshots were published, as far as the clock was right that they tell it by.

    A time that is to come is none: such a snapshot is as old as the next one. None is older than
    one before it.

    Args:
        kept: The newest first.
    """
    told = [one.published_at for one in kept]
    known = accumulate((at if at <= now else LONG_AGO for at in reversed(told)), max)
    next_one = now
    for one, at, at_least in zip(kept, told, [*known][::-1], strict=True):
        next_one = at_least if at <= now else next_one
        yield one, next_one


def _find_last_before(kept: list[Snapshot[PastRun]], oldest: datetime, now: datetime) -> str:
    """The id up to which runs are older than a time, whatever the clock said that made their ids.

    Ids stand in the order of the runs: what is before a snapshot is at least as old.
    """
    old = (one.run_id for one, published in _date_snapshots(kept, now) if published <= oldest)
    return max([oldest.strftime(RUN_ID_SECOND), *old])


def _find_old_quarantines(folder: Path, staying: set[str], last: str) -> Iterator[Path]:
    """Rejected rows of runs whose snapshot is gone, or that never had one, and that are old."""
    if not folder.is_dir():
        return
    for one in sorted(folder.iterdir()):
        if one.is_dir() and one.name not in staying and one.name <= last:
            yield one
