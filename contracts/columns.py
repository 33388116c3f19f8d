"""How a contract states a column, and how everything else reads a contract.

A table is a Pandera model whose docstring begins with its grain ("One row per …"). Every column is
declared once, with `column`; keys, types, requirements and references are read back with the
functions below, so that no list of columns is ever written a second time. The same holds for what
a column's values must be: a `Rule` is written once, is a check of Pandera's, finds the rows that
break it as one Polars expression, and words the reason. A signature names the contracts of the
frames that a function takes and gives (`Rows`, `Held`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

T = TypeVar("T")
Text = str
if TYPE_CHECKING:
    from typing_extensions import TypeAliasType

    Rows = TypeAliasType("Rows", pl.LazyFrame, type_params=(T,))
    Held = TypeAliasType("Held", pl.DataFrame, type_params=(T,))
    # A column read through its class is its name, whatever type its cells have.
    Count = Rate = Number = Serial = Hash = Flag = Day = Instant = Money = FineMoney = Exact = str
    SharedText = Texts = str
else:
    Texts = Annotated[pl.List, pl.String]
    Count = pl.Int64
    Rate = pl.Float64
    Number = pl.Float64
    Serial = pl.UInt32
    Hash = pl.UInt64
    SharedText = pl.Categorical()
    """Text that many rows of an intermediate table share, kept once."""
    Flag = pl.Boolean
    Day = pl.Date
    Instant = Annotated[pl.Datetime, "us", "UTC"]
    Money = Annotated[pl.Decimal, 18, 4]
    Exact = Annotated[pl.Decimal, 38, 8]
    FineMoney = Annotated[pl.Decimal, 18, 6]
    """Money as a platform states it in micros: rounded to `Money` once, at the finest grain."""

    class Rows:
        """`Rows[SessionLinks]` in a signature: a lazy frame with the columns of that contract.

        Its rows are in no order where nothing else is said.
        """

        def __class_getitem__(cls, table: object) -> type[pl.LazyFrame]:
            """The frame itself: that it is what its contract says is proven where it is made."""
            return pl.LazyFrame

    class Held:
        """`Held[AddressOwners]` in a signature: such a frame in memory."""

        def __class_getitem__(cls, table: object) -> type[pl.DataFrame]:
            """The frame itself."""
            return pl.DataFrame


DEFAULT_ORG = "default"
ANY_OF = "any_of"
"""Config.metadata of a table: of these columns at least one has a value in every row."""
ANY_OF_CHECK = "names_any_of"
"""How Pandera calls that check: by its method. A name given to it holds for one class alone."""
ADDS_UP = "adds_up"
"""Config.metadata of a table: rows of one key add up, so that its key is not unique."""
RULES = "rules"
LEAST_ID = 1_000_000_000_000
"""From here on a whole number in the place of an amount is an id or a time."""


@dataclass(frozen=True)
class Rule:
    """What must hold of every value of a column; a row without one breaks no rule.

    Attributes:
        sentence: What a value is that breaks it, as in "not one of email, sms".
        holds: The column -> whether its value keeps the rule.
    """

    sentence: str
    holds: Callable[[pl.Expr], pl.Expr]

    def to_check(self) -> pa.Check:
        """The rule as Pandera checks it."""
        return pa.Check(
            lambda data: data.lazyframe.select(self.holds(pl.col(data.key))), error=self.sentence
        )


def one_of(words: Iterable[str]) -> Rule:
    """A closed set of words."""
    known = [str(word) for word in words]
    return Rule(f"not one of {', '.join(known)}", lambda cell: cell.is_in(known))


def at_least(least: float | Decimal) -> Rule:
    """A number that is this or more."""
    return Rule(f"below {least}", lambda cell: cell >= least)


def above(bound: float | Decimal) -> Rule:
    """A number that is more than this."""
    return Rule(f"not above {bound}", lambda cell: cell > bound)


def amount() -> Rule:
    """An amount of money, and no id: a few of these are more than a report's column can hold."""
    return Rule(
        f"a whole number from {LEAST_ID:,} on, which is not an amount; is it an id or a time?",
        lambda cell: (cell.abs() < LEAST_ID) | (cell != cell.floor()),
    )


def like(pattern: str) -> Rule:
    """A word in which a regular expression is found; each of a column's words is looked at once."""

    def is_found(words: pl.Series) -> pl.Series:
        distinct = words.unique()
        others = distinct.filter(~distinct.str.contains(pattern))
        if others.is_empty():
            return pl.Series(words.name, [True]).new_from_index(0, len(words))
        return ~words.is_in(others.implode())

    return Rule(
        f"does not look like {pattern}",
        lambda cell: cell.map_batches(is_found, return_dtype=pl.Boolean()),
    )


