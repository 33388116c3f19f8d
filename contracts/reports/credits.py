"""Credited orders on their way to the attribution reports: added up, but not yet finished."""

from collections.abc import Sequence

from contracts.columns import Day, Flag, Money, Table, Text, column
from contracts.reports.attribution import CreditedTouch, add_models


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
