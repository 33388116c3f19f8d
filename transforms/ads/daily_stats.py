"""Ad stats summed by the day, in one currency, under the names and parents of their days.

Columns that keep rows apart are beyond the contracts: no run has them, and who explains a figure by
single rows gives those rows' places.
"""

from collections.abc import Sequence

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.facts.ads.ad_facts import DailyStats, FeedStats, NamedStats, StatsRates
from contracts.feeds import AdStats
from transforms.ads.levels import (
    DAY,
    METRICS,
    NAMES,
    PARENTS,
    agree_between,
    drop_finer_ids,
    has_ids,
    sum_known,
)
from transforms.ads.name_lookup import AdVersions, fill_names
from transforms.common.ad_levels import finest_level
from transforms.common.currency import AMOUNTS, EXACT, RATE, fill_currency, find_rates
from transforms.common.shared_texts import share_texts, write_out_texts

ACCOUNT = [AdStats.org_id, AdStats.platform, AdStats.account_id]
OF_RATE = [*ACCOUNT, AdStats.currency, DAY]
"""What a rate of exchange depends on."""

OF_FEED = [AdStats.org_id, AdStats.platform, FeedStats.feed, AdStats.level, *PARENTS]


KNOWN = " known"


def sum_feed_stats(stats: pl.LazyFrame, apart: Sequence[str] = ()) -> pl.LazyFrame:
    """Add up the rows of a feed: hours, devices and networks of one day and entity.

    Args:
        stats: canonical `ad_stats` with the place of their `feed` in the configuration.
        apart: columns that keep rows apart.

    Returns:
        `FeedStats`, in no order.
    """
    source, attributes = pl.col(AdStats.source_relation), pl.col(AdStats.attributes)
    return (
        stats.with_columns(
            pl.col(AdStats.level).fill_null(finest_level()), pl.col(AdStats.spend).fill_null(0)
        )
        .pipe(share_texts)
        .group_by(*OF_FEED, AdStats.landing_url, AdStats.currency, DAY, *apart)
        .agg(
            *sum_known(METRICS),
            pl.col(NAMES).max(),
            source.min().alias(FeedStats.first_source_relation),
            source.max().alias(FeedStats.last_source_relation),
            attributes.min().alias(FeedStats.first_attributes),
            attributes.max().alias(FeedStats.last_attributes),
        )
        .select(*columns(FeedStats), *apart)
        .cast(dict(polars_schema(FeedStats)))
    )


def name_stats(
    stats: pl.LazyFrame, versions: AdVersions, apart: Sequence[str] = ()
) -> pl.LazyFrame:
    """Fill in the names, parents and links that rows do not have themselves, as of their days.

    Args:
        stats: `FeedStats`.
        versions: what the tables of names say.
        apart: columns that keep rows apart.

    Returns:
        `NamedStats`, in no order: as many rows.
    """
    return (
        stats.pipe(drop_finer_ids)
        .pipe(fill_names, versions, DAY)
        .pipe(drop_finer_ids)
        .select(*columns(NamedStats), *apart)
    )


def fill_parents(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Fill in the parents that only other rows of the same entity or parent state.

    A feed by campaign may name no account where one by ad does. Names that stand for ids say
    nothing of the same name elsewhere.

    Args:
        stats: `NamedStats`, in memory.

    Returns:
        `NamedStats`, in no order: as many rows.
    """
    for rank in range(len(PARENTS) - 1, 0, -1):
        by, coarser = PARENTS[rank], PARENTS[:rank]
        keys = [NamedStats.org_id, NamedStats.platform, by]
        held = [*coarser, *NAMES[:rank]]
        lacking = stats.filter(_lacks_parents(rank)).select(keys).unique()
        known = (
            stats.filter(_is_id(rank))
            .join(lacking, on=keys, how="semi")
            .group_by(keys)
            .agg(pl.col(held).max().name.suffix(KNOWN))
        )
        stats = (
            stats.join(known, on=keys, how="left", validate="m:1")
            .with_columns(
                pl.when(has_ids()).then(pl.coalesce(name, name + KNOWN)).otherwise(name).alias(name)
                for name in held
            )
            .drop(name + KNOWN for name in held)
        )
    return stats


def lacks_parents() -> pl.Expr:
    """Whether a row has an id without a parent that `fill_parents` may find."""
    return pl.any_horizontal(_lacks_parents(rank) for rank in range(1, len(PARENTS)))


def _lacks_parents(rank: int) -> pl.Expr:
    return _is_id(rank) & pl.any_horizontal(pl.col(name).is_null() for name in PARENTS[:rank])


def _is_id(rank: int) -> pl.Expr:
    return pl.col(PARENTS[rank]).is_not_null() & has_ids()


def find_stats_rates(
    stats: pl.LazyFrame,
    accounts: pl.LazyFrame | None,
    exchange_rates: pl.LazyFrame | None,
    currency: str,
) -> pl.LazyFrame:
    """Find the rate of each account, currency and day of stats, once for all their rows.

    Args:
        stats: `NamedStats`.
        accounts: canonical `ad_accounts`, whose currency stands for a missing one; None for none.
        exchange_rates: canonical rates; None for none.
        currency: the reporting currency.

    Returns:
        `StatsRates`, in no order; none where there is no rate.
    """
    own = "own currency"
    rate = pl.col(RATE).cast(polars_schema(StatsRates)[StatsRates.rate])
    return (
        stats.select(OF_RATE)
        .unique()
        .pipe(write_out_texts)
        .with_columns(pl.col(AdStats.currency).alias(own))
        .pipe(fill_currency, accounts, exchange_rates, currency)
        .pipe(find_rates, exchange_rates, currency)
        .filter(pl.col(RATE).is_not_null())
        .select(*ACCOUNT, DAY, pl.col(own).alias(AdStats.currency), rate.alias(StatsRates.rate))
        .pipe(share_texts)
    )


def sum_daily_stats(
    stats: pl.LazyFrame, rates: pl.LazyFrame, apart: Sequence[str] = ()
) -> pl.LazyFrame:
    """Sum stats by day and finest id, in one currency.

    Amounts are rounded here, to four places, half away from zero, and nowhere else, so that every
    report made from these rows adds up to the others.

    Args:
        stats: `NamedStats`; rows for which there is no rate are left out.
        rates: `StatsRates`.
        apart: columns that keep rows apart.

    Returns:
        `DailyStats`, in no order.
    """
    s = NamedStats
    source = agree_between(
        pl.col(s.first_source_relation).min(), pl.col(s.last_source_relation).max()
    )
    attributes = agree_between(pl.col(s.first_attributes).min(), pl.col(s.last_attributes).max())
    return (
        stats.join(rates, on=OF_RATE, how="inner", nulls_equal=True, validate="m:1")
        .with_columns(pl.col(AMOUNTS).cast(EXACT) * pl.col(StatsRates.rate).cast(EXACT))
        .group_by(*OF_FEED, s.landing_url, s.url_tags, DAY, *apart)
        .agg(
            *sum_known(METRICS),
            pl.col(NAMES).max(),
            source.alias(DailyStats.source_relation),
            attributes.alias(DailyStats.attributes),
        )
        .with_columns(pl.col(AMOUNTS).round(4, mode="half_away_from_zero"))
        .select(*columns(DailyStats), *apart)
        .cast(dict(polars_schema(DailyStats)))
    )
