"""Rows of ad stats of the same entity and day that do not count, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from contracts.feeds import AdStats
from flows.explain.left_out import list_left_out
from flows.explain.published_run import PublishedRun

IDS = (AdStats.account_id, AdStats.campaign_id, AdStats.ad_group_id, AdStats.ad_id)


def list_stats_left_out(
    run: PublishedRun, table: str, row: Mapping[str, Any], names: Sequence[str]
) -> pl.DataFrame:
    """Rows that later files of their feed replace, rows of copies of files, rejected rows.

    Args:
        run: The published run.
        table: `ad_stats`, or a table with the same keys.
        row: The row of the report.
        names: The columns that tell its entity, as far as a row of stats states them itself.
    """
    conditions = [
        pl.col(AdStats.date_day) == row[AdStats.date_day],
        *(pl.col(name) == row[name] for name in names if row[name] is not None),
    ]
    ids = [str(row[name]) for name in IDS if name in names and row[name] is not None]
    return list_left_out(
        run, table, lambda rows: rows.filter(*conditions), ids[-1:], str(row[AdStats.date_day])
    )
