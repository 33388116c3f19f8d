"""Rows found in files, kept with the places of their files among those that were searched."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from flows.catalog.read_files import ReadFile
from flows.catalog.recall import Frames
from flows.kept.kept_frames import list_frames, write_frames
from flows.kept.kept_steps import KeptSteps
from transforms.ingest.deduplication import FILE

LEAST_ROWS, LEAST_FILES = 20_000, 20
"""Fewer rows of fewer files are searched sooner than what was found of them is kept."""


@dataclass(frozen=True)
class RecalledRows:
    """Gives the rows that an earlier run found in the same files (`Recall`)."""

    kept: KeptSteps

    def __call__(
        self, name: str, files: list[ReadFile], also: tuple[object, ...], find: Callable[[], Frames]
    ) -> Frames:
        """Tables of rows that were found in files."""
        valid = sum(got.valid for file in files for got in file.receipt.tables)
        if valid < LEAST_ROWS and len(files) < LEAST_FILES:
            return find()
        places = {file.order: place for place, file in enumerate(files)}
        folder = self.kept.folder(
            name,
            [[(file.identity, file.raw.feed.place) for file in files], also],
            lambda folder: write_frames(
                folder, {key: _renumber(rows, places) for key, rows in find().items()}
            ),
        )
        orders = {place: order for order, place in places.items()}
        return {key: _renumber(rows, orders) for key, rows in list_frames(folder.open()).items()}


def _renumber(rows: pl.DataFrame, numbers: dict[int, int]) -> pl.DataFrame:
    if FILE not in rows.columns:
        return rows
    return rows.with_columns(pl.col(FILE).replace_strict(numbers, return_dtype=pl.UInt32))
