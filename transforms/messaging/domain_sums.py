"""Send facts to sums by mailbox domain: additive, so that buckets merge."""

import polars as pl

from contracts.channels import STANDARD_CODES
from contracts.columns import Held, Rows, columns, key
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_keys import ContactDomains, DomainNames
from contracts.facts.messaging.send_sums import AssumedBases, DomainBases, DomainSums
from contracts.feeds import Contacts, Sends
from contracts.vocabulary import Channel
from transforms.common.joins import take
from transforms.common.key_places import KeyPlaces
from transforms.common.keys import CONTACT, DOMAIN, hash_email, hash_id, normalize_email
from transforms.common.rates import COUNTS
from transforms.messaging.delivery_basis import ASSUMED_SENDS, assume_deliveries, org_of_basis
from transforms.messaging.delivery_counts import count_sends

NO_DOMAIN = "(none)"
PLACE = "place"


def list_domains(contacts: Rows[Contacts], addressed: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact or unknown address with a domain: `ContactDomains`, and its name.

    Args:
        addressed: The organization, contact and address of sends and events.
    """
    of_contacts = contacts.select(
        hash_id(Contacts.contact_id, seed=CONTACT).alias(ContactDomains.contact_key), _find_domain()
    )
    by_address = addressed.filter(pl.col(Sends.contact_id).is_null()).select(
        hash_email().alias(ContactDomains.contact_key), _find_domain()
    )
    # Contacts stand once each as they are.
    keyed = pl.concat([of_contacts, by_address.unique(ContactDomains.contact_key)]).drop_nulls()
    domain_key = pl.col(DomainNames.domain).hash(DOMAIN)
    return keyed.with_columns(domain_key.alias(ContactDomains.domain_key))


def _find_domain() -> pl.Expr:
    address = normalize_email(pl.col(Contacts.email))
    return address.str.extract(r"@([^@\s]+)$").alias(DomainNames.domain)


def sum_domains(
    facts: Rows[SendFacts], domains: Held[ContactDomains], places: KeyPlaces
) -> pl.LazyFrame:
    """One row per mailbox domain and basis: `DomainBases` over a group's e-mail sends.

    Args:
        facts: Of a group of buckets.
        places: Where the keys of their contacts stand.
    """
    return (
        facts.filter(pl.col(SendFacts.channel_code) == STANDARD_CODES[Channel.EMAIL])
        .with_columns(places.find(SendFacts.contact_key).alias(PLACE))
        .with_columns(take(domains, ContactDomains.domain_key, PLACE))
        .group_by(key(DomainBases))
        .agg(count_sends())
        .select(columns(DomainBases))
    )


def add_domains(
    parts: Rows[DomainBases],
    names: Rows[DomainNames],
    assumed: Rows[AssumedBases],
    organizations: pl.LazyFrame,
) -> Rows[DomainSums]:
    """Add the sums by domain of several parts of the sends, and name them.

    Args:
        organizations: The `org_id` and `org_code` of every organization.
    """
    return (
        assume_deliveries(parts, assumed)
        .with_columns(org_of_basis().alias(MessageCodes.org_code))
        .join(organizations, on=MessageCodes.org_code, how="inner", validate="m:1")
        .join(names, on=DomainBases.domain_key, how="left", validate="m:1")
        .with_columns(pl.col(DomainSums.domain).fill_null(NO_DOMAIN))
        .group_by(key(DomainSums))
        .agg(pl.col(*COUNTS, ASSUMED_SENDS).sum())
        .select(columns(DomainSums))
    )
