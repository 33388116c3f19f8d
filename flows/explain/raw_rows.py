"""Raw rows read again from their files, for who wants to see them."""

from collections.abc import Iterable, Mapping

import polars as pl

from flows.catalog.read_files import ReadFile
from flows.readers.feed_file import open_feed
from flows.readers.header import ROW_NUMBER
from flows.storage.raw_files import raw_content
from transforms.explain.row_places import PLACE_BITS, ROW_PLACE

RAW = "raw"
RAW_ROWS = pl.Schema({ROW_PLACE: pl.UInt64, RAW: pl.String})


def read_raw_rows(files: Mapping[int, ReadFile], places: Iterable[int]) -> pl.DataFrame:
    """The rows at some places, as their files have them.

    Args:
        files: Place of a file in the order of the paths -> the file.
        places: Places of rows (`row_places.pack_place`).

    Returns:
        One row per place: `row_place` and `raw`, the row as JSON.
    """
    wanted: dict[int, list[int]] = {}
    for place in places:
        wanted.setdefault(place >> PLACE_BITS, []).append(place % 2**PLACE_BITS)
    found = [_read_file(files[order], order, numbers) for order, numbers in wanted.items()]
    return pl.concat([pl.DataFrame(schema=RAW_ROWS), *found]).unique(ROW_PLACE)


def _read_file(file: ReadFile, order: int, numbers: list[int]) -> pl.DataFrame:
    wanted = pl.col(ROW_NUMBER).is_in(numbers)
    place = (pl.lit(order, pl.UInt64) * 2**PLACE_BITS + pl.col(ROW_NUMBER)).alias(ROW_PLACE)
    parts = [pl.DataFrame(schema=RAW_ROWS)]
    with raw_content(file.raw.location):
        for batch in open_feed(file.raw.location, file.raw.feed.options).batches():
            cells = pl.struct(pl.exclude(ROW_NUMBER)).struct.json_encode().alias(RAW)
            parts.append(batch.rows.filter(wanted).select(place, cells))
            parts.append(batch.broken.filter(wanted).select(place, RAW))
    return pl.concat(parts)
