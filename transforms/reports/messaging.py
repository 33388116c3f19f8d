"""The reports of the message channels: sums over the send fact, dressed with names (SPEC §6.1)."""

import polars as pl

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.send_facts import CHANNEL_CODES
from contracts.reports.messaging import (
    CampaignReport,
    DailyReport,
    DispatchReport,
    LinkReport,
    MessageReport,
)
from contracts.vocabulary import Channel
from transforms.common.rates import COUNTS, add_rates


def report_messages(days: pl.LazyFrame, messages: pl.LazyFrame, channel: Channel) -> pl.LazyFrame:
    """One row per message of a channel, also without sends.

    Args:
        days: Sums by message and day (`message_days.add_message_days`).
        messages: Every message (`hierarchy.describe_messages`).
        channel: The channel.
    """
    sums = (
        _of_channel(days, channel)
        .group_by("message")
        .agg(
            pl.col(COUNTS).sum(),
            pl.col("first_sent_at").min(),
            pl.col("last_sent_at").max(),
            has_facts=pl.lit(value=True),
        )
    )
    is_own = pl.col("channel") == channel
    return (
        messages.join(sums, on="message", how="left", validate="1:1")
        .filter(pl.col("has_facts") | (is_own & pl.col("is_described")))
        .with_columns(
            pl.col(COUNTS).fill_null(0),
            cost=pl.when(is_own).then(pl.col("cost")),
            channel=pl.lit(str(channel)),
        )
        .pipe(add_rates)
    )


def _of_channel(sums: pl.LazyFrame, channel: Channel) -> pl.LazyFrame:
    return sums.filter(pl.col("channel") == CHANNEL_CODES[channel])


def finish(rows: pl.LazyFrame, table: type[Table]) -> pl.LazyFrame:
    """A report's columns in their order and types, sorted by its key."""
    schema = polars_schema(table)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items()).sort(key(table))


def add_conversions(rows: pl.LazyFrame, conversions: pl.DataFrame | None) -> pl.LazyFrame:
    """Add orders and revenue to message rows.

    Args:
        rows: Message rows.
        conversions: One row per organization and message: `orders`, `revenue`, by last touch; None
            where no feed gives orders, which leaves both null.
    """
    if conversions is None:
        return rows.with_columns(
            orders=pl.lit(None, pl.Int64), revenue=pl.lit(None, pl.Decimal(18, 4))
        )
    return rows.join(
        conversions.lazy().select("org_id", "message_id", "orders", "revenue"),
        on=["org_id", "message_id"],
        how="left",
        validate="m:1",
    ).with_columns(pl.col("orders", "revenue").fill_null(0))


def finish_messages(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The message report of a channel's message rows."""
    return finish(rows, MessageReport)


def report_dispatches(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per dispatch of a channel: the sum of its messages."""
    names = ["campaign_id", "campaign_name", "campaign_status", "dispatch_name", "channel"]
    return (
        roll_up(rows, ["org_id", "dispatch_id"], [*names, "dispatch_attributes"])
        .rename({"dispatch_attributes": "attributes"})
        .pipe(finish, DispatchReport)
    )


def report_campaigns(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per campaign of a channel: the sum of its messages."""
    names = ["campaign_name", "campaign_status", "channel", "campaign_attributes"]
    return (
        roll_up(rows, ["org_id", "campaign_id"], names)
        .rename({"campaign_attributes": "attributes"})
        .pipe(finish, CampaignReport)
    )


def roll_up(rows: pl.LazyFrame, level: list[str], names: list[str]) -> pl.LazyFrame:
    """Add up message rows to a level above; names are of the least campaign where several are."""
    return (
        rows.group_by(level)
        .agg(
            pl.col(names).sort_by("campaign_id", nulls_last=True).first(),
            pl.col(COUNTS).sum(),
            *(
                pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
                for name in ("cost", "orders", "revenue")
            ),
            pl.col("first_sent_at").min(),
            pl.col("last_sent_at").max(),
        )
        .pipe(add_rates)
    )


def report_days(days: pl.LazyFrame, rows: pl.LazyFrame, channel: Channel) -> pl.LazyFrame:
    """One row per day and message of a channel; cost stands on the first day of sending.

    Args:
        days: Sums by message and day.
        rows: The channel's message rows (`report_messages`).
        channel: The channel.
    """
    own = _of_channel(days, channel)
    first = (
        own.filter(pl.col("sends") > 0).group_by("message").agg(cost_day=pl.col("date_day").min())
    )
    costs = (
        rows.filter(pl.col("cost").is_not_null())
        .select("message", "cost")
        .join(first, on="message", how="left", validate="1:1")
        .rename({"cost_day": "date_day"})
    )
    names = rows.select(
        "message",
        *(c for c in columns(DailyReport) if c in columns(MessageReport) and c not in _SUMMED),
    )
    return (
        own.select("message", "date_day", *COUNTS)
        .join(
            costs,
            on=["message", "date_day"],
            how="full",
            coalesce=True,
            validate="1:1",
            nulls_equal=True,
        )
        .with_columns(pl.col(COUNTS).fill_null(0))
        .join(names, on="message", how="inner", validate="m:1")
        .pipe(add_rates)
        .pipe(finish, DailyReport)
    )


_SUMMED = {*COUNTS, "cost", *(c for c in columns(DailyReport) if c.endswith(("_rate", "_sends")))}


def report_links(
    links: pl.LazyFrame, texts: pl.LazyFrame, rows: pl.LazyFrame, channel: Channel
) -> pl.LazyFrame:
    """One row per message and link of a channel.

    Args:
        links: Sums by message and key of a link (`message_days.add_links`).
        texts: One row per link: its key `url` and its text `link`.
        rows: The channel's message rows (`report_messages`).
        channel: The channel.
    """
    names = rows.select("message", "org_id", "message_id", "message_name", "campaign_id")
    return (
        _of_channel(links, channel)
        .join(names, on="message", how="inner", validate="m:1")
        .join(texts, on="url", how="inner", validate="m:1")
        .with_columns(url="link")
        .pipe(finish, LinkReport)
    )
