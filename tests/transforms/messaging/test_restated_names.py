"""What keys stand for otherwise than before."""

import polars as pl

from contracts.facts.messaging.hierarchy import DescribedMessages, MessageCodes
from contracts.facts.messaging.send_keys import AddressOwners, ContactDomains
from contracts.feeds import ListMembers
from tests.support.frames import frame
from transforms.common.keys import CONTACT, hash_id
from transforms.messaging.restated_names import (
    key_campaigns,
    list_restated_contacts,
    list_restated_members,
    list_restated_messages,
)


def codes(**channels: int) -> pl.LazyFrame:
    """Messages m1 … with the number of their channel."""
    rows = [
        {"message_key": int(name[1:]), "channel_code": code, "org_code": 1}
        for name, code in channels.items()
    ]
    return frame(MessageCodes, rows)


def campaigns(**of: str | None) -> pl.LazyFrame:
    rows = [
        {"message_key": int(name[1:]), "org_id": "o", "campaign_id": campaign}
        for name, campaign in of.items()
    ]
    return key_campaigns(frame(DescribedMessages, rows))


def owners(**of: int) -> pl.LazyFrame:
    rows = [{"email_key": int(name[1:]), "contact_key": contact} for name, contact in of.items()]
    return frame(AddressOwners, rows)


def domains(**of: int) -> pl.LazyFrame:
    rows = [{"contact_key": int(name[1:]), "domain_key": domain} for name, domain in of.items()]
    return frame(ContactDomains, rows)


def test_messages_of_another_channel_or_campaign_are_others() -> None:
    """m1 changes its channel, m2 its campaign, m3 is new; m4 stays what it is."""
    given = codes(m1=1, m2=1, m4=2), codes(m1=2, m2=1, m3=1, m4=2)
    of = campaigns(m1="q", m2="q", m4=None), campaigns(m1="q", m2="r", m3="q", m4=None)
    got = list_restated_messages(given, of).collect()
    assert sorted(got.to_series()) == [1, 2, 3]


def test_contacts_of_another_domain_and_addresses_of_another_contact_are_others() -> None:
    """e21 names contact 102 now; 103 has another domain, and e23 names it."""
    named = owners(e21=101, e23=103, e24=104), owners(e21=102, e23=103, e24=104)
    of = domains(c103=5, c104=6), domains(c103=6, c104=6)
    got = list_restated_contacts(named, of).collect()
    assert sorted(got.to_series()) == [21, 23, 103]


def test_who_is_listed_otherwise_is_so_for_the_messages_of_the_campaign() -> None:
    member = {"org_id": "o", "segment_id": "s", "campaign_id": "q", "contact_id": "101"}
    members = frame(ListMembers, [member])
    contact = members.select(hash_id("contact_id", seed=CONTACT)).collect().item()
    known = owners(e21=contact, e22=102)
    of = campaigns(m1="q", m2="r", m3="q")
    got = list_restated_members(members, of, known).collect()
    assert {*got.rows()} == {(m, c) for m in (1, 3) for c in (contact, 21)}
