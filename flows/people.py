"""People: whose each device was, and what everybody did, cut into groups of people."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.io.partition import FileProviderArgs

from contracts.activities import ContactSends, MessageEvents, PricedOrders, Visits
from contracts.columns import Table, polars_schema
from contracts.workspace import Workspace
from flows.catalog import Catalog
from transforms.activities import (
    add_mailings,
    describe_events,
    describe_sends,
    describe_visits,
    name_contacts,
)
from transforms.identity import fill_contacts, link_identities
from transforms.orders import price_orders
from transforms.people import PERSON, hash_person

ROWS_A_GROUP = 3_000_000
"""How many activities are held in memory at a time."""
CONTRACTS: dict[str, type[Table]] = {
    "sends": ContactSends,
    "events": MessageEvents,
    "visits": Visits,
    "orders": PricedOrders,
}
OF_NOBODY = 0


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
        pattern = "*.parquet" if group is None else f"{group:03}-*.parquet"
        files = sorted((self.folder / kind).glob(pattern))
        schema = polars_schema(CONTRACTS[kind])
        return pl.scan_parquet(files) if files else pl.LazyFrame(schema=schema)


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
        _write_by_person(frame, folder / kind, groups)
    return Activities(folder, groups, links)


def _fill(rows: pl.LazyFrame, links: pl.DataFrame, at: str) -> pl.LazyFrame:
    return fill_contacts(rows, links.lazy(), at) if links.height else rows


def _write_by_person(frame: pl.LazyFrame, folder: Path, groups: int) -> None:
    folder.mkdir(parents=True)
    if groups == 1:
        frame.sink_parquet(folder / "000-0.parquet", compression="lz4")
        return

    def name_file(args: FileProviderArgs) -> str:
        return f"{args.partition_keys.item():03}-{args.index_in_partition}.parquet"

    keyed = frame if "anonymous_id" in frame.collect_schema() else frame.with_columns(
        anonymous_id=pl.lit(None, pl.String)
    )
    group = (keyed.with_columns(hash_person()).with_columns(
        (pl.col(PERSON).fill_null(OF_NOBODY) % groups).cast(pl.UInt16).alias("group")
    ))
    group.drop(PERSON).sink_parquet(
        pl.PartitionBy(folder, key="group", include_key=False, file_path_provider=name_file),
        compression="lz4",
    )