def column(
    description: str,
    *rules: Rule,
    key: bool = False,
    required: bool = False,
    references: str | None = None,
    isin: Iterable[str] | None = None,
    str_matches: str | None = None,
    ge: float | Decimal | None = None,
    gt: float | Decimal | None = None,
) -> Any:
    """State one column of a contract.

    Args:
        description: What the column holds, with its unit.
        rules: What must hold of every value.
        key: Whether it belongs to the table's key.
        required: Whether a feed must have the column and each row a value in it.
        references: `table.column` that a value points to.
        isin: The words that it may hold (`one_of`).
        str_matches: What its text looks like (`like`).
        ge: The least number that it may hold (`at_least`).
        gt: The number that it must be `above`.
    """
    stated = [
        *([one_of(isin)] if isin is not None else []),
        *([like(str_matches)] if str_matches is not None else []),
        *([at_least(ge)] if ge is not None else []),
        *([above(gt)] if gt is not None else []),
        *rules,
    ]
    metadata = {"key": key, "required": required, "references": references, RULES: tuple(stated)}
    field = pa.Field(nullable=not required, description=description, metadata=metadata)
    field.checks.extend(rule.to_check() for rule in stated)
    return field


class Table(pa.DataFrameModel):
    """One row per thing that the subclass names."""

    @pa.dataframe_check
    @classmethod
    def names_any_of(cls, data: PolarsData) -> pl.LazyFrame:
        """Whether each row has a value in at least one of the table's `any_of` columns."""
        return data.lazyframe.select(names_one_of(any_of(cls)).alias(ANY_OF))

    class Config:
        """Nothing beyond the columns stated, in their order."""

        strict = True
        ordered = True


@cache
def stated_columns(table: type[Table]) -> dict[str, pa.Column]:
    """A table's columns as Pandera knows them: built once, where Pandera does so in each thread."""
    return table.to_schema().columns


def columns(table: type[Table]) -> list[str]:
    """The names of a table's columns, in order."""
    return list(stated_columns(table))


@cache
def polars_schema(table: type[Table]) -> pl.Schema:
    """The Polars types of a table's columns, in order: one object for all, which nobody changes."""
    return pl.Schema({name: col.dtype.type for name, col in stated_columns(table).items()})


@cache
def no_rows(table: type[Table]) -> pl.LazyFrame:
    """A table without a row, one for all: of nothing, nothing needs to be computed."""
    return pl.LazyFrame(schema=polars_schema(table))


def conform(rows: pl.LazyFrame, table: type[Table], *also: str) -> pl.LazyFrame:
    """Rows as a table has them: its columns in their order and types, and others behind them."""
    schema = polars_schema(table)
    return rows.select(*schema, *also).cast(dict(schema))


def stack(table: type[Table], *parts: pl.LazyFrame) -> pl.LazyFrame:
    """Parts of a table one below the other; a column that a part does not have is null in it."""
    return pl.concat([no_rows(table), *parts], how="diagonal").select(columns(table))


def key(table: type[Table]) -> list[str]:
    """The columns of a table's key, in order."""
    return [n for n, col in stated_columns(table).items() if (col.metadata or {}).get("key")]


def required(table: type[Table]) -> list[str]:
    """The columns without which a feed file cannot be read as this table."""
    found = stated_columns(table).items()
    return [name for name, col in found if (col.metadata or {}).get("required")]


def references(table: type[Table]) -> dict[str, str]:
    """Column -> the `table.column` that its values point to."""
    found = {n: (c.metadata or {}).get("references") for n, c in stated_columns(table).items()}
    return {name: target for name, target in found.items() if target}


def is_named_or_counted(table: type[Table], name: str) -> bool:
    """Whether a column is an id, a name or a metric: what reports group by, show or add up."""
    if name.endswith(("_id", "_name")) or name == "name":
        return True
    dtype = polars_schema(table).get(name, pl.String())
    return dtype.is_numeric()


def any_of(table: type[Table]) -> tuple[str, ...]:
    """The columns of which at least one must have a value in every row; empty for no such rule."""
    return tuple((getattr(table.Config, "metadata", None) or {}).get(ANY_OF, ()))


def names_one_of(alternatives: tuple[str, ...]) -> pl.Expr:
    """Whether a row has a value in at least one of the columns; true where there are none."""
    if not alternatives:
        return pl.lit(value=True)
    return pl.any_horizontal(pl.col(alternatives).is_not_null())


def rules(table: type[Table]) -> dict[str, tuple[Rule, ...]]:
    """Column -> what must hold of its values."""
    return {
        name: (col.metadata or {}).get(RULES, ()) for name, col in stated_columns(table).items()
    }


def breaks_contract(table: type[Table], cell: Callable[[str], pl.Expr] = pl.col) -> list[pl.Expr]:
    """One expression per rule of a contract: whether a row breaks it, as Pandera decides.

    Args:
        table: The contract.
        cell: Gives the values of a column.
    """
    stated = polars_schema(table)
    missing = [_is_missing(cell(name), stated[name]) for name in required(table)]
    broken = [~rule.holds(cell(name)) for name, of in rules(table).items() for rule in of]
    return [*missing, *broken, ~names_one_of(any_of(table))]


def _is_missing(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return cell.is_null() | cell.is_nan() if dtype.is_float() else cell.is_null()


def has_unique_key(table: type[Table]) -> bool:
    """Whether one row stands for each key; where not, the rows of one key add up."""
    return not (getattr(table.Config, "metadata", None) or {}).get(ADDS_UP, False)


def descriptions(table: type[Table]) -> dict[str, str]:
    """Column -> what it holds."""
    return {n: str(col.description) for n, col in stated_columns(table).items()}


def grain(table: type[Table]) -> str:
    """The first line of a table's docstring: one row per what."""
    return (table.__doc__ or "").strip().splitlines()[0]
