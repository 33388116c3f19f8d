"""Send facts to sums by mailbox domain: additive, so that buckets merge."""

import polars as pl

from contracts.channels import STANDARD_CODES
from contracts.columns import columns, key
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_keys import ContactDomains
from contracts.facts.messaging.send_sums import DomainBases, DomainSums
from contracts.feeds import Contacts, Sends
from contracts.vocabulary import Channel
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import CONTACT, DOMAIN, hash_email, hash_id, normalize_email
from transforms.common.rates import COUNTS
from transforms.messaging.delivery_basis import ASSUMED_SENDS, assume_deliveries, org_of_basis
from transforms.messaging.delivery_counts import count_sends

NO_DOMAIN = "(none)"
ADDRESS = "address"


def list_domains(contacts: pl.LazyFrame, addressed: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact or unknown address: `ContactDomains`.

    Args:
        contacts: Canonical contacts.
        addressed: The organization, contact and address of sends and events.
    """
    address = normalize_email(pl.col(Contacts.email))
    by_address = addressed.filter(pl.col(Sends.contact_id).is_null())
    keyed = pl.concat(
        [
            contacts.select(
                hash_id(Contacts.contact_id, seed=CONTACT).alias(ContactDomains.contact_key),
                address.alias(ADDRESS),
            ),
            by_address.select(
                hash_email().alias(ContactDomains.contact_key), address.alias(ADDRESS)
            ),
        ]
    )
    domain = pl.col(ADDRESS).str.extract(r"@([^@\s]+)$")
    return (
        keyed.select(ContactDomains.contact_key, domain.alias(ContactDomains.domain))
        .drop_nulls()
        .unique(ContactDomains.contact_key)
        .with_columns(pl.col(ContactDomains.domain).hash(DOMAIN).alias(ContactDomains.domain_key))
        .select(columns(ContactDomains))
    )


def sum_domains(facts: pl.LazyFrame, domains: pl.LazyFrame) -> pl.LazyFrame:
    """One row per mailbox domain and basis: `DomainBases` over a group's e-mail sends.

    Args:
        facts: `SendFacts` of a group of buckets.
        domains: `ContactDomains`.
    """
    keys = domains.select(ContactDomains.contact_key, ContactDomains.domain_key)
    return (
        facts.filter(pl.col(SendFacts.channel_code) == STANDARD_CODES[Channel.EMAIL])
        .join(keys, on=SendFacts.contact_key, how="left", validate=STREAMED, build_side=HELD)
        .group_by(key(DomainBases))
        .agg(count_sends())
        .select(columns(DomainBases))
    )


def add_domains(
    parts: pl.LazyFrame,
    domains: pl.LazyFrame,
    assumed: pl.LazyFrame,
    organizations: pl.LazyFrame,
) -> pl.LazyFrame:
    """Add the sums by domain of several parts of the sends, and name them: `DomainSums`.

    Args:
        parts: `DomainBases`.
        domains: `ContactDomains`.
        assumed: `AssumedBases`.
        organizations: The `org_id` and `org_code` of every organization.
    """
    domain = ContactDomains.domain_key
    names = domains.select(domain, ContactDomains.domain).unique()
    return (
        assume_deliveries(parts, assumed)
        .with_columns(org_of_basis().alias(MessageCodes.org_code))
        .join(organizations, on=MessageCodes.org_code, how="inner", validate="m:1")
        .join(names, on=domain, how="left", validate="m:1")
        .with_columns(pl.col(DomainSums.domain).fill_null(NO_DOMAIN))
        .group_by(key(DomainSums))
        .agg(pl.col(*COUNTS, ASSUMED_SENDS).sum())
        .select(columns(DomainSums))
    )
