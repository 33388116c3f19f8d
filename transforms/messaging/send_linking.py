"""Events to the sends that they belong to, where they do not name one themselves (SPEC §6.1)."""

import polars as pl

from contracts.feeds import Contacts
from transforms.common.keys import CONTACT, hash_email, hash_id, hash_pair


def map_emails(contacts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per e-mail address: its key, the contact that it identifies, how many bear it.

    Of several contacts the one updated last is meant, then the one whose id sorts last.
    """
    return (
        contacts.with_columns(
            email_key=hash_email(), contact=hash_id(Contacts.contact_id, seed=CONTACT)
        )
        .filter(pl.col("email_key").is_not_null())
        .sort(Contacts.updated_at, Contacts.contact_id, nulls_last=False)
        .group_by("email_key", maintain_order=True)
        .agg(
            pl.col("contact").last(),
            pl.col("org_id").last(),
            pl.col(Contacts.contact_id).last(),
            bearers=pl.len(),
        )
    )


def identify_contacts(rows: pl.LazyFrame, emails: pl.LazyFrame) -> pl.LazyFrame:
    """Put the contact's key in the place of its e-mail address's key, where a contact bears it.

    Args:
        rows: Rows whose `contact` is the key of an e-mail address.
        emails: One row per address (`map_emails`).
    """
    known = emails.select("email_key", known="contact")
    return (
        rows.join(known, left_on="contact", right_on="email_key", how="left", validate="m:1")
        .with_columns(contact=pl.coalesce("known", "contact"))
        .drop("known")
    )


def pair_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """Refer events of known contacts to the pair of their message and contact."""
    return events.with_columns(ref=hash_pair("message", "contact"))


def link_pairs(events: pl.LazyFrame, sends: pl.LazyFrame) -> pl.LazyFrame:
    """Refer events of a message and contact to the contact's last send of that message before.

    Args:
        events: Slim events whose `ref` is the key of message and contact.
        sends: Sends that name a message: `send`, `pair` and `sent_at`, hold-outs not among them.

    Returns:
        The same events; `ref` is the send's key, that of the first send where none lies before
        the event, and remains the pair's where the contact was never sent the message.
    """
    timed = sends.with_columns(
        pl.col("sent_at").fill_null(pl.datetime(1, 1, 1, time_zone="UTC", time_unit="us"))
    )
    first = timed.group_by("pair").agg(
        first=pl.col("send").sort_by("sent_at", "send").first(), times=pl.len()
    )
    several = timed.join(first.filter(pl.col("times") > 1), on="pair", how="semi")
    marked = events.join(first, left_on="ref", right_on="pair", how="left", validate="m:1")
    last_before = (
        marked.filter(pl.col("times") > 1)
        .with_row_index("event")
        .select("event", "ref", "at")
        .join(several, left_on="ref", right_on="pair", how="inner", validate="m:m")
        .filter(pl.col("sent_at") <= pl.col("at"))
        .group_by("event")
        .agg(last=pl.col("send").sort_by("sent_at", "send").last())
    )
    repeated = (
        marked.filter(pl.col("times") > 1)
        .with_row_index("event")
        .join(last_before, on="event", how="left", validate="1:1")
        .with_columns(ref=pl.coalesce("last", "first"))
        .drop("event", "last")
    )
    single = marked.filter(pl.col("times").is_null() | (pl.col("times") == 1)).with_columns(
        ref=pl.coalesce("first", "ref")
    )
    return pl.concat([single, repeated]).drop("first", "times")
