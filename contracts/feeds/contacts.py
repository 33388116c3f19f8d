"""Contacts, segments and list members: who can be reached, and through which audience."""

from contracts.columns import Count, Instant, Text, column
from contracts.feeds.base import ATTRIBUTES, Feed


class Contacts(Feed):
    """One row per contact: a person, the parent model of every message."""

    contact_id: Text = column("the contact", key=True, required=True)
    email: Text = column("e-mail address; identifies a contact trimmed and in any case")
    phone: Text = column("telephone number as delivered")
    first_name: Text = column("first name")
    last_name: Text = column("last name")
    created_at: Instant = column("when the contact was created")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)


class Segments(Feed):
    """One row per segment: an audience by rule."""

    segment_id: Text = column("the segment", key=True, required=True)
    name: Text = column("name of the segment", required=True)
    description: Text = column("what the segment is for")
    filter_rules: Text = column("JSON rules that draw the segment")
    contact_count: Count = column("contacts in it as the source last counted them", ge=0)
    created_at: Instant = column("when the segment was created")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)


class ListMembers(Feed):
    """One row per contact on a campaign's list."""

    list_member_id: Text = column("the source's own id of the row")
    campaign_id: Text = column(
        "the campaign", key=True, required=True, references="campaigns.campaign_id"
    )
    segment_id: Text = column(
        "the segment that put the contact on the list", references="segments.segment_id"
    )
    contact_id: Text = column(
        "the contact", key=True, required=True, references="contacts.contact_id"
    )
    created_at: Instant = column("when the contact was put on the list")
    updated_at: Instant = column("when this version was written; the latest wins")
    attributes: Text = column(ATTRIBUTES)
