"""Ad stats summed by the day, in one currency, under the names and parents of their days."""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.facts.ad_facts import AdEntities, DailyStats
from contracts.feeds import AdStats
from transforms.ads.conversions import attach_conversions
from transforms.ads.entities import (
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
from transforms.ads.name_lookup import AdVersions, fill_names, find_by_day, join_by_day
from transforms.ads.rollup import (
    GROUP,
    find_members,
    join_numbers,
    name_groups,
    number_groups,
    number_texts,
)
from transforms.common.ad_levels import finest_level
from transforms.common.currency import AMOUNTS, EXACT, RATE, fill_currency, find_rates
from transforms.common.settling import Settle

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

PIECES = 8
"""In how many pieces exact amounts are summed, which need much memory while they are."""

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
    return _price(filled, versions.tables.accounts, exchange_rates, currency, settle)


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
    """Sum what differs in nothing but names, source and currency, in one currency, and round.

    A rate is looked up once per account, currency and day.
    """
    scopes = settle(stats.entities.select(SCOPE).unique().with_row_index(SCOPE_NUMBER))
    groups = number_groups([stats], KEY_TEXTS, settle)
    members = find_members(stats, groups, KEY_TEXTS, [*NAMES, AdStats.source_relation], settle)
    numbers = settle(
        stats.entities.join(scopes, on=SCOPE, how="left", validate="m:1", nulls_equal=True)
        .select(ENTITY, SCOPE_NUMBER)
        .join(members.select(ENTITY, GROUP), on=ENTITY, how="left", validate="1:1")
    )
    days = settle(stats.days.join(numbers, on=ENTITY, how="left", validate="m:1"))
    rates = (
        days.select(SCOPE_NUMBER, DAY)
        .unique()
        .join(scopes, on=SCOPE_NUMBER, how="left", validate="m:1")
        .pipe(fill_currency, accounts, exchange_rates, currency)
        .pipe(find_rates, exchange_rates, currency)
        .filter(pl.col(RATE).is_not_null())
        .select(SCOPE_NUMBER, DAY, RATE)
    )
    priced = settle(rates)
    sums = pl.concat(
        [
            settle(_sum_groups(days.filter(pl.col(GROUP) % PIECES == piece), priced))
            for piece in range(PIECES)
        ]
    )
    summed = groups.join(sums.select(GROUP).unique(), on=GROUP, how="semi")
    told = [pl.col(NAMES).max(), agree(AdStats.source_relation)]
    texts = name_groups(summed, [(days, members)], told, settle)
    texts = settle(number_texts(texts, ENTITY))
    return EntityDays(
        settle(_round(join_numbers(sums, texts, ENTITY))),
        settle(texts.select(columns(AdEntities))),
    )


def _sum_groups(days: pl.LazyFrame, rates: pl.LazyFrame) -> pl.LazyFrame:
    """Sum exact amounts by group and day; rows of a scope and day without a rate are left out."""
    return (
        days.join(rates, on=[SCOPE_NUMBER, DAY], how="inner", validate="m:1")
        .with_columns(pl.col(AMOUNTS).cast(EXACT) * pl.col(RATE).cast(EXACT))
        .group_by(GROUP, DAY)
        .agg(pl.sum(*METRICS), pl.min(LEAST), pl.max(MOST))
    )


def _round(days: pl.LazyFrame) -> pl.LazyFrame:
    is_agreed = pl.col(LEAST) == pl.col(MOST)
    return (
        days.with_columns(
            pl.col(AMOUNTS).round(4, mode="half_away_from_zero"),
            pl.when(is_agreed).then(MOST).alias(DailyStats.attributes),
        )
        .select(columns(DailyStats))
        .cast(dict(polars_schema(DailyStats)))
    )
