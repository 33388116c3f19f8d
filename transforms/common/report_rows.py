"""Reports in their order whose texts are written out part by part, when they are written."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.columns import Table, polars_schema

RANK = "rank in order"


@dataclass(frozen=True)
class ReportRows:
    """A report in its order, not yet in its columns: a large one is finished part by part.

    Attributes:
        rows: Its rows, in order, to be computed once.
        contract: The report's contract.
        added: Columns of the report that are made of those of the rows.
    """

    rows: pl.LazyFrame
    contract: type[Table]
    added: tuple[pl.Expr, ...]

    def finish(self, part: pl.LazyFrame) -> pl.LazyFrame:
        """The report of some of its rows, in their order."""
        schema = polars_schema(self.contract)
        return part.with_columns(self.added).select(schema.names()).cast(dict(schema))

    def whole(self) -> pl.LazyFrame:
        """The whole report."""
        return self.finish(self.rows)


def rank_groups(
    rows: pl.LazyFrame, grain: Sequence[str], order: Sequence[pl.Expr] | None = None
) -> pl.LazyFrame:
    """Number the groups of rows in their order: sorting by a number costs less than by texts.

    Args:
        rows: Rows of many days, in memory.
        grain: What tells groups apart.
        order: What groups are sorted by, made of their grain; by it itself where not given.

    Returns:
        The same rows, in no order, with the `rank in order` of their group.
    """
    by = [pl.col(name) for name in grain] if order is None else order
    groups = rows.select(grain).unique().sort(by).with_row_index(RANK)
    return rows.join(groups, on=grain, how="left", nulls_equal=True, validate="m:1")
