"""Contacts in numbers, and people in groups."""

import polars as pl

from contracts.columns import Held
from contracts.facts.people.numbered_activities import People
from contracts.feeds import Contacts, Events
from transforms.common.joins import take
from transforms.common.key_places import KeyPlaces
from transforms.common.keys import CONTACT, PERSON_DEVICE, hash_id
from transforms.common.shared_texts import SHARED

ORG_ID, CONTACT_ID, DEVICE = Contacts.org_id, Contacts.contact_id, Events.anonymous_id
CONTACT_NO, CONTACT_KEY = People.contact_no, People.contact_key
IS_KNOWN, DEVICE_KEY, PERSON_KEY = People.is_known, "device_key", "person_key"
KEYS = 1 << 64
"""How many keys there are."""


def key_people(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The contacts whom rows name, with their keys, in any number."""
    key = hash_id(CONTACT_ID, seed=CONTACT).alias(CONTACT_KEY)
    return rows.filter(pl.col(CONTACT_ID).is_not_null()).select(key, ORG_ID, CONTACT_ID)


def list_unknown(others: pl.LazyFrame, known: KeyPlaces) -> pl.LazyFrame:
    """The contacts that the contacts feed does not have, each once.

    Args:
        others: Contacts whom rows name (`key_people`).
        known: Where the keys of those of the feed stand.
    """
    return others.filter(known.find(CONTACT_KEY).is_null()).unique()


def list_people(contacts: pl.LazyFrame, unknown: pl.LazyFrame) -> pl.LazyFrame:
    """List every contact that any row names: `People` without their numbers, in no order.

    Args:
        contacts: Those of the contacts feed, each once (`key_people`).
        unknown: The others, each once (`list_unknown`).
    """
    named = [
        rows.with_columns(pl.lit(is_known).alias(IS_KNOWN))
        for rows, is_known in ((contacts, True), (unknown, False))
    ]
    return pl.concat(named)


def find_bounds(people: pl.LazyFrame, among: int) -> pl.LazyFrame:
    """The organization and id of some contacts spread over all, in order.

    Args:
        people: Contacts with their keys.
        among: Of how many one is taken about.
    """
    return people.filter(pl.col(CONTACT_KEY) % among == 0).select(ORG_ID, CONTACT_ID).sort(pl.all())


def count_bounds_before(bounds: pl.DataFrame) -> pl.Expr:
    """How many bounds no contact stands behind: contacts of one number are a stretch of the order.

    Args:
        bounds: The organization and id of contacts, in order.
    """
    org, contact = pl.col(ORG_ID), pl.col(CONTACT_ID)
    is_before = [
        (org > bound_org) | ((org == bound_org) & (contact >= bound))
        for bound_org, bound in bounds.iter_rows()
    ]
    return pl.sum_horizontal(pl.lit(0, pl.UInt64), *(one.cast(pl.UInt64) for one in is_before))


def sort_people(people: pl.LazyFrame) -> pl.LazyFrame:
    """Put contacts in the order of organization and contact; organizations are kept once each."""
    return people.sort(ORG_ID, CONTACT_ID).with_columns(pl.col(ORG_ID).cast(SHARED))


def key_contacts(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add the keys of the contacts whom rows name by their ids."""
    return rows.with_columns(hash_id(CONTACT_ID, seed=CONTACT).alias(CONTACT_KEY))


def place_contacts(people: pl.DataFrame) -> KeyPlaces:
    """By the keys of contacts their numbers, which are their places among `People`."""
    return KeyPlaces.of(people.get_column(CONTACT_KEY))


def number_contacts(rows: pl.LazyFrame, places: KeyPlaces) -> pl.LazyFrame:
    """Add the numbers of contacts whom rows name by their keys.

    Args:
        rows: Any with the keys of contacts.
        places: Where the keys of contacts stand (`place_contacts`).

    Returns:
        The rows in the same order.
    """
    return rows.with_columns(places.find(CONTACT_KEY).alias(CONTACT_NO))


def restore_contacts(rows: pl.LazyFrame, people: Held[People]) -> pl.LazyFrame:
    """Put the contact in the place of its number.

    Args:
        people: In the order of their numbers: a join would hold all of them once more.

    Returns:
        The rows in the same order.
    """
    return rows.with_columns(take(people, CONTACT_ID, CONTACT_NO)).drop(CONTACT_NO)


def key_device() -> pl.Expr:
    """The key of a row's device; null where it names none."""
    whole = pl.struct(ORG_ID, DEVICE).hash(PERSON_DEVICE)
    return pl.when(pl.col(DEVICE).is_not_null()).then(whole)


def find_person(*, has_devices: bool = True) -> pl.Expr:
    """The key of who did a row: its contact, or a device of none; 0 for nobody known.

    Args:
        has_devices: Whether rows without the key of a contact may name a device.
    """
    person = pl.coalesce(CONTACT_KEY, key_device()) if has_devices else pl.col(CONTACT_KEY)
    return person.fill_null(0).alias(PERSON_KEY)


def is_in_groups(person: pl.Expr, groups: range, of: int) -> pl.Expr:
    """Whether a person is in some groups of people, next to each other.

    Groups are ranges of keys, so that who else there is makes no difference.
    """
    first, end = (-(-group * KEYS // of) for group in (groups.start, groups.stop))
    is_before = person < pl.lit(end, pl.UInt64) if end < KEYS else pl.lit(value=True)
    return (person >= pl.lit(first, pl.UInt64)) & is_before


def narrow_to_groups(
    rows: pl.LazyFrame, person: pl.Expr, groups: range | None, of: int
) -> pl.LazyFrame:
    """The rows of some groups of people; as they are where all groups are asked for."""
    if groups is None or len(groups) == of:
        return rows
    return rows.filter(is_in_groups(person, groups, of))


def find_group(person: pl.Expr, of: int) -> pl.Expr:
    """The group of a person, as `is_in_groups` has it.

    Args:
        person: The key of the person.
        of: How many groups there are: a power of two, and more than one.
    """
    return person // (KEYS // of)
