"""Ranges of days in which the reports of ads are made, so that no more than one lies in memory."""

from itertools import pairwise

import polars as pl

from contracts.facts.ads.ad_stats import DailyStats

ROWS = "rows"
EVERY_DAY = pl.lit(value=True)


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
