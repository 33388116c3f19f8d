"""Ad stats summed by the day, in one currency, under the names and parents of their days."""

import polars as pl

from contracts.ad_facts import AdEntities, DailyStats
from contracts.columns import columns, polars_schema
from contracts.feeds import AdStats
from transforms.ad_conversions import attach_conversions
from transforms.ad_entities import (
    DAY,
    ENTITY,
    LEVEL_IDS,
    METRICS,
    NAMES,
    PARENTS,
    RANKS,
    TEXTS,
    EntityDays,
    agree,
    code_entities,
    level_rank,
)
from transforms.ad_filling import AdVersions, fill_names, find_by_day, join_by_day
from transforms.ad_money import AMOUNTS, EXACT, RATE, fill_currency, find_rates
from transforms.parsing import finest_level
from transforms.settling import Settle

THING = "thing"
SCOPE_NUMBER = "scope"
SCOPE = [AdStats.org_id, AdStats.platform, AdStats.account_id, AdStats.currency]
"""What a rate of exchange depends on, beside the day."""

GIVEN_TEXTS = [
    AdStats.org_id,
    AdStats.source_relation,
    AdStats.platform,
    AdStats.level,
    *PARENTS,
    *NAMES,
    AdStats.currency,
    AdStats.landing_url,
]
KEY_TEXTS = [name for name in TEXTS if name not in (*NAMES, AdStats.source_relation)]
"""What days are summed by; names and source are those of the rows."""

LEAST, MOST = "least attributes", "most attributes"


def make_daily_stats(
    stats: pl.LazyFrame,
    conversions: pl.LazyFrame | None,
    versions: AdVersions,
    exchange_rates: pl.LazyFrame | None,
    currency: str,
    settle: Settle,
) -> EntityDays:
    """Sum stats by day and finest id, with names and parents as of the day, in one currency.

    Amounts are rounded here, to four places, half away from zero, and nowhere else, so that every
    report made from these rows adds up to the others.

    Args:
        stats: canonical `ad_stats`; rows in a currency without a rate are left out.
        conversions: canonical `ad_conversions` of the names that count; None for none.
        versions: what the tables of names tell.
        exchange_rates: canonical rates; None for none.
        currency: the reporting currency.
        settle: holds what several frames are made from.

    Returns:
        `DailyStats` and their `AdEntities`.
    """
    rows = code_entities(stats, GIVEN_TEXTS, settle)
    summed = EntityDays(settle(_sum_days(rows.days)), rows.entities)
    filled = _fill_entities(summed, versions, settle)
    if conversions is not None:
        given = filled.rows().drop(ENTITY)
        attached = attach_conversions(conversions, given, versions).pipe(drop_finer_ids)
        filled = code_entities(
            pl.concat([given, attached], how="diagonal"), [*TEXTS, AdStats.currency], settle
        )
    priced = _price(filled, versions.tables.accounts, exchange_rates, currency, settle)
    return _merge_names(priced, settle)


