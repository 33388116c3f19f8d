"""The facts: what the reports are sums over, and the key columns that the facts are built from.

Keys here are 64-bit hashes (transforms/common/keys.py); the readable ids come back when names are
added to a report. All counts are additive over any split of the sends.
"""

from typing import TYPE_CHECKING

import polars as pl

from contracts.columns import Count, Day, Flag, Instant, Money, Table, Text, column
from contracts.facts.send_counts import Counts
from contracts.vocabulary import Action

if TYPE_CHECKING:
    # A column read through its class is its name, whatever type its cells have.
    Key = Code = TypeCode = Number32 = str
else:
    Key = pl.UInt64
    Code = pl.UInt8
    TypeCode = pl.UInt16
    Number32 = pl.UInt32

ACTION_CODES = {action: code for code, action in enumerate(Action, start=1)}
CHANNEL_STRIDE = 16
"""A type's code is its channel's code times this, plus its action's; channel 0 is its send's."""


class SendKeys(Table):
    """One row per row of a sends feed, as far as the facts need it."""

    send_key: Key = column("key of the send", key=True, required=True)
    message_key: Key = column("key of its message, or of the one that its campaign implies")
    contact_key: Key = column("key of its contact, or of the e-mail address that names it")
    is_by_address: Flag = column("whether `contact_key` is an e-mail address's", required=True)
    status_code: Code = column("place of its status among the send statuses", required=True)
    is_holdout: Flag = column("held out on purpose", required=True)
    sent_at: Instant = column("when it was sent")
    created_at: Instant = column("when the row was created, where it was never sent")
    delivered_at: Instant = column("when delivery was confirmed")
    row_number: Number32 = column("the row in its file", required=True)


class EventKeys(Table):
    """One row per interaction, as far as the facts need it."""

    send_key: Key = column(
        "key of the send, or of message and contact where none is named", required=True
    )
    message_key: Key = column("key of the message")
    contact_key: Key = column("key of the contact, or of the e-mail address that names it")
    type_code: TypeCode = column("channel and action", required=True)
    bounce_code: Code = column("1 for a hard bounce, 2 for a soft one, else 0", required=True)
    is_machine: Flag = column("flagged by its provider or its user agent", required=True)
    occurred_at: Instant = column("when it happened", required=True)
    link_key: Key = column("key of the link of a click")
    row_number: Number32 = column("the row in its file", required=True)


class MessageReferences(Table):
    """One row per message that sends or events name."""

    message_key: Key = column("key of the message", key=True, required=True)
    org_id: Text = column("organization")
    message_id: Text = column("the message; null where none is named")
    campaign_id: Text = column("the least campaign that is named with it")
    channel: Text = column("the first channel whose event types are named with it")


class LinkTexts(Table):
    """One row per link that events name."""

    link_key: Key = column("key of the link", key=True, required=True)
    url: Text = column("the link as it was clicked", required=True)


class DescribedMessages(Table):
    """One row per message that an asset describes, a send or event names, or a level implies."""

    message_key: Key = column("key of the message", key=True, required=True)
    org_id: Text = column("organization", required=True)
    message_id: Text = column("the message; null where none is named")
    message_name: Text = column("its name; null where nothing describes it")
    variant: Text = column("which variant of a test it is")
    channel: Text = column("its channel", required=True)
    cost: Money = column("what sending it cost, in the reporting currency")
    attributes: Text = column("JSON object of its custom columns")
    is_described: Flag = column("whether an asset describes it or a level implies it")
    dispatch_id: Text = column("its dispatch; its campaign where that has none")
    dispatch_name: Text = column("name of the dispatch")
    type: Text = column("first level of the dispatch's kind")
    subtype: Text = column("second level of the dispatch's kind")
    dispatch_attributes: Text = column("JSON object of the dispatch's custom columns")
    campaign_id: Text = column("its campaign; null where it names none")
    campaign_name: Text = column("name of the campaign; `(none)` where it names none")
    campaign_status: Text = column("state of the campaign")
    campaign_attributes: Text = column("JSON object of the campaign's custom columns")
    window_start: Day = column("first day of the attribution window")
    window_days: Count = column("length of that window in whole days")


class AddressOwners(Table):
    """One row per e-mail address: whom it identifies."""

    email_key: Key = column("key of the address", key=True, required=True)
    contact_key: Key = column("key of the contact: of several the one updated last")
    org_id: Text = column("organization")
    contact_id: Text = column("that contact")
    contacts: Number32 = column("how many contacts bear the address")


