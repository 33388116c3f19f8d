"""Pandera without pandas, which it imports wherever that is installed.

No contract of ours is about a frame of pandas, and its import takes as long as all others of a
command together: 0.4 processor seconds.
"""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PANDAS = "pandas"


class _Absent(MetaPathFinder):
    """Finds no pandas, and says so in the words that Pandera looks for."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if name == PANDAS:
            msg = f"No module named {PANDAS!r}"
            raise ModuleNotFoundError(msg, name=PANDAS)
        return None


@contextmanager
def without_pandas() -> Generator[None]:
    """Let what is imported meanwhile not find pandas; who has imported it already keeps it."""
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)
