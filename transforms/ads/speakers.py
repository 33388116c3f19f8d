"""Who speaks for an ad entity: to which levels each row of stats is added (SPEC §6.2).

A feed that has rows of an entity at the entity's own level speaks for it from the first to the last
day that it has of that level and account; of two feeds the one configured first. Where nobody
speaks, what lies below adds up.
"""

from collections.abc import Sequence

import polars as pl

from contracts.columns import columns
from contracts.facts.ads.ad_facts import AdSpeakers, NamedStats, PlacedStats
from transforms.ads.levels import (
    DAY,
    has_ids,
    rank_level,
)
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.shared_texts import SHARED

OWN, TOP = PlacedStats.own_level, PlacedStats.top_level
ACCOUNT_ID, CAMPAIGN_ID = PlacedStats.account_id, PlacedStats.campaign_id
FEED = PlacedStats.feed
ENTITY = [*PLATFORM_KEYS, OWN, AdSpeakers.entity_id, AdSpeakers.entity_account]
ROW, OTHER_FEED = "row", "feed that may speak"
IS_SUPERSEDED, UNPLACED_LEVEL = "is superseded", "level that leaves it out"
NO_LEVEL = len(ID_OF_LEVEL)
"""Coarser than no level: the top of rows for which another feed speaks at their own level."""


def adds_to(level: int) -> pl.Expr:
    """Whether a row's figures are part of a level's."""
    return (pl.col(TOP) <= level) & (pl.col(OWN) >= level)


def list_speakers(stats: pl.LazyFrame) -> pl.LazyFrame:
    """List the feeds that speak for each entity, and of which days.

    Args:
        stats: `NamedStats`, without conversions given apart: these speak for nobody.

    Returns:
        `AdSpeakers`, in no order.
    """
    ranked = stats.with_columns(rank_level().alias(OWN))
    of_level = [*PLATFORM_KEYS, OWN, ACCOUNT_ID, FEED]
    spans = ranked.group_by(of_level).agg(
        pl.col(NamedStats.date_day).min().alias(AdSpeakers.first_day),
        pl.col(NamedStats.date_day).max().alias(AdSpeakers.last_day),
    )
    entities = [
        ranked.filter(pl.col(OWN) == level)
        .with_columns(name_entity(level))
        .select(columns(AdSpeakers)[:-2])
        .unique()
        for level in range(NO_LEVEL)
    ]
    return (
        pl.concat(entities)
        .join(spans, on=of_level, how="left", nulls_equal=True, validate="m:1")
        .select(columns(AdSpeakers))
    )


def place_stats(
    stats: pl.LazyFrame, speakers: pl.LazyFrame, tables: AdTables, apart: Sequence[str] = ()
) -> pl.LazyFrame:
    """Find the coarsest level to which each row is added.

    Args:
        stats: `DailyStats`, in memory.
        speakers: `AdSpeakers`.
        tables: the tables of names, whose accounts are known as those of stats are.
        apart: columns that keep rows apart (`daily_stats`).

    Returns:
        `PlacedStats`: as many rows.
    """
    rows = stats.with_columns(rank_level().alias(OWN)).with_row_index(ROW)
    known = speakers.filter(pl.col(AdSpeakers.entity_id).is_not_null())
    superseded = _find_superseded(rows, known)
    spoken = _find_spoken(rows, known)
    unplaced = _find_unplaced(rows, speakers, tables)
    top = pl.max_horizontal(PlacedStats.spoken_level, UNPLACED_LEVEL) + 1
    return (
        rows.join(superseded, on=ROW, how="left", validate="1:1")
        .join(spoken, on=ROW, how="left", validate="1:1")
        .join(unplaced, on=ROW, how="left", validate="1:1")
        .with_columns(
            pl.when(IS_SUPERSEDED).then(NO_LEVEL).otherwise(top.fill_null(0)).alias(TOP),
            pl.col(UNPLACED_LEVEL).is_not_null().alias(PlacedStats.is_unplaced),
        )
        .select(*columns(PlacedStats), *apart)
    )


