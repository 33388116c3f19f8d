"""Reports in their order whose texts are written out part by part, when they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl
import polars.selectors as cs

from contracts.columns import Table, polars_schema

RANK, GROUP_KEY = "rank in order", "group key"
PLACE, LEADER = "place in order", "rank of what leads"


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
        """The report of some of its rows, in their order; texts that rows share are kept once."""
        schema = polars_schema(self.contract)
        texts = cs.by_name([name for name, dtype in schema.items() if dtype == pl.String])
        return (
            part.with_columns(self.added)
            .select(schema.names())
            .with_columns((texts - cs.categorical()).cast(pl.String))
            .with_columns(
                pl.col(name).cast(dtype) for name, dtype in schema.items() if dtype != pl.String
            )
        )

    def whole(self) -> pl.LazyFrame:
        """The whole report."""
        return self.finish(self.rows)


def order_groups(
    rows: pl.LazyFrame,
    grain: Sequence[str],
    day: str,
    *,
    group_key: pl.Expr | None = None,
    leads: bool = False,
) -> pl.LazyFrame:
    """Put rows in the order of their days and groups: by one number, which costs less than texts.

    Args:
        rows: Rows of many days, in memory.
        grain: What tells groups apart.
        day: The column of the rows' day.
        group_key: A text made of the grain by which groups are sorted; the grain where not given.
        leads: Whether the first column of the grain comes before the day, and not after it.

    Returns:
        The same rows with the `rank in order` of their group, and its `group key` where one is
        given.
    """
    groups = rows.select(grain).unique()
    if group_key is None:
        ranked = groups.sort(grain)
    else:
        keyed = groups.with_columns(group_key.alias(GROUP_KEY)).sort(GROUP_KEY)
        ranked = keyed.with_columns(pl.col(GROUP_KEY).cast(pl.Categorical))
    leader = pl.col(grain[0]).rle_id() if leads else pl.lit(0)
    numbered = ranked.with_columns(leader.alias(LEADER)).with_row_index(RANK)
    return (
        rows.join(numbered, on=grain, how="left", nulls_equal=True, validate="m:1")
        .pipe(order_rows, LEADER, day, RANK)
        .drop(LEADER)
    )


def order_rows(rows: pl.LazyFrame, *numbers: str) -> pl.LazyFrame:
    """Put rows in the order of numbers of 32 bits or days, the first of them first.

    They are sorted by one number that sorts as all do, which costs half.
    """
    wide = pl.Int64 if len(numbers) == 2 else pl.Int128  # noqa: PLR2004
    places = (pl.col(name).cast(pl.Int64).cast(wide) for name in numbers)
    place = reduce(lambda high, low: high * 2**32 + low, places)
    return rows.with_columns(place.alias(PLACE)).sort(PLACE).drop(PLACE)
