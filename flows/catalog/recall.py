"""Rows that were found in the same files before, and need not be looked for again."""

from collections.abc import Callable
from typing import Protocol

import polars as pl

from flows.catalog.read_files import ReadFile

Frames = dict[str, pl.DataFrame]


class Recall(Protocol):
    """Gives rows that are known, or has them found."""

    def __call__(
        self,
        name: str,
        files: list[ReadFile],
        also: tuple[object, ...],
        find: Callable[[], Frames],
        /,
    ) -> Frames:
        """Tables of rows that were found in files.

        Args:
            name: What is looked for.
            files: The files, in order; a column `file` names them by their place among all files.
            also: What else decides the result.
            find: Finds it.
        """
        ...


def find_anew(
    _name: str, _files: list[ReadFile], _also: tuple[object, ...], find: Callable[[], Frames], /
) -> Frames:
    """Have rows found: nothing is known from before."""
    return find()
