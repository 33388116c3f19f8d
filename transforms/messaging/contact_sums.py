"""Send facts to sums by contact and by mailbox domain: additive, so that buckets merge."""

import polars as pl

from contracts.channels import STANDARD_CODES
from contracts.columns import columns, key
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_keys import ContactDomains
from contracts.facts.messaging.send_sums import (
    ContactBases,
    ContactSums,
    DeliveryCounts,
    DomainBases,
    DomainSums,
)
from contracts.feeds import Contacts, Sends
from contracts.vocabulary import Channel
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import (
    CONTACT,
    DOMAIN,
    hash_email,
    hash_id,
    normalize_email,
)
from transforms.messaging.delivery_basis import (
    ASSUMED_SENDS,
    IS_ASSUMED,
    assume_deliveries,
    flag_assumed,
    org_of_basis,
)
from transforms.messaging.event_assignment import SPREAD
from transforms.messaging.send_facts import BOUNCED, DELIVERED, FAILED, HARD, QUEUED, SENT, SOFT

COUNTS = columns(Counts)
SUMMED = columns(DeliveryCounts)
NO_DOMAIN = "(none)"
ADDRESS, ONE_KEY = "address", "contact and basis"
SHORT = pl.UInt32
"""Room for what one contact has of anything."""
LAST_TIMES = [
    ContactBases.last_sent_at,
    ContactBases.last_assumable_at,
    ContactBases.last_delivered_at,
    ContactBases.last_opened_at,
    ContactBases.last_clicked_at,
]
ADDING = [
    ContactBases.sends,
    ContactBases.delivered,
    ContactBases.sent,
    ContactBases.opens,
    ContactBases.clicks,
]
OPT_OUTS = [ContactBases.unsubscribed_at, ContactBases.complained_at]


def sum_contacts(facts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact and basis: `ContactBases` over the send facts of a group of buckets.

    Both keys are hashed into one, of which the contact's is found again: grouping by one number,
    and counting in short ones, takes half the time. What is counted is worked out before the rows
    are grouped, which takes a third less than within the groups.
    """
    is_sent, status = ~pl.col(SendFacts.is_holdout), pl.col(SendFacts.status_code)
    is_assumable = is_sent & (status == SENT)
    is_delivered, sent_at = is_sent & (status == DELIVERED), pl.col(SendFacts.sent_at)
    delivered_at = pl.coalesce(SendFacts.delivered_at, sent_at)
    contact, spread = pl.col(SendFacts.contact_key), pl.col(SendFacts.basis_key) * SPREAD
    counted = facts.filter(contact.is_not_null()).select(
        (contact ^ spread).alias(ONE_KEY),
        ContactBases.basis_key,
        is_sent.cast(SHORT).alias(ContactBases.sends),
        is_delivered.cast(SHORT).alias(ContactBases.delivered),
        is_assumable.cast(SHORT).alias(ContactBases.sent),
        pl.col(SendFacts.opens, SendFacts.clicks).cast(SHORT),
        pl.when(is_sent).then(sent_at).alias(ContactBases.last_sent_at),
        pl.when(is_assumable).then(sent_at).alias(ContactBases.last_assumable_at),
        pl.when(is_delivered).then(delivered_at).alias(ContactBases.last_delivered_at),
        pl.col(SendFacts.last_open_at).alias(ContactBases.last_opened_at),
        pl.col(SendFacts.last_click_at).alias(ContactBases.last_clicked_at),
        *OPT_OUTS,
    )
    return (
        counted.group_by(ONE_KEY)
        .agg(
            pl.col(ContactBases.basis_key).max(),
            pl.len().alias(ContactBases.facts),
            pl.col(ADDING).sum(),
            pl.col(LAST_TIMES).max(),
            pl.col(OPT_OUTS).min(),
        )
        .with_columns(
            (pl.col(ONE_KEY) ^ spread).alias(ContactBases.contact_key),
            pl.col(ContactBases.facts, *ADDING).cast(pl.Int64),
        )
        .select(columns(ContactBases))
    )


def keep_assumable(contacts: pl.LazyFrame, assumed: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the time of a last send that is assumed to be delivered; elsewhere none is asked for.

    Args:
        contacts: `ContactBases`.
        assumed: `AssumedBases`.
    """
    at = ContactBases.last_assumable_at
    return (
        flag_assumed(contacts, assumed)
        .with_columns(pl.when(IS_ASSUMED).then(pl.col(at)).alias(at))
        .select(columns(ContactBases))
    )


def merge_bases(contacts: pl.LazyFrame, assumed: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contact, with what counts as delivered: `ContactSums`.

    Args:
        contacts: `ContactBases` over all sends.
        assumed: `AssumedBases`.
    """
    is_assumed = pl.col(IS_ASSUMED)
    assumed_at = pl.when(is_assumed).then(pl.col(ContactBases.last_assumable_at))
    delivered_at = pl.max_horizontal(ContactBases.last_delivered_at, assumed_at)
    more = pl.when(is_assumed).then(pl.col(ContactBases.sent)).otherwise(0)
    times = [name for name in LAST_TIMES if name != ContactBases.last_assumable_at]
    return (
        flag_assumed(contacts, assumed)
        .with_columns(
            delivered_at.alias(ContactSums.last_delivered_at),
            (pl.col(ContactBases.delivered) + more).alias(ContactSums.delivered),
        )
        .group_by(ContactSums.contact_key)
        .agg(pl.col(ADDING).sum(), pl.col(times).max(), pl.col(OPT_OUTS).min())
        .select(columns(ContactSums))
    )


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


def count_sends() -> list[pl.Expr]:
    """The `DeliveryCounts` over send facts."""
    status, bounce = pl.col(SendFacts.status_code), pl.col(SendFacts.bounce_code)
    is_sent = ~pl.col(SendFacts.is_holdout)
    conditions = {
        Counts.sends: pl.lit(value=True),
        Counts.queued: status == QUEUED,
        Counts.sent: status == SENT,
        Counts.delivered: status == DELIVERED,
        Counts.bounced: status == BOUNCED,
        Counts.failed: status == FAILED,
        Counts.hard_bounces: (status == BOUNCED) & (bounce == HARD),
        Counts.soft_bounces: (status == BOUNCED) & (bounce == SOFT),
        Counts.other_bounces: (status == BOUNCED) & (bounce == 0),
        Counts.unique_opens: pl.col(SendFacts.first_open_at).is_not_null(),
        Counts.human_unique_opens: pl.col(SendFacts.first_human_open_at).is_not_null(),
        Counts.unique_clicks: pl.col(SendFacts.first_click_at).is_not_null(),
        Counts.human_unique_clicks: pl.col(SendFacts.first_human_click_at).is_not_null(),
        Counts.unsubscribes: pl.col(SendFacts.unsubscribed_at).is_not_null(),
        Counts.complaints: pl.col(SendFacts.complained_at).is_not_null(),
        Counts.replies: pl.col(SendFacts.replied_at).is_not_null(),
        DeliveryCounts.assumable: status == SENT,
        DeliveryCounts.receipts: pl.col(SendFacts.has_receipt),
    }
    counts = {
        **{name: (is_sent & condition).sum() for name, condition in conditions.items()},
        Counts.opens: pl.col(SendFacts.opens).filter(is_sent).sum(),
        Counts.clicks: pl.col(SendFacts.clicks).filter(is_sent).sum(),
        Counts.holdout: (~is_sent).sum(),
    }
    return [counts[name].cast(pl.Int64).alias(name) for name in SUMMED]
