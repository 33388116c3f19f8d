"""Tiny tables, of only the columns that a test is about."""

from collections.abc import Iterable, Mapping

import polars as pl

from contracts.columns import Table, polars_schema


def frame(table: type[Table], rows: Iterable[Mapping[str, object]]) -> pl.LazyFrame:
    """Rows as a table's frame, what they leave out being null."""
    schema = polars_schema(table)
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
