"""Tasks on their way through a scheduler, which looks into each and so imports what it is made of.

Of a parcel that is this room alone, which imports nothing of the project: a scheduler that saw the
tasks themselves would import all of the flow first, two seconds in which every worker waits.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Parcel:
    """A value that is opened where it is needed, and nowhere before.

    Attributes:
        content: The value, pickled.
    """

    content: bytes

    @classmethod
    def of(cls, value: object) -> Self:
        """Pack a value."""
        return cls(pickle.dumps(value))

    def open(self) -> Any:
        """Unpack the value."""
        return pickle.loads(self.content)  # noqa: S301 - of the run that gave the task


@dataclass(frozen=True)
class StoredParcel:
    """A parcel that lies in a file: a worker fetches it once for all tasks that need it.

    Attributes:
        path: The file, whose name is given but once.
    """

    path: Path

    def open(self) -> Any:
        """Unpack the value."""
        return _open_stored(self.path)


@lru_cache(maxsize=1)
def _open_stored(path: Path) -> Any:
    return Parcel(path.read_bytes()).open()


def call_packed(function: Parcel, *arguments: Parcel | StoredParcel) -> object:
    """Call a function that came as a parcel, of arguments that are parcels, too."""
    call: Callable[..., object] = function.open()
    return call(*(one.open() for one in arguments))
