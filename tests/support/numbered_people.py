"""Contacts whom rows name, numbered as a run numbers them."""

import polars as pl

from contracts.columns import columns
from contracts.facts.people.numbered_activities import People
from transforms.activities.person_numbers import (
    CONTACT_KEY,
    CONTACT_NO,
    list_people,
    list_unknown,
    place_contacts,
    sort_people,
)


def number_people(contacts: pl.LazyFrame, others: pl.LazyFrame) -> pl.DataFrame:
    """`People`.

    Args:
        contacts: Those of the contacts feed (`key_people`).
        others: Those whom other rows name (`key_people`).
    """
    known = place_contacts(contacts.select(CONTACT_KEY).collect())
    listed = list_people(contacts, list_unknown(others, known))
    return sort_people(listed).with_row_index(CONTACT_NO).select(columns(People)).collect()
