"""A folder that shows a workspace of an object store, and what a command changed in it."""

import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from flows.remote.needs import Needs
from flows.remote.object_cache import ObjectCache, stand_in
from flows.remote.object_keys import (
    KEPT_FOLDER,
    LEDGER_FOLDER,
    MANIFEST,
    OUR_FOLDERS,
    POINTER,
    RECEIPT,
    SNAPSHOTS,
    UPLOADS,
    Kind,
    kind_of,
    run_of,
)
from flows.remote.object_store import S3Objects, StoredObject
from flows.remote.raw_objects import RAW_INDEX, RawIndex, RawObjects

AT_ONCE = 8
"""How many objects are brought or uploaded at a time."""
LARGE = {Kind.LEDGER: LEDGER_FOLDER.rstrip("/"), Kind.KEPT: KEPT_FOLDER.rstrip("/")}
"""Folders of state that are not even listed for who does not need them."""
OF_THE_VIEW = ("state/lock", "state/staging", "state/publishing.json")
"""What a command keeps in its view for itself."""

Signature = tuple[int, int, int]
T = TypeVar("T")


@dataclass
class Changes:
    """What a command did in its view.

    Attributes:
        written: Key -> the file that is new or other than what is in the store.
        removed: Keys of objects whose files are gone.
    """

    written: dict[str, Path] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)


class Mirror:
    """A view of a workspace in an object store.

    Attributes:
        stored: What is in the store, by key, without what no run has published or finished.
        leftovers: Keys that runs which did not come to their end have left.
        published: The run whose snapshot is published; empty for none.
    """

    def __init__(self, root: Path, objects: S3Objects, cache: ObjectCache, needs: Needs) -> None:
        """List what the store has, and bring what the command needs.

        Args:
            root: An empty folder.

        Raises:
            ObjectChanged, ObjectMissing: The workspace was changed meanwhile.
            StorageFailed: The store or the disk refuses.
        """
        self.root, self.objects, self._cache, self._needs = root, objects, cache, needs
        self._signatures: dict[str, Signature] = {}
        found = {one.key: one for one in _list_objects(objects, needs)}
        self.published = _read_published(objects, found)
        self.leftovers = _find_leftovers(found, self.published)
        hidden = set(self.leftovers)
        self.stored = {
            key: one
            for key, one in found.items()
            if key not in hidden and kind_of(key) is not Kind.OWN
        }
        self._show()
        self._index = RawIndex(root / RAW_INDEX)
        self.raw = RawObjects(root, objects, self.stored, self._index, self.sign)

    def find_changes(self) -> Changes:
        """What the command wrote and removed since."""
        self._index.write(self.stored)
        changes, folders = Changes(), set[str]()
        for top, _, names in os.walk(self.root):
            place = Path(top).relative_to(self.root).as_posix()
            folders.add("" if place == "." else place)
            for name in names:
                key = Path(top, name).relative_to(self.root).as_posix()
                if not key.startswith(OF_THE_VIEW) and not self._is_as_stored(key):
                    changes.written[key] = Path(top, name)
        for key in self.stored:
            is_gone = key in self._signatures and not (self.root / key).exists()
            if is_gone or key.rpartition("/")[0] not in folders:
                changes.removed.add(key)
        return changes

    def note_stored(self, key: str, e_tag: str, path: Path) -> None:
        """Note that a file of the view is now in the store, and keep it for later commands."""
        one = StoredObject(key, path.stat().st_size, e_tag, datetime.now(UTC))
        self.stored[key] = one
        self.sign(key)
        if kind_of(key) is not Kind.RAW:
            self._cache.keep(one, path)

    def find_same(self, path: Path) -> str:
        """The key of an object whose file in the view is the very same one; empty for none."""
        own = _read_signature(path)
        return next((key for key, known in self._signatures.items() if known == own), "")

    def sign(self, key: str) -> None:
        """Note that a file is as it is in the store."""
        self._signatures[key] = _read_signature(self.root / key)

    def _is_as_stored(self, key: str) -> bool:
        return self._signatures.get(key) == _read_signature(self.root / key)

    def _show(self) -> None:
        """Make the view's folders, bring what is needed, and let other files stand in."""
        for folder in {(self.root / key).parent for key in self.stored}:
            folder.mkdir(parents=True, exist_ok=True)
        shown = [one for one in self.stored.values() if not (self.root / one.key).is_dir()]
        work_at_once(
            self._bring, [one for one in shown if self._needs.brings(one.key, self.published)]
        )
        for one in shown if Kind.RAW in self._needs.kinds else ():
            if kind_of(one.key) is Kind.RAW:
                stand_in(one, self.root / one.key)
                self.sign(one.key)

    def _bring(self, one: StoredObject) -> None:
        self._cache.bring(one, self.root / one.key, is_fresh=self._needs.is_fresh)
        self.sign(one.key)


def work_at_once(work: Callable[[T], None], items: Iterable[T]) -> None:
    """Do something with every item, several at a time; the first failure ends it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _read_signature(path: Path) -> Signature:
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _list_objects(objects: S3Objects, needs: Needs) -> list[StoredObject]:
    """What the store has of the kinds that matter to a command."""
    folders, found = objects.list_level("")
    whole = {"sources", "reports", "quarantine"} & {*folders}
    if Kind.RAW in needs.kinds:
        whole |= {*folders} - OUR_FOLDERS
    if "state" in folders:
        below, here = objects.list_level("state")
        found += here
        skipped = {place for kind, place in LARGE.items() if kind not in needs.kinds}
        whole |= {*below} - skipped
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for listed in pool.map(objects.list_all, sorted(whole)):
            found += listed
    return found


def _read_published(objects: S3Objects, found: dict[str, StoredObject]) -> str:
    """The run to which the pointer leads; empty where it leads nowhere."""
    pointer = found.get(POINTER)
    if pointer is None:
        return ""
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(objects.read(pointer, 0, pointer.size))["run_id"])
    return ""


def _find_leftovers(found: dict[str, StoredObject], published: str) -> list[str]:
    """What runs that were killed left: unpublished snapshots, and readings that are not whole."""
    uploads = {key.removeprefix(UPLOADS) for key in found if key.startswith(UPLOADS)}

    def is_left(key: str) -> bool:
        if key.startswith(SNAPSHOTS):
            run = run_of(key)
            has_manifest = f"{SNAPSHOTS}{run}/{MANIFEST}" in found
            return run != published and (run in uploads or not has_manifest)
        if key.startswith(LEDGER_FOLDER):
            reading = "/".join(key.split("/")[:3])
            return f"{reading}/{RECEIPT}" not in found
        return key.startswith(UPLOADS)

    return [key for key in found if is_left(key)]
