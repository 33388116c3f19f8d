"""The key columns of sends and events that the facts are built from, and what the keys stand for.

Keys are 64-bit hashes (transforms/common/keys.py); the readable ids come back when names are added
to a report.
"""

from contracts.columns import Flag, Instant, Table, Text, column
from contracts.facts.key_types import Code, FeedNumber, Key, Number32, TypeCode


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


class FeedSends(SendKeys):
    """One row per row of the sends feeds that counts, with its feed."""

    feed: FeedNumber = column("place of the feed in the configuration", required=True)


class FeedEvents(EventKeys):
    """One row per interaction of the events feeds that counts, with its feed."""

    feed: FeedNumber = column("place of the feed in the configuration", required=True)


class MessageReferences(Table):
    """One row per message that sends or events name."""

    message_key: Key = column("key of the message", key=True, required=True)
    org_id: Text = column("organization")
    message_id: Text = column("the message; null where none is named")
    campaign_id: Text = column("the least campaign that is named with it")
    last_campaign_id: Text = column("the greatest one")
    channel: Text = column("the first channel whose event types are named with it")


class LinkTexts(Table):
    """One row per link that events name."""

    link_key: Key = column("key of the link", key=True, required=True)
    url: Text = column("the link as it was clicked", required=True)


class AddressOwners(Table):
    """One row per e-mail address: whom it identifies."""

    email_key: Key = column("key of the address", key=True, required=True)
    contact_key: Key = column("key of the contact: of several the one updated last")
    org_id: Text = column("organization")
    contact_id: Text = column("that contact")
    contacts: Number32 = column("how many contacts bear the address")


class ContactDomains(Table):
    """One row per contact with an address: the mailbox's domain."""

    contact_key: Key = column(
        "key of the contact, or of an address that no contact bears", key=True
    )
    domain_key: Key = column("key of the domain", required=True)


class DomainNames(Table):
    """One row per mailbox domain."""

    domain_key: Key = column("key of the domain", key=True, required=True)
    domain: Text = column("what follows the last @ of an address, in small letters", required=True)
