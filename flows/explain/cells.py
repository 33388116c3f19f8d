"""Which figure is asked about: a table, the key of one row, a column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl

from contracts.config.nearest_names import hint_nearest
from flows.errors import UsageError
from flows.storage.table_metadata import read_key
from flows.storage.workspace_files import storage_errors


@dataclass(frozen=True)
class AskedCell:
    """One figure of a published table.

    Attributes:
        key: The columns that tell its row from others, with their values.
    """

    group: str
    name: str
    key: Mapping[str, Any]
    row: Mapping[str, Any]
    column: str

    @property
    def label(self) -> str:
        """`group/name` of the table."""
        return f"{self.group}/{self.name}"

    @property
    def value(self) -> Any:
        """The figure as it is published."""
        return self.row[self.column]


def have_values_of(
    row: Mapping[str, Any], names: Iterable[str], dtype: type[pl.DataType] = pl.String
) -> list[pl.Expr]:
    """Whether rows have a row's values in some columns of one type; null is a value, too."""
    return [pl.col(name).eq_missing(pl.lit(row[name], dtype)) for name in names]


def find_cell(
    place: tuple[str, str], files: Sequence[Path], key: Mapping[str, object], column: str
) -> AskedCell:
    """The figure of a published table that a key and a column name.

    Args:
        key: Column -> value; text is read as the column's type, empty text as null.

    Raises:
        UsageError: There is no such column, no such row, or several rows have these values.
    """
    label = "/".join(place)
    with storage_errors(f"reading {label}"):
        rows = pl.scan_parquet(list(files))
        schema = rows.collect_schema()
    for name in (column, *key):
        require_column(name, schema, label)
    if not schema[column].is_numeric():
        msg = f"{label}.{column} is not a figure"
        raise UsageError(msg, "Columns of counts, amounts and rates can be explained.")
    wanted = {name: read_value(value, schema[name], name) for name, value in key.items()}
    conditions = [
        pl.col(name).eq_missing(pl.lit(value, schema[name])) for name, value in wanted.items()
    ]
    with storage_errors(f"reading {label}"):
        found = rows.filter(*conditions).head(2).collect().to_dicts()
    if len(found) != 1:
        many = "several rows" if found else "no row"
        msg = f"{label} has {many} with {', '.join(key) or 'no key'} as given"
        whole = ", ".join(read_key(files[0]))
        hint = f"Give every column of the row's key ({whole}); COLUMN= means an empty one."
        raise UsageError(msg, hint)
    return AskedCell(*place, wanted, found[0], column)


def require_column(name: str, schema: pl.Schema, table: str) -> str:
    """The name itself, where the table has such a column.

    Raises:
        UsageError: It has none.
    """
    if name in schema:
        return name
    msg = f"{table} has no column {name!r}"
    raise UsageError(msg, hint_nearest(name, schema.names(), f"It has {', '.join(schema)}."))


def read_value(value: object, dtype: pl.DataType, name: str) -> object:
    """A value of a key, in the type of its column; empty text is null.

    Raises:
        UsageError: It is not of that type.
    """
    if value is None or value == "":
        return None
    text = str(value)
    try:
        if dtype == pl.Date:
            return date.fromisoformat(text)
        if isinstance(dtype, pl.Datetime):
            return datetime.fromisoformat(text)
        if dtype.is_integer():
            return int(text)
        if dtype.is_decimal():
            return Decimal(text)
        return float(text) if dtype.is_float() else text
    except (ValueError, InvalidOperation):
        msg = f"the value given for {name} is not of its type, {dtype}"
        raise UsageError(msg, "Days and times are ISO 8601.") from None
