"""Results that are computed when they are first asked for, and known by their inputs before."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from flows.kept.keepers import Folder

T = TypeVar("T")


@dataclass
class Deferred(Generic[T]):
    """A result that may not be needed.

    Attributes:
        identity: What it is, or the hash of all that decides it.
        compute: Computes it.
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
