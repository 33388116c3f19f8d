"""What a workspace remembers of erasures: who was erased, and which erasure is not yet finished.

Who was erased no feed can tell again: it is kept twice. An erasure is decided by one rename: the
files that it writes anew lie whole below state/erasing, under the paths that they replace. Whatever
kills it then, the next command that writes carries it out.
"""

import shutil
from pathlib import Path

from contracts.erasures import Erasures
from contracts.manifest import PathBelow
from flows.errors import StorageFailed
from flows.storage.layout import Layout
from flows.storage.raw_files import hash_raw
from flows.storage.sealed_files import OwnRecord, seal, unseal, write_sealed
from flows.storage.snapshots.publish import mirror_latest
from flows.storage.workspace_files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    make_folder,
    remove_tree,
    storage_errors,
    sync,
    sync_tree,
    write_durably,
)

JOURNAL = "erasing.json"
ANEW = "anew"
"""The folder of the files that are written anew, by their paths from the workspace."""


class DecidedErasure(OwnRecord):
    """What an erasure does beside writing files anew.

    Attributes:
        raw: Raw files that are written anew -> the hash of what was read; one that is another
            by now is left as it is.
    """

    gone: list[PathBelow]
    raw: dict[PathBelow, str]


def read_erasures(root: Path) -> Erasures | None:
    """Who was erased from a workspace; None for nobody.

    Raises:
        StorageFailed: Neither copy of it can be read.
    """
    layout = Layout(root)
    damaged = []
    with storage_errors("reading state/erasures.json"):
        for path in (layout.erasures, layout.erasures_copy):
            if path.exists():
                try:
                    return unseal(Erasures, path.read_bytes())
                except ValueError:
                    damaged.append(layout.relative(path))
    if damaged:
        msg = f"who was erased is not known any more: {' and '.join(damaged)} cannot be read"
        hint = "Restore one of them from a backup, or remove them and erase these people again."
        raise StorageFailed(msg, hint)
    return None


def find_damaged_erasures(root: Path) -> list[Path]:
    """The copies of who was erased that are gone or not what was written."""
    paths = (Layout(root).erasures, Layout(root).erasures_copy)
    return [path for path in paths if not _is_sealed(path)] if any(map(Path.exists, paths)) else []


def _is_sealed(path: Path) -> bool:
    try:
        unseal(Erasures, path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def heal_erasures(root: Path) -> None:
    """Write both copies anew from the one that holds.

    Raises:
        StorageFailed: Neither holds.
    """
    layout = Layout(root)
    if (damaged := find_damaged_erasures(root)) and (erasures := read_erasures(root)):
        for path in damaged:
            make_folder(path.parent).chmod(PRIVATE_FOLDER)
            write_sealed(path, erasures, layout.staging)


def decide_erasure(root: Path, staged: Path, erasures: Erasures, decided: DecidedErasure) -> None:
    """Decide an erasure: from here on it is carried out, by this command or by the next.

    Args:
        staged: A folder of staging with the files to be written anew in `ANEW`.

    Raises:
        StorageFailed: The disk refused; nothing has changed then.
    """
    layout = Layout(root)
    with storage_errors("deciding the erasure"):
        for path in (layout.erasures, layout.erasures_copy):
            make_folder(path.parent).chmod(PRIVATE_FOLDER)
            draft = staged / ANEW / layout.relative(path)
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(seal(erasures), encoding="utf-8")
            draft.chmod(PRIVATE_FILE)
        write_durably(staged / JOURNAL, seal(decided))
        sync_tree(staged)
        staged.rename(layout.erasing)
        sync(layout.state)


def finish_erasure(root: Path) -> None:
    """Carry out an erasure that was decided; nothing happens where none was.

    Raises:
        StorageFailed: The disk refused; the next command that writes goes on.
    """
    layout = Layout(root)
    if not layout.erasing.is_dir():
        return
    with storage_errors("carrying out an erasure"):
        try:
            decided = unseal(DecidedErasure, (layout.erasing / JOURNAL).read_bytes())
        except (OSError, ValueError):
            # What was read of the feeds may bear the person: it goes, and is read again.
            decided = DecidedErasure(gone=[layout.relative(layout.ledger)], raw={})
        anew = layout.erasing / ANEW
        files = sorted(path for path in anew.rglob("*") if path.is_file())
        for draft in sorted(files, key=lambda path: _when(path.relative_to(anew).as_posix())):
            name = draft.relative_to(anew).as_posix()
            if not _is_another(root / name, decided.raw.get(name)):
                make_folder((root / name).parent)
                draft.replace(root / name)
                sync((root / name).parent)
        for name in decided.gone:
            remove_tree(root / name)
        mirror_latest(root)
        done = make_folder(layout.staging) / layout.erasing.name
        remove_tree(done)
        layout.erasing.rename(done)
        sync(layout.state)
        shutil.rmtree(done)


def _when(name: str) -> int:
    """Who was erased comes first, the pointer last, manifests after their tables."""
    order = {"erasures.json": 0, ".parquet": 2, "manifest.json": 3, "current.json": 4}
    return next((place for end, place in order.items() if name.endswith(end)), 1)


def _is_another(place: Path, sha256: str | None) -> bool:
    """Whether a raw file is not any more what was read: it is not replaced."""
    return sha256 is not None and (not place.exists() or hash_raw(place) != sha256)
