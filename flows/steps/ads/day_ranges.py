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

MakeDays = Callable[[Any, pl.Expr], pl.LazyFrame]
"""A function of a module: of what all ranges are made from and of one, its rows of a table."""


@dataclass(frozen=True)
class DayRanges:
    """Ranges of days, and where the rows of each are written.

    Attributes:
        each: Whether a row is of each range, one after the other; every day is of one.
        folder: Holds `<name>-<range>.parquet`.
        workers: What writes them.
    """

    each: tuple[pl.Expr, ...]
    folder: Path
    workers: Workers

    def write(self, name: str, table: type[Table], make: MakeDays, given: object) -> pl.LazyFrame:
        """The rows of a table, those of each range written by a task.

        Args:
            name: What their files are called, unique within a run.
            table: Their contract.
            make: Makes those of a range, few enough to be held.
            given: What all are made from.
        """
        paths = [self.folder / f"{name}-{number:03}.parquet" for number in range(len(self.each))]
        tasks = zip(paths, self.each, strict=True)
        for _ in perform(self.workers, write_range, (table, make, given), tasks):
            pass
        return pl.scan_parquet(paths)


def write_range(of: tuple[type[Table], MakeDays, object], task: tuple[Path, pl.Expr]) -> None:
    """Write the rows of a range of days."""
    (table, make, given), (path, within) = of, task
    write_whole(materialize(make(given, within), table).collect(), path)


def cut_days(counts: pl.LazyFrame, most_rows: int) -> tuple[pl.Expr, ...]:
    """Whether a row is of a range of days, one range after the other; every day is of one.

    Args:
        counts: How many `rows` there are of days; of a day, several counts add up.
        most_rows: How many rows a range has, or a day's if these are more.
    """
    day, last = pl.col(DailyStats.date_day), "last"
    number = ((pl.col(ROWS).cum_sum() - 1) // most_rows).alias("number")
    ends = (
        counts.group_by(day)
        .agg(pl.col(ROWS).sum())
        .filter(pl.col(ROWS) > 0)
        .sort(day)
        .group_by(number, maintain_order=True)
        .agg(day.max().alias(last))
        .collect()
        .get_column(last)
        .to_list()
    )
    return tuple(
        (EVERY_DAY if first is None else day > first) & (EVERY_DAY if end is None else day <= end)
        for first, end in pairwise([None, *ends[:-1], None])
    )
