"""The four levels of ads, and how rows of a level are added up."""

import polars as pl

from contracts.facts.ads.ad_stats import DailyStats
from contracts.feeds import AdStats
from transforms.common.ad_levels import ID_OF_LEVEL

DAY = DailyStats.date_day
METRICS = [
    AdStats.clicks,
    AdStats.impressions,
    AdStats.spend,
    AdStats.conversions,
    AdStats.conversions_value,
]
DELIVERED = [AdStats.clicks, AdStats.impressions, AdStats.spend]
"""Of which conversions that are given by name say nothing."""
PARENTS = list(ID_OF_LEVEL.values())
NAMES = [AdStats.account_name, AdStats.campaign_name, AdStats.ad_group_name, AdStats.ad_name]
RANKS = {str(level): rank for rank, level in enumerate(ID_OF_LEVEL)}
"""Level -> how fine it is, from 0 for an account."""


def rank_level() -> pl.Expr:
    """How fine a row's level is, from 0 for an account."""
    return pl.col(AdStats.level).cast(pl.String).replace_strict(RANKS, return_dtype=pl.Int64)


def drop_finer_ids(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Take from rows the ids and names finer than their level."""
    return stats.with_columns(
        pl.when(rank_level() >= RANKS[level]).then(column).alias(column)
        for level, *held in zip(ID_OF_LEVEL, PARENTS, NAMES, strict=True)
        for column in held
    )


def agree(name: str) -> pl.Expr:
    """The one value of a column that a group's rows agree on, else null."""
    return agree_between(pl.col(name).min(), pl.col(name).max()).alias(name)


def agree_between(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """The one value that lies between the first and the last, else null."""
    return pl.when(first == last).then(last)
