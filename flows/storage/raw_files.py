"""Raw files whose bytes may be elsewhere until they are read."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from flows.storage.workspace_files import hash_file


class RawElsewhere(Protocol):
    """Raw files of a folder in which files of their sizes and times stand in for them."""

    def has(self, path: Path) -> bool:
        """Whether a file stands in for one."""
        ...

    def describe(self, path: Path) -> tuple[int, ...]:
        """Length, time of writing twice, and what else tells one content from another."""
        ...

    def hash_content(self, path: Path) -> str:
        """The SHA-256 of the content; FileNotFoundError where it is gone or was changed."""
        ...

    def bring_all(self) -> None:
        """Have every content in its file until the end."""
        ...

    def content(self, path: Path) -> AbstractContextManager[None]:
        """Have the content in the file; FileNotFoundError where it is gone or was changed."""
        ...


_elsewhere: dict[Path, RawElsewhere] = {}


@contextmanager
def raw_files_elsewhere(root: Path, raw: RawElsewhere) -> Generator[None]:
    """Have the raw files of a folder brought when they are read, as long as the context lasts.

    Args:
        root: The folder, with symbolic links resolved.
        raw: Brings them.
    """
    _elsewhere[root] = raw
    try:
        yield
    finally:
        del _elsewhere[root]


def is_elsewhere(root: Path) -> bool:
    """Whether a folder stands for another place."""
    return root in _elsewhere


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


def bring_raw_files(root: Path) -> None:
    """Have the bytes of every raw file of a folder in it, for who reads them in other processes."""
    if root in _elsewhere:
        _elsewhere[root].bring_all()


def _find(path: Path) -> RawElsewhere | None:
    for root, raw in _elsewhere.items():
        if path.is_relative_to(root) and raw.has(path):
            return raw
    return None
