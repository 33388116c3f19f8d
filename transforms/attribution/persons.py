"""The person behind a row, in one number: the contact where one is known, else the device."""

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.order_facts import PathEnds
from contracts.facts.people.numbered_activities import People
from contracts.feeds import Events
from transforms.common.joins import HELD, STREAMED

PERSON = PathEnds.person
DEVICE = [Events.org_id, Events.anonymous_id]
DEVICE_NO = "device_no"
FIRST_DEVICE = 1 << 32
"""More than there can be contacts: they are numbered in 32 bits."""


def number_devices(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Number the devices by which somebody unknown ordered.

    Args:
        orders: Orders with the number of their contact.

    Returns:
        One row per organization and device: both, and `device_no`.
    """
    numbers = pl.int_range(pl.len(), dtype=pl.UInt64) + FIRST_DEVICE
    return (
        orders.filter(
            pl.col(People.contact_no).is_null(), pl.col(Events.anonymous_id).is_not_null()
        )
        .select(DEVICE)
        .unique()
        .with_columns(numbers.alias(DEVICE_NO))
    )


def add_persons(rows: pl.LazyFrame, devices: pl.LazyFrame | None) -> pl.LazyFrame:
    """Add the `person` of each row; null for a device that nobody ordered by.

    Args:
        rows: Any with the number of their contact; with organization and device, too, where there
            are devices.
        devices: Those by which somebody unknown ordered (`number_devices`), if any did.
    """
    contact = pl.col(People.contact_no).cast(polars_schema(PathEnds)[PERSON])
    if devices is None:
        return rows.with_columns(contact.alias(PERSON))
    return (
        rows.join(devices, on=DEVICE, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(pl.coalesce(contact, DEVICE_NO).alias(PERSON))
        .drop(DEVICE_NO)
    )
