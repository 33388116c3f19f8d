"""Rows of devices that name no contact, to the contact whose the device was then (SPEC §6.4)."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.people.numbered_activities import DeviceSpans
from contracts.reports.journeys import IdentityLinks
from transforms.activities.person_numbers import CONTACT_KEY, DEVICE_KEY, key_device
from transforms.common.joins import HELD, STREAMED

ANONYMOUS_ID = IdentityLinks.anonymous_id
DEVICE = [IdentityLinks.org_id, ANONYMOUS_ID]
LINKED_FROM, LINKED_UNTIL = IdentityLinks.linked_from, IdentityLinks.linked_until
FIRST_AT, LAST_AT = DeviceSpans.first_at, DeviceSpans.last_at
LINKED, ROW = " by link", "row"


def fill_contacts(rows: pl.LazyFrame, links: pl.LazyFrame, at: str, contact: str) -> pl.LazyFrame:
    """Give rows of a device without a contact the contact whose the device was then.

    Args:
        rows: In memory: sessions, events or orders; any with organization and device.
        links: With the column that names a contact.
        at: The column of the rows' instant.
        contact: The column of rows and links that names a contact.

    Returns:
        The same rows in the same order, their contact filled in where a link holds.
    """
    numbered = rows.select(*DEVICE, at, contact).with_row_index(ROW)
    is_open = pl.col(contact).is_null() & pl.col(ANONYMOUS_ID).is_not_null()
    until = pl.col(LINKED_UNTIL)
    is_same = pl.all_horizontal(pl.col(name) == pl.col(name + LINKED) for name in DEVICE)
    holds = is_same & (until.is_null() | (pl.col(at) < until))
    found = (
        numbered.filter(is_open)
        .with_columns(key_device().alias(DEVICE_KEY))
        .sort(at)
        .join_asof(
            links.select(
                key_device().alias(DEVICE_KEY),
                pl.col(*DEVICE, contact).name.suffix(LINKED),
                LINKED_FROM,
                LINKED_UNTIL,
            ).sort(LINKED_FROM),
            left_on=at,
            right_on=LINKED_FROM,
            by=DEVICE_KEY,
            strategy="backward",
            check_sortedness=False,
        )
        .select(ROW, pl.when(holds).then(contact + LINKED).alias(LINKED))
    )
    filled = numbered.select(ROW, contact).join(
        found, on=ROW, how="left", validate="1:1", maintain_order="left"
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
