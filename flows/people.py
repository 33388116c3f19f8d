"""People: whose each device was, and what everybody did, cut into groups of people."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.activities import ContactSends, MessageEvents, PricedOrders, Visits
from contracts.columns import Table, polars_schema
from contracts.workspace import Workspace
from flows.catalog import Catalog
from flows.partition import scan_groups, write_groups
from transforms.activities import (
    add_mailings,
    describe_events,
    describe_sends,
    describe_visits,
    name_contacts,
)
from transforms.identity import fill_contacts, link_identities
from transforms.orders import price_orders
from transforms.people import hash_person

ROWS_A_GROUP = 3_000_000
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
        folder: Holds `<kind>/<group>-<part>.parquet`.
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
        orders,
        config.identity.backward_days,
    ).collect()
    described = describe_events(events, sends, messages)
    own_sends = describe_sends(sends, messages)
    frames = {
        "sends": add_mailings(own_sends, described, messages),
        "events": _fill(described, links, MessageEvents.occurred_at),
        "visits": describe_visits(
            _fill(inputs.sessions, links, Visits.started_at), inputs.ad_names
        ),
        "orders": _fill(orders, links, PricedOrders.ordered_at),
    }
    rows = sum(
        got.valid for file in catalog.files for got in file.receipt.tables if not file.is_copy
    )
    groups = rows // ROWS_A_GROUP + 1
    for kind, frame in frames.items():
        write_groups(frame, _person(frame), groups, folder / kind)
    return Activities(folder, groups, links)


def _fill(rows: pl.LazyFrame, links: pl.DataFrame, at: str) -> pl.LazyFrame:
    return fill_contacts(rows, links.lazy(), at) if links.height else rows


def _person(frame: pl.LazyFrame) -> pl.Expr:
    """The key of a row's person; of frames without devices, that of the contact."""
    if "anonymous_id" in frame.collect_schema():
        return hash_person()
    return hash_person(device=pl.lit(None, pl.String))
