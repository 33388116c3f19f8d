"""Raw objects of a workspace: brought to this machine when they are read, and only then."""

import json
import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.remote.object_cache import fetch, stand_in
from flows.remote.object_keys import Kind, kind_of
from flows.remote.object_store import Objects, StoredObject
from flows.remote.store_errors import ObjectChanged, ObjectMissing
from flows.storage.workspace_files import hash_file

RAW_INDEX = "state/raw_objects.json"
"""Key -> e_tag, bytes and SHA-256 of every raw object that a run has read."""


class RawObjects:
    """The raw objects of a view, each a file of its size and time until it is read."""

    def __init__(
        self,
        root: Path,
        objects: Objects,
        stored: dict[str, StoredObject],
        sign: Callable[[str], None],
    ) -> None:
        """Read what earlier runs have told of raw objects.

        Args:
            root: The view, in which every raw object has its stand-in.
            objects: The workspace's objects.
            stored: What is in the store; put right where a raw object turns out to be another.
            sign: Notes that a file of the view is as it is in the store.
        """
        self._root, self._objects, self._stored, self._sign = root, objects, stored, sign
        self._turn = threading.Lock()
        self._turns: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._whole: set[str] = set()
        self._readers: Counter[str] = Counter()
        self._known: dict[str, list[object]] = {}
        with suppress(FileNotFoundError, ValueError):
            self._known = dict(json.loads((root / RAW_INDEX).read_text("utf-8")))

    def has(self, path: Path) -> bool:
        """Whether a file of the view is a raw object that nothing has rewritten."""
        return self._key(path) in self._stored

    def describe(self, path: Path) -> tuple[int, ...]:
        """What tells one content of a raw object from another: size, times, and e_tag."""
        one = self._stored[self._key(path)]
        modified = int(one.modified.timestamp() * 1e9)
        return one.size, modified, modified, hash(one.e_tag)

    def hash_content(self, path: Path) -> str:
        """The SHA-256 of a raw object, as an earlier run has told it or from its bytes.

        Raises:
            FileNotFoundError: It is gone or was changed; from now on it is what it is.
        """
        one = self._stored[self._key(path)]
        match self._known.get(one.key):
            case [one.e_tag, one.size, str(sha256)]:
                return sha256
        with self._turn_of(one.key):
            self._bring(one.key, path)
            sha256 = hash_file(path)
            self._known[one.key] = [one.e_tag, one.size, sha256]
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

    def bring_all(self) -> None:
        """Have the bytes of every raw object in its file until the view goes."""
        for key in [key for key in self._stored if kind_of(key) is Kind.RAW]:
            with self._turn_of(key), suppress(FileNotFoundError):
                self._bring(key, self._root / key)
                self._readers[key] += 1

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

    def write_index(self) -> None:
        """Tell later runs what this one knows of the raw objects that are there."""
        there = {key: said for key, said in sorted(self._known.items()) if key in self._stored}
        text = json.dumps(there, indent=0, ensure_ascii=False) + "\n"
        place = self._root / RAW_INDEX
        before = place.read_text("utf-8") if place.exists() else ""
        if there and text != before:
            place.parent.mkdir(exist_ok=True)
            place.unlink(missing_ok=True)
            place.write_text(text, "utf-8")

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
