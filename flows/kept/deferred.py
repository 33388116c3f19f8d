"""Results that are computed when they are first asked for, and known by their inputs before."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

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

    @cached_property
    def value(self) -> T:
        """The result, computed once."""
        return self.compute()
