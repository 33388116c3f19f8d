"""Amounts in one currency: what has a rate, and what it comes to."""

import polars as pl

from contracts.columns import Rows
from contracts.feeds import AdAccounts, AdStats, ExchangeRates

RATE = "rate of the day"
AMOUNTS = [AdStats.spend, AdStats.conversions_value]
EXACT = pl.Decimal(38, 14)
"""Six places of an amount and eight of a rate: their product without rounding."""

OF_ACCOUNT = " of account"
CODE = "code"


def fill_currency(
    stats: Rows[AdStats],
    accounts: Rows[AdAccounts] | None,
    exchange_rates: Rows[ExchangeRates] | None,
    currency: str,
) -> pl.LazyFrame:
    """Give stats without a currency that of their account, where it has a rate; else ours.

    An account's currency without a rate is no reason to reject a row that names none itself.

    Args:
        stats: Accounts filled in.

    Returns:
        The same rows, in no order, every one with a currency.
    """
    stats = stats.with_columns(normalize_currency(pl.col(AdStats.currency)))
    if accounts is None:
        return stats.with_columns(pl.col(AdStats.currency).fill_null(currency))
    own = AdStats.currency
    of_account = (
        stats.filter(pl.col(own).is_null())
        .pipe(bill_accounts, accounts)
        .pipe(find_rates, exchange_rates, currency)
        .with_columns(pl.when(pl.col(RATE).is_not_null()).then(own).fill_null(currency).alias(own))
        .drop(RATE)
    )
    return pl.concat([stats.filter(pl.col(own).is_not_null()), of_account], how="diagonal")


def bill_accounts(stats: Rows[AdStats], accounts: Rows[AdAccounts]) -> pl.LazyFrame:
    """Give stats the currency of their account, as the account's latest version has it.

    Args:
        stats: Accounts filled in.

    Returns:
        The same rows, in no order; the currency is null where the account's is not known.
    """
    keys = [AdAccounts.org_id, AdAccounts.platform, AdAccounts.account_id]
    billed = (
        accounts.sort(*keys, AdAccounts.updated_at, AdAccounts.currency, nulls_last=False)
        .with_columns(normalize_currency(pl.col(AdAccounts.currency)))
        .group_by(keys)
        .agg(pl.col(AdAccounts.currency).drop_nulls().last().alias(OF_ACCOUNT))
    )
    return (
        stats.drop(AdStats.currency)
        .join(billed, on=keys, how="left", validate="m:1")
        .rename({OF_ACCOUNT: AdStats.currency})
    )


def find_unrated(
    rows: pl.LazyFrame, exchange_rates: Rows[ExchangeRates] | None, currency: str
) -> pl.LazyFrame:
    """Find the rows in a currency that has no rate on their day: they cannot be added up.

    Args:
        rows: Rows of stats or orders, with org_id, currency and date_day.
        currency: The reporting currency, that of rows without a currency of their own.

    Returns:
        These rows, with the columns given, in no order.
    """
    rated = find_rates(rows.filter(~_is_own(currency)), exchange_rates, currency)
    return rated.filter(pl.col(RATE).is_null()).drop(RATE)


def find_rates(
    rows: pl.LazyFrame, exchange_rates: Rows[ExchangeRates] | None, currency: str
) -> pl.LazyFrame:
    """Add the rate of each row's currency on its day: the latest at or before it.

    One for the reporting currency and for rows without a currency, null where there is none.

    Args:
        rows: Rows of stats, orders or costs, with org_id, currency and date_day.
    """
    one = pl.when(_is_own(currency)).then(pl.lit(1, pl.Decimal(18, 8)))
    if exchange_rates is None:
        return rows.with_columns(one.alias(RATE))
    keys = [ExchangeRates.org_id, ExchangeRates.currency]
    code = normalize_currency(pl.col(ExchangeRates.currency)).alias(CODE)
    quoted = exchange_rates.group_by(ExchangeRates.org_id, code, ExchangeRates.date_day).agg(
        pl.col(ExchangeRates.rate).max().alias(RATE)
    )
    days = rows.select(*keys, ExchangeRates.date_day).drop_nulls().unique()
    rates_of_days = (
        days.with_columns(code)
        .sort(ExchangeRates.date_day)
        .join_asof(
            quoted.sort(ExchangeRates.date_day),
            on=ExchangeRates.date_day,
            by=[ExchangeRates.org_id, CODE],
            strategy="backward",
            check_sortedness=False,
        )
        .drop(CODE)
    )
    return rows.join(
        rates_of_days, on=[*keys, ExchangeRates.date_day], how="left", validate="m:1"
    ).with_columns(pl.coalesce(one, RATE).alias(RATE))


def convert(amounts: str | list[str], rate: str = RATE) -> pl.Expr:
    """Amounts in the reporting currency, exact; null where there is no rate."""
    return pl.col(amounts).cast(EXACT) * pl.col(rate).cast(EXACT)


def round_amounts(amounts: pl.Expr) -> pl.Expr:
    """Amounts to four places, half away from zero."""
    return amounts.round(4, mode="half_away_from_zero")


def _is_own(currency: str) -> pl.Expr:
    return normalize_currency(pl.col(AdStats.currency)).fill_null(currency) == currency


def normalize_currency(currency: pl.Expr) -> pl.Expr:
    """A currency's code, trimmed and in capitals; null where empty."""
    return currency.str.strip_chars().str.to_uppercase().replace("", None)
