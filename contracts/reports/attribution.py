"""Which touches led to which orders, and what each channel and campaign earned by them."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeVar, cast, get_args

import polars as pl

from contracts.columns import Count, Day, Flag, Instant, Money, Number, Rate, Table, Text, column
from contracts.config.workspace import AttributionModel
from contracts.vocabulary import MessageLevel

T = TypeVar("T", bound=Table)

if TYPE_CHECKING:
    Credit = str
else:
    Credit = Annotated[pl.Decimal, 18, 8]
"""A share of an order, exact: the shares of an order add up to 1."""

MODELS: tuple[str, ...] = get_args(AttributionModel)
"""Every attribution model, in the order of its columns."""

DIRECT = "(direct)"
"""The channel of orders that no touch led to."""


def revenue_column(model: str) -> str:
    """Name the column of what a model's credit is worth."""
    return f"revenue_{model}"


class CreditedTouch(Table):
    """One row per order and touch that led to it."""

    org_id: Text = column("organization", key=True)
    order_id: Text = column("the order", key=True, references="orders.order_id")
    touch_position: Count = column("place of the touch before its order, from 1", key=True)
    touches: Count = column("how many touches led to the order")
    contact_id: Text = column("who ordered; empty where only the device is known")
    touched_at: Instant = column("when the touch happened")
    ordered_at: Instant = column("when the order was placed")
    days_to_convert: Number = column("days from the touch to the order")
    channel: Text = column("channel of the touch; an unmatched session's is its channel group")
    channel_group: Text = column("Google Analytics 4's default channel group, where there is one")
    campaign_id: Text = column("the campaign, of messages or ads")
    dispatch_id: Text = column("the dispatch")
    message_id: Text = column("the message")
    platform: Text = column("ad platform")
    ad_id: Text = column("the ad")
    event_id: Text = column("the event that is the touch")
    session_id: Text = column("the session that is the touch")


def order_touches_contract(models: Sequence[str]) -> type[CreditedTouch]:
    """State the contract of `order_touches` under the configured models, in the given order.

    It has one credit column a model, under the model's name, then one `revenue_<model>` a model.
    """
    return add_models(CreditedTouch, "OrderTouches", models)


def add_models(table: type[T], name: str, models: Sequence[str]) -> type[T]:
    """State a table with a credit column a model, then one `revenue_<model>` a model: once each."""
    return _add_models(table, name, tuple(models))


@cache
def _add_models(table: type[T], name: str, models: tuple[str, ...]) -> type[T]:
    credit = {one: (Credit, column(f"share of the order under {one}")) for one in models}
    revenue = {
        revenue_column(one): (Money, column(f"revenue of the order under {one}")) for one in models
    }
    fields = credit | revenue
    body = {
        "__doc__": table.__doc__,
        "__module__": __name__,
        "__annotations__": {one: kind for one, (kind, _) in fields.items()},
        **{one: stated for one, (_, stated) in fields.items()},
    }
    return cast("type[T]", type(name, (table,), body))


OrderTouches = order_touches_contract(MODELS)


class ChannelAttribution(Table):
    """One row per day of orders, channel and model."""

    org_id: Text = column("organization", key=True)
    date_day: Day = column("day of the order, or of the cost", key=True)
    channel: Text = column(f"channel; `{DIRECT}` for orders that no touch led to", key=True)
    model: Text = column("attribution model", key=True, isin=MODELS)
    credited_orders: Credit = column("orders credited, in shares; refunds count none")
    revenue: Money = column("revenue credited")
    cost: Money = column("ad spend and message cost of the day; empty where nothing says any")
    roas: Rate = column("revenue / cost")


