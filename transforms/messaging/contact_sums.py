"""Send facts to sums by contact: additive, so that buckets merge."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_sums import AssumedBases, ContactBases, ContactSums
from transforms.messaging.delivery_basis import IS_ASSUMED, flag_assumed
from transforms.messaging.event_assignment import SPREAD
from transforms.messaging.send_facts import DELIVERED, SENT

ONE_KEY = "contact and basis"
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


def sum_contacts(facts: Rows[SendFacts]) -> pl.LazyFrame:
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


def keep_assumable(contacts: Rows[ContactBases], assumed: Rows[AssumedBases]) -> pl.LazyFrame:
    """Keep the time of a last send that is assumed to be delivered; elsewhere none is asked for."""
    at = ContactBases.last_assumable_at
    return (
        flag_assumed(contacts, assumed)
        .with_columns(pl.when(IS_ASSUMED).then(pl.col(at)).alias(at))
        .select(columns(ContactBases))
    )


def merge_bases(contacts: Rows[ContactBases], assumed: Rows[AssumedBases]) -> Rows[ContactSums]:
    """One row per contact, with what counts as delivered.

    Args:
        contacts: Over all sends.
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
