"""Sums by contact, by mailbox domain and by segment."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from contracts.channels import STANDARD_CODES
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_keys import ContactDomains, DomainNames
from contracts.facts.messaging.send_sums import AssumedBases
from contracts.feeds import Contacts, ListMembers, Sends
from tests.support.frames import frame
from transforms.common.key_places import KeyPlaces
from transforms.common.keys import CONTACT, hash_id
from transforms.messaging.contact_sums import merge_bases, sum_contacts
from transforms.messaging.domain_sums import add_domains, list_domains, sum_domains
from transforms.messaging.segment_sums import add_segments, key_members, sum_segments
from transforms.messaging.send_keys import STATUS_CODES

EMAIL, SMS = ((1 << 8) + STANDARD_CODES[name] for name in ("email", "sms"))
NOTHING_ASSUMED = frame(AssumedBases, [])
Row = dict[str, Any]


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def fact(contact: int | None, status: str, day: int, **more: Any) -> Row:
    counts = {"opens": 0, "clicks": 0, "is_holdout": False, "bounce_code": 0, "message_key": 1}
    return {
        **counts,
        "contact_key": contact,
        "basis_key": EMAIL,
        "status_code": STATUS_CODES[status],
        "sent_at": at(day),
        **more,
    }


def test_a_contact_s_sends_of_all_channels_add_up_and_hold_outs_are_none() -> None:
    rows = [
        fact(101, "delivered", 1, delivered_at=at(2), opens=3, last_open_at=at(4)),
        fact(101, "sent", 3, basis_key=SMS, unsubscribed_at=at(5)),
        fact(101, "delivered", 9, is_holdout=True, delivered_at=at(9)),
        fact(None, "sent", 3),
    ]
    sums = sum_contacts(frame(SendFacts, rows))
    (got,) = merge_bases(sums, NOTHING_ASSUMED).collect().to_dicts()
    assert (got["sends"], got["delivered"], got["opens"]) == (2, 1, 3)
    assert (got["last_sent_at"], got["last_delivered_at"]) == (at(3), at(2))
    assert (got["last_opened_at"], got["unsubscribed_at"]) == (at(4), at(5))


def test_an_assumed_delivery_was_when_it_was_sent() -> None:
    sums = sum_contacts(frame(SendFacts, [fact(101, "sent", 3), fact(101, "failed", 5)]))
    got = merge_bases(sums, frame(AssumedBases, [{"basis_key": EMAIL}])).collect()
    assert got.select("delivered", "last_delivered_at").rows() == [(1, at(3))]


@pytest.mark.parametrize(
    ("email", "domain"),
    [(" Ann@Mail.X.io ", "mail.x.io"), ("a@b@c.de", "c.de"), ("nobody", None), (None, None)],
)
def test_a_mailbox_s_domain_follows_the_last_at(email: str | None, domain: str | None) -> None:
    contacts = frame(Contacts, [{"org_id": "o", "contact_id": "a", "email": email}])
    got = list_domains(contacts, frame(Sends, [])).collect().get_column("domain").to_list()
    assert got == ([domain] if domain else [])


def test_domains_are_of_emails_alone_and_who_has_none_is_none() -> None:
    email, sms = STANDARD_CODES["email"], STANDARD_CODES["sms"]
    sends = [(101, email), (102, email), (None, email), (101, sms)]
    rows = [fact(contact, "delivered", 1, channel_code=channel) for contact, channel in sends]
    at_x = [{"contact_key": key, "domain_key": 7} for key in (101, 102)]
    domains = frame(ContactDomains, at_x).collect()
    names = frame(DomainNames, [{"domain_key": 7, "domain": "x.io"}])
    schema = {"org_code": pl.UInt32, "org_id": pl.String}
    organizations = pl.LazyFrame({"org_code": [0], "org_id": ["o"]}, schema)
    places = KeyPlaces.of(domains.get_column("contact_key"))
    sums = sum_domains(frame(SendFacts, rows), domains, places)
    got = add_domains(sums, names, NOTHING_ASSUMED, organizations).sort("domain").collect()
    assert got.select("org_id", "domain", "sends").rows() == [("o", "(none)", 1), ("o", "x.io", 2)]


def test_a_segment_counts_the_sends_of_the_campaigns_that_it_put_someone_on() -> None:
    """Contact 101 stands in segment s by campaign q; message 1 is q's, message 2 another's."""
    listed = {"org_id": "o", "segment_id": "s", "campaign_id": "q", "contact_id": "101"}
    members = key_members(frame(ListMembers, [listed]))
    messages = frame(
        DescribedMessages,
        [
            {"message_key": 1, "org_id": "o", "campaign_id": "q"},
            {"message_key": 2, "org_id": "o", "campaign_id": "r"},
        ],
    )
    contact = frame(Contacts, [{"org_id": "o", "contact_id": "101"}])
    key = contact.select(hash_id("contact_id", seed=CONTACT)).collect().item()
    rows = [fact(key, "delivered", 1), fact(key, "sent", 1, message_key=2), fact(7, "sent", 1)]
    sums = sum_segments(frame(SendFacts, rows), messages, members)
    got = add_segments(sums, NOTHING_ASSUMED).collect()
    assert got.select("segment_id", "sends", "delivered").rows() == [("s", 1, 1)]
