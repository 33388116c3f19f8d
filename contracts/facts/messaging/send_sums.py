"""Sums over the send facts: by message and day, by contact, by segment, by mailbox domain.

They are additive: what several groups of buckets give adds up.
"""

from contracts.columns import Count, Day, Instant, Table, Text, column
from contracts.facts.key_types import Code, Key
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_counts import Counts


class DeliveryCounts(Counts):
    """Counts, and what decides whether sends count as delivered without a receipt."""

    assumable: Count = column("sends that were sent, of which nothing more is known")
    receipts: Count = column("sends of which a row or an event says that they were delivered")


class SaidDelivered(Table):
    """One row per organization, feed and channel of which the feed has a delivery event."""

    basis_key: Key = column("organization, feed and channel, packed into one", key=True)
    events: Count = column("events of delivery", required=True)


class AssumedBases(Table):
    """One row per organization, feed and channel whose sends have no delivery receipts."""

    basis_key: Key = column("organization, feed and channel, packed into one", key=True)


class MessageDays(DeliveryCounts):
    """One row per message, basis and day: sums that add up over any split of the sends."""

    message_key: Key = column("key of the message", key=True)
    basis_key: Key = column("organization, feed and channel", key=True, required=True)
    date_day: Day = column("reporting day; null for what has no time at all", key=True)
    first_sent_at: Instant = column("first send of that day")
    last_sent_at: Instant = column("last send of that day")


class MessageLinks(Table):
    """One row per message, channel and link."""

    message_key: Key = column("key of the message", key=True)
    channel_code: Code = column("number of the channel", key=True, required=True)
    link_key: Key = column("key of the link", key=True, required=True)
    clicks: Count = column("clicks on it", required=True)
    unique_clicks: Count = column("sends with a click on it", required=True)
    first_clicked_at: Instant = column("first click on it", required=True)
    last_clicked_at: Instant = column("last click on it", required=True)


class ChannelDays(Counts):
    """One row per message, channel and day: sums over all sends."""

    message_key: Key = column("key of the message", key=True)
    channel: Text = column("the channel", key=True, required=True)
    date_day: Day = column("reporting day; null for what has no time at all", key=True)
    assumed_sends: Count = column("sends of feeds without delivery receipts", required=True)
    first_sent_at: Instant = column("first send of that day")
    last_sent_at: Instant = column("last send of that day")


class ChannelLinks(Table):
    """One row per message, channel and link, over all sends."""

    message_key: Key = column("key of the message", key=True)
    channel: Text = column("the channel", key=True, required=True)
    url: Text = column("the link as it was clicked", key=True, required=True)
    clicks: Count = column("clicks on it", required=True)
    unique_clicks: Count = column("sends with a click on it", required=True)
    first_clicked_at: Instant = column("first click on it", required=True)
    last_clicked_at: Instant = column("last click on it", required=True)


class MessageRows(DescribedMessages, Counts):
    """One row per message of a channel, with what happened to its sends there."""

    message_key: Key = column("key of the message", key=True, required=True)
    channel: Text = column("the channel", key=True, required=True)
    assumed_sends: Count = column("sends of feeds without delivery receipts", required=True)
    first_sent_at: Instant = column("first send")
    last_sent_at: Instant = column("last send")


class ContactSums(Table):
    """One row per contact: what was sent to it and what it did."""

    contact_key: Key = column("key of the contact", key=True, required=True)
    sends: Count = column("sends")
    delivered: Count = column("delivered sends")
    opens: Count = column("opens, machine ones included")
    clicks: Count = column("clicks, scanners' included")
    last_sent_at: Instant = column("last send")
    last_delivered_at: Instant = column("last delivery; the send's time where none is told")
    last_opened_at: Instant = column("last open")
    last_clicked_at: Instant = column("last click")
    unsubscribed_at: Instant = column("first unsubscribe")
    complained_at: Instant = column("first complaint")


class ContactBases(ContactSums):
    """One row per contact and basis: what was sent to it and what it did."""

    basis_key: Key = column("organization, feed and channel", key=True, required=True)
    facts: Count = column("sends and hold-outs", required=True)
    sent: Count = column("sends that were sent, of which nothing more is known")
    last_assumable_at: Instant = column(
        "last send of which nothing more is known; kept where its basis has no receipts"
    )


class DomainBases(DeliveryCounts):
    """One row per mailbox domain and basis: counts over the e-mail sends to it."""

    domain_key: Key = column("key of the domain; null where none is known", key=True)
    basis_key: Key = column("organization, feed and channel", key=True, required=True)


class DomainSums(Counts):
    """One row per mailbox domain: counts over the e-mail sends to it."""

    org_id: Text = column("organization", key=True)
    domain: Text = column("the domain; `(none)` where no address is known", key=True)
    assumed_sends: Count = column("sends of feeds without delivery receipts", required=True)


class SegmentBases(DeliveryCounts):
    """One row per segment and basis: counts over the sends to its members."""

    org_id: Text = column("organization", key=True)
    segment_id: Text = column("the segment", key=True)
    basis_key: Key = column("organization, feed and channel", key=True, required=True)


class SegmentSums(Counts):
    """One row per segment: counts over the sends to its members."""

    org_id: Text = column("organization", key=True)
    segment_id: Text = column("the segment", key=True)
    assumed_sends: Count = column("sends of feeds without delivery receipts", required=True)
