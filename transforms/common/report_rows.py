"""Reports in their order whose texts are written out part by part, when they are written."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.columns import Table, polars_schema

RANK, GROUP_KEY = "rank in order", "group key"


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
    rows: pl.LazyFrame, grain: Sequence[str], group_key: pl.Expr | None = None
) -> pl.LazyFrame:
    """Number the groups of rows in their order: sorting by a number costs less than by texts.

    Args:
        rows: Rows of many days, in memory.
        grain: What tells groups apart.
        group_key: A text made of the grain by which groups are sorted; the grain where not given.

    Returns:
        The same rows, in no order, with the `rank in order` of their group, and its `group key`
        where one is given.
    """
    groups = rows.select(grain).unique()
    if group_key is None:
        ranked = groups.sort(grain).with_row_index(RANK)
    else:
        keyed = groups.with_columns(group_key.alias(GROUP_KEY)).sort(GROUP_KEY)
        ranked = keyed.with_row_index(RANK).with_columns(pl.col(GROUP_KEY).cast(pl.Categorical))
    return rows.join(ranked, on=grain, how="left", nulls_equal=True, validate="m:1")
