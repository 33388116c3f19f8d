"""Conversions that platforms give apart from the clicks, made into rows of stats."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.ads.ad_facts import NamedStats
from contracts.feeds import AdConversions, AdStats
from transforms.ads.levels import (
    NAMES,
    PARENTS,
    drop_finer_ids,
    rank_level,
)
from transforms.ads.name_lookup import AdVersions, fill_names
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.shared_texts import SHARED, share_texts

FINEST_ID = "finest id"
FINEST = "finest level"
COUNTED, IS_COUNTED = [*PLATFORM_KEYS, AdStats.level], "conversions are given apart"
ENTITY = [*PLATFORM_KEYS, AdStats.level, FINEST_ID]


def choose_conversions(
    conversions: pl.LazyFrame, chosen: Mapping[str, Sequence[str]]
) -> pl.LazyFrame:
    """Keep the conversions that count.

    Args:
        conversions: canonical `ad_conversions`.
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
    stats: pl.LazyFrame,
    conversions: pl.LazyFrame,
    versions: AdVersions,
    apart: Sequence[str] = (),
) -> pl.LazyFrame:
    """Add conversions given apart from the clicks to stats, as rows beside the entity's own.

    They take feed, parents, names, landing page and currency from the stats of the same entity and
    day, else of the entity on any day, else from the tables of names. Conversions of an entity that
    neither knows point nowhere and wait for it. Of entities without stats of their own, conversions
    count where the platform gives none of a finer level. Where conversions of a platform and level
    are given, stats without any have 0.

    Args:
        stats: `NamedStats`.
        conversions: canonical `ad_conversions` of the names that count.
        versions: what the tables of names say.
        apart: columns that keep rows apart (`daily_stats`).

    Returns:
        `NamedStats`: the same rows, and rows with `conversions` and their value alone.
    """
    keyed = stats.with_columns(_finest_id())
    parents = (*PARENTS, AdStats.currency)
    observed = (*parents, AdStats.landing_url, NamedStats.url_tags, *NAMES)
    first_feed = pl.col(NamedStats.feed).min()
    of_day = keyed.group_by(*ENTITY, AdStats.date_day).agg(pl.col(observed).max(), first_feed)
    of_entity = keyed.group_by(ENTITY).agg(pl.col(parents).max(), first_feed)
    metrics = [AdStats.conversions, AdStats.conversions_value]
    known = (
        share_texts(conversions)
        .with_columns(_finest_id())
        .filter(pl.col(FINEST_ID).is_not_null())
        .with_columns(pl.col(AdStats.conversions_value).fill_null(0))
        .select(*ENTITY, AdStats.date_day, *PARENTS, *metrics, *apart)
    )
    same_day = known.drop(PARENTS).join(
        of_day, on=[*ENTITY, AdStats.date_day], how="inner", validate="m:1"
    )
    other_day = known.join(of_day, on=[*ENTITY, AdStats.date_day], how="anti")
    of_known = other_day.drop(PARENTS).join(of_entity, on=ENTITY, how="inner", validate="m:1")
    finest = known.group_by(PLATFORM_KEYS).agg(rank_level().max().alias(FINEST))
    of_named = (
        other_day.join(of_entity, on=ENTITY, how="anti")
        .join(_list_entities(versions.tables), on=ENTITY, how="semi")
        .join(finest, on=PLATFORM_KEYS, how="left", validate="m:1")
        .filter(rank_level() == pl.col(FINEST))
        .drop(FINEST)
    )
    rest = pl.concat([of_known, of_named], how="diagonal").pipe(
        fill_names, versions, AdStats.date_day
    )
    zero = {
        name: pl.lit(0, polars_schema(AdStats)[name])
        for name in (AdStats.clicks, AdStats.impressions, AdStats.spend)
    }
    attached = pl.concat([same_day, rest], how="diagonal").with_columns(**zero).pipe(drop_finer_ids)
    schema = polars_schema(NamedStats)
    counted = stats.join(
        known.select(COUNTED).unique().with_columns(pl.lit(value=True).alias(IS_COUNTED)),
        on=COUNTED,
        how="left",
        validate="m:1",
    ).with_columns(
        pl.when(IS_COUNTED).then(pl.col(name).fill_null(0)).otherwise(name).alias(name)
        for name in metrics
    )
    return (
        pl.concat([counted, attached], how="diagonal")
        .select(*schema.names(), *apart)
        .cast(dict(schema))
    )


def _finest_id() -> pl.Expr:
    """The id of the entity that a row is about."""
    chain = pl.lit(None, SHARED)
    for level, column in ID_OF_LEVEL.items():
        chain = pl.when(pl.col(AdStats.level) == level).then(column).otherwise(chain)
    return chain.alias(FINEST_ID)


def _list_entities(tables: AdTables) -> pl.LazyFrame:
    """The accounts, campaigns, groups and ads that the tables of names know."""
    schema = dict.fromkeys(ENTITY, SHARED)
    entities = [
        table.select(
            *PLATFORM_KEYS,
            pl.lit(level, SHARED).alias(AdStats.level),
            pl.col(by).alias(FINEST_ID),
        )
        for level, by in ID_OF_LEVEL.items()
        if (table := tables.of_level(level)) is not None
    ]
    return pl.concat([pl.LazyFrame(schema=schema), *entities]).drop_nulls()
