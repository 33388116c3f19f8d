"""Contacts in numbers, and cut into ranges of bounded size."""

import polars as pl

from contracts.facts.numbered_activities import People, PersonPlaces
from contracts.feeds import Contacts, Events
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import CONTACT, PERSON_DEVICE, hash_id

ORG_ID, CONTACT_ID, DEVICE = Contacts.org_id, Contacts.contact_id, Events.anonymous_id
CONTACT_NO, CONTACT_KEY, PART = People.contact_no, People.contact_key, People.part
IS_KNOWN, DEVICE_KEY = People.is_known, PersonPlaces.device_key
NAMELESS, LENGTH = "nameless", "len"
HALF = 1 << 32
"""The values that half of a key has."""
NAMELESS_FROM = 1 << 63
"""Where rows without a contact are sorted to: behind all numbers of contacts."""


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


def count_parts(people: pl.DataFrame) -> int:
    """Count the ranges that contacts are cut into: at least one."""
    return (people.select(pl.col(PART).max()).item() or 0) + 1


def number_contacts(rows: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Add to rows the number of their contact, where they name one, and its range.

    Args:
        rows: Any with organization and contact; each contact is among `people`.
        people: `People`.
    """
    numbers = people.select(CONTACT_KEY, CONTACT_NO, PART)
    return (
        key_contacts(rows)
        .join(numbers, on=CONTACT_KEY, how="left", validate=STREAMED, build_side=HELD)
        .drop(CONTACT_KEY)
    )


def find_numbers(numbered: pl.DataFrame, key: str, number: str) -> pl.Expr:
    """The numbers of what rows name by its key, null where it has none.

    A join would copy every column of the rows beside.

    Args:
        numbered: One row per key, with its number.
        key: The column of the key, there and in the rows.
        number: The column of the number.
    """
    known = numbered.get_column(number)
    found = pl.col(key).replace_strict(
        numbered.get_column(key), known, default=None, return_dtype=known.dtype
    )
    return found.alias(number)


def key_contacts(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add the keys of the contacts whom rows name by their ids."""
    return rows.with_columns(hash_id(CONTACT_ID, seed=CONTACT).alias(CONTACT_KEY))


def number_people(rows: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Put the number and the range of a contact in the place of its key.

    Args:
        rows: Any with the key of a contact, which is among `people`, or null.
        people: `People`.
    """
    numbers = people.select(CONTACT_KEY, CONTACT_NO, PART)
    return rows.join(numbers, on=CONTACT_KEY, how="left", validate=STREAMED, build_side=HELD).drop(
        CONTACT_KEY
    )


def place_people(rows: pl.LazyFrame, people: pl.LazyFrame, parts: int) -> pl.LazyFrame:
    """Add to rows the number of their contact and the range that they lie in.

    Args:
        rows: In memory, with organization, device and the key of their contact.
        people: `People`, every contact among them.
        parts: How many ranges there are.

    Returns:
        The same rows in the same order, with `contact_no`, `part` and `device_key`.
    """
    device = pl.when(pl.col(CONTACT_KEY).is_null()).then(key_device()).alias(DEVICE_KEY)
    return (
        rows.join(
            people.select(CONTACT_KEY, CONTACT_NO, PART),
            on=CONTACT_KEY,
            how="left",
            validate=STREAMED,
            maintain_order="left",
        )
        .with_columns(device)
        .with_columns(pl.coalesce(PART, part_of_device(pl.col(DEVICE_KEY), parts)))
    )


def restore_contacts(rows: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Put the contact in the place of its number."""
    ids = people.select(CONTACT_NO, CONTACT_ID)
    return rows.join(ids, on=CONTACT_NO, how="left", validate=STREAMED, build_side=HELD).drop(
        CONTACT_NO
    )


def key_device() -> pl.Expr:
    """The key of a row's device; null where it names none."""
    whole = pl.struct(ORG_ID, DEVICE).hash(PERSON_DEVICE)
    return pl.when(pl.col(DEVICE).is_not_null()).then(whole)


def part_of_device(key: pl.Expr, parts: int) -> pl.Expr:
    """The range of contacts in which the rows of a device without one lie: one for all it did.

    Devices lie in the ranges in the order of their keys; rows without one lie in the first.
    """
    return ((key // HALF) * parts // HALF).cast(pl.UInt32).fill_null(0)


def place_devices(rows: pl.LazyFrame, parts: int) -> pl.LazyFrame:
    """Give rows of a device without a contact a part, too: one for all that it did.

    Args:
        rows: Any with organization and device, and the `part` of their contact.
        parts: How many there are.
    """
    return rows.with_columns(pl.coalesce(PART, part_of_device(key_device(), parts)).alias(PART))


def find_slices(placed: pl.DataFrame) -> dict[int, list[tuple[int, int]]]:
    """Find where the rows of each range of contacts lie, once they stand in the order of people.

    Args:
        placed: `PersonPlaces`.

    Returns:
        Range -> the first row and the number of rows of each stretch (`sort_by_person`).
    """
    nameless = pl.col(CONTACT_NO).is_null().alias(NAMELESS)
    counted = placed.group_by(nameless, PART).len().sort(NAMELESS, PART)
    starts = counted.select(PART, pl.col(LENGTH).cum_sum() - pl.col(LENGTH), rows=LENGTH)
    slices: dict[int, list[tuple[int, int]]] = {}
    for part, first, rows in starts.iter_rows():
        slices.setdefault(part, []).append((first, rows))
    return slices


def sort_by_person(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Put rows into the order of people: of contacts, then of devices without one.

    Args:
        rows: Any with `contact_no`, and `device_key` where that is null.
    """
    device = NAMELESS_FROM + pl.col(DEVICE_KEY).fill_null(0) // 2
    return rows.sort(pl.coalesce(pl.col(CONTACT_NO).cast(pl.UInt64), device))
