"""Who speaks for an ad entity: to which levels each row of stats is added (SPEC §6.2).

A feed that has rows of an entity at the entity's own level speaks for it from the first to the last
day that it has of that level and account; of two feeds the one configured first. Where nobody
speaks, what lies below adds up.
"""

import polars as pl

from contracts.columns import Rows, columns, stack
from contracts.facts.ads.ad_entities import (
    AdClaims,
    AdSpeakers,
    NamedEntities,
    NumberedEntities,
    Placement,
    SettledDays,
)
from contracts.facts.ads.ad_stats import DailyStats, PlacedStats
from transforms.ads.levels import DAY, rank_level
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables
from transforms.common.ad_levels import ID_OF_LEVEL, has_ids
from transforms.common.shared_texts import SHARED

OWN, TOP = PlacedStats.own_level, PlacedStats.top_level
ACCOUNT_ID, FEED = PlacedStats.account_id, PlacedStats.feed
ENTITY = [*PLATFORM_KEYS, OWN, AdSpeakers.entity_id, AdSpeakers.entity_account]
ENTITY_NUMBER = AdClaims.entity
SPAN = [AdClaims.first_day, AdClaims.last_day]
OTHER_FEED = "feed that may speak"
FIRST_PLACED = 2**31
"""From which number on entities are for whose figures something else speaks on some days."""
NO_LEVEL = len(ID_OF_LEVEL)
"""Coarser than no level: the top of rows for which another feed speaks at their own level."""


def adds_to(level: int) -> pl.Expr:
    """Whether a row's figures are part of a level's."""
    return (pl.col(TOP) <= level) & (pl.col(OWN) >= level)


