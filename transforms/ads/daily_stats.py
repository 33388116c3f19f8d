"""Ad stats summed by the day and what they are about, in one currency.

Columns that keep rows apart are beyond the contracts: no run has them, and who explains a figure by
single rows gives those rows' places.
"""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows, columns, conform, polars_schema
from contracts.facts.ads.ad_entities import EntityNumbers, NamedEntities, StatedEntities
from contracts.facts.ads.ad_stats import DailyStats, FeedStats, KeyedStats, PayerRates, StatsRates
from contracts.feeds import AdAccounts, AdStats, ExchangeRates
from transforms.ads.entities import ENTITY, OF_PAYER, PAYER
from transforms.ads.levels import DAY, METRICS, agree_between
from transforms.ads.stated_entities import STATED, STATED_KEY
from transforms.common.currency import (
    AMOUNTS,
    RATE,
    convert,
    fill_currency,
    find_rates,
    round_amounts,
)
from transforms.common.joins import HELD, STREAMED
from transforms.common.rates import sum_known
from transforms.common.shared_texts import SHARED, share_texts, write_out_texts

BOTH = "["
"""How attributes begin where the rows of a day differ: an array of the first and last of them."""
OF_RATE = [*OF_PAYER, DAY]
"""What a rate of exchange depends on."""


def sum_feed_stats(keyed: Rows[AdStats], apart: Sequence[str] = ()) -> Rows[KeyedStats]:
    """Add up the rows of a feed: hours, devices and networks of one day and entity.

    Args:
        keyed: With the keys of what they state (`key_stats`).
        apart: columns that keep rows apart.
    """
    source, attributes = pl.col(AdStats.source_relation), pl.col(AdStats.attributes)
    return (
        keyed.with_columns(source.cast(SHARED))
        .group_by(*STATED_KEY, DAY, *apart)
        .agg(
            *sum_known(METRICS),
            source.min().alias(KeyedStats.first_source_relation),
            source.max().alias(KeyedStats.last_source_relation),
            attributes.min().alias(KeyedStats.first_attributes),
            attributes.max().alias(KeyedStats.last_attributes),
        )
        .pipe(conform, KeyedStats, *apart)
    )


def number_stats(keyed: Rows[KeyedStats], stated: Rows[StatedEntities]) -> Rows[FeedStats]:
    """Put stats under the numbers of what they state."""
    numbers = stated.select(STATED, *STATED_KEY)
    return keyed.join(numbers, on=STATED_KEY, how="inner", validate=STREAMED, build_side=HELD).drop(
        STATED_KEY
    )


def number_rows(rows: pl.LazyFrame, numbers: Rows[EntityNumbers]) -> pl.LazyFrame:
    """Give rows the numbers of what they are about on their day.

    Args:
        rows: Rows with the number of what is `stated`, and their day.

    Returns:
        As many rows, in no order.
    """
    is_of_day = pl.col(DAY).is_not_null()
    lasting, of_days = numbers.filter(~is_of_day).drop(DAY), numbers.filter(is_of_day)
    parts = [
        rows.join(lasting, on=STATED, how="inner", validate=STREAMED, build_side=HELD),
        rows.join(of_days, on=[STATED, DAY], how="inner", validate=STREAMED, build_side=HELD),
    ]
    return pl.concat(parts, how="diagonal")


def list_priced_days(
    rows: Rows[FeedStats], numbers: Rows[EntityNumbers], named: Rows[NamedEntities]
) -> pl.LazyFrame:
    """List the accounts, currencies and days of stats: of each there is one rate of exchange.

    Returns:
        Distinct rows of `OF_RATE`, and the number of the payer.
    """
    days = number_rows(rows.select(STATED, DAY), numbers).select(PAYER, DAY).unique()
    payers = (
        named.select(STATED, DAY, *OF_PAYER)
        .join(numbers, on=[STATED, DAY], how="inner", nulls_equal=True, validate="1:1")
        .select(PAYER, *OF_PAYER)
        .unique(PAYER)
    )
    return days.join(payers, on=PAYER, how="left", validate="m:1")


def find_stats_rates(
    days: pl.LazyFrame,
    accounts: Rows[AdAccounts] | None,
    exchange_rates: Rows[ExchangeRates] | None,
    currency: str,
) -> Rows[StatsRates]:
    """Find the rate of each account, currency and day of stats, once for all their rows.

    Args:
        days: rows of `OF_RATE`, repeated or not.
        accounts: Their currency stands for a missing one.

    Returns:
        None where there is no rate.
    """
    own = "own currency"
    rate = pl.col(RATE).cast(polars_schema(StatsRates)[StatsRates.rate])
    return (
        days.select(OF_RATE)
        .unique()
        .pipe(write_out_texts)
        .with_columns(pl.col(AdStats.currency).alias(own))
        .pipe(fill_currency, accounts, exchange_rates, currency)
        .pipe(find_rates, exchange_rates, currency)
        .filter(pl.col(RATE).is_not_null())
        .select(
            *OF_PAYER[:-1], DAY, pl.col(own).alias(AdStats.currency), rate.alias(StatsRates.rate)
        )
        .pipe(share_texts)
    )


def number_rates(rates: Rows[StatsRates], days: pl.LazyFrame) -> Rows[PayerRates]:
    """Put rates under the numbers of their payers.

    Args:
        days: what they are of (`list_priced_days`).
    """
    return days.join(rates, on=OF_RATE, how="inner", nulls_equal=True, validate="m:1").select(
        columns(PayerRates)
    )


def sum_daily_stats(
    rows: Rows[FeedStats],
    numbers: Rows[EntityNumbers],
    rates: Rows[PayerRates],
    apart: Sequence[str],
) -> Rows[DailyStats]:
    """Sum stats by entity and day, in one currency.

    Amounts are rounded here, to four places, half away from zero, and nowhere else, so that every
    report made from these rows adds up to the others.

    Args:
        rows: Those for which there is no rate are left out.
        apart: columns that keep rows apart.
    """
    f = FeedStats
    source = agree_between(
        pl.col(f.first_source_relation).min(), pl.col(f.last_source_relation).max()
    )
    first, last = pl.col(f.first_attributes).min(), pl.col(f.last_attributes).max()
    both = pl.format(f"{BOTH}{{}},{{}}]", first, last)
    attributes = pl.when(first == last).then(first).when(first != last).then(both)
    return (
        number_rows(rows, numbers)
        .join(rates, on=[PAYER, DAY], how="inner", validate=STREAMED, build_side=HELD)
        .with_columns(convert(AMOUNTS, PayerRates.rate))
        .group_by(ENTITY, DAY, *apart)
        .agg(
            *sum_known(METRICS),
            source.alias(DailyStats.source_relation),
            attributes.alias(DailyStats.attributes),
        )
        .with_columns(round_amounts(pl.col(AMOUNTS)))
        .pipe(conform, DailyStats, *apart)
    )
