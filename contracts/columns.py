"""How a contract states a column, and how everything else reads a contract.

A table is a Pandera model whose docstring begins with its grain ("One row per …"). Every column is
declared once, with `column`; keys, types, requirements and references are read back with the
functions below, so that no list of columns is ever written a second time.
"""

from typing import TYPE_CHECKING, Annotated, Any

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

Text = str
if TYPE_CHECKING:
    # A column read through its class is its name, whatever type its cells have.
    Count = Rate = Number = Serial = Flag = Day = Instant = Money = FineMoney = str
else:
    Count = pl.Int64
    Rate = pl.Float64
    Number = pl.Float64
    Serial = pl.UInt32
    Flag = pl.Boolean
    Day = pl.Date
    Instant = Annotated[pl.Datetime, "us", "UTC"]
    Money = Annotated[pl.Decimal, 18, 4]
    FineMoney = Annotated[pl.Decimal, 18, 6]
    """Money as a platform states it in micros: rounded to `Money` once, at the finest grain."""

DEFAULT_ORG = "default"
ANY_OF = "any_of"
"""Config.metadata of a table: of these columns at least one has a value in every row."""


def column(
    description: str,
    *,
    key: bool = False,
    required: bool = False,
    references: str | None = None,
    **checks: Any,
) -> Any:
    """State one column of a contract.

    Args:
        description: What the column holds, with its unit.
        key: Whether it belongs to the table's key.
        required: Whether a feed must have the column and each row a value in it.
        references: `table.column` that a value points to.
        checks: Pandera's built-in checks (`isin`, `ge`, `str_matches`, …).
    """
    metadata = {"key": key, "required": required, "references": references}
    return pa.Field(nullable=not required, description=description, metadata=metadata, **checks)


class Table(pa.DataFrameModel):
    """One row per thing that the subclass names."""

    @pa.dataframe_check(name="any_of")
    @classmethod
    def names_any_of(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether each row has a value in at least one of the table's `any_of` columns."""
        alternatives = any_of(cls)
        named = (
            pl.any_horizontal(pl.col(alternatives).is_not_null())
            if alternatives
            else pl.lit(value=True)
        )
        return data.lazyframe.select(named.alias("any_of"))

    class Config:
        """Nothing beyond the columns stated, in their order."""

        strict = True
        ordered = True


def columns(table: type[Table]) -> list[str]:
    """The names of a table's columns, in order."""
    return list(table.to_schema().columns)


def polars_schema(table: type[Table]) -> pl.Schema:
    """The Polars types of a table's columns, in order."""
    return pl.Schema({name: col.dtype.type for name, col in table.to_schema().columns.items()})


def key(table: type[Table]) -> list[str]:
    """The columns of a table's key, in order."""
    return [n for n, col in table.to_schema().columns.items() if (col.metadata or {}).get("key")]


def required(table: type[Table]) -> list[str]:
    """The columns without which a feed file cannot be read as this table."""
    found = table.to_schema().columns.items()
    return [name for name, col in found if (col.metadata or {}).get("required")]


def references(table: type[Table]) -> dict[str, str]:
    """Column -> the `table.column` that its values point to."""
    found = {n: (c.metadata or {}).get("references") for n, c in table.to_schema().columns.items()}
    return {name: target for name, target in found.items() if target}


def any_of(table: type[Table]) -> tuple[str, ...]:
    """The columns of which at least one must have a value in every row; empty for no such rule."""
    return tuple((getattr(table.Config, "metadata", None) or {}).get(ANY_OF, ()))


def descriptions(table: type[Table]) -> dict[str, str]:
    """Column -> what it holds."""
    return {n: str(col.description) for n, col in table.to_schema().columns.items()}


def grain(table: type[Table]) -> str:
    """The first line of a table's docstring: one row per what."""
    return (table.__doc__ or "").strip().splitlines()[0]
