"""What every run does first: finish or undo what a killed run left, and heal what was damaged."""

from pathlib import Path

from contracts.manifest import Manifest, Pointer
from flows.storage.checksums import drop_sums
from flows.storage.erasing.erasure_journal import finish_erasure, heal_erasures
from flows.storage.layout import Layout
from flows.storage.snapshots.kept_snapshots import list_runs
from flows.storage.snapshots.publish import finish_publishing, mirror_latest, point_to
from flows.storage.snapshots.published_files import (
    PublishedDamage,
    find_problem,
    read_journal,
    read_manifest,
    read_manifest_as,
    read_pointer,
)
from flows.storage.workspace_files import PRIVATE_FOLDER, remove_tree, storage_errors


def clean_up(root: Path) -> None:
    """Finish or undo what a killed run left; called first by every run that holds the workspace.

    A pointer or journal that is not what a run writes never stops a run: the pointer goes back to
    the newest snapshot that is whole, and of the journal's run nothing is published.

    Raises:
        StorageFailed: Something cannot be read or removed.
    """
    layout = Layout(root)
    with storage_errors("cleaning up after an earlier run"):
        for folder in (layout.state, layout.quarantine):
            if folder.is_dir():
                folder.chmod(PRIVATE_FOLDER)
        finish_erasure(root)
        heal_erasures(root)
        heal_pointer(root)
        _finish_or_undo(root)
        if layout.staging.exists():
            for leftover in layout.staging.iterdir():
                remove_tree(leftover)
        drop_sums(root)
        mirror_latest(root)


def heal_pointer(root: Path) -> str:
    """Let a pointer that leads to nothing whole lead to the newest snapshot that is.

    Returns:
        What was wrong with the pointer or its manifest; empty where nothing was.
    """
    layout = Layout(root)
    problem = find_pointer_problem(root)
    if problem:
        found = next((run for run in reversed(list_runs(layout)) if is_whole(root, run)), None)
        if found is None:
            layout.pointer.unlink(missing_ok=True)
        else:
            point_to(layout, read_manifest_as(root, found, Manifest))
    return problem


def find_pointer_problem(root: Path) -> str:
    """What is wrong with the pointer or its manifest; empty where nothing is."""
    layout = Layout(root)
    try:
        is_gone = read_manifest(root) is None and not layout.journal.exists()
    except PublishedDamage as damage:
        return damage.message
    is_known = is_gone and any(is_whole(root, run) for run in list_runs(layout))
    return "reports/current.json is gone" if is_known else ""


def _finish_or_undo(root: Path) -> None:
    """Finish the publishing of a run to which the pointer leads already; undo any other."""
    layout, pointer = Layout(root), read_pointer(root)
    if not layout.journal.exists():
        return
    try:
        interrupted = read_journal(layout)
    except ValueError:
        if pointer is not None:
            _drop_unpublished(layout, pointer)
        interrupted = pointer.run_id if pointer else ""
    if pointer is not None and pointer.run_id == interrupted:
        finish_publishing(layout, interrupted)
        return
    if interrupted:
        remove_tree(layout.snapshots / interrupted)
    layout.journal.unlink()


def _drop_unpublished(layout: Layout, pointer: Pointer) -> None:
    """Where no journal says which run was being published: it began after the published one."""
    for run in list_runs(layout):
        if run > pointer.run_id:
            remove_tree(layout.snapshots / run)


def is_whole(root: Path, run_id: str) -> bool:
    """Whether a snapshot has a manifest, and every file that it lists."""
    try:
        manifest = read_manifest_as(root, run_id, Manifest)
    except PublishedDamage:
        return False
    return not any(find_problem(root, output) for output in manifest.outputs)
