"""What has files written that a step makes: a run keeps them for the next, a question does not."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from flows.cluster.workers import THREADS, Workers, perform
from flows.kept.identities import identify
from flows.kept.kept_folders import KeptFolder
from flows.storage.workspace_files import PRIVATE_FOLDER, remove_tree

TEXT = "text"
"""The file of a kept text."""
Draft = tuple[int, Path]
"""A folder to write into, and whose result among several it is to hold."""
Written = tuple[int, str | None]
"""Which draft is written, and what it is: None has its files hashed."""
WriteDrafts = Callable[[Sequence[Draft], Callable[[Written], object]], None]
"""Writes drafts; tells of each once it is written."""
T = TypeVar("T")


@dataclass(frozen=True)
class ScratchFolder:
    """A folder that lasts as long as the process."""

    path: Path
    identity: str

    def open(self) -> Path:
        """The folder."""
        return self.path


Folder = KeptFolder | ScratchFolder
"""A folder with files that were written once, and what its content is."""


class Keeper(ABC):
    """Has files written that are not there yet.

    Attributes:
        workers: What carries out the tasks that write them.
    """

    workers: Workers

    @abstractmethod
    def folders(
        self, name: str, inputs: Sequence[Iterable[object]], write: WriteDrafts
    ) -> Sequence[Folder]:
        """The files of several results of a step, each kept by itself."""

    @abstractmethod
    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        """What runs before left of a step: what it is, and its folder, verified.

        A step whose result follows from an earlier one and from what has changed since then starts
        from it. What its inputs were, the step must have written beside it.
        """

    def folder(
        self, name: str, inputs: Iterable[object], write: Callable[[Path], str | None]
    ) -> Folder:
        """The files that a step writes; taken over where its inputs are those of a run before.

        Args:
            inputs: All that decides its result.
            write: Writes the files into a folder; returns what they are, where that is not the
                hash of their bytes.
        """
        return self.folders(name, [inputs], partial(write_alone, write))[0]

    def each(
        self,
        name: str,
        inputs: Sequence[Sequence[object]],
        task: Callable[[Any, Any, Path], str | None],
        shared: object,
        items: Sequence[object],
    ) -> Sequence[Folder]:
        """The files of each of several items, those not there yet written by a task each.

        Args:
            inputs: All that decides the files of each item.
            task: A function of a module, of what is shared, of an item and of a folder to write
                into; gives what it wrote, where less than all that decides it tells that.
        """

        def write(drafts: Sequence[Draft], tell: Callable[[Written], object]) -> None:
            wanted = [(at, items[at], folder) for at, folder in drafts]

            def take(written: Written) -> None:
                at, identity = written
                tell((at, identity or identify(name, [*inputs[at]])))

            if wanted:
                perform(self.workers, partial(carry_out, task), shared, wanted, take)

        return self.folders(name, inputs, write)

    def text(self, name: str, inputs: Iterable[object], write: Callable[[], str]) -> str:
        """The text of a step, such as a part of the page."""

        def put(folder: Path) -> None:
            (folder / TEXT).write_text(write(), encoding="utf-8")

        return (self.folder(name, inputs, put).open() / TEXT).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Scratch(Keeper):
    """Has everything written, and keeps nothing."""

    home: Path
    workers: Workers = THREADS

    def folders(
        self, name: str, inputs: Sequence[Iterable[object]], write: WriteDrafts
    ) -> list[ScratchFolder]:
        """The files of several results of a step."""
        identities = [identify(name, [*of]) for of in inputs]
        found = [ScratchFolder(self.home / one, one) for one in identities]
        for folder in found:
            folder.path.mkdir(parents=True)
        write([(at, folder.path) for at, folder in enumerate(found)], lambda _: None)
        return found

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:  # noqa: ARG002 - it has none
        """Nothing was kept."""
        return iter(())


def write_alone(
    write: Callable[[Path], str | None], drafts: Sequence[Draft], tell: Callable[[Written], object]
) -> None:
    """Write drafts one after the other by what writes one folder."""
    for at, folder in drafts:
        tell((at, write(folder)))


def carry_out(
    task: Callable[[Any, Any, Path], str | None], shared: object, wanted: tuple[int, object, Path]
) -> Written:
    """One task of several: whose result it wrote, and what that is.

    It writes into a folder of its own and moves in what is whole, so that it may be done again, and
    even beside an attempt at it that was thought dead.
    """
    at, item, folder = wanted
    own = folder.with_name(f"{folder.name}.{secrets.token_hex(8)}")
    own.mkdir(mode=PRIVATE_FOLDER)
    try:
        identity = task(shared, item, own)
        for path in own.iterdir():
            path.replace(folder / path.name)
    finally:
        remove_tree(own)
    return at, identity


@dataclass
class Deferred(Generic[T]):
    """A result that may not be needed.

    Attributes:
        identity: What it is, or the hash of all that decides it.
    """

    identity: str
    compute: Callable[[], T]

    @classmethod
    def of(cls, kept: Folder, read: Callable[[Path], T]) -> "Deferred[T]":
        """What lies in a kept folder."""
        return cls(kept.identity, lambda: read(kept.open()))

    @cached_property
    def value(self) -> T:
        """The result, computed once."""
        return self.compute()
