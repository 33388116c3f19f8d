"""Ranges of days in which the reports of ads are made, so that no more than one lies in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from contracts.columns import Table
from contracts.facts.ads.ad_stats import DailyStats
from flows.cluster.workers import Workers, perform
from flows.runtime.materialize import materialize, write_whole

ROWS = "rows"
EVERY_DAY = pl.lit(value=True)
SEVERAL = 2

MakeDays = Callable[[Any, pl.Expr], pl.LazyFrame]
"""A function of a module: of what all ranges are made from and of one, its rows of a table."""


@dataclass(frozen=True)
class DayRanges:
    """Ranges of days, and where the rows of each are kept.

    Attributes:
        each: Whether a row is of each range, one after the other; every day is of one.
        folder: Gets `<name>-<range>.parquet`; None where the rows of all ranges can be held.
        workers: What writes them.
    """

    each: tuple[pl.Expr, ...]
    folder: Path | None
    workers: Workers

    def make(self, name: str, table: type[Table], make: MakeDays, given: object) -> pl.LazyFrame:
        """The rows of a table, made range by range.

        Args:
            name: What their files are called, unique within a run.
            make: Makes those of a range, few enough to be held.
        """
        if self.folder is None:
            held = (materialize(make(given, within), table).collect() for within in self.each)
            return pl.concat(held).lazy()
        paths = [self.folder / f"{name}-{number:03}.parquet" for number in range(len(self.each))]
        tasks = zip(paths, self.each, strict=True)
        perform(self.workers, write_range, (table, make, given), tasks)
        return pl.scan_parquet(paths)


def write_range(of: tuple[type[Table], MakeDays, object], task: tuple[Path, pl.Expr]) -> None:
    """Write the rows of a range of days."""
    (table, make, given), (path, within) = of, task
    write_whole(materialize(make(given, within), table).collect(), path)


def count_days(*counts: pl.LazyFrame) -> pl.DataFrame:
    """Add up how many `rows` there are of each day, rows without one left out."""
    day, rows = pl.col(DailyStats.date_day), pl.col(ROWS)
    whole = pl.concat(counts, how="vertical_relaxed")
    return (
        whole.group_by(day)
        .agg(rows.sum())
        .drop_nulls(DailyStats.date_day)
        .filter(rows > 0)
        .collect()
    )


def cut_days(counts: pl.DataFrame, most_rows: int) -> tuple[pl.Expr, ...]:
    """Whether a row is of each range of days; one without a day is of the first.

    Args:
        counts: How many `rows` there are of each day.
        most_rows: How many rows a range has, or a day's if these are more.
    """
    day, last = pl.col(DailyStats.date_day), "last"
    number = ((pl.col(ROWS).cum_sum() - 1) // most_rows).alias("number")
    ends = (
        counts.sort(day)
        .group_by(number, maintain_order=True)
        .agg(day.max().alias(last))
        .get_column(last)
        .to_list()
    )
    if len(ends) < SEVERAL:
        return (EVERY_DAY,)
    between = (day.is_between(*of, closed="right") for of in pairwise(ends[:-1]))
    return (day.is_null() | (day <= ends[0]), *between, day > ends[-2])
