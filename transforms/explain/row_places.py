"""Where a raw row stands, in one number: the place of its file and its number in that file."""

import polars as pl

from transforms.ingest.deduplication import FILE, ROW_NUMBER

PLACE_BITS = 32
"""How many bits of a place are the row's number; what is above is the file."""
ROW_PLACE, TABLE, COUNTS, BECAUSE = "row_place", "table", "counts", "because"
EXACT_COUNTS = pl.Decimal(38, 8)
EXPLAINED = pl.Schema(
    {ROW_PLACE: pl.UInt64, TABLE: pl.String, COUNTS: EXACT_COUNTS, BECAUSE: pl.String}
)
"""One row per raw row: where it stands, its canonical table, how much it counts, and why."""


def pack_place(file: pl.Expr) -> pl.Expr:
    """The place of rows that bear their `row_number`.

    Args:
        file: The place of the row's file in the order of the paths.
    """
    number = pl.col(ROW_NUMBER).cast(pl.UInt64)
    return (file.cast(pl.UInt64) * 2**PLACE_BITS + number).alias(ROW_PLACE)


def unpack_place(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Give rows with a `row_place` their `file` and `row_number` in its stead."""
    place = pl.col(ROW_PLACE)
    return rows.with_columns(
        (place // 2**PLACE_BITS).cast(pl.UInt32).alias(FILE),
        (place % 2**PLACE_BITS).cast(pl.UInt32).alias(ROW_NUMBER),
    ).drop(ROW_PLACE)


def state_rows(
    rows: pl.LazyFrame, table: str | pl.Expr, counts: pl.Expr, because: pl.Expr
) -> pl.LazyFrame:
    """Rows with a `row_place` in the columns of `EXPLAINED`."""
    return rows.select(
        pl.col(ROW_PLACE),
        (pl.lit(table) if isinstance(table, str) else table).alias(TABLE),
        counts.cast(EXACT_COUNTS).alias(COUNTS),
        because.alias(BECAUSE),
    )
