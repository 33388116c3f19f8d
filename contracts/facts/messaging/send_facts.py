"""The send facts, and the events that they are built from.

All counts are additive over any split of the sends.
"""

from contracts.columns import Count, Day, Flag, Instant, Table, Text, column
from contracts.facts.key_types import Code, FeedNumber, Key, Number32, TypeCode

CONTRADICTED = "contradicted"
"""Sends whose final status their events contradict."""
ORPHANS = "orphans"
"""Events that name a send that no row is of."""
SHARED = "shared"
"""Sends that events alone show, and those as several contacts'."""
ELSEWHERE = "elsewhere"
"""Sends of a row that events of another channel name: there they count as sends, too."""
UNCLEAR = [CONTRADICTED, ORPHANS, SHARED, ELSEWHERE]


class ChannelSends(Table):
    """One row per send of a group of buckets, with the channel of its message."""

    send_key: Key = column("key of the send", key=True, required=True)
    message_key: Key = column("key of its message")
    contact_key: Key = column("key of its contact")
    channel_code: Code = column("number of the channel", required=True)
    org_code: Number32 = column("number of the organization within the run", required=True)
    feed: FeedNumber = column("place of the feed in the configuration", required=True)
    status_code: Code = column("place of its status among the send statuses", required=True)
    is_holdout: Flag = column("held out on purpose", required=True)
    sent_at: Instant = column("when it was sent")
    created_at: Instant = column("when the row was created, where it was never sent")
    planned_at: Instant = column("when its message was to go out")
    delivered_at: Instant = column("when delivery was confirmed")


class CountedEvents(Table):
    """One row per event that counts: of no hold-out, which is not a send."""

    unit_key: Key = column("key of the send and the channel", required=True)
    channel_code: Code = column("number of the channel", required=True)
    feed: FeedNumber = column("place of the feed in the configuration", required=True)
    message_key: Key = column("key of the message")
    contact_key: Key = column("key of the contact")
    action_code: TypeCode = column("what happened", required=True)
    bounce_code: Code = column("1 for a hard bounce, 2 for a soft one, else 0", required=True)
    is_machine: Flag = column("whether a machine did it", required=True)
    occurred_at: Instant = column("when it happened", required=True)
    link_key: Key = column("key of the link of a click")
    has_row: Flag = column("whether a row of a sends feed is of the send", required=True)
    names_send: Flag = column("whether it names its send by id", required=True)
    is_orphan: Flag = column("whether it names a send by id that no row is of", required=True)


class AssignedEvents(CountedEvents):
    """One row per event of a group of buckets, assigned to the send in a channel that it is of."""

    is_holdout: Flag = column("whether the send was held out; null where no row is of it")


class SendUnits(Table):
    """One row per send: what its row and its message say of it, or what its events show."""

    unit_key: Key = column("key of the send and its channel", key=True, required=True)
    message_key: Key = column("key of its message; null where none is known")
    contact_key: Key = column("key of its contact")
    channel_code: Code = column("number of its channel", required=True)
    basis_key: Key = column("organization, feed and channel, packed into one", required=True)
    status_code: Code = column("the status of its row; null where events alone show it")
    is_holdout: Flag = column("never sent on purpose: counted apart", required=True)
    sent_at: Instant = column("when its row says that it was sent")
    created_at: Instant = column("when the row was created, where it was never sent")
    planned_at: Instant = column("when its message was to go out, else its first event")
    delivered_at: Instant = column("when its row says that it was delivered")
    is_shared: Flag = column(
        "whether events name several contacts with it; null where it has a row"
    )


class UnitEvents(Table):
    """One row per event that counts: what decides the state of its send."""

    unit_no: Number32 = column("place of its send in `SendUnits`, from 0 on", required=True)
    action_code: TypeCode = column("what happened", required=True)
    bounce_code: Code = column("1 for a hard bounce, 2 for a soft one, else 0", required=True)
    is_machine: Flag = column("whether a machine did it", required=True)
    occurred_at: Instant = column("when it happened", required=True)


class SendFacts(Table):
    """One row per send: everything that ever happened to it."""

    unit_key: Key = column("key of the send and its channel", key=True, required=True)
    message_key: Key = column("key of its message; null where none is known")
    contact_key: Key = column("key of its contact")
    channel_code: Code = column("number of its channel", required=True)
    status_code: Code = column("its final status", required=True)
    is_holdout: Flag = column("never sent on purpose: counted apart", required=True)
    basis_key: Key = column("organization, feed and channel, packed into one", required=True)
    has_receipt: Flag = column("whether its row or an event says that it was delivered")
    is_contradicted: Flag = column("whether its row's status and its events disagree")
    is_shared: Flag = column(
        "whether events name several contacts with it; null where it has a row"
    )
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


class UnclearRows(Table):
    """One row per way in which sends or events are not clear."""

    what: Text = column("the way", key=True, required=True, isin=UNCLEAR)
    found: Count = column("how many are so", required=True)
