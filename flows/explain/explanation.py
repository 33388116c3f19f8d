"""What an explanation says: rows that add up to a figure, operands, what does not count."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.manifest import count_of
from flows.errors import UsageError
from transforms.common.rates import divide_numbers
from transforms.explain.row_places import BECAUSE, COUNTS, EXPLAINED, ROW_PLACE, TABLE, state_rows

HALF_A_STEP = Decimal("0.00005")
"""The most that rounding to four places changes an amount."""
NOTHING = pl.DataFrame(schema=EXPLAINED)
LEFT_OUT = pl.Schema({name: EXPLAINED[name] for name in EXPLAINED if name != COUNTS})
"""One row per raw row that does not count: where it stands, its canonical table, and why."""
NOTHING_LEFT_OUT = pl.DataFrame(schema=LEFT_OUT)


class NotCovered(UsageError):  # noqa: N818 - it names what happened
    """A figure that `explain` cannot explain yet."""

    def __init__(self, label: str, column: str, why: str = "") -> None:
        """Name the figure, and why it cannot be explained where there is a reason."""
        because = f": {why}" if why else ""
        super().__init__(f"explain does not cover {label}.{column}{because}")


@dataclass(frozen=True)
class Operand:
    """A figure that another one is made from.

    Attributes:
        name: Its column.
        rows: `EXPLAINED`; empty where it comes from no rows.
    """

    name: str
    value: Any
    rows: pl.DataFrame = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class Explanation:
    """How a figure came to be.

    Attributes:
        rows: `EXPLAINED`: what adds up to the figure; empty where operands make it.
        operands: What it is made from, where it is not a sum.
        excluded: Rows of the same key that do not count: their place, table and reason.
        expected: What the operands give; None where the rows add up to the value.
    """

    formula: str
    rows: pl.DataFrame = field(default_factory=lambda: NOTHING)
    operands: tuple[Operand, ...] = ()
    excluded: pl.DataFrame = field(default_factory=lambda: NOTHING_LEFT_OUT)
    expected: float | Decimal | None = None

    def find_problem(self, value: Any) -> str:
        """What does not add up; empty where the rows come to the published value."""
        for operand in self.operands:
            if operand.rows.height and (said := _compare(operand.rows, operand.value)):
                return f"{operand.name}: {said}"
        if self.operands:
            if value is None or self.expected is None:
                same = value is None and self.expected is None
            else:
                same = abs(float(value) - float(self.expected)) <= 1e-12 * abs(float(value))
            return "" if same else f"the operands give {self.expected}, not {value}"
        return _compare(self.rows, value)


def add_up(rows: pl.DataFrame) -> Decimal:
    """The sum of what rows count."""
    return Decimal(rows.get_column(COUNTS).sum() or 0)


def absorb_rounding(rows: pl.DataFrame, value: Any) -> pl.DataFrame:
    """Give the largest row what rounding a day's sum, and not its rows, makes of a difference.

    Args:
        rows: `EXPLAINED`.
        value: The amount that they come to, of which each day's sum was rounded.
    """
    rest = Decimal(str(value or 0)) - add_up(rows)
    is_sum = rows.height > 1
    if not rest or not is_sum or abs(rest) > HALF_A_STEP * (rows.height + 1):
        return rows
    largest = pl.int_range(pl.len()) == pl.col(COUNTS).abs().arg_max()
    added = (pl.col(COUNTS) + pl.lit(rest)).cast(rows.schema[COUNTS])
    words = pl.col(BECAUSE) + f"; with {rest.normalize():f} that rounding the sum makes"
    return rows.with_columns(
        pl.when(largest).then(added).otherwise(COUNTS).alias(COUNTS),
        pl.when(largest).then(words).otherwise(BECAUSE).alias(BECAUSE),
    )


def _compare(rows: pl.DataFrame, value: Any) -> str:
    total = add_up(rows)
    stated = Decimal(str(value)) if value is not None else Decimal(0)
    if total == stated:
        return ""
    return f"{count_of(rows.height, 'row')} add up to {total.normalize():f}, not to {value}"


def explain_quotient(
    parts: Iterable[Operand], excluded: pl.DataFrame = NOTHING_LEFT_OUT, times: int = 1
) -> Explanation:
    """How a rate came to be."""
    upper, lower = parts
    ratio = divide_numbers(upper.value, lower.value)
    return Explanation(
        f"{upper.name} / {lower.name}" + (f" * {times}" if times > 1 else ""),
        operands=(upper, lower),
        excluded=excluded,
        expected=None if ratio is None else ratio * times,
    )


def count_rows(
    rows: pl.LazyFrame, table: str | pl.Expr, counts: pl.Expr, because: pl.Expr
) -> pl.DataFrame:
    """What raw rows add to a figure: `EXPLAINED`, one row per raw row, table and reason.

    Args:
        rows: Rows with their `row_place`.
    """
    return merge_rows(state_rows(rows, table, counts, because).collect())


def leave_out(rows: pl.LazyFrame | pl.DataFrame, table: str, because: pl.Expr) -> pl.DataFrame:
    """Raw rows that do not count: `LEFT_OUT`.

    Args:
        rows: Rows with their `row_place`.
    """
    named = rows.lazy().select(ROW_PLACE, pl.lit(table).alias(TABLE), because.alias(BECAUSE))
    return named.cast(dict(LEFT_OUT)).collect()


def merge_left_out(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Rows that do not count, once each, in the order of files and rows: `LEFT_OUT`."""
    whole = pl.concat([NOTHING_LEFT_OUT, *parts])
    return whole.unique().sort(ROW_PLACE, TABLE, BECAUSE)


def merge_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per raw row, table and reason, in the order of files and rows."""
    return (
        rows.group_by(ROW_PLACE, "table", "because")
        .agg(pl.col(COUNTS).sum())
        .select(list(EXPLAINED))
        .cast(dict(EXPLAINED))
        .sort(ROW_PLACE, "table", "because")
    )
