"""Reports about people: contacts and the segments that they stand in."""

from contracts.columns import Count, Instant, Money, Text, column
from contracts.facts.send_counts import Counts
from contracts.reports.messaging import Rates, Tenant


class ContactReport(Tenant):
    """One row per contact, active or not."""

    contact_id: Text = column("the contact", key=True, required=True)
    sends: Count = column("sends to the contact", required=True)
    delivered: Count = column("sends delivered", required=True)
    opens: Count = column("opens", required=True)
    clicks: Count = column("clicks", required=True)
    last_sent_at: Instant = column("last send, in UTC")
    last_delivered_at: Instant = column("last delivery, in UTC")
    last_opened_at: Instant = column("last open, in UTC")
    last_clicked_at: Instant = column("last click, in UTC")
    unsubscribed_at: Instant = column("first unsubscribe, in UTC")
    complained_at: Instant = column("first complaint, in UTC")
    sessions: Count = column("sessions of the contact; null without web feeds")
    orders: Count = column("orders of the contact; null without an orders feed")
    revenue: Money = column("their revenue, in the reporting currency")


class SegmentReport(Rates, Counts, Tenant):
    """One row per segment."""

    segment_id: Text = column("the segment", key=True, required=True)
    segment_name: Text = column("its name", required=True)
    contact_count: Count = column("contacts in it as the source last counted them")
    members: Count = column("distinct contacts on its lists", required=True)
    campaigns_used_in: Count = column("campaigns on whose list it put someone", required=True)


class Audience(Tenant):
    """One row per contact of an audience."""

    contact_id: Text = column("the contact", key=True, required=True)