def name_entity(level: int) -> list[pl.Expr]:
    """The entity of a level that a row is of, and its account where the source has names alone.

    Sources without ids have the campaign's name for one.
    """
    account = pl.col(ACCOUNT_ID) if level else pl.lit(None, SHARED)
    return [
        pl.col(list(ID_OF_LEVEL.values())[level]).alias(AdSpeakers.entity_id),
        pl.when(~has_ids()).then(account).alias(AdSpeakers.entity_account),
    ]


def _is_in_span() -> pl.Expr:
    return pl.col(DAY).is_between(AdSpeakers.first_day, AdSpeakers.last_day)


def _find_superseded(rows: pl.LazyFrame, speakers: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of entities for which an earlier feed speaks on their day."""
    several = (
        speakers.group_by(ENTITY).agg(pl.col(FEED).n_unique()).filter(pl.col(FEED) > 1).drop(FEED)
    )
    others = speakers.join(several, on=ENTITY, how="semi", nulls_equal=True).select(
        *ENTITY, pl.col(FEED).alias(OTHER_FEED), AdSpeakers.first_day, AdSpeakers.last_day
    )
    found = [
        rows.filter(pl.col(OWN) == level)
        .select(ROW, *PLATFORM_KEYS, OWN, FEED, DAY, *name_entity(level))
        .join(others, on=ENTITY, how="inner", nulls_equal=True, validate="m:m")
        .filter(_is_in_span() & (pl.col(OTHER_FEED) < pl.col(FEED)))
        .select(ROW)
        for level in range(NO_LEVEL)
    ]
    return pl.concat(found).unique().with_columns(pl.lit(value=True).alias(IS_SUPERSEDED))


def _find_spoken(rows: pl.LazyFrame, speakers: pl.LazyFrame) -> pl.LazyFrame:
    """The rows for which a coarser entity speaks on their day: the next one, and its feed."""
    found = [
        rows.filter(pl.col(OWN) > level)
        .select(
            ROW,
            *PLATFORM_KEYS,
            DAY,
            pl.lit(level, pl.Int64).alias(OWN),
            *name_entity(level),
        )
        .join(
            speakers.filter(pl.col(OWN) == level),
            on=ENTITY,
            how="inner",
            nulls_equal=True,
            validate="m:m",
        )
        .filter(_is_in_span())
        .select(ROW, OWN, FEED)
        for level in range(NO_LEVEL - 1)
    ]
    is_next = pl.col(OWN) == pl.col(OWN).max()
    return (
        pl.concat(found)
        .group_by(ROW)
        .agg(
            pl.col(OWN).max().alias(PlacedStats.spoken_level),
            pl.col(FEED).filter(is_next).min().alias(PlacedStats.spoken_feed),
        )
    )


def _find_unplaced(rows: pl.LazyFrame, speakers: pl.LazyFrame, tables: AdTables) -> pl.LazyFrame:
    """The rows of no known account, where a coarser level speaks for the platform on their day.

    Only where feeds name accounts of the platform: elsewhere there is but the one account.
    """
    has_account = pl.col(ACCOUNT_ID).is_not_null()
    given = [table for name, table in tables.given().items() if name != "creatives"]
    named = [frame.filter(has_account).select(PLATFORM_KEYS).unique() for frame in (rows, *given)]
    spans = speakers.select(
        *PLATFORM_KEYS,
        pl.col(OWN).alias(UNPLACED_LEVEL),
        AdSpeakers.first_day,
        AdSpeakers.last_day,
    ).unique()
    return (
        rows.filter(~has_account)
        .select(ROW, *PLATFORM_KEYS, OWN, DAY)
        .join(pl.concat(named).unique(), on=PLATFORM_KEYS, how="semi")
        .join(spans, on=PLATFORM_KEYS, how="inner", validate="m:m")
        .filter(_is_in_span() & (pl.col(UNPLACED_LEVEL) < pl.col(OWN)))
        .group_by(ROW)
        .agg(pl.col(UNPLACED_LEVEL).max())
    )
