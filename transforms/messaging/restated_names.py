"""What the keys of sends and events stand for otherwise than in a run before."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows
from contracts.facts.messaging.hierarchy import DescribedMessages, MessageCodes
from contracts.facts.messaging.send_keys import AddressOwners, ContactDomains, SendKeys
from contracts.feeds import ListMembers
from transforms.common.keys import CAMPAIGN, CONTACT, hash_id

CAMPAIGN_KEY = "campaign key"
Times = Sequence[pl.LazyFrame]
"""A table as it was before and as it is now."""


def find_differing(before: pl.LazyFrame, now: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """The keys of rows that one of two tables has and the other has not, or otherwise.

    Args:
        now: The same table at another time.
    """
    columns = before.collect_schema().names()
    both = [
        one.join(other, on=columns, how="anti", nulls_equal=True).select(key)
        for one, other in ((before, now), (now, before))
    ]
    return pl.concat(both).unique()


def key_campaigns(messages: Rows[DescribedMessages]) -> pl.LazyFrame:
    """One row per message: its `message_key`, and the key of its campaign, as `campaign key`."""
    campaign = hash_id(DescribedMessages.campaign_id, seed=CAMPAIGN)
    return messages.select(DescribedMessages.message_key, campaign.alias(CAMPAIGN_KEY))


def list_restated_messages(codes: Times, campaigns: Times) -> pl.LazyFrame:
    """The `message_key` of messages that give their sends something else, or another campaign.

    Args:
        codes: `MessageCodes`.
        campaigns: `key_campaigns`.
    """
    key = MessageCodes.message_key
    return pl.concat([find_differing(*codes, key), find_differing(*campaigns, key)]).unique()


def list_restated_contacts(owners: Times, domains: Times) -> pl.LazyFrame:
    """The `contact_key` of contacts of another domain, and of addresses that name someone else.

    Args:
        owners: `AddressOwners`.
        domains: `ContactDomains`.
    """
    email, contact = AddressOwners.email_key, AddressOwners.contact_key
    owners = [one.select(email, contact) for one in owners]
    domains = [one.select(contact, ContactDomains.domain_key) for one in domains]
    addresses = find_differing(*owners, email).select(pl.col(email).alias(contact))
    contacts = find_differing(*domains, contact)
    _, now = owners
    return pl.concat([addresses, contacts]).pipe(add_addresses, now).unique()


def add_addresses(contacts: pl.LazyFrame, owners: Rows[AddressOwners]) -> pl.LazyFrame:
    """Contacts, and the addresses that name them, as `contact_key`.

    Args:
        contacts: The `contact_key` of contacts.
    """
    email, contact = AddressOwners.email_key, AddressOwners.contact_key
    named = owners.join(contacts, on=contact, how="semi").select(pl.col(email).alias(contact))
    return pl.concat([contacts, named])


def list_restated_members(
    members: Rows[ListMembers], campaigns: pl.LazyFrame, owners: Rows[AddressOwners]
) -> pl.LazyFrame:
    """The `message_key` and `contact_key` of what may have been sent to who is listed otherwise.

    What another campaign or contact bears now is listed whole, as a message or an address.

    Args:
        members: Canonical list members that are new or gone.
        campaigns: `key_campaigns`, as they are now.
        owners: As they are now.
    """
    contact = AddressOwners.contact_key
    listed = members.select(
        hash_id(ListMembers.campaign_id, seed=CAMPAIGN).alias(CAMPAIGN_KEY),
        hash_id(ListMembers.contact_id, seed=CONTACT).alias(contact),
    ).unique()
    named = (
        owners.select(pl.col(AddressOwners.email_key).alias("address"), contact)
        .join(listed, on=contact, how="inner", validate="m:m")
        .select(CAMPAIGN_KEY, pl.col("address").alias(contact))
    )
    return (
        pl.concat([listed, named])
        .join(campaigns, on=CAMPAIGN_KEY, how="inner", validate="m:m")
        .select(SendKeys.message_key, contact)
        .unique()
    )
