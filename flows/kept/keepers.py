"""What has files written that a step makes: a run keeps them for the next, a question does not."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flows.kept.identities import identify


class Folder(Protocol):
    """A folder with files that were written once."""

    @property
    def identity(self) -> str:
        """What its content is."""
        ...

    def open(self) -> Path:
        """The folder, its files as they were written."""
        ...


class Keeper(Protocol):
    """Has files written that are not there yet."""

    def folder(
        self, name: str, inputs: Iterable[object], write: Callable[[Path], str | None]
    ) -> Folder:
        """The files that a step writes.

        Args:
            name: The step.
            inputs: All that decides its result.
            write: Writes the files into a folder; returns what they are.
        """
        ...

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        """What runs before left of a step: what it is, and its folder.

        Args:
            name: The step.
        """
        ...


@dataclass(frozen=True)
class ScratchFolder:
    """A folder that lasts as long as the process.

    Attributes:
        path: Where it lies.
        identity: What its content is.
    """

    path: Path
    identity: str

    def open(self) -> Path:
        """The folder."""
        return self.path


@dataclass(frozen=True)
class Scratch:
    """Has everything written, and keeps nothing.

    Attributes:
        home: Where it is written.
    """

    home: Path

    def folder(
        self, name: str, inputs: Iterable[object], write: Callable[[Path], str | None]
    ) -> ScratchFolder:
        """The files that a step writes."""
        identity = identify(name, [*inputs])
        path = self.home / identity
        path.mkdir(parents=True)
        write(path)
        return ScratchFolder(path, identity)

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:  # noqa: ARG002 - it has none
        """Nothing was kept."""
        return iter(())
