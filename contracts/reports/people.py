"""Reports about people: contacts and the segments that they stand in."""

from contracts.columns import Count, Day, Instant, Money, Table, Text, column
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.people.lists import STATUSES
from contracts.reports.messaging import Attributes, Basis, Rates, Tenant


class ContactReport(Tenant):
    """One row per contact, active or not."""

    contact_id: Text = column("the contact", key=True, required=True)
    sends: Count = column("sends to the contact", required=True)
    delivered: Count = column("sends delivered", required=True)
    opens: Count = column("opens", required=True)
    clicks: Count = column("clicks", required=True)
    last_sent_at: Instant = column("last send, in UTC")
    last_delivered_at: Instant = column("last delivery, in UTC; the send's time where none is told")
    last_opened_at: Instant = column("last open, in UTC")
    last_clicked_at: Instant = column("last click, in UTC")
    unsubscribed_at: Instant = column(
        "first unsubscribe that is still in force in some channel, in UTC"
    )
    complained_at: Instant = column("first complaint, in UTC")
    sessions: Count = column("sessions of the contact; null without web feeds")
    orders: Count = column("orders of the contact; null without an orders feed")
    revenue: Money = column("their revenue, in the reporting currency")
    attributes: Text = column("JSON object of the contact's custom columns")


class Subscriptions(Tenant):
    """One row per contact and channel with a subscription, an unsubscribe or a complaint."""

    contact_id: Text = column("the contact", key=True, required=True)
    channel: Text = column("the channel", key=True, required=True)
    status: Text = column(
        "subscribed, unsubscribed or complained, as it is now", required=True, isin=STATUSES
    )
    since: Instant = column("since when without a break, in UTC", required=True)
    message_id: Text = column("the message by which it came to be so, where known")


class ListGrowth(Tenant):
    """One row per channel and day on which its list changed."""

    channel: Text = column("the channel", key=True, required=True)
    date_day: Day = column("reporting day", key=True, required=True)
    subscribed: Count = column("contacts who came to be subscribed that day", required=True)
    unsubscribed: Count = column("contacts who came to be unsubscribed that day", required=True)
    complained: Count = column("contacts who came to have complained that day", required=True)
    net: Count = column("subscribed - unsubscribed - complained", required=True)
    size: Count = column(
        "contacts at the day's end with a subscription or a send, and no unsubscribe or complaint "
        "in force",
        required=True,
    )


class OfSegment(Table):
    """The segment, and who is in it."""

    segment_id: Text = column("the segment", key=True, required=True)
    segment_name: Text = column("its name", required=True)
    contact_count: Count = column("contacts in it as the source last counted them")
    members: Count = column("distinct contacts on its lists", required=True)
    campaigns_used_in: Count = column("campaigns on whose list it put someone", required=True)


class SegmentReport(Attributes, Rates, Basis, Counts, OfSegment, Tenant):
    """One row per segment."""


class Audience(Tenant):
    """One row per contact of an audience."""

    contact_id: Text = column("the contact", key=True, required=True)
