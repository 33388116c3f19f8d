"""People: whose each device was, and what everybody did, cut into groups of people."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Table, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.order_facts import PricedOrders
from contracts.feeds import Contacts, Events
from contracts.reports.journeys import IdentityLinks
from flows.catalog.canonical_tables import Catalog
from flows.runtime.materialize import materialize, scan_groups, write_groups
from flows.storage.workspace_files import remove_tree
from transforms.attribution.orders import price_orders
from transforms.people.activities import (
    add_direct_mail,
    describe_events,
    describe_sends,
    describe_sessions,
    name_contacts,
)
from transforms.people.identity import fill_contacts, link_identities
from transforms.people.person_key import hash_person

ROWS_A_GROUP = 1_000_000
"""How many activities are held in memory at a time."""
CONTRACTS: dict[str, type[Table]] = {
    "sends": ContactSends,
    "events": MessageEvents,
    "sessions": ContactSessions,
    "orders": PricedOrders,
    "contacts": Contacts,
}


@dataclass(frozen=True)
class Activities:
    """What people did, in files: everything of a person lies in one group.

    Attributes:
        folder: Holds `<kind>/<group>-….parquet`.
        groups: How many groups there are.
        links: `IdentityLinks`.
    """

    folder: Path
    groups: int
    links: pl.DataFrame

    def scan(self, kind: str, group: int | None = None) -> pl.LazyFrame:
        """All activities of a kind, or those of a group of people."""
        return scan_groups(self.folder / kind, polars_schema(CONTRACTS[kind]), group)


@dataclass(frozen=True)
class PeopleInputs:
    """What activities are made from.

    Attributes:
        catalog: What was read.
        config: The workspace's configuration.
        channels: The channels of the run.
        messages: Every message (`DescribedMessages`).
        emails: `AddressOwners`.
        sessions: `SessionFacts`.
        ad_names: `AdNames`.
    """

    catalog: Catalog
    config: Workspace
    channels: RunChannels
    messages: pl.DataFrame
    emails: pl.DataFrame
    sessions: pl.LazyFrame
    ad_names: pl.LazyFrame

    def scan_named(self, table: str) -> pl.LazyFrame:
        """A canonical table whose contacts an address may name."""
        return name_contacts(self.catalog.scan(table), self.emails.lazy())


def write_activities(inputs: PeopleInputs, folder: Path) -> Activities:
    """Describe every send, event, session and order, and write them by groups of people."""
    catalog, config, messages = inputs.catalog, inputs.config, inputs.messages.lazy()
    orders = materialize(
        price_orders(
            inputs.scan_named("orders"),
            catalog.scan("exchange_rates"),
            config.workspace.currency,
            config.workspace.timezone,
        ),
        PricedOrders,
    )
    is_own = pl.col(PricedOrders.credited_at) == pl.col(PricedOrders.ordered_at)
    links = materialize(
        link_identities(
            inputs.sessions,
            catalog.scan("page_views"),
            inputs.scan_named("events"),
            orders.filter(is_own),
            config.identity.backward_days,
        ),
        IdentityLinks,
    ).collect()
    rows = sum(
        got.valid for file in catalog.files for got in file.receipt.tables if not file.is_copy
    )
    activities = Activities(folder, rows // ROWS_A_GROUP + 1, links)
    _write_events(inputs, activities)
    events = activities.scan("events")
    sends = describe_sends(inputs.scan_named("sends"), events, messages)
    sessions = _fill(inputs.sessions, links, ContactSessions.started_at)
    tables = {
        "sends": add_direct_mail(sends, events, messages),
        "sessions": describe_sessions(sessions, inputs.ad_names),
        "orders": _fill(orders, links, PricedOrders.credited_at),
        "contacts": catalog.scan("contacts"),
    }
    for kind, table in tables.items():
        write_groups(table, _person(table), activities.groups, folder / kind)
    return activities


def _write_events(inputs: PeopleInputs, activities: Activities) -> None:
    """Describe the events beside their sends, then write them beside their people.

    Both are cut by send first: an event's contact, message and signs of a machine come from there.
    """
    by_send, groups = activities.folder / "by send", activities.groups
    of_send = pl.struct(Events.org_id, Events.send_id).hash()
    of_message = pl.struct(Events.org_id, Events.message_id, Events.contact_id).hash()
    of_event = pl.when(pl.col(Events.send_id).is_not_null()).then(of_send).otherwise(of_message)
    cuts = {"events": ("events", of_event), "sends": ("sends", of_send)}
    if inputs.catalog.given.names_message_and_contact():
        cuts["sends of messages"] = ("sends", of_message)
    for folder, (table, key) in cuts.items():
        chunks = inputs.catalog.scan_chunks(table, ROWS_A_GROUP)
        for source, chunk in enumerate(chunks):
            named = name_contacts(chunk, inputs.emails.lazy())
            write_groups(named, key, groups, by_send / folder, source)
    messages = inputs.messages.lazy()
    event_types, send_types = (
        inputs.scan_named(table).collect_schema() for table in ("events", "sends")
    )
    for group in range(groups):
        described = describe_events(
            scan_groups(by_send / "events", event_types, group),
            scan_groups(by_send / "sends", send_types, group),
            messages,
            inputs.channels,
            scan_groups(by_send / "sends of messages", send_types, group),
        )
        filled = _fill(described, activities.links, MessageEvents.occurred_at)
        write_groups(filled, hash_person(), groups, activities.folder / "events", group)
    if by_send.exists():
        remove_tree(by_send)


def _fill(rows: pl.LazyFrame, links: pl.DataFrame, at: str) -> pl.LazyFrame:
    return fill_contacts(rows, links.lazy(), at) if links.height else rows


def _person(rows: pl.LazyFrame) -> pl.Expr:
    """The key of a row's person; of rows without devices, that of the contact."""
    if PricedOrders.anonymous_id in rows.collect_schema():
        return hash_person()
    return hash_person(device=pl.lit(None, pl.String))
