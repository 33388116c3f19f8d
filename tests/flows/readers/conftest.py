"""What the tests of the readers share."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.readers import FileOptions, RawBatch, Reader, open_feed

Opened = tuple[Reader, pl.DataFrame, pl.DataFrame]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Opened]:
    """Write bytes to a file, read them back: the file, all rows and all broken records."""

    def read_bytes(
        content: bytes, name: str = "feed.csv", batch_bytes: int = 1 << 20, **options: object
    ) -> Opened:
        path = tmp_path / name
        path.write_bytes(content)
        feed = open_feed(path, FileOptions(**options), batch_bytes)  # ty: ignore[invalid-argument-type]
        return feed, *together(list(feed.batches()))

    return read_bytes


def together(batches: list[RawBatch]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all rows and all broken records of some batches."""
    if not batches:
        return pl.DataFrame(), pl.DataFrame()
    rows = pl.concat([batch.rows for batch in batches], how="diagonal")
    return rows, pl.concat([batch.broken for batch in batches])
