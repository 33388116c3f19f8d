"""Activities of a few rows, in memory: numbered as those in files are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.workspace import AttributionSection, Workspace
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.people.numbered_activities import (
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
    People,
    numbered_schema,
)
from flows.steps.attribution.credited_orders import PeoplesPaths, find_inputs, find_paths
from tests.support.frames import frame
from transforms.activities.activity_extracts import find_last_instants, keep_clicks
from transforms.activities.person_numbers import CONTACT_NO
from transforms.attribution.credit_orders import credit_orders

Rows = Iterable[Mapping[str, Any]]
PERSON = ["org_id", "contact_id"]
DETAILS = ["dispatch_id", "campaign_id", "window_start", "window_days"]
MESSAGE = ["org_id", "channel", "message_id", *DETAILS]
NUMBERED = {
    "sends": polars_schema(NumberedSends),
    "shown mail": numbered_schema(ContactSends),
    "events": polars_schema(NumberedEvents),
    "sessions": numbered_schema(ContactSessions),
    "orders": numbered_schema(PricedOrders),
}
INSTANTS = {
    "sends": "sent_at",
    "shown mail": "sent_at",
    "events": "occurred_at",
    "sessions": "started_at",
    "orders": "ordered_at",
}


@dataclass(frozen=True)
class HeldActivities:
    """What people did, in one group."""

    rows: dict[str, pl.DataFrame]
    people: pl.DataFrame
    messages: pl.DataFrame
    groups: int = 1

    def list_people(self, _groups: range | None = None) -> pl.LazyFrame:
        """`People`."""
        return self.people.lazy()

    def scan_touching(self, kind: str, _groups: range | None = None) -> pl.LazyFrame:
        """What orders are credited from: of events the clicks that no machine made."""
        rows = self.scan_numbered(kind)
        return keep_clicks(rows) if kind == "events" else rows

    def list_last_instants(self) -> pl.LazyFrame:
        """When anything happened last, by kind."""
        return pl.concat(
            find_last_instants(self.scan_numbered(kind), at) for kind, at in INSTANTS.items()
        )

    def scan_numbered(self, kind: str, _groups: range | None = None) -> pl.LazyFrame:
        """All activities of a kind."""
        return self.rows[kind].lazy()


def number_activities(
    events: Rows = (),
    sessions: Rows = (),
    sends: Rows = (),
    orders: Rows = (),
    contacts: Rows = (),
) -> HeldActivities:
    """Number rows that name their contacts and messages; `contacts` are those of the feed."""
    told = {
        "events": frame(MessageEvents, events),
        "sends": frame(ContactSends, sends),
        "sessions": frame(ContactSessions, sessions),
        "orders": frame(PricedOrders, orders),
    }
    known = pl.LazyFrame(
        [[row["org_id"], row["contact_id"]] for row in contacts],
        schema=dict.fromkeys(PERSON, pl.String),
        orient="row",
    )
    named = pl.concat([known, *(rows.select(PERSON) for rows in told.values())])
    people = (
        named.drop_nulls()
        .unique()
        .sort(PERSON)
        .with_row_index(CONTACT_NO)
        .join(known.with_columns(is_known=pl.lit(value=True)), on=PERSON, how="left")
        .with_columns(
            pl.col("is_known").fill_null(value=False),
            contact_key=pl.col(CONTACT_NO).cast(pl.UInt64),
        )
    )
    parts = [
        told[kind].select(set(MESSAGE) & set(columns(table))) for kind, table in NAMING.items()
    ]
    messages = (
        pl.concat(parts, how="diagonal")
        .unique()
        .sort(MESSAGE)
        .with_row_index("message_no")
        .select(_complete(polars_schema(NumberedMessages), ["message_no", *MESSAGE]))
    )
    numbered = {}
    for kind, rows in told.items():
        placed = rows.join(people.select(*PERSON, CONTACT_NO), on=PERSON, how="left")
        if kind in NAMING:
            own = [name for name in MESSAGE if name in columns(NAMING[kind])]
            placed = placed.join(
                messages.select("message_no", *own), on=own, how="left", nulls_equal=True
            )
        numbered[kind] = placed.select(NUMBERED[kind].names()).collect()
    numbered["shown mail"] = pl.DataFrame(schema=NUMBERED["shown mail"])
    return HeldActivities(numbered, people.select(columns(People)).collect(), messages.collect())


ALL = 1_000_000
NAMING: dict[str, Any] = {"events": MessageEvents, "sends": ContactSends}
"""Kinds whose rows name a message."""


def _complete(schema: pl.Schema, names: list[str]) -> list[pl.Expr]:
    return [
        pl.col(name) if name in names else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    ]


def find_their_paths(
    activities: HeldActivities, rules: AttributionSection, timezone: str
) -> PeoplesPaths:
    """The touches of these people, and what they led to."""
    base = Workspace()
    section = base.workspace.model_copy(update={"timezone": timezone})
    config = base.model_copy(update={"workspace": section, "attribution": rules})
    of = find_inputs(activities, config, ALL)  # ty: ignore[invalid-argument-type]
    (found,) = find_paths(of, range(1))
    return found


def credit_them(found: PeoplesPaths, rules: AttributionSection) -> pl.LazyFrame:
    """Their credited orders."""
    return credit_orders(found.ranked, found.touches, found.ends.collect(), rules)
