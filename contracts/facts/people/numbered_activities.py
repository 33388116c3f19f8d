"""What people did, in keys as it lies in files, and in numbers as it is sorted and joined.

Contacts and messages are numbered, since what is written, sorted and joined millions of times is
to be short; the texts that a number stands for come back where a table is finished.
"""

import polars as pl

from contracts.columns import (
    Flag,
    Instant,
    Money,
    Serial,
    SharedText,
    Table,
    Text,
    column,
    polars_schema,
)
from contracts.facts.key_types import Key
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.order_facts import Order
from contracts.facts.people.described_activities import Event, Send, Visit


class People(Table):
    """One row per contact that any row names, in the order of organization and contact."""

    contact_no: Serial = column("number of the contact, in that order", key=True, required=True)
    contact_key: Key = column("key of the contact", required=True)
    org_id: SharedText = column("organization", required=True)
    contact_id: Text = column("the contact", required=True)
    is_known: Flag = column("whether the contacts feed has them", required=True)


class NumberedMessages(DescribedMessages):
    """One row per message (`DescribedMessages`), with its number."""

    message_no: Serial = column("number of the message", required=True)


class SendPlaces(Table):
    """One row per send: whose it is, and of which message."""

    send_key: Key = column("key of the send", key=True, required=True)
    message_key: Key = column("key of its message")
    contact_key: Key = column("key of its contact")
    is_holdout: Flag = column("held out on purpose: never sent")


class DeviceContacts(Table):
    """One row per device that evidence links to a contact."""

    device_key: Key = column("key of the device", key=True, required=True)
    org_id: Text = column("organization")
    anonymous_id: Text = column("the device")
    contact_id: Text = column("a contact of it; its only one, if it is single")
    at: Instant = column("its first evidence")
    how: Text = column("what shows that")
    is_single: Flag = column("whether it was one contact's alone", required=True)


class DeviceEvidence(Table):
    """One row per piece of evidence that a device was a contact's, in any number."""

    device_key: Key = column("key of the device", required=True)
    contact_key: Key = column("key of the contact", required=True)
    at: Instant = column("when it happened")
    how: Text = column("what shows it")


class FirstSentEvents(Table):
    """One row per send without a time of its own that a `sent` event tells of."""

    send_key: Key = column("key of the send", key=True, required=True)
    first_sent_at: Instant = column("when the first of them happened", required=True)


class Clicks(Table):
    """One row per click whose send is known, or its message and contact."""

    event_row: Key = column("file and row of the event", key=True, required=True)
    unit_key: Key = column("key of the send, or of message and contact", required=True)
    occurred_at: Instant = column("when it happened")
    link_key: Key = column("key of the link")


class HastyClicks(Table):
    """One row per click that bears a sign of haste."""

    event_row: Key = column("file and row of the event", key=True, required=True)
    at_once: Flag = column("whether another link was clicked within seconds", required=True)
    soon: Flag = column("whether it came within seconds of the delivery", required=True)


class Deliveries(Table):
    """One row per delivery that a send or an event tells of."""

    unit_key: Key = column("key of the send, or of message and contact")
    delivered_at: Instant = column("when it was delivered")


class DeviceSpans(Table):
    """One row per device that names itself in a batch where no contact is named."""

    device_key: Key = column("key of the device", key=True, required=True)
    first_at: Instant = column("the first time")
    last_at: Instant = column("the last time")


class KeyComparisons(Table):
    """One row per two batches whose keys were compared."""

    asking: Text = column("the identity of the one that asks for keys", key=True, required=True)
    asked: Text = column("that of the one that may have them", key=True, required=True)
    shares_a_key: Flag = column("whether it has any of them", required=True)


class KeyedEvents(Event):
    """One row per event, with the keys of its contact and message, in the order of time."""

    event_type: Text = column("its type, as the event says it")
    channel: Text = column("channel of the type; empty for bare actions and generic events")
    contact_key: Key = column("who did it, where known")
    message_key: Key = column("the message, that of its send first")
    message_id: Text = column("the message as the event names it")


class KeyedSends(Send):
    """One row per send, with the keys of its contact and message, in the order of time."""

    contact_key: Key = column("to whom")
    message_key: Key = column("the message, or the one that its campaign implies")
    sent_at: Instant = column("when it was sent, as far as it or an event says")


class KeyedVisits(Visit):
    """One row per session, with the keys of its contact and link, in the order of time."""

    contact_key: Key = column("who it was, where known")
    link_key: Key = column("the link that it came by", required=True)


class KeyedOrders(Order):
    """One row per order, in the reporting currency, with the key of its contact."""

    contact_key: Key = column("who ordered, where known")


class LastInstants(Table):
    """One row per organization and piece of its activities: when anything happened last in it."""

    org_id: Text = column("organization")
    last_instant: Instant = column("the latest instant; empty where nothing has one")


class NumberedEvents(Event):
    """One row per event, with the numbers of its contact and message."""

    contact_no: Serial = column("who did it, where known")
    message_no: Serial = column("the message, where one is described")
    message_id: Text = column("the message as the event names it, where none of that id is meant")


class NumberedSends(Send):
    """One row per send, with the numbers of its contact and message."""

    contact_no: Serial = column("to whom")
    message_no: Serial = column("the message")


class JourneySteps(Table):
    """One row per step of a contact's journey, with the numbers of contact and message."""

    contact_no: Serial = column("the contact", key=True, required=True)
    occurred_at: Instant = column("when it happened; empty for a send not yet sent", key=True)
    event_id: Text = column("the event, send, session or order", key=True)
    kind: SharedText = column("what it is", key=True)
    message_no: Serial = column("the message")
    message_id: SharedText = column(
        "the message as an event names it, where none of that id is meant"
    )
    channel: SharedText = column("channel of an event or session; a send has its message's")
    event_type: SharedText = column("type of an event")
    campaign_id: SharedText = column("the campaign of a session's ad")
    campaign_name: SharedText = column("its name")
    platform: SharedText = column("ad platform of a session")
    ad_id: SharedText = column("the ad")
    ad_name: SharedText = column("its name")
    url: Text = column("the link of an event, the landing page of a session")
    order_id: Text = column("the order")
    revenue: Money = column("what an order brought")
    is_machine: Flag = column("whether a machine opened or clicked; empty for other kinds")
    machine_reason: SharedText = column("the signs of a machine")


def numbered_schema(table: type[Table]) -> pl.Schema:
    """The Polars types of a table that has the number of its contact in the place of the id."""
    stated = polars_schema(table)
    number = polars_schema(People)[People.contact_no]
    ids = {name: dtype for name, dtype in stated.items() if name != People.contact_id}
    return pl.Schema({People.contact_no: number} | ids)
