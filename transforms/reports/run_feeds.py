"""What a run read of each feed, and what usually comes (SPEC §10)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows, columns, key
from contracts.facts.run_facts import FeedFiles, FeedTables, PastFeedFiles
from contracts.reports.run_tables import RunFeeds
from transforms.common.rates import divide

RUNS_COMPARED = 14
"""Of how many earlier runs that had new files the median is what a feed usually brings."""
SUMMED = (
    RunFeeds.rows_read,
    RunFeeds.accepted,
    RunFeeds.rejected,
    RunFeeds.superseded,
    RunFeeds.duplicates,
)
GRAIN = (RunFeeds.feed, RunFeeds.table)


def report_feeds(
    tables: Rows[FeedTables], files: Rows[FeedFiles], past: Rows[PastFeedFiles], *, is_whole: bool
) -> Rows[RunFeeds]:
    """Say of each feed what came, and what usually comes.

    Args:
        tables: As configured.
        files: Of this run.
        past: Of the runs that are kept.
        is_whole: Whether the oldest of these runs is the first that there ever was: else what was
            new in it is not known.
    """
    last = past.filter(pl.col(PastFeedFiles.run) == 1).select(FeedFiles.feed, FeedFiles.sha256)
    is_new = pl.col("is_known").is_null() & ~pl.col(FeedFiles.is_copy)
    sums = (
        files.join(
            last.unique().with_columns(is_known=pl.lit(value=True)),
            on=[FeedFiles.feed, FeedFiles.sha256],
            how="left",
            validate="m:1",
        )
        .group_by(GRAIN)
        .agg(
            pl.len().cast(pl.Int64).alias(RunFeeds.files),
            is_new.sum().cast(pl.Int64).alias(RunFeeds.new_files),
            pl.col(RunFeeds.first_day).min(),
            pl.col(RunFeeds.last_day).max(),
            pl.col(SUMMED).sum(),
        )
    )
    counts = [RunFeeds.files, RunFeeds.new_files, *SUMMED]
    return (
        tables.select(columns(FeedTables))
        .join(sums, on=GRAIN, how="left", validate="1:1")
        .join(find_usual_rows(past, GRAIN, is_whole=is_whole), on=GRAIN, how="left", validate="1:1")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(divide(RunFeeds.rejected, RunFeeds.rows_read).alias(RunFeeds.rejected_share))
        .select(columns(RunFeeds))
        .sort(key(RunFeeds))
    )


def find_usual_rows(
    past: Rows[PastFeedFiles], grain: Sequence[str], *, is_whole: bool
) -> pl.LazyFrame:
    """`usual_rows`: the median of the rows in new files over the last runs that had any.

    Args:
        grain: Of what it is told: of feeds, or of each of their tables.
        is_whole: As `report_feeds` has it.
    """
    content = [PastFeedFiles.run, PastFeedFiles.feed, PastFeedFiles.sha256]
    of_run_before = past.select(pl.col(PastFeedFiles.run) - 1, *content[1:]).unique()
    new = past.join(of_run_before, on=content, how="anti")
    if not is_whole:
        new = new.filter(pl.col(PastFeedFiles.run) < pl.col(PastFeedFiles.run).max())
    return (
        new.group_by(PastFeedFiles.run, *grain)
        .agg(pl.col(PastFeedFiles.rows_read).sum())
        .group_by(grain)
        .agg(
            pl.col(PastFeedFiles.rows_read)
            .sort_by(PastFeedFiles.run)
            .head(RUNS_COMPARED)
            .median()
            .alias(RunFeeds.usual_rows)
        )
    )
