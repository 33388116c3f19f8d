"""Raw files whose bytes may be elsewhere until they are read.

`flows.remote` shows a store in a folder and says so here, as a file system is mounted, for as long
as its context lasts. So whoever reads a raw file asks by its path alone, and files can be named to
other processes, to which nothing is elsewhere: this one brings their bytes before.
"""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flows.storage.layout import in_text
from flows.storage.workspace_files import hash_file


class RawElsewhere(Protocol):
    """Raw files of a folder in which files of their sizes and times stand in for them."""

    def has(self, path: Path) -> bool:
        """Whether a file stands in for one."""
        ...

    def describe(self, path: Path) -> tuple[int, ...]:
        """Length, two times of writing (0 where no clock tells), and what tells contents apart."""
        ...

    def hash_content(self, path: Path) -> str:
        """The SHA-256 of the content; FileNotFoundError where it is gone or was changed."""
        ...

    def content(self, path: Path) -> AbstractContextManager[None]:
        """Have the content in the file; FileNotFoundError where it is gone or was changed."""
        ...

    def replace(self, path: Path, content: Path) -> None:
        """Put a file's content in place of the one that was read; FileNotFoundError likewise."""
        ...


@dataclass(frozen=True)
class RawPlace:
    """Where the files of a feed are matched.

    Attributes:
        pattern: The glob of the files in it.
        name: What their paths begin with where they are told; empty where that is the workspace.
    """

    folder: Path
    pattern: str
    name: str = ""

    def call(self, path: Path) -> str:
        """What a file is called."""
        return self.name + in_text(path.relative_to(self.folder).as_posix())


_elsewhere: dict[Path, RawElsewhere] = {}
"""Folder -> what brings the raw files that it shows."""
_places: dict[tuple[Path, str], RawPlace] = {}
"""Workspace and glob of a feed as configured -> where its files are shown."""


@contextmanager
def raw_files_elsewhere(root: Path, raw: RawElsewhere) -> Generator[None]:
    """Have the raw files of a folder brought when they are read, as long as the context lasts.

    Args:
        root: The folder, with symbolic links resolved.
    """
    _elsewhere[root] = raw
    try:
        yield
    finally:
        del _elsewhere[root]


@contextmanager
def feeds_elsewhere(root: Path, places: Mapping[str, RawPlace]) -> Generator[None]:
    """Have files of feeds matched outside of their workspace, as long as the context lasts.

    Args:
        places: The glob of a feed's files, as it is configured -> where they are.
    """
    known = {(root, files): place for files, place in places.items()}
    _places.update(known)
    try:
        yield
    finally:
        for one in known:
            del _places[one]


def find_place(root: Path, files: str) -> RawPlace:
    """Where the files of a feed of a workspace are matched.

    Args:
        files: Their glob, as it is configured.

    Raises:
        LookupError: They are objects of a store that was not opened.
    """
    place = _places.get((root, files))
    if place is None and "://" in files:
        raise LookupError(files)
    return place or RawPlace(root, files)


def is_elsewhere(root: Path) -> bool:
    """Whether a folder stands for another place."""
    return root in _elsewhere


def is_raw_elsewhere(path: Path) -> bool:
    """Whether a raw file's bytes are brought when it is read."""
    return _find(path) is not None


def describe_raw(path: Path) -> tuple[int, ...] | None:
    """What tells one content of a raw file from another; None where the disk is to be asked."""
    raw = _find(path)
    return raw.describe(path) if raw else None


def hash_raw(path: Path) -> str:
    """The SHA-256 of a raw file's bytes, which are not brought where it is known."""
    raw = _find(path)
    return raw.hash_content(path) if raw else hash_file(path)


def raw_content(path: Path) -> AbstractContextManager[None]:
    """Have the bytes of a raw file in it, as long as the context lasts.

    Raises:
        FileNotFoundError: It is gone elsewhere, or was changed there.
    """
    raw = _find(path)
    return raw.content(path) if raw else nullcontext()


def replace_raw(path: Path, content: Path) -> None:
    """Put a file's content in place of a raw file that is elsewhere, if it is what was read.

    Raises:
        FileNotFoundError: It is gone elsewhere, or was changed there.
        LookupError: It is not elsewhere.
    """
    raw = _find(path)
    if raw is None:
        raise LookupError(path)
    raw.replace(path, content)


def _find(path: Path) -> RawElsewhere | None:
    for root, raw in _elsewhere.items():
        if path.is_relative_to(root) and raw.has(path):
            return raw
    return None
