"""People: whose each device was, and what everybody did, cut into groups of people."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Table, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.activities import ContactSends, MessageEvents, PricedOrders, Visits
from contracts.feeds import Events
from flows.ingest.catalog import Catalog
from flows.runtime.materialize import scan_groups, write_groups
from flows.storage.workspace_files import remove_tree
from transforms.attribution.orders import price_orders
from transforms.people.activities import (
    add_mailings,
    describe_events,
    describe_sends,
    describe_visits,
    name_contacts,
)
from transforms.people.identity import fill_contacts, link_identities
from transforms.people.persons import hash_person

ROWS_A_GROUP = 1_000_000
"""How many activities are held in memory at a time."""
CONTRACTS: dict[str, type[Table]] = {
    "sends": ContactSends,
    "events": MessageEvents,
    "visits": Visits,
    "orders": PricedOrders,
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
        messages: Every message (`hierarchy.describe_messages`).
        emails: Which contact an address identifies (`links.map_emails`).
        sessions: `SessionFacts`.
        ad_names: `AdNames`.
    """

    catalog: Catalog
    config: Workspace
    messages: pl.DataFrame
    emails: pl.DataFrame
    sessions: pl.LazyFrame
    ad_names: pl.LazyFrame


def write_activities(inputs: PeopleInputs, folder: Path) -> Activities:
    """Describe every send, event, session and order, and write them by groups of people."""
    catalog, config = inputs.catalog, inputs.config
    messages, emails = inputs.messages.lazy(), inputs.emails.lazy()
    sends = name_contacts(catalog.scan("sends"), emails)
    events = name_contacts(catalog.scan("events"), emails)
    orders = price_orders(
        name_contacts(catalog.scan("orders"), emails),
        catalog.scan("exchange_rates"),
        config.workspace.currency,
        config.workspace.timezone,
    )
    links = link_identities(
        inputs.sessions,
        catalog.scan("page_views"),
        events,
        orders.filter(pl.col(PricedOrders.credited_at) == pl.col(PricedOrders.ordered_at)),
        config.identity.backward_days,
    ).collect()
    rows = sum(
        got.valid for file in catalog.files for got in file.receipt.tables if not file.is_copy
    )
    made = Activities(folder, rows // ROWS_A_GROUP + 1, links)
    _write_events(inputs, made)
    frames = {
        "sends": add_mailings(describe_sends(sends, messages), made.scan("events"), messages),
        "visits": describe_visits(
            _fill(inputs.sessions, links, Visits.started_at), inputs.ad_names
        ),
        "orders": _fill(orders, links, PricedOrders.credited_at),
    }
    for kind, frame in frames.items():
        write_groups(frame, _person(frame), made.groups, folder / kind)
    return made


def _write_events(inputs: PeopleInputs, made: Activities) -> None:
    """Describe the events beside their sends, then write them beside their people.

    Both are cut by send first: an event's contact, message and signs of a machine come from there.
    """
    by_send = made.folder / "by send"
    of_send = pl.struct(Events.org_id, Events.send_id).hash()
    of_pair = pl.struct(Events.org_id, Events.message_id, Events.contact_id).hash()
    of_event = pl.when(pl.col(Events.send_id).is_not_null()).then(of_send).otherwise(of_pair)
    cuts = {"events": ("events", of_event), "sends": ("sends", of_send)}
    if inputs.catalog.given.names_pairs():
        cuts["sends of pairs"] = ("sends", of_pair)
    for folder, (table, key) in cuts.items():
        chunks = inputs.catalog.scan_chunks(table, ROWS_A_GROUP)
        for source, chunk in enumerate(chunks):
            named = name_contacts(chunk, inputs.emails.lazy())
            write_groups(named, key, made.groups, by_send / folder, source)
    messages = inputs.messages.lazy()
    event_types, send_types = (
        name_contacts(inputs.catalog.scan(table), inputs.emails.lazy()).collect_schema()
        for table in ("events", "sends")
    )
    for group in range(made.groups):
        described = describe_events(
            scan_groups(by_send / "events", event_types, group),
            scan_groups(by_send / "sends", send_types, group),
            messages,
            scan_groups(by_send / "sends of pairs", send_types, group),
        )
        filled = _fill(described, made.links, MessageEvents.occurred_at)
        write_groups(filled, hash_person(), made.groups, made.folder / "events", group)
    if by_send.exists():
        remove_tree(by_send)


def _fill(rows: pl.LazyFrame, links: pl.DataFrame, at: str) -> pl.LazyFrame:
    return fill_contacts(rows, links.lazy(), at) if links.height else rows


def _person(frame: pl.LazyFrame) -> pl.Expr:
    """The key of a row's person; of frames without devices, that of the contact."""
    if "anonymous_id" in frame.collect_schema():
        return hash_person()
    return hash_person(device=pl.lit(None, pl.String))
