"""One journey per contact, and the devices that were theirs."""

from contracts.columns import Flag, Instant, Money, Table, Text, column
from contracts.vocabulary import JourneyKind, LinkEvidence


class IdentityLinks(Table):
    """One row per stretch of time in which an anonymous id was one contact's."""

    org_id: Text = column("organization", key=True)
    anonymous_id: Text = column("cookie or device", key=True)
    contact_id: Text = column("whose it was", references="contacts.contact_id")
    linked_from: Instant = column("first instant at which it was theirs", key=True)
    linked_until: Instant = column("first instant at which it was so no more; empty for still")
    how: Text = column("what first had both ids: the row that made the link", isin=LinkEvidence)


class ContactJourney(Table):
    """One row per event, send, session and order of a contact; a large table is cut by time.

    Then its parts are years, months, stretches of eight days or days (UTC), whose names sort in the
    order of time. Each part is in the order of the key, and so are the rows of a contact over all
    parts in the order of their names. What has no time lies in the first part.
    """

    org_id: Text = column("organization", key=True)
    contact_id: Text = column("the contact", key=True, references="contacts.contact_id")
    occurred_at: Instant = column("when it happened; empty for a send not yet sent", key=True)
    event_id: Text = column(
        "the event, or else the send, session or order; followed by ` (kind)` where rows of "
        "several kinds share an id at one instant",
        key=True,
    )
    kind: Text = column("what it is", isin=JourneyKind)
    channel: Text = column("channel; sessions without an ad are of `web`")
    event_type: Text = column("type of an event")
    campaign_id: Text = column("the campaign, of messages or ads")
    campaign_name: Text = column("its name")
    dispatch_id: Text = column("the dispatch")
    message_id: Text = column("the message")
    message_name: Text = column("its name")
    platform: Text = column("ad platform of a session")
    ad_id: Text = column("the ad")
    ad_name: Text = column("its name")
    url: Text = column("the link of an event, the landing page of a session")
    order_id: Text = column("the order")
    revenue: Money = column("what an order brought; 0 where it was cancelled or refunded")
    is_machine: Flag = column("whether a machine opened or clicked; empty for other kinds")
    machine_reason: Text = column(
        "the signs of a machine, comma-separated; one of haste flags nothing"
    )
