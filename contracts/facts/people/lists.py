"""Who is on which list: subscriptions to channels, and members of segments."""

from contracts.columns import Count, Day, Flag, Instant, SharedText, Table, Text, column
from contracts.facts.key_types import Key
from contracts.vocabulary import Action

STEPS = [
    str(action)
    for action in (Action.SENT, Action.SUBSCRIBED, Action.UNSUBSCRIBED, Action.COMPLAINED)
]
"""What decides about a subscription; the later of one instant rules."""
STATUSES = STEPS[1:]
"""What a contact did, which is the status that follows from it."""
STATUS = "subscribed, unsubscribed or complained"


class FirstSendings(Table):
    """One row per contact and channel that anything but an event of its list shows a send on."""

    contact_key: Key = column("key of the contact", key=True, required=True)
    channel: SharedText = column("the channel", key=True, required=True)
    occurred_at: Instant = column("the first send, or event of one", required=True)


class HeldOut(Table):
    """One row per contact and message of which all sends are hold-outs."""

    contact_key: Key = column("key of the contact", key=True, required=True)
    message_key: Key = column("key of the message", key=True, required=True)


class SubscriptionSteps(Table):
    """One row per subscription, unsubscribe, complaint and first send of a contact and channel."""

    org_id: Text = column("organization", key=True)
    contact_id: Text = column("the contact", key=True)
    channel: Text = column("the channel", key=True)
    occurred_at: Instant = column("when it happened", key=True)
    event_id: Text = column("the event; empty for a first send", key=True)
    message_id: Text = column("the message by which it happened, where known")
    step: Text = column("what happened", isin=STEPS)
    status: Text = column(f"the state after it: {STATUS}; empty before any", isin=STATUSES)
    is_listed: Flag = column(
        "whether the contact stands on the channel's list after it: with a subscription or a send, "
        "and no unsubscribe or complaint in force"
    )


class SubscriptionStates(Table):
    """One row per contact and channel: the state that its last step left."""

    org_id: Text = column("organization", key=True)
    contact_id: Text = column("the contact", key=True)
    channel: Text = column("the channel", key=True)
    status: Text = column(STATUS, isin=STATUSES)
    since: Instant = column("since when without a break")
    message_id: Text = column("the message by which it came to be so, where known")
    unsubscribed_at: Instant = column("the first unsubscribe in force")
    complained_at: Instant = column("the first complaint ever")


class SubscriptionDays(Table):
    """One row per channel and day on which its list changed, of some of the contacts."""

    org_id: Text = column("organization", key=True)
    channel: Text = column("the channel", key=True)
    date_day: Day = column("the day", key=True)
    subscribed: Count = column("contacts who came to be subscribed")
    unsubscribed: Count = column("contacts who came to be unsubscribed")
    complained: Count = column("contacts who came to have complained")
    size_change: Count = column("contacts who came onto the list, less those who left it")


class SegmentMembers(Table):
    """One row per segment and contact who stands in it, by a campaign's list or by its rules."""

    org_id: Text = column("organization", key=True)
    segment_id: Text = column("the segment", key=True)
    contact_id: Text = column("the contact", key=True)
    segment_name: Text = column("name of the segment; empty where no feed has it")
