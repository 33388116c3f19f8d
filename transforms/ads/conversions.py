"""Conversions that platforms tell apart from the clicks, made into rows of stats."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.ad_facts import AdEntities
from contracts.feeds import AdConversions, AdStats
from transforms.ads.entities import LEVEL_IDS, NAMES, PARENTS
from transforms.ads.name_lookup import CHANGES, AdVersions, fill_names
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables

FINEST_ID = "finest id"
THING = [*PLATFORM_KEYS, AdStats.level, FINEST_ID]


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
    conversions: pl.LazyFrame, stats: pl.LazyFrame, versions: AdVersions
) -> pl.LazyFrame:
    """Make conversions told apart from the clicks into rows of stats, beside the thing's own.

    They take parents, names, landing page and currency from the stats of the same thing and day,
    else of the thing on any day, else from the tables of names. Conversions of a thing that
    neither knows point nowhere and wait for it.

    Args:
        conversions: canonical `ad_conversions` of the names that count.
        stats: canonical `ad_stats`, names and parents filled in.
        versions: what the tables of names tell.

    Returns:
        Rows of canonical `ad_stats` with `conversions` and their value alone.
    """
    keyed = stats.with_columns(_finest_id())
    borne = [*PARENTS, AdStats.landing_url, AdEntities.url_tags, AdStats.currency]
    told = (pl.col(borne).max(), pl.col(NAMES).max())
    of_day = keyed.group_by(*THING, AdStats.date_day).agg(told)
    of_thing = keyed.group_by(THING).agg(pl.col([*PARENTS, AdStats.currency]).max())
    metrics = [AdStats.conversions, AdStats.conversions_value]
    known = (
        conversions.with_columns(_finest_id())
        .filter(pl.col(FINEST_ID).is_not_null())
        .with_columns(pl.col(AdStats.conversions_value).fill_null(0))
        .select(*THING, AdStats.date_day, *PARENTS, *metrics)
    )
    same_day = known.drop(PARENTS).join(
        of_day, on=[*THING, AdStats.date_day], how="inner", validate="m:1"
    )
    other_day = known.join(of_day, on=[*THING, AdStats.date_day], how="anti")
    of_known_thing = other_day.drop(PARENTS).join(of_thing, on=THING, how="inner", validate="m:1")
    of_named_thing = other_day.join(of_thing, on=THING, how="anti").join(
        _list_things(versions.tables), on=THING, how="semi"
    )
    rest = pl.concat([of_known_thing, of_named_thing], how="diagonal").pipe(
        fill_names, versions, AdStats.date_day
    )
    return (
        pl.concat([same_day, rest], how="diagonal")
        .drop(FINEST_ID, CHANGES)
        .with_columns(
            pl.lit(0, pl.Int64).alias(AdStats.clicks),
            pl.lit(0, pl.Int64).alias(AdStats.impressions),
            pl.lit(0, polars_schema(AdStats)[AdStats.spend]).alias(AdStats.spend),
        )
    )


def _finest_id() -> pl.Expr:
    """The id of the thing that a row is about."""
    chain = pl.lit(None, pl.String)
    for level, column in LEVEL_IDS.items():
        chain = pl.when(pl.col(AdStats.level) == level).then(column).otherwise(chain)
    return chain.alias(FINEST_ID)


def _list_things(tables: AdTables) -> pl.LazyFrame:
    """The accounts, campaigns, groups and ads that the tables of names know."""
    schema = dict.fromkeys(THING, pl.String)
    things = [
        table.select(
            *PLATFORM_KEYS,
            pl.lit(level, pl.String).alias(AdStats.level),
            pl.col(by).alias(FINEST_ID),
        )
        for level, by in LEVEL_IDS.items()
        if (table := tables.of_level(level)) is not None
    ]
    return pl.concat([pl.LazyFrame(schema=schema), *things]).drop_nulls()
