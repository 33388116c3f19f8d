"""The days of a channel's messages, and what they add up to (SPEC §6.1)."""

import polars as pl

from contracts.columns import Rows, columns, key, polars_schema
from contracts.facts.messaging.send_sums import ChannelDays, MessageRows
from contracts.facts.order_facts import MessageOrders
from contracts.reports.messaging import ChannelReport, DailyReport, Figures
from transforms.common.rates import COUNTS, add_conversion_rates, add_rates, sum_known
from transforms.messaging.delivery_basis import name_basis
from transforms.reports.messaging import ADDED, CONVERTED, OF_MESSAGE, finish

ALL_SENDS, ALL_ASSUMED = "sends on all days", "assumed sends on all days"
ON_DAY = [ChannelDays.message_key, ChannelDays.date_day]
TYPES = {**polars_schema(ChannelDays), **polars_schema(Figures)}


def sum_days(
    days: Rows[ChannelDays],
    rows: Rows[MessageRows],
    conversions: Rows[MessageOrders] | None,
    channel: str,
) -> pl.LazyFrame:
    """One row per day and message of a channel.

    Cost stands on the first day of sending, an order on its own day.

    Args:
        conversions: None where no feed gives orders.
    """
    is_own = pl.col(ChannelDays.channel) == channel
    own = days.filter(is_own)
    parts = [own.select(*ON_DAY, *COUNTS), list_cost_days(own, rows)]
    no_orders = pl.lit(0 if conversions is not None else None)
    if conversions is not None:
        parts.append(_list_order_days(conversions.filter(is_own), rows))
    nothing = pl.LazyFrame(schema={name: TYPES[name] for name in (*ON_DAY, *COUNTS, *ADDED)})
    figures = {*COUNTS, *ADDED, *columns(Figures)}
    names = [name for name in columns(DailyReport) if name not in {*figures, DailyReport.date_day}]
    return (
        pl.concat([nothing, *parts], how="diagonal")
        .group_by(ON_DAY)
        .agg(pl.col(COUNTS).sum(), *sum_known(ADDED))
        .with_columns(pl.col(CONVERTED).fill_null(no_orders))
        .join(
            rows.select(MessageRows.message_key, *names, *of_message_as_a_whole()),
            on=MessageRows.message_key,
            how="inner",
            validate="m:1",
        )
        .pipe(add_rates)
        .pipe(add_conversion_rates)
        .with_columns(name_basis(ALL_SENDS, ALL_ASSUMED).alias(DailyReport.delivery_basis))
    )


def of_message_as_a_whole() -> list[pl.Expr]:
    """A message's sends on all days, and those without receipts: they give each day its basis."""
    return [
        pl.col(MessageRows.sends).alias(ALL_SENDS),
        pl.col(MessageRows.assumed_sends).alias(ALL_ASSUMED),
    ]


def list_cost_days(days: Rows[ChannelDays], rows: Rows[MessageRows]) -> pl.LazyFrame:
    """One row per message with a cost: the cost, on the first day of sending."""
    first = (
        days.filter(pl.col(ChannelDays.sends) > 0)
        .group_by(ChannelDays.message_key)
        .agg(pl.col(ChannelDays.date_day).min())
    )
    return (
        rows.filter(pl.col(MessageRows.cost).is_not_null())
        .select(MessageRows.message_key, MessageRows.cost)
        .join(first, on=ChannelDays.message_key, how="left", validate="1:1")
        .select(*ON_DAY, MessageRows.cost)
    )


def _list_order_days(conversions: pl.LazyFrame, rows: Rows[MessageRows]) -> pl.LazyFrame:
    """One row per message, contact and day: the orders of a channel's messages."""
    keys = rows.select(*OF_MESSAGE, MessageRows.message_key)
    return conversions.join(
        keys, on=OF_MESSAGE, how="inner", validate="m:1", nulls_equal=True
    ).select(*ON_DAY, *CONVERTED)


def report_days(daily: pl.LazyFrame) -> pl.LazyFrame:
    """One row per day and message of a channel.

    Args:
        daily: The channel's days (`sum_days`).
    """
    return finish(daily, DailyReport)


def report_channel(daily: pl.LazyFrame) -> pl.LazyFrame:
    """One row per day of a channel: what the days of all its messages add up to.

    Args:
        daily: The channel's days (`sum_days`).
    """
    return (
        daily.group_by(key(ChannelReport))
        .agg(
            pl.col(ChannelReport.channel).first(),
            pl.col(*COUNTS, ALL_SENDS, ALL_ASSUMED).sum(),
            *sum_known(ADDED),
        )
        .pipe(add_rates)
        .pipe(add_conversion_rates)
        .with_columns(name_basis(ALL_SENDS, ALL_ASSUMED).alias(ChannelReport.delivery_basis))
        .pipe(finish, ChannelReport)
    )
