"""Which rows and columns of a table are asked for, as options of a command say it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PolarsError

from flows.errors import UsageError
from flows.explain.cells import require_column

CONDITION = re.compile(
    r"^(?P<column>[^=!<>~]+?)\s*(?P<sign>!=|>=|<=|=|>|<|~)(?P<value>.*)$", re.DOTALL
)
COMPARE: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": pl.Expr.eq_missing,
    "!=": pl.Expr.ne_missing,
    ">": pl.Expr.gt,
    "<": pl.Expr.lt,
    ">=": pl.Expr.ge,
    "<=": pl.Expr.le,
}


@dataclass(frozen=True)
class RowQuery:
    """What is asked of a table.

    Attributes:
        where: Conditions that must all hold, as `clicks>10`, `campaign_name~vip`, `ad_id=`.
        sort: Columns to sort by, the first first; `-spend` for the largest first.
        columns: The columns to give, in this order; all if empty.
    """

    where: Sequence[str]
    sort: Sequence[str]
    columns: Sequence[str]

    def apply(self, rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
        """The rows and columns of a table that are asked for.

        Args:
            table: How messages call it.

        Raises:
            UsageError: A condition cannot be read, or a column is not there.
        """
        schema = pl.Schema(rows.collect_schema())
        for condition in self.where:
            rows = rows.filter(_read_condition(condition, schema, table))
        if self.sort:
            names = [require_column(name.removeprefix("-"), schema, table) for name in self.sort]
            falling = [name.startswith("-") for name in self.sort]
            rows = rows.sort(names, descending=falling, nulls_last=True, maintain_order=True)
        if self.columns:
            rows = rows.select(require_column(name, schema, table) for name in self.columns)
        return rows


def _read_condition(condition: str, schema: pl.Schema, table: str) -> pl.Expr:
    """A condition as an expression; an empty value means null."""
    parts = CONDITION.match(condition)
    if parts is None:
        msg = f"the condition {condition!r} cannot be read"
        raise UsageError(msg, "Write COLUMN=VALUE, or !=, >, <, >=, <= or ~ (contains) for =.")
    sign, value = parts["sign"], parts["value"].strip()
    name = require_column(parts["column"].strip(), schema, table)
    column = pl.col(name)
    if sign == "~":
        return column.cast(pl.String).str.to_lowercase().str.contains(value.lower(), literal=True)
    if not value and sign in {"=", "!="}:
        return column.is_null() if sign == "=" else column.is_not_null()
    return COMPARE[sign](column, pl.lit(_parse(value, name, schema[name])))


def _parse(value: str, name: str, dtype: pl.DataType) -> object:
    text = pl.Series([value])
    try:
        if dtype == pl.Boolean:
            return {"true": True, "false": False}[value.lower()]
        if isinstance(dtype, pl.Datetime):
            return text.str.to_datetime(time_unit="us", time_zone="UTC").item()
        if dtype == pl.Date:
            return text.str.to_date("%Y-%m-%d").item()
        return text.cast(dtype).item()
    except (PolarsError, KeyError) as error:
        msg = f"{value!r} is not a value of the column {name}, which holds {dtype}"
        raise UsageError(msg, "Write days as 2026-01-31, and numbers with a point.") from error
