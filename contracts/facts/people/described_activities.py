"""What people did, as the facts that journeys, touches and audiences are drawn from.

These are neither feeds nor reports: every row names its contact, message and campaign already.
"""

from contracts.columns import Count, Day, Flag, Instant, Table, Text, column
from contracts.facts.key_types import Key


class Event(Table):
    """One row per event: what it says itself, however its contact and message are named."""

    org_id: Text = column("organization", key=True)
    event_id: Text = column("the event", key=True)
    event_type: Text = column("a standard type (`email_clicked`) or a generic event's name")
    channel: Text = column("channel of the type; empty for a generic event")
    occurred_at: Instant = column("when it happened")
    anonymous_id: Text = column("cookie or device")
    of_send: Flag = column("whether a feed has the send that it names", required=True)
    of_holdout: Flag = column("whether its send was held out, and so never sent", required=True)
    url: Text = column("the link that was clicked")
    is_machine: Flag = column("whether a machine opened or clicked")
    machine_reason: Text = column(
        "the signs of a machine, comma-separated; one of haste flags nothing"
    )


class Send(Table):
    """One row per send: what it says itself, however its contact and message are named."""

    org_id: Text = column("organization", key=True)
    send_id: Text = column("the send", key=True)
    status: Text = column("state of the send")
    sent_at: Instant = column("when it was sent")
    is_holdout: Flag = column("held out on purpose: never sent")


class Visit(Table):
    """One row per session: what it says itself, however its contact and link are named."""

    org_id: Text = column("organization", key=True)
    session_id: Text = column("the session", key=True)
    started_at: Instant = column("its first page view")
    anonymous_id: Text = column("cookie or device")
    landing_url: Text = column("its first page, with query and fragment")
    is_bot: Flag = column("whether its user agent is a program; null where none is known")


class MessageEvents(Event):
    """One row per event, with the message and campaign that it belongs to."""

    contact_id: Text = column("who did it, where known")
    message_id: Text = column("the message")
    message_name: Text = column("name of the message")
    dispatch_id: Text = column("the dispatch")
    campaign_id: Text = column("the campaign")
    campaign_name: Text = column("name of the campaign")


class ContactSends(Send):
    """One row per send, with the message and campaign that it belongs to."""

    contact_id: Text = column("to whom")
    message_id: Text = column("the message")
    message_name: Text = column("name of the message")
    dispatch_id: Text = column("the dispatch")
    campaign_id: Text = column("the campaign")
    campaign_name: Text = column("name of the campaign")
    channel: Text = column("channel of the message")
    window_start: Day = column("first day of the attribution window of direct mail")
    window_days: Count = column("length of that window in whole days")
    is_of_event: Flag = column(
        "whether only an event shows it: direct mail that no feed of sends has"
    )


class ContactVisits(Table):
    """One row per contact with sessions."""

    contact_key: Key = column("who it was; empty for sessions of nobody known", key=True)
    sessions: Count = column("sessions", required=True)


class LinkSays(Table):
    """One row per link by which sessions came: what it and its ad are called."""

    utm_medium: Text = column("by what kind of link it came")
    utm_source: Text = column("who sent it")
    channel_group: Text = column("Google Analytics 4's default channel group")
    platform: Text = column("ad platform, where known")
    campaign_id: Text = column("the ad's campaign, where one was found")
    campaign_name: Text = column("name of that campaign")
    ad_group_id: Text = column("the ad group")
    ad_id: Text = column("the ad, where one was found")
    ad_name: Text = column("name of the ad")


class LinkNames(LinkSays):
    """One row per link by which sessions came, with the names that its ad has now."""

    link_key: Key = column("a hash of what it says", key=True, required=True)


class ContactSessions(LinkSays, Visit):
    """One row per session, with the ad that it came from."""

    contact_id: Text = column("who it was, where known")
