"""The reports about people: journeys, contacts, identity links and audiences; ids of nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Held
from contracts.facts.order_facts import ContactOrders
from contracts.facts.people.described_activities import ContactVisits
from contracts.facts.people.numbered_activities import People
from contracts.feeds import Contacts
from contracts.manifest import Check, Warned
from contracts.reference.cell_words import NOBODY
from contracts.reports.journeys import IdentityLinks
from contracts.reports.people import ContactReport
from flows.kept.kept_reports import KeptReports
from flows.report_tables import WEB
from flows.runtime.materialize import cut_groups, materialize
from flows.steps.activities.write_activities import Activities
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.people.audiences import write_audiences
from flows.steps.people.journeys import JourneyParts, write_journeys
from flows.steps.people.subscriptions import SubscriptionFacts, build_subscriptions
from flows.steps.step_inputs import StepInputs, is_given
from flows.storage.report_files import write_pieces, write_table
from transforms.activities.person_numbers import key_contacts
from transforms.attribution.orders import count_orders
from transforms.people.subscriptions import report_list_growth, report_subscriptions
from transforms.reports.people import PERSON, count_contact_visits, report_contacts

CONTACTS_AT_A_TIME = 250_000
"""How many contacts are reported on at a time."""
WRITTEN = sorted({w for word in NOBODY for w in (word, word.upper(), word.title())})
"""Words for nobody in the usual cases, NaN's too: small letters would be a copy of all ids."""


@dataclass(frozen=True)
class PeopleReports:
    """What the reports about people are made from.

    Attributes:
        inputs: Contacts, segments and audiences.
        sends: The sums over the send facts.
        reports: Links the parts of the journeys in whose time nothing changed.
    """

    inputs: StepInputs
    activities: Activities
    sends: FactFiles
    staging: Path
    reports: KeptReports


def write_people_reports(of: PeopleReports) -> list[Check]:
    """Write the group people."""
    inputs, activities = of.inputs, of.activities
    scratch, timezone = inputs.scratch / "journeys", inputs.config.workspace.timezone
    journeys = JourneyParts(activities, timezone, of.staging, scratch)
    checks = write_journeys(journeys, of.reports, inputs.workers, inputs.on_part)
    subscriptions = build_subscriptions(inputs, activities)
    checks += _write_contacts(of, subscriptions.states)
    if is_given(inputs.catalog, "people", "subscriptions"):
        checks += _write_subscriptions(of, subscriptions)
    checks += write_audiences(inputs, activities, subscriptions.states, of.staging)
    if activities.links.height or inputs.catalog.feeds.is_configured(*WEB):
        checks += write_table(of.staging, "people", "identity_links", activities.links)
    return checks


def _write_subscriptions(of: PeopleReports, facts: SubscriptionFacts) -> list[Check]:
    tables = {
        "subscriptions": report_subscriptions(facts.states),
        "list_growth": report_list_growth(facts.days),
    }
    return [
        check
        for name, table in tables.items()
        for check in write_table(of.staging, "people", name, table.collect())
    ]


def _write_contacts(of: PeopleReports, states: pl.LazyFrame) -> list[Check]:
    catalog, scratch = of.inputs.catalog, of.inputs.scratch
    has_web, has_orders = (catalog.feeds.is_configured(*feeds) for feeds in (WEB, ("orders",)))
    told = count_orders(of.activities.scan_keyed("orders"), [ContactOrders.contact_key])
    came = count_contact_visits(of.activities.scan_keyed("sessions"))
    sessions = materialize(came, ContactVisits) if has_web else None
    orders = materialize(told, ContactOrders) if has_orders else None
    listed = catalog.scan("contacts").select(*PERSON, Contacts.attributes)
    contacts = _cut([key_contacts(listed)], of.activities, scratch / "contacts")
    bases = _cut([*of.sends.scan_contacts()], of.activities, scratch / "sums of contacts")

    def report(some: pl.LazyFrame, own: pl.LazyFrame) -> Held[ContactReport]:
        sums = of.sends.merge_contacts(own)
        return report_contacts(some, sums, states, sessions, orders).collect()

    pieces = map(report, contacts, bases)
    return write_pieces(of.staging, "people", "contact_report", pieces)


def _cut(parts: Sequence[pl.LazyFrame], activities: Activities, folder: Path) -> list[pl.LazyFrame]:
    """Cut rows into those of some contacts at a time, in the order of contacts.

    Args:
        parts: Any with the keys of contacts, read one after the other; those of nobody known are in
            the first piece.
        activities: What people did, and who they are.
        folder: Where to write the pieces, if there are several.
    """
    pieces = max(1, -(-activities.people.height // CONTACTS_AT_A_TIME))
    place = activities.places.find(People.contact_key)
    return cut_groups(parts, place // CONTACTS_AT_A_TIME, pieces, folder)


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
