"""Orders and what may have led to them: the facts that attribution is made from."""

from contracts.columns import Count, Day, Flag, Instant, Money, Serial, Table, Text, column


class PricedOrders(Table):
    """One row per order, in the reporting currency."""

    org_id: Text = column("organization", key=True)
    order_id: Text = column("the order", key=True)
    contact_id: Text = column("who ordered, where known")
    anonymous_id: Text = column("cookie or device")
    ordered_at: Instant = column("when it was placed")
    credited_at: Instant = column(
        "the instant before which touches count: its own, or that of the order that it takes back"
    )
    date_day: Day = column("day of the order in the reporting time zone")
    revenue: Money = column(
        "less what was refunded, in the reporting currency; empty where no rate is valid on the day"
    )
    status: Text = column("state of the order, in the shop's words")
    is_conversion: Flag = column(
        "whether it brings revenue: priced, and neither cancelled nor refunded as a whole"
    )
    is_refund: Flag = column(
        "whether it takes revenue back: the refund of an order, or a row of negative revenue"
    )


class Touches(Table):
    """One row per order and touch that may have led to it."""

    order_row: Serial = column("number of the order, in the order of its key", key=True)
    org_id: Text = column("organization")
    contact_id: Text = column("who was touched; empty where only the device is known")
    anonymous_id: Text = column("the device, where no contact is known")
    touched_at: Instant = column("when the touch happened")
    channel: Text = column("channel; an unmatched session's is its channel group")
    channel_group: Text = column("Google Analytics 4's default channel group, where there is one")
    campaign_id: Text = column("the campaign, of messages or ads")
    dispatch_id: Text = column("the dispatch")
    message_id: Text = column("the message")
    platform: Text = column("ad platform")
    ad_id: Text = column("the ad")
    event_id: Text = column("the event that is the touch")
    session_id: Text = column("the session that is the touch")
    touch_id: Text = column(
        "id of the event, session or send; orders touches of one instant", key=True
    )


class SessionOrders(Table):
    """One row per session that was the last touch of an order."""

    org_id: Text = column("organization", key=True)
    session_id: Text = column("the session", key=True)
    orders: Count = column("orders whose last touch it was; refunds count none")
    revenue: Money = column("their revenue")


class MessageOrders(Table):
    """One row per message, contact and day on which the message was the last touch of an order."""

    org_id: Text = column("organization", key=True)
    channel: Text = column("channel of the touch", key=True)
    message_id: Text = column("the message; empty where the touch names none", key=True)
    contact_id: Text = column("who ordered, where known", key=True)
    date_day: Day = column("day of the order", key=True)
    orders: Count = column("orders whose last touch it was; refunds count none")
    revenue: Money = column("their revenue")


class ContactOrders(Table):
    """One row per contact who ordered."""

    org_id: Text = column("organization", key=True)
    contact_id: Text = column("who ordered; empty for orders of nobody known", key=True)
    orders: Count = column("orders; refunds count none")
    revenue: Money = column("their revenue")


class DayCosts(Table):
    """One row per message or ad and day on which it cost something."""

    org_id: Text = column("organization")
    date_day: Day = column("the day; empty for a message that was never sent")
    channel: Text = column("the message's channel, or `ads`")
    platform: Text = column("ad platform; empty for messages")
    campaign_id: Text = column("the campaign, of messages or ads")
    cost: Money = column("what it cost, in the reporting currency")


class NamedCampaigns(Table):
    """One row per campaign of messages, and per campaign of an ad platform."""

    org_id: Text = column("organization", key=True)
    platform: Text = column("ad platform; empty for messages", key=True)
    campaign_id: Text = column("the campaign", key=True)
    campaign_name: Text = column("its name as it is now")


class LastDays(Table):
    """One row per organization: the last day on which anything happened."""

    org_id: Text = column("organization", key=True)
    date_day: Day = column("the day, in the reporting time zone")
    last_instant: Instant = column("its last microsecond")


class OpenPaths(Table):
    """One row per path of channels that led contacts to no order yet."""

    org_id: Text = column("organization", key=True)
    path: Text = column("the path, as of `attribution/paths`", key=True)
    contacts_without_order: Count = column("contacts without an order in the look-back")
