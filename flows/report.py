"""The canonical tables and the facts to report tables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import columns
from contracts.facts import CHANNEL_CODES
from contracts.manifest import Check, Warned
from contracts.reports.messaging import Counts
from contracts.vocabulary import (
    INTERACTIONS,
    MESSAGE_CHANNELS,
    Channel,
)
from contracts.workspace import Workspace
from flows.catalog import Catalog
from flows.doubts import find_doubts
from flows.facts import FactFiles, build_facts
from flows.tables import equal, write_table
from transforms.hierarchy import describe_messages
from transforms.links import map_emails
from transforms.reports import campaigns, messaging, people
from transforms.slim import REFERENCES, merge_references

COUNTS = columns(Counts)


@dataclass(frozen=True)
class MessageInputs:
    """What the message reports are made from."""

    catalog: Catalog
    config: Workspace
    scratch: Path
    on_group: Callable[[int, int], None] = lambda done, total: None


def describe(inputs: MessageInputs) -> pl.DataFrame:
    """Every message with its names, dispatch, campaign and channel."""
    catalog = inputs.catalog
    parts = [
        pl.scan_parquet(catalog.folder(file, table) / "references.parquet")
        for table in ("sends", "events")
        for file in catalog.feeding(table)
    ]
    references = pl.concat(parts) if parts else pl.LazyFrame(schema=REFERENCES)
    return describe_messages(
        price_messages(catalog.scan("messages"), inputs.config.workspace.currency),
        catalog.scan("dispatches"),
        catalog.scan("campaigns"),
        merge_references(references),
        _default_channel(catalog),
    ).collect()


def price_messages(messages: pl.LazyFrame, currency: str) -> pl.LazyFrame:
    """Messages whose cost is in the reporting currency; of others the cost is unknown."""
    priced = pl.col("currency").is_null() | (pl.col("currency") == currency)
    return messages.with_columns(cost=pl.when(priced).then(pl.col("cost")))


def _default_channel(catalog: Catalog) -> str:
    """The channel of messages for which nothing names one: that of all events, if there is one."""
    channels = {INTERACTIONS[name][0] for name in catalog.event_types() if name in INTERACTIONS}
    return str(channels.pop()) if len(channels) == 1 else str(Channel.EMAIL)


def write_message_reports(
    inputs: MessageInputs, staging: Path
) -> tuple[list[Check], list[Warned]]:
    """Write the reports of every message channel, and those over all of them.

    Returns:
        What was checked, and what a person should look at.
    """
    catalog = inputs.catalog
    messages = describe(inputs)
    emails = map_emails(catalog.scan("contacts")).collect() if catalog.names_by_email() else _NONE
    facts = build_facts(
        catalog,
        messages,
        emails,
        inputs.config.workspace.timezone,
        inputs.scratch / "facts",
        inputs.on_group,
    )
    checks = report_facts(inputs, facts, messages, staging)
    return checks, list(find_doubts(catalog, facts, emails))


_NONE = pl.DataFrame(schema={"email_key": pl.UInt64, "contact": pl.UInt64})


def report_facts(
    inputs: MessageInputs, facts: FactFiles, messages: pl.DataFrame, staging: Path
) -> list[Check]:
    """Write the report tables from facts that lie on disk."""
    catalog = inputs.catalog
    days, links = pl.collect_all([facts.days(), facts.links()])
    checks: list[Check] = []
    every = [
        messaging.report_messages(days.lazy(), messages.lazy(), channel)
        for channel in MESSAGE_CHANNELS
    ]
    rows = pl.collect_all(every)
    for channel in channels_to_report(catalog, days):
        own = rows[MESSAGE_CHANNELS.index(channel)].lazy()
        tables = {
            "campaign_report": messaging.report_campaigns(own),
            "dispatch_report": messaging.report_dispatches(own),
            "message_report": messaging.finish_messages(own),
            "daily_report": messaging.report_days(days.lazy(), own, channel),
            "link_report": messaging.report_links(links.lazy(), own, channel),
        }
        written = dict(zip(tables, pl.collect_all(list(tables.values())), strict=True))
        for name, table in written.items():
            checks += write_table(staging, channel, name, table)
        checks += reconcile_channel(channel, written)
    checks += _write_overviews(inputs, facts, messages, pl.concat(rows), staging)
    return checks


def _write_overviews(
    inputs: MessageInputs,
    facts: FactFiles,
    messages: pl.DataFrame,
    rows: pl.DataFrame,
    staging: Path,
) -> list[Check]:
    catalog = inputs.catalog
    tables: dict[tuple[str, str], pl.LazyFrame] = {}
    if not messages.is_empty():
        tables["campaigns", "hierarchy_report"] = campaigns.report_hierarchy(rows.lazy())
    if catalog.has_rows("campaigns"):
        tables["campaigns", "delivery_summary"] = campaigns.summarize_deliveries(
            catalog.scan("campaigns"), rows.lazy()
        )
    if catalog.has_rows("contacts"):
        tables["people", "contact_report"] = people.report_contacts(
            catalog.scan("contacts"), facts.contacts()
        )
    if catalog.has_rows("segments"):
        tables["people", "segment_report"] = people.report_segments(
            catalog.scan("segments"), catalog.scan("list_members"), facts.segments()
        )
    checks: list[Check] = []
    for (group, name), table in tables.items():
        checks += write_table(staging, group, name, table.collect())
    return checks


def channels_to_report(catalog: Catalog, days: pl.DataFrame) -> list[Channel]:
    """The message channels of which the feeds give an interaction or a send (SPEC §3)."""
    from_constants = {
        INTERACTIONS[name][0]
        for file in catalog.files
        for reading in file.raw.feed.readings
        if (name := reading.mapping.constants.get("event_type", "")) in INTERACTIONS
    }
    from_events = {INTERACTIONS[n][0] for n in catalog.event_types() if n in INTERACTIONS}
    codes = set(days.filter(pl.col("sends") + pl.col("holdout") > 0).get_column("channel"))
    from_sends = {channel for channel in MESSAGE_CHANNELS if CHANNEL_CODES[channel] in codes}
    return [c for c in MESSAGE_CHANNELS if c in from_constants | from_events | from_sends]


def reconcile_channel(channel: Channel, tables: dict[str, pl.DataFrame]) -> list[Check]:
    """Each level adds up to the one above, the days to the messages, the statuses to the sends."""
    totals = {
        name: table.select(pl.col(COUNTS).sum()).row(0, named=True)
        for name, table in tables.items()
        if name != "link_report"
    }
    message = totals["message_report"]
    statuses = ("queued", "sent", "delivered", "bounced", "failed")
    checks = [
        equal(
            f"{channel}: statuses add up to sends",
            message["sends"],
            sum(message[status] for status in statuses),
        )
    ]
    for other in ("campaign_report", "dispatch_report", "daily_report"):
        checks += [
            equal(f"{channel}: {other}.{count} = message_report.{count}", message[count], of[count])
            for of in (totals[other],)
            for count in COUNTS
        ]
    return checks
