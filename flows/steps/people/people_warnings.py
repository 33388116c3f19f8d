"""Ids of people and devices that are not ids: a tracker's or a shop's word for nobody."""

from collections.abc import Iterator

import polars as pl

from contracts.facts.people.numbered_activities import People
from contracts.manifest import Warned
from contracts.reference.cell_words import NOBODY
from contracts.reports.journeys import IdentityLinks
from flows.steps.activities.write_activities import Activities

WRITTEN = sorted({w for word in NOBODY for w in (word, word.upper(), word.title())})
"""Words for nobody in the usual cases, NaN's too: small letters would be a copy of all ids."""


def find_people_warnings(activities: Activities) -> Iterator[Warned]:
    """Warnings of ids under which many people may stand as one."""
    yield from _find_nobody(activities.people.get_column(People.contact_id), "contact")
    devices = activities.links.get_column(IdentityLinks.anonymous_id)
    yield from _find_nobody(devices, "device")


def _find_nobody(ids: pl.Series, what: str) -> Iterator[Warned]:
    for word in ids.filter(ids.is_in(WRITTEN)).unique().sort():
        yield Warned(
            code="id_of_nobody",
            message=f'rows with the id "{word}" are one {what}, whose clicks, visits and orders '
            "are told as one person's; if it stands for nobody, "
            f'null_values = ["{word}"] in their feeds reads it as empty',
            count=1,
            setting="[[feeds]] null_values",
        )
