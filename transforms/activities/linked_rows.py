"""Rows of devices that name no contact, to the contact whose the device was then (SPEC §6.4)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows
from contracts.facts.people.numbered_activities import DeviceSpans
from contracts.reports.journeys import IdentityLinks
from transforms.activities.person_numbers import CONTACT_KEY, DEVICE_KEY, key_device
from transforms.common.joins import HELD, STREAMED

ANONYMOUS_ID, CONTACT_ID = IdentityLinks.anonymous_id, IdentityLinks.contact_id
DEVICE = [IdentityLinks.org_id, ANONYMOUS_ID]
LINKED_FROM, LINKED_UNTIL = IdentityLinks.linked_from, IdentityLinks.linked_until
FIRST_AT, LAST_AT = DeviceSpans.first_at, DeviceSpans.last_at
STRETCHES, LINKED, ROW = "stretches", " by link", "row"


def fill_contacts(
    rows: pl.LazyFrame, links: Rows[IdentityLinks], at: str, contact: Sequence[str] = (CONTACT_ID,)
) -> pl.LazyFrame:
    """Give rows of a device without a contact the contact whose the device was then.

    Args:
        rows: sessions, events, page views or orders; any with organization and device.
        links: With the columns that name a contact.
        at: the column of the rows' instant.
        contact: the columns of rows and links that name a contact, null together.

    Returns:
        The same rows in no order, their contact filled in where a link holds.
    """
    is_open = pl.col(contact[0]).is_null() & pl.col(ANONYMOUS_ID).is_not_null()
    names = rows.collect_schema().names()
    keyed = links.with_columns(key_device().alias(DEVICE_KEY))
    of_device = keyed.group_by(DEVICE_KEY).agg(
        pl.len().alias(STRETCHES),
        pl.col(*DEVICE, *contact).first().name.suffix(LINKED),
        pl.col(LINKED_FROM, LINKED_UNTIL).first(),
    )
    until = pl.col(LINKED_UNTIL)
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name + LINKED) for name in DEVICE)
    holds = is_same & (until.is_null() | (pl.col(at) < until))
    is_linked = (pl.col(at) >= pl.col(LINKED_FROM)) & holds
    # Most devices were one contact's alone: only the rows of the others are sorted.
    joined = (
        rows.filter(is_open)
        .with_columns(key_device().alias(DEVICE_KEY))
        .join(of_device, on=DEVICE_KEY, how="left", validate=STREAMED, build_side=HELD)
    )
    has_several = (pl.col(STRETCHES) > 1).fill_null(value=False)
    of_one = joined.filter(~has_several).with_columns(
        pl.when(is_linked).then(name + LINKED).otherwise(name).alias(name) for name in contact
    )
    of_several = (
        joined.filter(has_several)
        .select(DEVICE_KEY, *(name for name in names if name not in contact))
        .sort(at)
        .join_asof(
            keyed.select(
                DEVICE_KEY,
                pl.col(DEVICE).name.suffix(LINKED),
                *contact,
                LINKED_FROM,
                LINKED_UNTIL,
            ).sort(LINKED_FROM),
            left_on=at,
            right_on=LINKED_FROM,
            by=DEVICE_KEY,
            strategy="backward",
            check_sortedness=False,
        )
        .with_columns(pl.when(holds).then(name).alias(name) for name in contact)
    )
    return pl.concat([rows.filter(~is_open), of_one.select(names), of_several.select(names)])


def fill_in_order(rows: pl.LazyFrame, links: pl.LazyFrame, at: str, contact: str) -> pl.LazyFrame:
    """Fill contacts as `fill_contacts` does, of rows in memory that keep their order."""
    numbered = rows.select(*DEVICE, at, contact).with_row_index(ROW)
    is_open = pl.col(contact).is_null() & pl.col(ANONYMOUS_ID).is_not_null()
    found = fill_contacts(numbered.filter(is_open), links, at, (contact,))
    filled = numbered.select(ROW, contact).join(
        found.select(ROW, pl.col(contact).alias(LINKED)),
        on=ROW,
        how="left",
        validate="1:1",
        maintain_order="left",
    )
    # Beside the rows, not joined to them: a join would copy all of their texts.
    return pl.concat(
        [rows.drop(contact), filled.select(pl.coalesce(contact, LINKED))], how="horizontal"
    )


def span_devices(rows: pl.LazyFrame, at: str) -> Rows[DeviceSpans]:
    """When each device names itself in rows first and last.

    Args:
        at: The column of their instant.
    """
    return (
        rows.filter(pl.col(ANONYMOUS_ID).is_not_null())
        .group_by(key_device().alias(DEVICE_KEY))
        .agg(pl.col(at).min().alias(FIRST_AT), pl.col(at).max().alias(LAST_AT))
    )


def clip_links(links: pl.LazyFrame, devices: Rows[DeviceSpans]) -> pl.LazyFrame:
    """What links say of devices in the time in which they name themselves.

    Rows of these devices in this time are filled from the links alike where this is the same.

    Args:
        links: Those of the devices among them, with the keys of device and contact.

    Returns:
        The rows of `devices` with their links: device, contact, and the bounds of each as far as
        they lie in the device's time.
    """
    said = links.select(DEVICE_KEY, *DEVICE, CONTACT_KEY, LINKED_FROM, LINKED_UNTIL)
    since, until = pl.col(LINKED_FROM), pl.col(LINKED_UNTIL)
    first, last = pl.col(FIRST_AT), pl.col(LAST_AT)
    return (
        devices.join(said, on=DEVICE_KEY, how="inner", validate=STREAMED, build_side=HELD)
        .filter(since <= last, until.is_null() | (until > first))
        .with_columns(
            pl.max_horizontal(since, first).alias(LINKED_FROM),
            pl.when(until <= last).then(until).alias(LINKED_UNTIL),
        )
        .drop(FIRST_AT, LAST_AT)
    )
