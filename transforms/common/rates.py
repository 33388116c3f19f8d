"""Rates: sums first and division last, null where there is nothing to divide by (SPEC §6)."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from contracts.columns import columns
from contracts.facts.messaging.send_counts import Counts
from contracts.reports.messaging import Conversions, Rates

COUNTS = columns(Counts)

FORMULAS: dict[str, tuple[str, str]] = {
    Rates.delivery_rate: (Counts.delivered, Counts.sends),
    Rates.bounce_rate: (Counts.bounced, Counts.sends),
    Rates.open_rate: (Counts.unique_opens, Counts.delivered),
    Rates.human_open_rate: (Counts.human_unique_opens, Counts.delivered),
    Rates.click_rate: (Counts.unique_clicks, Counts.delivered),
    Rates.human_click_rate: (Counts.human_unique_clicks, Counts.delivered),
    Rates.click_to_open_rate: (Counts.unique_clicks, Counts.unique_opens),
    Rates.unsubscribe_rate: (Counts.unsubscribes, Counts.delivered),
    Rates.complaint_rate: (Counts.complaints, Counts.delivered),
    Rates.open_rate_of_sends: (Counts.unique_opens, Counts.sends),
    Rates.click_rate_of_sends: (Counts.unique_clicks, Counts.sends),
}
"""Rate -> its numerator and denominator."""

CONVERSION_FORMULAS: dict[str, tuple[str, str]] = {
    Conversions.conversion_rate: (Conversions.orders, Counts.delivered),
    Conversions.revenue_per_recipient: (Conversions.revenue, Counts.delivered),
}
"""Rate of what followed -> its numerator and denominator."""


def sum_known(names: Iterable[str]) -> list[pl.Expr]:
    """Sums of a group's columns, null where none of its rows has a value."""
    return [
        pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in names
    ]


def divide(numerator: str, denominator: str) -> pl.Expr:
    """A fraction as Float64, the nearest there is; null where the denominator is 0.

    Where a column is known to hold one value alone, Polars multiplies by its reciprocal, which is
    off by the last digit (6 / 10 is 0.6000000000000001): the numerator, less itself, prevents it.
    """
    above, below = (pl.col(name).cast(pl.Float64) for name in (numerator, denominator))
    return pl.when(below != 0).then(above / (below + (above - above)))


def divide_numbers(numerator: Any, denominator: Any) -> float | None:
    """A fraction of two figures of reports, as `divide` has it of their columns."""
    if numerator is None or not denominator:
        return None
    return float(numerator) / float(denominator)


def add_rates(sums: pl.LazyFrame) -> pl.LazyFrame:
    """Add every rate of SPEC §6.1 to rows with its counts."""
    return sums.with_columns(divide(*parts).alias(rate) for rate, parts in FORMULAS.items())


def add_conversion_rates(sums: pl.LazyFrame) -> pl.LazyFrame:
    """Add the rates of orders and revenue to rows with their counts; null without orders."""
    return sums.with_columns(
        divide(*parts).alias(rate) for rate, parts in CONVERSION_FORMULAS.items()
    )
