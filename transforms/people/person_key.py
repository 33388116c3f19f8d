"""The person behind a row: the contact where one is known, else the device."""

import polars as pl

from transforms.common.keys import PERSON_CONTACT, PERSON_DEVICE

ORG_ID, CONTACT_ID, ANONYMOUS_ID = "org_id", "contact_id", "anonymous_id"
PERSON = "person"
"""Hash of a person's organization and id: cheap to join and to cut buckets by, but not proof."""


def hash_person(device: pl.Expr | None = None) -> pl.Expr:
    """Hash the row's person; null where neither contact nor device is known.

    Args:
        device: The device, where the rows have no column for it.

    Rows of different people can share a hash: a join on it must be followed by `same_person`.
    """
    contact = pl.struct(ORG_ID, CONTACT_ID).hash(PERSON_CONTACT)
    anonymous = pl.col(ANONYMOUS_ID) if device is None else device
    whole = pl.struct(pl.col(ORG_ID), anonymous.alias(ANONYMOUS_ID)).hash(PERSON_DEVICE)
    return (
        pl.when(pl.col(CONTACT_ID).is_not_null())
        .then(contact)
        .when(anonymous.is_not_null())
        .then(whole)
        .alias(PERSON)
    )


def same_person(suffix: str) -> pl.Expr:
    """Whether both sides of a join name one person, the right side's columns bearing `suffix`."""
    contact, device = pl.col(CONTACT_ID), pl.col(ANONYMOUS_ID)
    is_contact = contact == pl.col(CONTACT_ID + suffix)
    is_device = (
        contact.is_null()
        & pl.col(CONTACT_ID + suffix).is_null()
        & (device == pl.col(ANONYMOUS_ID + suffix))
    )
    return (pl.col(ORG_ID) == pl.col(ORG_ID + suffix)) & (is_contact | is_device).fill_null(
        value=False
    )
