"""Rows found in files, kept with the places of their files among those that were searched."""

from collections.abc import Callable

import polars as pl

from flows.catalog.read_files import ReadFile, list_receipts
from flows.kept.keepers import Keeper
from flows.kept.kept_frames import list_frames, write_frames
from transforms.ingest.deduplication import FILE

Frames = dict[str, pl.DataFrame]
LEAST_ROWS, LEAST_FILES = 20_000, 20
"""Fewer rows of fewer files are searched sooner than what was found of them is kept."""


def recall_rows(
    keeper: Keeper | None,
    name: str,
    files: list[ReadFile],
    find: Callable[[], Frames],
    also: tuple[object, ...] = (),
) -> Frames:
    """Tables of rows of some files; searched only where no earlier run searched these very files.

    Args:
        keeper: Has what earlier runs found; None has rows found anew.
        files: The files, in order; a column `file` names them by their place among all files.
        also: What decides the result beside the files.
    """
    valid = sum(got.valid for got in list_receipts(files))
    if keeper is None or (valid < LEAST_ROWS and len(files) < LEAST_FILES):
        return find()
    places = {file.order: place for place, file in enumerate(files)}
    folder = keeper.folder(
        name,
        [[file.identity for file in files], also],
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