def drop_finer_ids(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Take from rows the ids and names finer than their stated level."""
    stats = stats.with_columns(pl.col(AdStats.level).fill_null(finest_level()))
    return stats.with_columns(
        pl.when(level_rank() >= RANKS[level]).then(column).alias(column)
        for level, *held in zip(LEVEL_IDS, PARENTS, NAMES, strict=True)
        for column in held
    )


def _sum_days(days: pl.LazyFrame) -> pl.LazyFrame:
    """One row per entity and day: sums of figures, and between what its attributes lie."""
    attributes = pl.col(AdStats.attributes)
    return days.group_by(ENTITY, DAY).agg(
        pl.sum(*METRICS), attributes.min().alias(LEAST), attributes.max().alias(MOST)
    )


def _fill_entities(stats: EntityDays, versions: AdVersions, settle: Settle) -> EntityDays:
    """Fill in names, parents and links: once per entity, where they changed once per day."""
    things = stats.entities.pipe(drop_finer_ids).rename({ENTITY: THING})
    days = stats.days.rename({ENTITY: THING})
    found = find_by_day(
        things, days, THING, lambda rows: fill_names(rows, versions, DAY), settle
    ).pipe(drop_finer_ids)
    named = code_entities(found, [*TEXTS, AdStats.currency], settle)
    return EntityDays(
        join_by_day(days, named.days, THING, {ENTITY: ENTITY}).drop(THING), named.entities
    )


def _price(
    stats: EntityDays,
    accounts: pl.LazyFrame | None,
    exchange_rates: pl.LazyFrame | None,
    currency: str,
    settle: Settle,
) -> EntityDays:
    """Bring amounts into the reporting currency, not rounded yet; entities lose their currency.

    The rate is looked up once per account, currency and day.
    """
    scopes = settle(stats.entities.select(SCOPE).unique().with_row_index(SCOPE_NUMBER))
    entities = settle(stats.entities.select(TEXTS).unique().with_row_index(ENTITY))
    numbers = settle(
        stats.entities.rename({ENTITY: THING})
        .join(scopes, on=SCOPE, how="left", validate="m:1", nulls_equal=True)
        .join(entities, on=TEXTS, how="left", validate="m:1", nulls_equal=True)
        .select(THING, SCOPE_NUMBER, ENTITY)
    )
    days = stats.days.rename({ENTITY: THING}).join(numbers, on=THING, how="left", validate="m:1")
    asked = days.select(SCOPE_NUMBER, DAY).unique()
    rates = (
        asked.join(scopes, on=SCOPE_NUMBER, how="left", validate="m:1")
        .pipe(fill_currency, accounts, exchange_rates, currency)
        .pipe(find_rates, exchange_rates, currency)
        .filter(pl.col(RATE).is_not_null())
        .select(SCOPE_NUMBER, DAY, RATE)
    )
    return EntityDays(
        days.join(settle(rates), on=[SCOPE_NUMBER, DAY], how="inner", validate="m:1")
        .with_columns(pl.col(AMOUNTS).cast(EXACT) * pl.col(RATE).cast(EXACT))
        .group_by(ENTITY, DAY)
        .agg(pl.sum(*METRICS), pl.min(LEAST), pl.max(MOST)),
        entities,
    )


def _merge_names(stats: EntityDays, settle: Settle) -> EntityDays:
    """Round, and leave one entity a day of those that differ in nothing but names and source."""
    shared = settle(stats.entities.filter(pl.len().over(KEY_TEXTS) > 1))
    merged = code_entities(
        stats.among(shared)
        .rows()
        .group_by(*KEY_TEXTS, DAY)
        .agg(
            pl.sum(*METRICS),
            pl.col(NAMES).max(),
            agree(AdStats.source_relation),
            pl.min(LEAST),
            pl.max(MOST),
        ),
        TEXTS,
        settle,
    )
    used = stats.entities.select(pl.len().cast(pl.UInt32).alias(THING))
    after_used = [
        frame.join(used, how="cross").with_columns(pl.col(ENTITY) + pl.col(THING)).drop(THING)
        for frame in (merged.days, merged.entities)
    ]
    days = pl.concat(
        [stats.days.join(shared, on=ENTITY, how="anti"), after_used[0]], how="diagonal"
    )
    entities = pl.concat(
        [stats.entities.join(shared, on=ENTITY, how="anti"), after_used[1]], how="diagonal"
    )
    return EntityDays(settle(_finish(days)), settle(entities.select(columns(AdEntities))))


def _finish(days: pl.LazyFrame) -> pl.LazyFrame:
    is_agreed = pl.col(LEAST) == pl.col(MOST)
    return (
        days.with_columns(
            pl.col(AMOUNTS).round(4, mode="half_away_from_zero"),
            pl.when(is_agreed).then(MOST).alias(DailyStats.attributes),
        )
        .select(columns(DailyStats))
        .cast(dict(polars_schema(DailyStats)))
    )
