"""Whether what lies beside tables and in quarantine is what was written, and nothing else."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flows.storage.checksums import (
    find_differing,
    forget_sums,
    has_sums,
    list_kept_sums,
    read_sums,
    renew_sums,
    sums_file,
)
from flows.storage.layout import Layout
from flows.storage.snapshots.kept_snapshots import list_quarantines, list_runs
from flows.storage.snapshots.publish import TABLE_SUFFIX
from flows.storage.snapshots.published_files import MANIFEST, find_unfinished
from flows.storage.snapshots.recovery import is_whole


@dataclass(frozen=True)
class Damage:
    """Something that is not what a run wrote.

    Attributes:
        path: The file or folder, from the workspace.
        problem: What is the matter with it; no value of the data.
        mended: Whether it is set right, or gone so that the next run makes it anew.
    """

    path: str
    problem: str
    mended: bool = False


def verify_sums(root: Path, *, repair: bool) -> Iterator[Damage]:
    """Verify each run's list of hashes, and by it all but the tables and the manifest.

    A list that is gone or damaged is made anew where the run's tables are those of its manifest. A
    folder that is gone whole is one damage, and mended once the list knows no more of it.
    """
    layout = Layout(root)
    runs = {*list_runs(layout), *list_quarantines(layout)}
    runs |= {file.stem for file in list_kept_sums(root)} - {find_unfinished(layout)}
    for run_id in sorted(runs):
        file = sums_file(root, run_id)
        if not has_sums(root, run_id):
            problem = "is not what was written" if file.exists() else "is gone"
            is_mended = repair and _has_its_tables(root, run_id)
            if is_mended:
                renew_sums(root, run_id)
            yield Damage(layout.relative(file), problem, mended=is_mended)
            continue
        gone = _find_gone(layout, run_id, read_sums(root, run_id))
        if gone and repair:
            forget_sums(root, run_id, gone)
        yield from (Damage(path, "is gone", mended=repair) for path in gone)
        for path, problem in find_differing(root, run_id, partial(_is_asked, layout, gone)):
            yield Damage(path, problem)
        rejected = layout.quarantine / run_id
        yield from verify_own(root, rejected, read_sums(root, run_id), repair=repair)


def _find_gone(layout: Layout, run_id: str, listed: Collection[str]) -> tuple[str, ...]:
    """The folders of a run of which nothing is left: of its snapshot, of its rejected rows."""
    homes = (top / run_id for top in (layout.snapshots, layout.quarantine))
    gone = (f"{layout.relative(home)}/" for home in homes if not home.exists())
    return tuple(home for home in gone if any(path.startswith(home) for path in listed))


def _is_asked(layout: Layout, gone: tuple[str, ...], path: str) -> bool:
    """Whether a file is in a folder that is there, and no manifest or table of a snapshot."""
    if path.startswith(gone):
        return False
    is_of_snapshot = path.startswith(f"{layout.relative(layout.snapshots)}/")
    return not (path.endswith(f"/{MANIFEST}") or (is_of_snapshot and path.endswith(TABLE_SUFFIX)))


def _has_its_tables(root: Path, run_id: str) -> bool:
    """Whether a run's tables are those of its manifest; a run that was refused has none."""
    return not (Layout(root).snapshots / run_id).exists() or is_whole(root, run_id)


def verify_own(root: Path, folder: Path, own: Collection[str], *, repair: bool) -> Iterator[Damage]:
    """Whether a folder that a run wrote has no Parquet file that a reader would take for the run's.

    Args:
        own: The paths of what the run wrote, from the workspace.
    """
    for file in sorted(folder.rglob(f"*{TABLE_SUFFIX}")):
        path = Layout(root).relative(file)
        if path not in own:
            if repair:
                file.unlink()
            yield Damage(path, "is nothing that the run wrote", mended=repair)
