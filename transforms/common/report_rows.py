"""Reports in their order whose texts are written out part by part, when they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl
import polars.selectors as cs

from contracts.columns import Table, polars_schema
from transforms.common.joins import take

PLACE, RANK, LEADER = "place in order", "rank in order", "rank of what leads"


@dataclass(frozen=True)
class ReportRows:
    """A report in its order, not yet in its columns: a large one is finished part by part.

    Attributes:
        rows: Its rows, in order, to be computed once.
        contract: The report's contract.
        added: Columns of the report that are made of those of the rows and their texts.
        texts: What many rows have in common, at the place of its number; None for nothing.
        number: The column of that number.
    """

    rows: pl.LazyFrame
    contract: type[Table]
    added: tuple[pl.Expr, ...]
    texts: pl.DataFrame | None = None
    number: str = ""

    def finish(self, part: pl.LazyFrame) -> pl.LazyFrame:
        """The report of some of its rows, in their order; texts that rows share are kept once."""
        schema = polars_schema(self.contract)
        texts = cs.by_name([name for name, dtype in schema.items() if dtype == pl.String])
        return (
            part.with_columns(self._take_texts())
            .with_columns(self.added)
            .select(schema.names())
            .with_columns((texts - cs.categorical()).cast(pl.String))
            .with_columns(
                pl.col(name).cast(dtype) for name, dtype in schema.items() if dtype != pl.String
            )
        )

    def _take_texts(self) -> list[pl.Expr]:
        texts = self.texts
        return [] if texts is None else [take(texts, name, self.number) for name in texts.columns]

    def whole(self) -> pl.LazyFrame:
        """The whole report."""
        return self.finish(self.rows)


def order_groups(rows: pl.LazyFrame, grain: Sequence[str], day: str) -> pl.LazyFrame:
    """Put rows in the order of the grain's first column, their day, and the rest of the grain.

    Args:
        rows: Rows of many days, in memory.
        grain: What tells groups apart.

    Returns:
        The same rows.
    """
    groups = rows.select(grain).unique().sort(grain)
    leader = pl.col(grain[0]).rle_id().alias(LEADER)
    numbered = groups.with_columns(leader).with_row_index(RANK)
    return (
        rows.join(numbered, on=grain, how="left", nulls_equal=True, validate="m:1")
        .pipe(order_rows, LEADER, day, RANK)
        .drop(LEADER, RANK)
    )


def order_rows(rows: pl.LazyFrame, *numbers: str) -> pl.LazyFrame:
    """Put rows in the order of numbers of 32 bits or days, the first of them first.

    They are sorted by one number that sorts as all do, which costs half.
    """
    wide = pl.Int64 if len(numbers) == 2 else pl.Int128  # noqa: PLR2004
    places = (pl.col(name).cast(pl.Int64).cast(wide) for name in numbers)
    place = reduce(lambda high, low: high * 2**32 + low, places)
    return rows.with_columns(place.alias(PLACE)).sort(PLACE).drop(PLACE)