class ChannelSends(Table):
    """One row per send of a group of buckets, with the channel of its message."""

    send_key: Key = column("key of the send", key=True, required=True)
    message_key: Key = column("key of its message")
    contact_key: Key = column("key of its contact")
    channel_code: Code = column("number of the channel", required=True)
    status_code: Code = column("place of its status among the send statuses", required=True)
    is_holdout: Flag = column("held out on purpose", required=True)
    sent_at: Instant = column("when it was sent")
    created_at: Instant = column("when the row was created, where it was never sent")
    delivered_at: Instant = column("when delivery was confirmed")


class AssignedEvents(Table):
    """One row per event of a group of buckets, assigned to the send in a channel that it is of."""

    unit_key: Key = column("key of the send and the channel", required=True)
    channel_code: Code = column("number of the channel; null where nothing names one")
    message_key: Key = column("key of the message")
    contact_key: Key = column("key of the contact")
    action_code: TypeCode = column("what happened", required=True)
    bounce_code: Code = column("1 for a hard bounce, 2 for a soft one, else 0", required=True)
    is_machine: Flag = column("whether a machine did it", required=True)
    occurred_at: Instant = column("when it happened", required=True)
    link_key: Key = column("key of the link of a click")
    is_holdout: Flag = column("whether the send was held out; null where no row is of it")
    has_row: Flag = column("whether a row of a sends feed is of the send", required=True)
    is_orphan: Flag = column("whether it names a send by id that no row is of", required=True)


class CountedEvents(Table):
    """One row per event that counts: of a channel, and of no hold-out, which is no send."""

    unit_key: Key = column("key of the send and the channel", required=True)
    channel_code: Code = column("number of the channel", required=True)
    message_key: Key = column("key of the message")
    contact_key: Key = column("key of the contact")
    action_code: TypeCode = column("what happened", required=True)
    bounce_code: Code = column("1 for a hard bounce, 2 for a soft one, else 0", required=True)
    is_machine: Flag = column("whether a machine did it", required=True)
    occurred_at: Instant = column("when it happened", required=True)
    link_key: Key = column("key of the link of a click")
    has_row: Flag = column("whether a row of a sends feed is of the send", required=True)


class SendFacts(Table):
    """One row per send: everything that ever happened to it."""

    unit_key: Key = column("key of the send and its channel", key=True, required=True)
    message_key: Key = column("key of its message; null where none is known")
    contact_key: Key = column("key of its contact")
    channel_code: Code = column("number of its channel", required=True)
    status_code: Code = column("its final status", required=True)
    is_holdout: Flag = column("never sent on purpose: counted apart", required=True)
    is_contradicted: Flag = column("whether its row's status and its events disagree")
    sent_at: Instant = column("when it was sent")
    sent_day: Day = column("the day on which it counts as sent")
    delivered_day: Day = column("the day on which it counts as delivered")
    delivered_at: Instant = column("when it was delivered")
    bounced_day: Day = column("the day on which it counts as bounced")
    bounce_code: Code = column("1 where a bounce was hard, 2 where all were soft, else 0")
    opens: Count = column("opens, machine ones included")
    clicks: Count = column("clicks, scanners' included")
    first_open_at: Instant = column("first open")
    first_human_open_at: Instant = column("first open not flagged")
    last_open_at: Instant = column("last open")
    first_click_at: Instant = column("first click")
    first_human_click_at: Instant = column("first click not flagged")
    last_click_at: Instant = column("last click")
    unsubscribed_at: Instant = column("first unsubscribe")
    complained_at: Instant = column("first complaint")
    replied_at: Instant = column("first reply")


class MessageDays(Counts):
    """One row per message, channel and day: sums that add up over any split of the sends."""

    message_key: Key = column("key of the message", key=True)
    channel_code: Code = column("number of the channel", key=True, required=True)
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
    last_delivered_at: Instant = column("last delivery")
    last_opened_at: Instant = column("last open")
    last_clicked_at: Instant = column("last click")
    unsubscribed_at: Instant = column("first unsubscribe")
    complained_at: Instant = column("first complaint")


class SegmentSums(Counts):
    """One row per segment: counts over the sends to its members."""

    org_id: Text = column("organization", key=True)
    segment_id: Text = column("the segment", key=True)


class UnclearRows(Table):
    """One row: how many sends and events are not clear."""

    contradicted: Number32 = column("sends whose final status their events contradict")
    orphans: Number32 = column("events that name a send that no row is of")
