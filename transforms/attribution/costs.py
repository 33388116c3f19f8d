"""What messages and ads cost, by the day: what attributed revenue is measured against."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.messaging.send_sums import ChannelDays
from contracts.facts.order_facts import DayCosts, NamedCampaigns
from contracts.vocabulary import Channel

MESSAGE = [ChannelDays.message_key, ChannelDays.channel]


def list_costs(
    days: Rows[ChannelDays], rows: pl.LazyFrame, spending: pl.LazyFrame
) -> Rows[DayCosts]:
    """List what messages and ads cost, by day, channel, platform and campaign.

    A message's cost stands on its first day of sending; on none where it was never sent.

    Args:
        days: Sums by message and day.
        rows: the `MessageRows` of every channel.
        spending: what ads cost: organization, day, platform, campaign and `spend`.

    Returns:
        Rows of one day and campaign add up.
    """
    first = (
        days.filter(pl.col(ChannelDays.sends) > 0)
        .group_by(MESSAGE)
        .agg(pl.col(ChannelDays.date_day).min())
    )
    of_messages = (
        rows.filter(pl.col(DayCosts.cost).is_not_null())
        .join(first, on=MESSAGE, how="left", validate="1:1")
        .with_columns(pl.lit(None, pl.String).alias(DayCosts.platform))
    )
    of_ads = spending.with_columns(
        pl.lit(str(Channel.ADS)).alias(DayCosts.channel), pl.col("spend").alias(DayCosts.cost)
    )
    return pl.concat([part.select(columns(DayCosts)) for part in (of_messages, of_ads)])


def name_message_campaigns(rows: pl.LazyFrame) -> Rows[NamedCampaigns]:
    """One row per campaign of messages with its name.

    Args:
        rows: the message rows of every channel.

    Returns:
        Without a platform.
    """
    return (
        rows.filter(pl.col(NamedCampaigns.campaign_id).is_not_null())
        .group_by(NamedCampaigns.org_id, NamedCampaigns.campaign_id)
        .agg(pl.col(NamedCampaigns.campaign_name).max())
        .with_columns(pl.lit(None, pl.String).alias(NamedCampaigns.platform))
        .select(columns(NamedCampaigns))
    )
