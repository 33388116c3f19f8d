"""Ad stats summed by the day, in one currency, with the conversions that platforms tell apart."""

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.ad_facts import DailyStats
from contracts.columns import columns, key, polars_schema
from contracts.feeds import AdConversions, AdStats
from contracts.vocabulary import AdLevel
from transforms.ad_money import convert_amounts, fill_currency
from transforms.ad_versions import PLATFORM_KEYS, AdTables, fill_names
from transforms.parsing import finest_level

METRICS = [
    AdStats.clicks,
    AdStats.impressions,
    AdStats.spend,
    AdStats.conversions,
    AdStats.conversions_value,
]
PARENTS = [AdStats.account_id, AdStats.campaign_id, AdStats.ad_group_id, AdStats.ad_id]
NAMES = [AdStats.account_name, AdStats.campaign_name, AdStats.ad_group_name, AdStats.ad_name]
FINEST_ID = "finest id"
THING = [*PLATFORM_KEYS, AdStats.level, FINEST_ID]

LEVEL_IDS = {
    AdLevel.ACCOUNT: AdStats.account_id,
    AdLevel.CAMPAIGN: AdStats.campaign_id,
    AdLevel.AD_GROUP: AdStats.ad_group_id,
    AdLevel.AD: AdStats.ad_id,
}
"""Level -> the id of its things, the coarsest first."""

RANKS = {str(level): place for place, level in enumerate(LEVEL_IDS)}
RANK = "rank"


def make_daily_stats(
    stats: pl.LazyFrame,
    conversions: pl.LazyFrame | None,
    tables: AdTables,
    exchange_rates: pl.LazyFrame | None,
    currency: str,
    timezone: str,
) -> pl.LazyFrame:
    """Sum stats by day and finest id, with names and parents as of the day, in one currency.

    Amounts are rounded here, to four places, half away from zero, and nowhere else, so that every
    report made from these rows adds up to the others.

    Args:
        stats: canonical `ad_stats`; rows in a currency without a rate are left out.
        conversions: canonical `ad_conversions` of the names that count; None for none.
        tables: the tables of names.
        exchange_rates: canonical rates; None for none.
        currency: the reporting currency.
        timezone: the reporting time zone, in whose days names are valid.

    Returns:
        `DailyStats`, in no order.
    """
    dated = tables.in_days(timezone)
    filled = stats.pipe(drop_finer_ids).pipe(fill_names, dated, AdStats.date_day)
    if conversions is not None:
        filled = pl.concat([filled, attach_conversions(conversions, filled, dated)], how="diagonal")
    return (
        filled.pipe(drop_finer_ids)
        .pipe(fill_currency, tables.accounts, exchange_rates, currency)
        .pipe(convert_amounts, exchange_rates, currency)
        .pipe(_sum_days)
    )


def keep_level(stats: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Keep the rows from which a level is reported: its own where the account gives it.

    Else those of the nearest finer level that the account gives. Rows of an unknown account are
    taken together, by organization and platform.

    Args:
        stats: `DailyStats`.
        level: the level to report.

    Returns:
        The rows of one level for each organization, platform and account.
    """
    account = [*PLATFORM_KEYS, AdStats.account_id]
    given = (
        stats.select(*account, _rank().alias(RANK))
        .filter(pl.col(RANK) >= RANKS[level])
        .group_by(account)
        .agg(pl.col(RANK).min())
    )
    return (
        stats.join(given, on=account, how="inner", validate="m:1", nulls_equal=True)
        .filter(_rank() == pl.col(RANK))
        .drop(RANK)
    )


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
    conversions: pl.LazyFrame, stats: pl.LazyFrame, tables: AdTables
) -> pl.LazyFrame:
    """Make conversions told apart from the clicks into rows of stats, beside the thing's own.

    They take parents, names, landing page and currency from the stats of the same thing and day,
    else of the thing on any day, else from the tables of names. Conversions of a thing that
    neither knows point nowhere and wait for it.

    Args:
        conversions: canonical `ad_conversions` of the names that count.
        stats: canonical `ad_stats`, names and parents filled in.
        tables: the tables of names, in days.

    Returns:
        Rows of canonical `ad_stats` with `conversions` and their value alone.
    """
    keyed = stats.with_columns(_finest_id())
    borne = [*PARENTS, AdStats.landing_url, "url_tags", AdStats.currency]
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
        _list_things(tables), on=THING, how="semi"
    )
    rest = pl.concat([of_known_thing, of_named_thing], how="diagonal").pipe(
        fill_names, tables, AdStats.date_day
    )
    return (
        pl.concat([same_day, rest], how="diagonal")
        .drop(FINEST_ID)
        .with_columns(
            pl.lit(0, pl.Int64).alias(AdStats.clicks),
            pl.lit(0, pl.Int64).alias(AdStats.impressions),
            pl.lit(0, polars_schema(AdStats)[AdStats.spend]).alias(AdStats.spend),
        )
    )


def drop_finer_ids(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Take from rows the ids and names finer than their stated level."""
    stats = stats.with_columns(pl.col(AdStats.level).fill_null(finest_level()))
    return stats.with_columns(
        pl.when(_rank() >= RANKS[level]).then(column).alias(column)
        for level, *held in zip(LEVEL_IDS, PARENTS, NAMES, strict=True)
        for column in held
    )


def _rank() -> pl.Expr:
    """How fine a row's level is, from 0 for an account."""
    return pl.col(AdStats.level).replace_strict(RANKS, return_dtype=pl.Int8)


def _finest_id() -> pl.Expr:
    """The id of the thing that a row is about."""
    chain = pl.lit(None, pl.String)
    for level, column in LEVEL_IDS.items():
        chain = pl.when(pl.col(AdStats.level) == level).then(column).otherwise(chain)
    return chain.alias(FINEST_ID)


def _list_things(tables: AdTables) -> pl.LazyFrame:
    """The accounts, campaigns, groups and ads that the tables of names know."""
    by_level = {
        AdLevel.ACCOUNT: tables.accounts,
        AdLevel.CAMPAIGN: tables.campaigns,
        AdLevel.AD_GROUP: tables.groups,
        AdLevel.AD: tables.ads,
    }
    schema = dict.fromkeys(THING, pl.String)
    things = [
        table.select(
            *PLATFORM_KEYS,
            pl.lit(level, pl.String).alias(AdStats.level),
            pl.col(LEVEL_IDS[level]).alias(FINEST_ID),
        )
        for level, table in by_level.items()
        if table is not None
    ]
    return pl.concat([pl.LazyFrame(schema=schema), *things]).drop_nulls()


def _sum_days(stats: pl.LazyFrame) -> pl.LazyFrame:
    """One row per key of `DailyStats`: sums of figures, and texts where they agree."""
    schema = polars_schema(DailyStats)
    exact = pl.sum(AdStats.spend, AdStats.conversions_value).round(4, mode="half_away_from_zero")
    agreed = [
        pl.when(pl.col(name).min() == pl.col(name).max()).then(pl.col(name).max()).alias(name)
        for name in (AdStats.source_relation, AdStats.attributes)
    ]
    return (
        stats.group_by(key(DailyStats))
        .agg(
            pl.sum(AdStats.clicks, AdStats.impressions, AdStats.conversions),
            exact,
            pl.col(NAMES).max(),
            *agreed,
        )
        .cast(dict(schema))
        .select(columns(DailyStats))
    )
