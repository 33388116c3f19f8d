"""Orders and what may have led to them: the facts that attribution is made from."""

from contracts.columns import Count, Day, Flag, Instant, Money, Serial, Table, Text, column
from contracts.facts.key_types import Key


class Order(Table):
    """One row per order, in the reporting currency, however its contact is named."""

    org_id: Text = column("organization", key=True)
    order_id: Text = column("the order", key=True)
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


class PricedOrders(Order):
    """One row per order, in the reporting currency."""

    contact_id: Text = column("who ordered, where known")


class UnknownOrderStates(Table):
    """One row per state of orders that nobody knows to be a sale and that counts as one."""

    state: Text = column("the shop's word", key=True, required=True)
    orders: Count = column("orders in that state", required=True)
    revenue: Money = column("what they bring, in the reporting currency", required=True)


class Touches(Table):
    """One row per touch: what may lead a person to an order."""

    person: Key = column("number of the person")
    touched_at: Instant = column("when the touch happened")
    counts_until: Instant = column("the last instant at which an order counts")
    channel: Text = column("channel; an unmatched session's is its channel group")
    channel_group: Text = column("Google Analytics 4's default channel group, where there is one")
    campaign_id: Text = column("the campaign, of messages or ads")
    dispatch_id: Text = column("the dispatch")
    message_id: Text = column("the message")
    platform: Text = column("ad platform")
    ad_id: Text = column("the ad")
    event_id: Text = column("the event that is the touch")
    session_id: Text = column("the session that is the touch")
    touch_id: Text = column("id of the event, session or send; orders touches of one instant")


class MessageTouches(Touches):
    """One row per touch by a message or by what a person did."""

    is_landing: Flag = column("whether it leads to the site")


class VisitTouches(Touches):
    """One row per visit that may be a touch, or the landing of another."""

    utm_medium: Text = column("by what kind of link it came")
    utm_source: Text = column("who sent it")


class PathEnds(PricedOrders):
    """One row per order that counts, and per contact without one: where a path of touches ends."""

    end_no: Serial = column("number of the end, orders first, in the order of their key")
    person: Key = column("number of the person, where known")
    is_open: Flag = column("whether there is no order yet: the row stands under its contact's id")


class PairedTouches(Table):
    """One row per touch of a path."""

    end_no: Serial = column("the end of the path", key=True)
    touched_at: Instant = column("when the touch happened", key=True)
    channel: Text = column("its channel", key=True)
    touch_id: Text = column("id of the event, session or send", key=True)
    touch_no: Serial = column("place of the touch among all touches")


class RankedTouches(Table):
    """One row per touch of a path, in order."""

    end_no: Serial = column("the end of the path", key=True)
    touch_position: Count = column("place of the touch in the path, from 1", key=True)
    touches: Count = column("how many touches the path has")
    touch_no: Serial = column("place of the touch among all touches")
    touched_at: Instant = column("when it happened")
    channel: Text = column("its channel")
    last_at: Instant = column("when the last touch of the path happened")
    last_not_direct: Count = column("position of the last touch that is not direct, else the last")


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

    contact_key: Key = column("who ordered; empty for orders of nobody known", key=True)
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


class OrderRevenue(Table):
    """One row for all orders that count."""

    revenue: Money = column("their revenue")
