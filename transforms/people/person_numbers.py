"""Contacts in numbers, and cut into ranges of bounded size."""

import polars as pl

from contracts.facts.numbered_activities import People
from contracts.feeds import Contacts, Events
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import CONTACT, PERSON_DEVICE, hash_id

ORG_ID, CONTACT_ID, DEVICE = Contacts.org_id, Contacts.contact_id, Events.anonymous_id
CONTACT_NO, CONTACT_KEY, PART = People.contact_no, People.contact_key, People.part
IS_KNOWN = People.is_known


def key_people(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The contacts whom rows name, with their keys, in any number."""
    key = hash_id(CONTACT_ID, seed=CONTACT).alias(CONTACT_KEY)
    return rows.filter(pl.col(CONTACT_ID).is_not_null()).select(key, ORG_ID, CONTACT_ID)


def list_people(contacts: pl.LazyFrame, others: pl.LazyFrame) -> pl.LazyFrame:
    """List every contact that any row names, in the order of organization and contact.

    Args:
        contacts: Those of the contacts feed, each once (`key_people`).
        others: Those whom other rows name (`key_people`).

    Returns:
        `People` but for the ranges that they lie in.
    """
    unknown = others.join(contacts, on=CONTACT_KEY, how="anti").unique()
    named = [
        rows.with_columns(pl.lit(is_known).alias(IS_KNOWN))
        for rows, is_known in ((contacts, True), (unknown, False))
    ]
    return pl.concat(named).sort(ORG_ID, CONTACT_ID).with_row_index(CONTACT_NO)


def find_cuts(contact_keys: pl.Series, most: int) -> list[int]:
    """Find where to cut contacts, so that no range has more than so many of them.

    A range that is too long is cut before the contact whose key is least, and so on. Where the cuts
    lie follows from who the contacts are, not from when each came or what is cut elsewhere: a new
    contact moves at most the bounds of the range that it falls into.

    Args:
        contact_keys: The keys of the contacts, in the order of the contacts.
        most: How many contacts a range may have, one or more.

    Returns:
        The places of the first contacts of all ranges but the first one, rising.
    """
    cuts, ranges = [], [(0, len(contact_keys))]
    while ranges:
        first, end = ranges.pop()
        if end - first <= most:
            continue
        least = contact_keys.slice(first + 1, end - first - 1).arg_min() or 0
        cut = first + 1 + least
        cuts.append(cut)
        ranges += [(first, cut), (cut, end)]
    return sorted(cuts)


def add_parts(people: pl.LazyFrame, cuts: list[int]) -> pl.LazyFrame:
    """Give every contact the number of its range: `People`."""
    is_first = pl.col(CONTACT_NO).is_in(cuts)
    return people.with_columns(is_first.cum_sum().cast(pl.UInt32).alias(PART))


def number_contacts(rows: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Add to rows the number of their contact, where they name one, and its range.

    Args:
        rows: Any with organization and contact; each contact is among `people`.
        people: `People`.
    """
    numbers = people.select(CONTACT_KEY, CONTACT_NO, PART)
    return (
        rows.with_columns(hash_id(CONTACT_ID, seed=CONTACT).alias(CONTACT_KEY))
        .join(numbers, on=CONTACT_KEY, how="left", validate=STREAMED, build_side=HELD)
        .drop(CONTACT_KEY)
    )


def restore_contacts(rows: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Put the contact in the place of its number."""
    ids = people.select(CONTACT_NO, CONTACT_ID)
    return rows.join(ids, on=CONTACT_NO, how="left", validate=STREAMED, build_side=HELD).drop(
        CONTACT_NO
    )


def place_devices(rows: pl.LazyFrame, parts: int) -> pl.LazyFrame:
    """Give rows of a device without a contact a part, too: one for all that it did.

    Args:
        rows: Any with organization and device, and the `part` of their contact.
        parts: How many there are.
    """
    device = pl.struct(ORG_ID, DEVICE).hash(PERSON_DEVICE) % parts
    of_device = pl.when(pl.col(DEVICE).is_not_null()).then(device.cast(pl.UInt32))
    return rows.with_columns(pl.coalesce(PART, of_device, pl.lit(0, pl.UInt32)).alias(PART))
