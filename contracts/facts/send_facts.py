"""The facts: what the reports are sums over, and the slim parts that the facts are built from.

Keys here are 64-bit hashes (transforms/keys.py); the readable ids come back when a report is
dressed. All counts are additive over any split of the sends.
"""

import polars as pl

from contracts.columns import Count, Day, Flag, Instant, Table, column
from contracts.facts.send_counts import Counts
from contracts.vocabulary import Action, Channel

Key = pl.UInt64
Code = pl.UInt8

ACTION_CODES = {action: code for code, action in enumerate(Action, start=1)}
CHANNEL_CODES: dict[Channel, int] = {channel: code for code, channel in enumerate(Channel, start=1)}
CHANNEL_STRIDE = 16
"""An event's kind is its channel's code times this, plus its action's; channel 0 is its send's."""


class SlimSends(Table):
    """One row per row of a sends feed, as far as the facts need it."""

    send: Key = column("key of the send", key=True, required=True)
    message: Key = column("key of its message, or of the one that its campaign implies")
    contact: Key = column("key of its contact, or of the e-mail address that names it")
    by_email: Flag = column("whether `contact` is an e-mail address's key", required=True)
    status: Code = column("place of its status among the send statuses", required=True)
    is_holdout: Flag = column("held out on purpose", required=True)
    sent_at: Instant = column("when it was sent")
    created_at: Instant = column("when the row was created, where it was never sent")
    delivered_at: Instant = column("when delivery was confirmed")
    row_number: pl.UInt32 = column("the row in its file", required=True)


class SlimEvents(Table):
    """One row per interaction that names a send or a message, as far as the facts need it."""

    ref: Key = column(
        "key of the send, or of message and contact where none is named", required=True
    )
    message: Key = column("key of the message")
    contact: Key = column("key of the contact, or of the e-mail address that names it")
    kind: Code = column("channel and action", required=True)
    hardness: Code = column("1 for a hard bounce, 2 for a soft one, else 0", required=True)
    is_machine: Flag = column("flagged by its provider or its user agent", required=True)
    at: Instant = column("when it happened", required=True)
    url: Key = column("key of the link of a click")
    row_number: pl.UInt32 = column("the row in its file", required=True)


class SendFacts(Table):
    """One row per send: everything that ever happened to it."""

    unit: Key = column("key of the send and its channel", key=True, required=True)
    message: Key = column("key of its message; null where none is known")
    contact: Key = column("key of its contact")
    channel: Code = column("its channel", required=True)
    status: Code = column("its final status", required=True)
    is_holdout: Flag = column("never sent on purpose: counted apart", required=True)
    disagrees: Flag = column("whether its row's status and its events disagree", required=True)
    sent_at: Instant = column("when it was sent")
    sent_day: Day = column("the day on which it counts as sent")
    delivered_day: Day = column("the day on which it counts as delivered")
    delivered_at: Instant = column("when it was delivered")
    bounced_day: Day = column("the day on which it counts as bounced")
    hardness: Code = column("1 where a bounce was hard, 2 where all were soft, else 0")
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

    message: Key = column("key of the message", key=True)
    channel: Code = column("channel", key=True, required=True)
    date_day: Day = column("reporting day; null for what has no time at all", key=True)
    first_sent_at: Instant = column("first send of that day")
    last_sent_at: Instant = column("last send of that day")


class MessageLinks(Table):
    """One row per message, channel and link."""

    message: Key = column("key of the message", key=True)
    channel: Code = column("channel", key=True, required=True)
    url: Key = column("key of the link", key=True, required=True)
    clicks: Count = column("clicks on it", required=True)
    unique_clicks: Count = column("sends with a click on it", required=True)
    first_clicked_at: Instant = column("first click on it", required=True)
    last_clicked_at: Instant = column("last click on it", required=True)