class CampaignAttribution(Table):
    """One row per day of orders, channel, platform, campaign and model."""

    org_id: Text = column("organization", key=True)
    date_day: Day = column("day of the order, or of the cost", key=True)
    channel: Text = column(f"channel; `{DIRECT}` for orders that no touch led to", key=True)
    platform: Text = column("ad platform; empty for messages", key=True)
    campaign_id: Text = column("the campaign; empty where the touch has none", key=True)
    model: Text = column("attribution model", key=True, isin=MODELS)
    campaign_name: Text = column("name of the campaign as it is now")
    credited_orders: Credit = column("orders credited, in shares; refunds count none")
    revenue: Money = column("revenue credited")
    cost: Money = column("ad spend and message cost of the day; empty where nothing says any")
    roas: Rate = column("revenue / cost")


class Paths(Table):
    """One row per sequence of channels that led to an order, or to none yet."""

    org_id: Text = column("organization", key=True)
    path: Text = column(
        f"channels of the touches in order, equal neighbours once, joined by ` > `; `{DIRECT}` "
        "for none",
        key=True,
    )
    contacts: Count = column("distinct known contacts who ordered after it")
    orders: Count = column("orders after it; refunds count none")
    revenue: Money = column("their revenue, less what was taken back")
    contacts_without_order: Count = column(
        "contacts who came it in the look-back before the last day, without an order in it"
    )


class HoldoutLift(Table):
    """One row per message or campaign that held contacts out."""

    org_id: Text = column("organization", key=True)
    level: Text = column(
        "what was held out of", key=True, isin=[MessageLevel.CAMPAIGN, MessageLevel.MESSAGE]
    )
    campaign_id: Text = column("the campaign", key=True)
    message_id: Text = column("the message; empty at campaign level", key=True)
    campaign_name: Text = column("name of the campaign")
    message_name: Text = column("name of the message")
    channel: Text = column("channel of the message; empty where a campaign has several")
    treated_contacts: Count = column("contacts to whom it was meant to go, whatever became of it")
    holdout_contacts: Count = column("contacts held out")
    treated_conversions: Count = column("treated contacts who ordered within the window")
    holdout_conversions: Count = column("held-out contacts who ordered within the window")
    treated_revenue: Money = column("what the treated ordered within the window")
    holdout_revenue: Money = column("what the held-out ordered within the window")
    treated_conversion_rate: Rate = column("treated_conversions / treated_contacts")
    holdout_conversion_rate: Rate = column("holdout_conversions / holdout_contacts")
    conversion_rate_difference: Rate = column("treated rate minus held-out rate")
    conversion_rate_difference_low: Rate = column("lower end of its 95 % interval")
    conversion_rate_difference_high: Rate = column("upper end of its 95 % interval")
    conversion_lift: Rate = column("difference / held-out rate")
    treated_revenue_per_contact: Rate = column("treated_revenue / treated_contacts")
    holdout_revenue_per_contact: Rate = column("holdout_revenue / holdout_contacts")
    revenue_per_contact_difference: Rate = column("treated minus held-out revenue per contact")
    revenue_per_contact_difference_low: Rate = column("lower end of its 95 % interval")
    revenue_per_contact_difference_high: Rate = column("upper end of its 95 % interval")


class CreditedOrder(CreditedTouch):
    """One row per order and touch that led to it, with what the sums need of the order."""

    date_day: Day = column("day of the order")
    revenue: Money = column("revenue of the order")
    is_refund: Flag = column("whether it takes revenue back")


class CampaignCredit(Table):
    """One row per day of orders, channel, platform and campaign; rows of one key add up."""

    org_id: Text = column("organization", key=True)
    date_day: Day = column("day of the order", key=True)
    channel: Text = column("channel, or `(direct)` where no touch led to an order", key=True)
    platform: Text = column("ad platform; empty for messages", key=True)
    campaign_id: Text = column("the campaign; empty where the touch has none", key=True)


def credited_orders_contract(models: Sequence[str]) -> type[CreditedOrder]:
    """State `CreditedOrder` under the configured models, in the given order."""
    return add_models(CreditedOrder, "CreditedOrders", models)


def campaign_credits_contract(models: Sequence[str]) -> type[CampaignCredit]:
    """State `CampaignCredit` under the configured models, in the given order."""
    return add_models(CampaignCredit, "CampaignCredits", models)
