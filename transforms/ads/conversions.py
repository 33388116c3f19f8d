"""Conversions that platforms give apart from the clicks, made into rows of stats."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.columns import Rows, columns, conform, polars_schema
from contracts.facts.ads.ad_entities import AdEntities, NamedEntities, StatedEntities
from contracts.facts.ads.ad_stats import AttachedConversions, FeedStats
from contracts.feeds import AdConversions, AdStats
from transforms.ads.daily_stats import number_rows
from transforms.ads.levels import (
    DAY,
    DELIVERED,
    METRICS,
    NAMES,
    PARENTS,
    drop_finer_ids,
    rank_level,
)
from transforms.ads.name_lookup import AdVersions, fill_names
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables
from transforms.ads.stated_entities import STATED
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.shared_texts import SHARED, share_texts

A = AttachedConversions
FINEST_ID = "finest id"
COUNTED = [*PLATFORM_KEYS, AdStats.level]
IS_COUNTED, IS_VALUED = "conversions are given apart", "their value is given"
ENTITY = [*PLATFORM_KEYS, AdStats.level, FINEST_ID]
OF_APART = [name for name in columns(A) if name not in (DAY, *METRICS)]
IS_GIVEN = {AdStats.conversions: IS_COUNTED, AdStats.conversions_value: IS_VALUED}
GIVEN = list(IS_GIVEN)
FIRST, LAST = "first day", "last day"
FIRST_APART = 2**31
"""From which number on what is stated is that of conversions given apart."""


def choose_conversions(
    conversions: Rows[AdConversions], chosen: Mapping[str, Sequence[str]]
) -> pl.LazyFrame:
    """Keep the conversions that count.

    Args:
        chosen: platform -> names of conversions, in any case; of a platform that is not named, or
            named with none, all count.

    Returns:
        The rows that count, as they were.
    """
    name = pl.col(AdConversions.conversion_name).str.strip_chars().str.to_lowercase()
    platform = pl.col(AdConversions.platform)
    left_out = [
        (platform == one) & ~name.is_in([word.strip().lower() for word in words])
        for one, words in chosen.items()
        if words
    ]
    return conversions.filter(~pl.any_horizontal(left_out)) if left_out else conversions


def attach_conversions(
    rows: Rows[FeedStats],
    named: Rows[NamedEntities],
    conversions: Rows[AdConversions],
    versions: AdVersions,
    apart: Sequence[str],
) -> Rows[AttachedConversions]:
    """Say of conversions given apart from the clicks whose they are.

    They take feed, parents, names, landing page and currency from the stats of the same entity and
    day, else of the entity on any day, else from the tables of names. Conversions of an entity that
    neither knows point nowhere and wait for it (`find_waiting`). Of entities without stats of their
    own, conversions count where the platform gives none of a finer level. A value is 0 where the
    platform gives those of others at that level, and null where it gives none. Without stats of its
    day an entity cost nothing on it, but before the platform's first stats and after its last
    nobody says what it cost.

    Args:
        conversions: canonical `ad_conversions` of the names that count.
        apart: columns that keep rows apart (`daily_stats`).
    """
    parents = (*PARENTS, AdStats.currency)
    observed = (*parents, AdStats.landing_url, A.url_tags, *NAMES)
    first_feed = pl.col(A.feed).min()
    nothing = pl.col(DELIVERED).max() * 0
    given = _find_entities(conversions)
    known = (
        given.join(_list_levels(given), on=COUNTED, how="left", validate="m:1")
        .with_columns(
            pl.when(is_given).then(pl.col(name).fill_null(0)).alias(name)
            for name, is_given in IS_GIVEN.items()
        )
        .select(*ENTITY, DAY, *PARENTS, *GIVEN, *apart)
    )
    keyed = named.with_columns(_finest_id()).join(known, on=ENTITY, how="semi")
    of_day = (
        number_rows(rows.select(STATED, DAY, *DELIVERED), keyed)
        .group_by(*ENTITY, DAY)
        .agg(pl.col(observed).max(), first_feed, nothing)
    )
    of_entity = of_day.group_by(ENTITY).agg(pl.col(parents).max(), pl.col(A.feed).min(), nothing)
    of_platform = (
        number_rows(rows.select(STATED, DAY, *DELIVERED), named.select(STATED, DAY, *PLATFORM_KEYS))
        .group_by(PLATFORM_KEYS)
        .agg(nothing, pl.col(DAY).min().alias(FIRST), pl.col(DAY).max().alias(LAST))
    )
    is_known = pl.col(DAY).is_between(FIRST, LAST)
    same_day = known.drop(PARENTS).join(
        of_day.drop(DELIVERED), on=[*ENTITY, DAY], how="inner", validate="m:1"
    )
    other_day = known.join(of_day, on=[*ENTITY, DAY], how="anti")
    of_known = other_day.drop(PARENTS).join(of_entity, on=ENTITY, how="inner", validate="m:1")
    of_named = (
        other_day.join(of_entity, on=ENTITY, how="anti")
        .join(_list_entities(versions.tables), on=ENTITY, how="semi")
        .join(_list_finest(known), on=COUNTED, how="semi")
        .join(of_platform.drop(FIRST, LAST), on=PLATFORM_KEYS, how="left", validate="m:1")
    )
    rest = (
        pl.concat([of_known, of_named], how="diagonal")
        .join(
            of_platform.select(*PLATFORM_KEYS, FIRST, LAST),
            on=PLATFORM_KEYS,
            how="left",
            validate="m:1",
        )
        .with_columns(pl.when(is_known).then(name).alias(name) for name in DELIVERED)
        .pipe(fill_names, versions, DAY)
    )
    return pl.concat([same_day, rest], how="diagonal").pipe(drop_finer_ids).pipe(conform, A, *apart)


def name_conversions(attached: Rows[AttachedConversions]) -> Rows[NamedEntities]:
    """List what conversions are of, as stats would state it.

    Returns:
        Numbered from `FIRST_APART` on.
    """
    day = pl.col(DAY)
    return (
        attached.group_by(OF_APART)
        .agg(day.min().alias(NamedEntities.first_day), day.max().alias(NamedEntities.last_day))
        .with_row_index(STATED, FIRST_APART)
        .with_columns(
            pl.lit(None, pl.Date).alias(DAY), pl.lit(value=False).alias(NamedEntities.is_dated)
        )
        .select(columns(NamedEntities))
    )


def count_conversions(
    attached: Rows[AttachedConversions], named: Rows[NamedEntities], apart: Sequence[str]
) -> Rows[FeedStats]:
    """Make rows of stats of conversions.

    Args:
        named: Of them (`name_conversions`).
        apart: columns that keep rows apart.

    Returns:
        As many rows: nothing but conversions and their value.
    """
    schema = polars_schema(FeedStats)
    nothing = [name for name in schema if name not in (*columns(A), STATED)]
    numbers = named.select(STATED, *OF_APART)
    return (
        attached.join(numbers, on=OF_APART, how="left", nulls_equal=True, validate="m:1")
        .with_columns(pl.lit(None, schema[name]).alias(name) for name in nothing)
        .pipe(conform, FeedStats, *apart)
    )


def count_none(
    rows: Rows[FeedStats], stated: Rows[StatedEntities], conversions: Rows[AdConversions]
) -> pl.LazyFrame:
    """Give stats without conversions 0, where those of their platform and level are given apart.

    Args:
        conversions: canonical `ad_conversions` of the names that count.

    Returns:
        The same rows, in no order.
    """
    levels = _list_levels(_find_entities(conversions))
    counted = stated.join(levels, on=COUNTED, how="inner", validate="m:1").select(
        STATED, *IS_GIVEN.values()
    )
    return (
        rows.join(counted, on=STATED, how="left", validate="m:1")
        .with_columns(
            pl.when(is_given)
            .then(pl.col(name).fill_null(0))
            .otherwise(name)
            .cast(polars_schema(FeedStats)[name])
            .alias(name)
            for name, is_given in IS_GIVEN.items()
        )
        .drop(IS_GIVEN.values())
    )


def find_waiting(
    conversions: Rows[AdConversions], entities: Rows[AdEntities], tables: AdTables
) -> pl.LazyFrame:
    """Find the conversions of entities that neither stats nor the tables of names know.

    Args:
        conversions: canonical `ad_conversions` of the names that count.
        entities: What stats and conversions are of.

    Returns:
        Rows of the finest level that their platform gives, in no order, with the id of their
        entity: coarser ones are in finer ones.
    """
    given = _find_entities(conversions)
    stated = entities.with_columns(_finest_id()).select(ENTITY)
    return (
        given.join(_list_finest(given), on=COUNTED, how="semi")
        .join(stated, on=ENTITY, how="anti")
        .join(_list_entities(tables), on=ENTITY, how="anti")
    )


def find_uncounted(conversions: Rows[AdConversions]) -> pl.LazyFrame:
    """Find the conversions of platforms that give, at their level, values alone.

    Args:
        conversions: canonical `ad_conversions` of the names that count.

    Returns:
        These rows, in no order.
    """
    given = _find_entities(conversions)
    uncounted = _list_levels(given).filter(~pl.col(IS_COUNTED))
    return given.join(uncounted, on=COUNTED, how="semi")


def find_given_twice(stats: Rows[AdStats], conversions: Rows[AdConversions]) -> pl.LazyFrame:
    """Find the stats that bear conversions of their own beside those given apart of their day.

    Args:
        stats: Canonical, with whatever columns besides.
        conversions: canonical `ad_conversions` of the names that count.

    Returns:
        These stats, in no order: both count.
    """
    own = share_texts(stats).filter(pl.col(AdStats.conversions) != 0).with_columns(_finest_id())
    return own.join(_find_entities(conversions), on=[*ENTITY, DAY], how="semi")


def _find_entities(conversions: pl.LazyFrame) -> pl.LazyFrame:
    """Conversions with the id of the entity that they are of, as far as they say it."""
    found = share_texts(conversions).with_columns(_finest_id())
    return found.filter(pl.col(FINEST_ID).is_not_null())


def _list_levels(given: pl.LazyFrame) -> pl.LazyFrame:
    """The levels at which platforms give conversions, and whether they count and value any.

    Where some are worth something and none is counted, values alone are given.
    """
    value = pl.col(AdConversions.conversions_value)
    some = (pl.col(name).fill_null(0) != 0 for name in GIVEN)
    is_some, is_worth = (one.any() for one in some)
    return given.group_by(COUNTED).agg(
        (is_some | ~is_worth).alias(IS_COUNTED), value.is_not_null().any().alias(IS_VALUED)
    )


def _list_finest(given: pl.LazyFrame) -> pl.LazyFrame:
    """The finest level at which a platform gives conversions."""
    rank = rank_level()
    finest = rank.max().over(PLATFORM_KEYS)
    return given.select(COUNTED).unique().filter(rank == finest)


def _finest_id() -> pl.Expr:
    chain = pl.lit(None, SHARED)
    for level, column in ID_OF_LEVEL.items():
        chain = pl.when(pl.col(AdStats.level) == level).then(column).otherwise(chain)
    return chain.alias(FINEST_ID)


def _list_entities(tables: AdTables) -> pl.LazyFrame:
    """The accounts, campaigns, groups and ads that the tables of names know."""
    schema = dict.fromkeys(ENTITY, SHARED)
    entities = [
        table.select(
            *PLATFORM_KEYS, pl.lit(level, SHARED).alias(AdStats.level), pl.col(by).alias(FINEST_ID)
        )
        for level, by in ID_OF_LEVEL.items()
        if (table := tables.of_level(level)) is not None
    ]
    return pl.concat([pl.LazyFrame(schema=schema), *entities]).drop_nulls()
