"""Raw objects of a workspace: brought to this machine when they are read, and only then."""

import json
import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.remote.object_cache import fetch, stand_in
from flows.remote.object_store import S3Objects, StoredObject
from flows.remote.store_errors import ObjectChanged, ObjectMissing
from flows.storage.workspace_files import PRIVATE_FILE, hash_file, make_folder

RAW_INDEX = "state/raw_objects.json"
LARGE = 1 << 26
"""Up to how many bytes an object is replaced by one conditional request, which is held whole."""


class RawIndex:
    """Key -> e_tag, bytes and SHA-256 of every raw object that a run has read."""

    def __init__(self, place: Path) -> None:
        """Read what earlier runs have told in a file, if there is one."""
        self._place = place
        self._known: dict[str, list[object]] = {}
        with suppress(FileNotFoundError, ValueError):
            self._known = dict(json.loads(place.read_text("utf-8")))

    def find(self, name: str, one: StoredObject) -> str | None:
        """The hash of an object's bytes, if a run has read it."""
        match self._known.get(name):
            case [one.e_tag, one.size, str(sha256)]:
                return sha256
        return None

    def note(self, name: str, one: StoredObject, sha256: str) -> None:
        """Remember the hash of an object's bytes."""
        self._known[name] = [one.e_tag, one.size, sha256]

    def write(self, there: Container[str]) -> None:
        """Tell later runs what is known of the raw objects that are there."""
        known = {name: said for name, said in sorted(self._known.items()) if name in there}
        text = json.dumps(known, indent=0, ensure_ascii=False) + "\n"
        before = self._place.read_text("utf-8") if self._place.exists() else ""
        if known and text != before:
            draft = make_folder(self._place.parent) / f"{self._place.name}.draft"
            draft.write_text(text, "utf-8")
            draft.chmod(PRIVATE_FILE)  # before others can see it
            draft.replace(self._place)


class RawObjects:
    """The raw objects of a view, each a file of its size and time until it is read."""

    def __init__(
        self,
        root: Path,
        objects: S3Objects,
        stored: dict[str, StoredObject],
        index: RawIndex,
        sign: Callable[[str], None] = lambda _: None,
        name: str = "",
    ) -> None:
        """Take what a view shows.

        Args:
            root: The view, in which every raw object has its stand-in.
            stored: What is in the store; put right where a raw object turns out to be another.
            index: What earlier runs have told of raw objects.
            sign: Notes that a file of the view is as it is in the store.
            name: What the index calls an object by, before its key.
        """
        self._root, self._objects, self._stored, self._sign = root, objects, stored, sign
        self._index, self._name = index, name
        self._turn = threading.Lock()
        self._turns: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._whole: set[str] = set()
        self._readers: Counter[str] = Counter()

    def has(self, path: Path) -> bool:
        """Whether a file of the view is a raw object that nothing has rewritten."""
        return self._key(path) in self._stored

    def describe(self, path: Path) -> tuple[int, ...]:
        """What tells one content of a raw object from another: by size and e_tag."""
        one = self._stored[self._key(path)]
        return one.size, 0, 0, hash(one.e_tag)

    def hash_content(self, path: Path) -> str:
        """The SHA-256 of a raw object, as an earlier run has told it or from its bytes.

        Raises:
            FileNotFoundError: It is gone or was changed; from now on it is what it is.
        """
        one = self._stored[self._key(path)]
        name = f"{self._name}{one.key}"
        if known := self._index.find(name, one):
            return known
        with self._turn_of(one.key):
            self._bring(one.key, path)
            sha256 = hash_file(path)
            self._index.note(name, one, sha256)
        return sha256

    @contextmanager
    def content(self, path: Path) -> Generator[None]:
        """Have a raw object's bytes in its file; the room that they take goes with the last reader.

        Raises:
            FileNotFoundError: It is gone or was changed; from now on it is what it is.
        """
        key = self._key(path)
        with self._turn_of(key):
            self._bring(key, path)
            self._readers[key] += 1
        try:
            yield
        finally:
            with self._turn_of(key):
                self._readers[key] -= 1
                if not self._readers[key] and path.exists():
                    self._whole.discard(key)
                    self._stand_in(key, path)

    def replace(self, path: Path, content: Path) -> None:
        """Put a file's content in place of a raw object that is still the one that was read.

        Raises:
            FileNotFoundError: It is gone or was changed.
            StorageFailed: The store refuses.
        """
        one = self._stored[self._key(path)]
        try:
            _replace(self._objects, one, content)
        except (ObjectChanged, ObjectMissing):
            raise FileNotFoundError(path) from None

    def _turn_of(self, key: str) -> threading.RLock:
        with self._turn:
            return self._turns[key]

    def _bring(self, key: str, path: Path) -> None:
        if key in self._whole:
            return
        try:
            fetch(self._objects, self._stored[key], path)
        except (ObjectChanged, ObjectMissing):
            self._look_again(key, path)
            raise FileNotFoundError(path) from None
        self._whole.add(key)
        self._sign(key)

    def _look_again(self, key: str, path: Path) -> None:
        try:
            self._stored[key] = self._objects.look(key)
        except ObjectMissing:
            path.unlink(missing_ok=True)
            return
        self._stand_in(key, path)

    def _stand_in(self, key: str, path: Path) -> None:
        path.unlink(missing_ok=True)
        stand_in(self._stored[key], path)
        self._sign(key)

    def _key(self, path: Path) -> str:
        return os.path.relpath(path, self._root).replace(os.sep, "/")


def _replace(objects: S3Objects, one: StoredObject, content: Path) -> None:
    if content.stat().st_size < LARGE:
        objects.put_if(one.key, content.read_bytes(), one.e_tag)
        return
    if objects.look(one.key).e_tag != one.e_tag:
        raise ObjectChanged(one.key)
    objects.put(one.key, content)