def list_speakers(named: Rows[NamedEntities]) -> Rows[AdSpeakers]:
    """List the feeds that speak for each entity, and of which days.

    Args:
        named: Without conversions given apart: these speak for nobody.
    """
    ranked = named.with_columns(rank_level().alias(OWN))
    of_level = [*PLATFORM_KEYS, OWN, ACCOUNT_ID, FEED]
    spans = ranked.group_by(of_level).agg(
        pl.col(AdSpeakers.first_day).min(), pl.col(AdSpeakers.last_day).max()
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


def list_claims(
    entities: Rows[NumberedEntities], speakers: Rows[AdSpeakers], tables: AdTables
) -> Rows[AdClaims]:
    """List what else speaks for the figures of entities, and of which days.

    Args:
        tables: the tables of names, whose accounts are known as those of stats are.

    Returns:
        None of most entities.
    """
    known = speakers.filter(pl.col(AdSpeakers.entity_id).is_not_null())
    return stack(
        AdClaims,
        _find_superseding(entities, known),
        _find_speaking(entities, known),
        _find_unplaced(entities, speakers, tables),
    )


def settle_days(stats: Rows[DailyStats], claims: Rows[AdClaims]) -> Rows[SettledDays]:
    """Find where figures are added on days on which something else speaks for them.

    Args:
        stats: Under the numbers of `NumberedEntities`.
    """
    level = pl.col(AdClaims.spoken_level)
    spoken, unplaced = AdClaims.spoken_level, AdClaims.unplaced_level
    top = pl.max_horizontal(spoken, unplaced) + 1
    days = (
        stats.select(ENTITY_NUMBER, DAY)
        .join(claims, on=ENTITY_NUMBER, how="inner", validate="m:m")
        .filter(pl.col(DAY).is_between(AdSpeakers.first_day, AdSpeakers.last_day))
        .group_by(ENTITY_NUMBER, DAY)
        .agg(
            pl.col(AdClaims.is_superseded).any(),
            level.max(),
            pl.col(AdClaims.spoken_feed).filter(level == level.max()).min(),
            pl.col(unplaced).max(),
        )
        .select(
            ENTITY_NUMBER,
            DAY,
            pl.when(AdClaims.is_superseded).then(NO_LEVEL).otherwise(top.fill_null(0)).alias(TOP),
            spoken,
            AdClaims.spoken_feed,
            pl.col(unplaced).is_not_null().alias(PlacedStats.is_unplaced),
        )
    )
    kinds = [ENTITY_NUMBER, *columns(Placement)]
    numbered = days.select(kinds).unique().with_row_index(SettledDays.placed, FIRST_PLACED)
    return days.join(numbered, on=kinds, how="left", nulls_equal=True, validate="m:1").select(
        columns(SettledDays)
    )


def place_stats(stats: Rows[DailyStats], settled: Rows[SettledDays]) -> pl.LazyFrame:
    """Put stats under the numbers of entities that are added to the same levels on all their days.

    Args:
        stats: Under the numbers of `NumberedEntities`.

    Returns:
        The same rows.
    """
    placed = settled.select(ENTITY_NUMBER, DAY, SettledDays.placed)
    return (
        stats.join(placed, on=[ENTITY_NUMBER, DAY], how="left", validate="m:1")
        .with_columns(pl.coalesce(SettledDays.placed, ENTITY_NUMBER).alias(ENTITY_NUMBER))
        .drop(SettledDays.placed)
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


def _find_superseding(entities: Rows[NumberedEntities], speakers: pl.LazyFrame) -> pl.LazyFrame:
    """The entities for which an earlier feed may speak, too."""
    several = (
        speakers.group_by(ENTITY).agg(pl.col(FEED).n_unique()).filter(pl.col(FEED) > 1).drop(FEED)
    )
    others = speakers.join(several, on=ENTITY, how="semi", nulls_equal=True).select(
        *ENTITY, pl.col(FEED).alias(OTHER_FEED), *SPAN
    )
    found = [
        entities.filter(pl.col(OWN) == level)
        .select(ENTITY_NUMBER, *PLATFORM_KEYS, OWN, FEED, *name_entity(level))
        .join(others, on=ENTITY, how="inner", nulls_equal=True, validate="m:m")
        .filter(pl.col(OTHER_FEED) < pl.col(FEED))
        .select(ENTITY_NUMBER, *SPAN, pl.lit(value=True).alias(AdClaims.is_superseded))
        for level in range(NO_LEVEL)
    ]
    return pl.concat(found)


def _find_speaking(entities: Rows[NumberedEntities], speakers: pl.LazyFrame) -> pl.LazyFrame:
    """The entities for which a coarser one may speak."""
    found = [
        entities.filter(pl.col(OWN) > level)
        .select(
            ENTITY_NUMBER, *PLATFORM_KEYS, pl.lit(level, pl.Int64).alias(OWN), *name_entity(level)
        )
        .join(
            speakers.filter(pl.col(OWN) == level),
            on=ENTITY,
            how="inner",
            nulls_equal=True,
            validate="m:m",
        )
        .select(
            ENTITY_NUMBER,
            *SPAN,
            pl.col(OWN).alias(AdClaims.spoken_level),
            pl.col(FEED).alias(AdClaims.spoken_feed),
        )
        for level in range(NO_LEVEL - 1)
    ]
    return pl.concat(found)


def _find_unplaced(
    entities: Rows[NumberedEntities], speakers: Rows[AdSpeakers], tables: AdTables
) -> pl.LazyFrame:
    """The entities of no known account, where a coarser level may speak for the platform.

    Only where feeds name accounts of the platform: elsewhere there is but the one account.
    """
    has_account = pl.col(ACCOUNT_ID).is_not_null()
    given = [table for name, table in tables.given().items() if name != "creatives"]
    frames = (entities, *given)
    named = [frame.filter(has_account).select(PLATFORM_KEYS).unique() for frame in frames]
    level = pl.col(OWN).alias(AdClaims.unplaced_level)
    spans = speakers.select(*PLATFORM_KEYS, level, *SPAN).unique()
    return (
        entities.filter(~has_account)
        .select(ENTITY_NUMBER, *PLATFORM_KEYS, OWN)
        .join(pl.concat(named).unique(), on=PLATFORM_KEYS, how="semi")
        .join(spans, on=PLATFORM_KEYS, how="inner", validate="m:m")
        .filter(pl.col(AdClaims.unplaced_level) < pl.col(OWN))
        .select(ENTITY_NUMBER, *SPAN, AdClaims.unplaced_level)
    )
