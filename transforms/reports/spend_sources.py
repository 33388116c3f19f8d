"""Where ad spend comes from: which feed speaks for what, and what is left out (SPEC §6.2)."""

from collections.abc import Mapping

import polars as pl

from contracts.columns import Rows, conform, key
from contracts.facts.ads.ad_entities import AdSpeakers
from contracts.facts.ads.ad_stats import PlacedStats
from contracts.facts.ads.ad_sums import LevelComparisons
from contracts.reports.ads import SpendSources
from transforms.ads.levels import DAY, RANKS
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.ads.speakers import ENTITY, FEED, NO_LEVEL, OWN, TOP, name_entity
from transforms.common.shared_texts import write_out_texts

SPEND = PlacedStats.spend
SOURCE = [*PLATFORM_KEYS, PlacedStats.account_id, OWN, FEED]


def compare_levels(stats: Rows[PlacedStats]) -> Rows[LevelComparisons]:
    """Set the spend of entities that a feed speaks for beside that of what lies below them.

    Returns:
        Of the days of which something lies below, without own rows or with.
    """
    return pl.concat([_compare_level(stats, level) for level in range(NO_LEVEL - 1)])


def list_spent_below(stats: Rows[PlacedStats], level: int) -> pl.LazyFrame:
    """List the rows that lie right below the entities of a level for which a feed speaks.

    Args:
        stats: Or single rows of them.
        level: how fine the entities are, from 0 for an account.

    Returns:
        The rows as those of the entity (`ENTITY`) and of the `feed` that speaks for it.
    """
    is_right_below = (pl.col(PlacedStats.spoken_level) == level) & (pl.col(TOP) == level + 1)
    return stats.filter(is_right_below).with_columns(
        *_name_level(level), pl.col(PlacedStats.spoken_feed).alias(FEED)
    )


def list_spent_on(stats: Rows[PlacedStats], level: int) -> pl.LazyFrame:
    """List the rows of the entities of a level, as those of the entity (`ENTITY`).

    Args:
        stats: Or single rows of them.
        level: how fine the entities are, from 0 for an account.
    """
    return stats.filter(pl.col(OWN) == level).with_columns(_name_level(level))


def _name_level(level: int) -> list[pl.Expr]:
    return [pl.lit(level, pl.Int64).alias(OWN), *name_entity(level)]


def _compare_level(stats: Rows[PlacedStats], level: int) -> pl.LazyFrame:
    c = LevelComparisons
    below = (
        list_spent_below(stats, level)
        .group_by(*ENTITY, FEED, DAY)
        .agg(pl.col(SPEND).sum().alias(c.spend_below))
    )
    own = list_spent_on(stats, level)
    spent = own.filter(pl.col(TOP) < NO_LEVEL).group_by(*ENTITY, FEED, DAY).agg(pl.col(SPEND).sum())
    accounts = own.group_by(*ENTITY, FEED).agg(pl.col(PlacedStats.account_id).max())
    return (
        below.join(spent, on=[*ENTITY, FEED, DAY], how="left", nulls_equal=True, validate="1:1")
        .group_by(*ENTITY, FEED)
        .agg(pl.col(SPEND, c.spend_below).sum())
        .join(accounts, on=[*ENTITY, FEED], how="left", nulls_equal=True, validate="1:1")
        .pipe(conform, c)
    )


def report_spend_sources(
    stats: Rows[PlacedStats],
    speakers: Rows[AdSpeakers],
    comparisons: Rows[LevelComparisons],
    feeds: Mapping[int, str],
    currency: str,
) -> Rows[SpendSources]:
    """Report what each feed says was spent at each level, and what became of it.

    Args:
        feeds: the place of each feed in the configuration -> its name.

    Returns:
        Sorted by its key.
    """
    s = SpendSources
    spans = speakers.group_by(SOURCE).agg(
        pl.col(AdSpeakers.first_day).min(),
        pl.col(AdSpeakers.last_day).max(),
        pl.len().cast(pl.Int64).alias(s.entities),
    )
    spent = pl.when(pl.col(SPEND).count() > 0)
    sums = stats.group_by(SOURCE).agg(
        spent.then(pl.col(SPEND).sum()).alias(SPEND),
        spent.then(pl.col(SPEND).filter(pl.col(TOP) == 0).sum()).alias(s.spend_used),
        spent.then(pl.col(SPEND).filter(is_left_out()).sum()).alias(s.spend_unplaced),
    )
    below = comparisons.group_by(SOURCE).agg(
        pl.col(LevelComparisons.spend_below).sum().alias(s.spend_of_level_below),
        (pl.col(SPEND) - pl.col(LevelComparisons.spend_below)).sum().alias(s.difference),
    )
    levels = {rank: level for level, rank in RANKS.items()}
    return (
        spans.join(sums, on=SOURCE, how="left", nulls_equal=True, validate="1:1")
        .join(below, on=SOURCE, how="left", nulls_equal=True, validate="1:1")
        .pipe(write_out_texts)
        .with_columns(
            pl.col(OWN).replace_strict(levels, return_dtype=pl.String).alias(s.level),
            pl.col(FEED).replace_strict(feeds, return_dtype=pl.String).alias(s.feed),
            pl.lit(currency).alias(s.currency),
        )
        .pipe(conform, s)
        .sort(key(s))
    )


def is_left_out() -> pl.Expr:
    """Whether a row's spend is in no account's figures because nobody knows its account."""
    speaks_nobody = pl.col(PlacedStats.spoken_level).is_null() & (pl.col(TOP) < NO_LEVEL)
    return pl.col(PlacedStats.is_unplaced) & speaks_nobody
