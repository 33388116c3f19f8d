"""The reports of the message channels: sums over the send fact, names added (SPEC §6.1)."""

import polars as pl

from contracts.columns import Rows, Table, columns, conform, key, polars_schema
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_sums import ChannelDays, ChannelLinks, MessageRows
from contracts.facts.order_facts import MessageOrders
from contracts.reports.messaging import (
    CampaignReport,
    Conversions,
    DispatchReport,
    LinkReport,
    MessageReport,
    Sums,
)
from contracts.vocabulary import SEVERAL_CAMPAIGNS
from transforms.common.rates import COUNTS, add_conversion_rates, add_rates, sum_known
from transforms.messaging.delivery_basis import name_basis

HAS_FACTS, IN_ONE_CAMPAIGN = "has facts", "in one campaign"
CONVERTED = [Conversions.orders, Conversions.revenue]
ADDED = [Sums.cost, *CONVERTED]
"""Amounts that are null where none of the rows below has one."""
OF_MESSAGE = [MessageReport.org_id, MessageReport.channel, MessageReport.message_id]


def add_message_sums(
    days: Rows[ChannelDays], messages: Rows[DescribedMessages], channel: str
) -> Rows[MessageRows]:
    """One row per message of a channel, also without sends."""
    sums = (
        days.filter(pl.col(ChannelDays.channel) == channel)
        .group_by(ChannelDays.message_key)
        .agg(
            pl.col(*COUNTS, ChannelDays.assumed_sends).sum(),
            pl.col(ChannelDays.first_sent_at).min(),
            pl.col(ChannelDays.last_sent_at).max(),
            pl.lit(value=True).alias(HAS_FACTS),
        )
    )
    is_own = pl.col(DescribedMessages.channel) == channel
    return (
        messages.join(sums, on=DescribedMessages.message_key, how="left", validate="1:1")
        .filter(pl.col(HAS_FACTS) | (is_own & pl.col(DescribedMessages.is_described)))
        .with_columns(
            pl.col(*COUNTS, ChannelDays.assumed_sends).fill_null(0),
            pl.when(is_own).then(pl.col(DescribedMessages.cost)).alias(MessageRows.cost),
            pl.lit(channel).alias(MessageRows.channel),
        )
        .select(columns(MessageRows))
    )


def add_credited_messages(
    rows: Rows[MessageRows],
    messages: Rows[DescribedMessages],
    conversions: Rows[MessageOrders],
    channel: str,
) -> pl.LazyFrame:
    """Add the messages that brought a channel orders and have no row there.

    A click on a hold-out's send is not a fact of a send, but it is a touch.
    """
    ids = [MessageRows.org_id, MessageRows.message_id]
    credited = conversions.filter(pl.col(MessageRows.channel) == channel).select(ids)
    missing = credited.join(rows, on=ids, how="anti", nulls_equal=True)
    types = polars_schema(MessageRows)
    added = (
        messages.join(missing, on=ids, how="semi", nulls_equal=True)
        .with_columns(
            pl.lit(channel).alias(MessageRows.channel),
            *(pl.lit(0, types[name]).alias(name) for name in (*COUNTS, MessageRows.assumed_sends)),
        )
        .drop(MessageRows.cost)
    )
    return pl.concat([rows, added], how="diagonal")


def finish(rows: pl.LazyFrame, table: type[Table]) -> pl.LazyFrame:
    """A report's columns in their order and types, sorted by its key."""
    return conform(rows, table).sort(key(table))


def add_conversions(
    rows: Rows[MessageRows], conversions: Rows[MessageOrders] | None
) -> pl.LazyFrame:
    """Add orders and revenue to message rows.

    Args:
        conversions: None where no feed gives orders, which leaves both null.
    """
    if conversions is None:
        types = polars_schema(Conversions)
        return rows.with_columns(pl.lit(None, types[name]).alias(name) for name in CONVERTED)
    sums = conversions.group_by(OF_MESSAGE).agg(pl.col(CONVERTED).sum())
    return rows.join(
        sums, on=OF_MESSAGE, how="left", validate="m:1", nulls_equal=True
    ).with_columns(pl.col(CONVERTED).fill_null(0))


def add_figures(sums: pl.LazyFrame) -> pl.LazyFrame:
    """Add the basis of deliveries and all rates to sums of sends and orders."""
    basis = name_basis().alias(Sums.delivery_basis)
    return sums.with_columns(basis).pipe(add_rates).pipe(add_conversion_rates)


def report_messages(rows: Rows[MessageRows]) -> pl.LazyFrame:
    """One row per message of a channel.

    Args:
        rows: With orders and revenue (`add_conversions`).
    """
    return rows.pipe(add_figures).pipe(finish, MessageReport)


def report_dispatches(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per dispatch of a channel: the sum of its messages.

    One whose messages stand under several campaigns, or some of them under none, names none.
    """
    campaign = [DispatchReport.campaign_id, DispatchReport.campaign_status]
    is_one = pl.col(IN_ONE_CAMPAIGN)
    whose = pl.when(is_one).then(DispatchReport.campaign_name).otherwise(pl.lit(SEVERAL_CAMPAIGNS))
    names = [
        *(*campaign, DispatchReport.campaign_name),
        DispatchReport.dispatch_name,
        DispatchReport.channel,
        DescribedMessages.dispatch_attributes,
    ]
    return (
        roll_up(rows, key(DispatchReport), names)
        .with_columns(
            whose.alias(DispatchReport.campaign_name), *(pl.when(is_one).then(n) for n in campaign)
        )
        .rename({DescribedMessages.dispatch_attributes: DispatchReport.attributes})
        .pipe(finish, DispatchReport)
    )


def report_campaigns(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per campaign of a channel: the sum of its messages."""
    names = [
        CampaignReport.campaign_name,
        CampaignReport.campaign_status,
        CampaignReport.channel,
        DescribedMessages.campaign_attributes,
    ]
    return (
        roll_up(rows, key(CampaignReport), names)
        .rename({DescribedMessages.campaign_attributes: CampaignReport.attributes})
        .pipe(finish, CampaignReport)
    )


def roll_up(rows: pl.LazyFrame, level: list[str], names: list[str]) -> pl.LazyFrame:
    """Add up message rows to a level above, and tell whether they are of one campaign."""
    return (
        rows.group_by(level)
        .agg(
            pl.col(names).sort_by(MessageRows.campaign_id, nulls_last=True).first(),
            (pl.col(MessageRows.campaign_id).n_unique() == 1).alias(IN_ONE_CAMPAIGN),
            *sum_up(),
        )
        .pipe(add_figures)
    )


def sum_up() -> list[pl.Expr]:
    """The sums of message rows to any level above."""
    return [
        pl.col(*COUNTS, MessageRows.assumed_sends).sum(),
        *sum_known(ADDED),
        pl.col(MessageRows.first_sent_at).min(),
        pl.col(MessageRows.last_sent_at).max(),
    ]


def report_links(links: Rows[ChannelLinks], rows: Rows[MessageRows], channel: str) -> pl.LazyFrame:
    """One row per message and link of a channel."""
    names = rows.select(
        MessageRows.message_key,
        MessageRows.org_id,
        MessageRows.message_id,
        MessageRows.message_name,
        MessageRows.campaign_id,
    )
    return (
        links.filter(pl.col(ChannelLinks.channel) == channel)
        .join(names, on=ChannelLinks.message_key, how="inner", validate="m:1")
        .pipe(finish, LinkReport)
    )
