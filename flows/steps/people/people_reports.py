"""The reports about people: journeys, contacts, identity links and audiences."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.config.workspace import Workspace
from contracts.facts.numbered_activities import JourneySteps
from contracts.facts.order_facts import ContactOrders
from contracts.manifest import Check
from flows.catalog.canonical_tables import Catalog
from flows.report_tables import MESSAGES, WEB
from flows.runtime.materialize import materialize
from flows.steps.people.activities import Activities
from flows.steps.people.audiences import write_audiences
from flows.steps.people.subscriptions import SubscriptionFacts, build_subscriptions
from flows.storage.report_files import write_table
from transforms.attribution.orders import count_orders
from transforms.people.journeys import build_journey, set_out_steps
from transforms.people.subscriptions import report_list_growth, report_subscriptions
from transforms.reports.people import report_contacts


@dataclass(frozen=True)
class PeopleReports:
    """What the reports about people are made from.

    Attributes:
        catalog: What was read.
        config: The workspace's configuration.
        activities: What people did.
        contact_sums: `ContactSums`.
        staging: The snapshot being written.
        on_group: Told after each group of people how many of how many are done.
    """

    catalog: Catalog
    config: Workspace
    activities: Activities
    contact_sums: pl.LazyFrame
    staging: Path
    on_group: Callable[[int, int], None]


def write_people_reports(of: PeopleReports) -> list[Check]:
    """Write the group people; it exists where contacts do."""
    if not of.catalog.given.is_configured("contacts"):
        return []
    links = of.activities.links
    checks = write_journeys(of.activities, of.config, of.staging, of.on_group)
    subscriptions = build_subscriptions(of.activities, of.config)
    checks += _write_contacts(of, subscriptions.states)
    if of.catalog.given.is_configured(*MESSAGES):
        checks += _write_subscriptions(of, subscriptions)
    checks += write_audiences(
        of.catalog, of.config, of.activities, subscriptions.states, of.staging
    )
    if links.height:
        checks += write_table(of.staging, "people", "identity_links", links)
    return checks


def write_journeys(
    activities: Activities,
    config: Workspace,
    staging: Path,
    on_group: Callable[[int, int], None],
) -> list[Check]:
    """Write `contact_journey`, one part for each group of people: together in its order."""
    checks: list[Check] = []
    messages = activities.messages.lazy()
    for group in range(activities.groups):
        kinds = ("sends", "events", "sessions", "orders")
        rows = (activities.scan_numbered(kind, group) for kind in kinds)
        steps = materialize(set_out_steps(*rows, messages, config.workspace.timezone), JourneySteps)
        journey = build_journey(steps, activities.list_people(group), messages)
        checks += write_table(
            staging, "people", "contact_journey", journey.collect(), part=f"part-{group:04}"
        )
        on_group(group + 1, activities.groups)
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
    has_web, has_orders = (of.catalog.given.is_configured(*feeds) for feeds in (WEB, ("orders",)))
    orders = count_orders(
        of.activities.scan("orders"), [ContactOrders.org_id, ContactOrders.contact_id]
    )
    contacts = report_contacts(
        of.catalog.scan("contacts"),
        of.contact_sums,
        states,
        of.activities.scan("sessions") if has_web else None,
        materialize(orders, ContactOrders) if has_orders else None,
    )
    return write_table(of.staging, "people", "contact_report", contacts.collect())
