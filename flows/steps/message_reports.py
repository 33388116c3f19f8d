"""The message channels: canonical tables to send facts to their reports."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import columns
from contracts.config.workspace import Workspace
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import CHANNEL_CODES
from contracts.manifest import Check
from contracts.vocabulary import (
    INTERACTIONS,
    MESSAGE_CHANNELS,
    Channel,
)
from flows.ingest.catalog import Catalog
from flows.ingest.exchange_rates import rates_of
from flows.ingest.read_files import ReadFile
from flows.ingest.send_key_files import LINKS_FILE, REFERENCES_FILE
from flows.steps.send_facts import FactFiles, build_facts
from flows.storage.report_files import equal, write_table
from transforms.messaging.hierarchy import describe_messages
from transforms.messaging.message_costs import price_messages
from transforms.messaging.send_keys import LINKS, REFERENCES, SLIM, merge_references
from transforms.messaging.send_linking import map_emails
from transforms.reports import campaigns, messaging, people

COUNTS = columns(Counts)


@dataclass(frozen=True)
class MessageInputs:
    """What the message reports are made from."""

    catalog: Catalog
    config: Workspace
    scratch: Path
    on_group: Callable[[int, int], None] = lambda *_: None


def describe(inputs: MessageInputs) -> pl.DataFrame:
    """Every message with its names, dispatch, campaign and channel."""
    catalog = inputs.catalog
    parts = [
        _references(catalog, file, table)
        for table in ("sends", "events")
        for file in catalog.feeding(table)
    ]
    references = pl.concat(parts) if parts else pl.LazyFrame(schema=REFERENCES)
    return describe_messages(
        price_messages(
            catalog.scan("messages"), rates_of(catalog), inputs.config.workspace.currency
        ),
        catalog.scan("dispatches"),
        catalog.scan("campaigns"),
        merge_references(references),
        _default_channel(catalog),
    ).collect()


def _link_texts(catalog: Catalog) -> pl.LazyFrame:
    """One row per link that events name: its key and its text."""
    files = [catalog.folder(file, "events") / LINKS_FILE for file in catalog.feeding("events")]
    return pl.scan_parquet(files).unique() if files else pl.LazyFrame(schema=LINKS)


def _references(catalog: Catalog, file: ReadFile, table: str) -> pl.LazyFrame:
    """The messages that a file's rows name: as listed when it was read, if all of them count."""
    if len(catalog.status.list_discarded(file, table)):
        return merge_references(SLIM[table](catalog.scan_file(file, table)))
    return pl.scan_parquet(catalog.folder(file, table) / REFERENCES_FILE)


def _default_channel(catalog: Catalog) -> str:
    """The channel of messages for which nothing names one: that of all events, if there is one."""
    channels = {
        INTERACTIONS[name][0] for name in catalog.given.event_types() if name in INTERACTIONS
    }
    return str(channels.pop()) if len(channels) == 1 else str(Channel.EMAIL)


@dataclass(frozen=True)
class MessageFacts:
    """The send facts of a run, with what dresses them.

    Attributes:
        messages: Every message (`hierarchy.describe_messages`).
        emails: Which contact an address identifies (`links.map_emails`).
        facts: Where the send facts lie.
        days: Sums by message, channel and day.
        rows: The message rows of every channel, those of no message channel too.
    """

    messages: pl.DataFrame
    emails: pl.DataFrame
    facts: FactFiles
    days: pl.DataFrame
    rows: dict[Channel, pl.DataFrame]

    def all_rows(self) -> pl.LazyFrame:
        """The message rows of all channels."""
        return pl.concat(self.rows.values()).lazy()


def build_message_facts(inputs: MessageInputs) -> MessageFacts:
    """Canonical tables to send facts to message rows."""
    catalog = inputs.catalog
    messages = describe(inputs)
    emails = map_addresses(catalog)
    facts = build_facts(
        catalog,
        messages,
        emails,
        inputs.config.workspace.timezone,
        inputs.scratch / "facts",
        inputs.on_group,
    )
    days = facts.days().collect()
    every = [
        messaging.report_messages(days.lazy(), messages.lazy(), channel) for channel in Channel
    ]
    rows = dict(zip(Channel, pl.collect_all(every), strict=True))
    return MessageFacts(messages, emails, facts, days, rows)


def map_addresses(catalog: Catalog) -> pl.DataFrame:
    """Which contact each e-mail address identifies; nothing where no row needs to know."""
    return (
        map_emails(catalog.scan("contacts")).collect()
        if catalog.given.names_by_email()
        else NO_EMAILS
    )


NO_EMAILS = pl.DataFrame(
    schema={"email_key": pl.UInt64, "contact": pl.UInt64, "contact_id": pl.String}
)


def write_channel_reports(
    catalog: Catalog, built: MessageFacts, conversions: pl.DataFrame | None, staging: Path
) -> list[Check]:
    """Write the five reports of every message channel that the feeds give.

    Args:
        catalog: What was read.
        built: The send facts.
        conversions: Orders and revenue by message; None without an orders feed.
        staging: The snapshot being written.
    """
    links = built.facts.links().collect()
    urls = _link_texts(catalog)
    checks: list[Check] = []
    for channel in channels_to_report(catalog, built.days):
        own = messaging.add_conversions(built.rows[channel].lazy(), conversions)
        tables = {
            "campaign_report": messaging.report_campaigns(own),
            "dispatch_report": messaging.report_dispatches(own),
            "message_report": messaging.finish_messages(own),
            "daily_report": messaging.report_days(built.days.lazy(), own, channel),
            "link_report": messaging.report_links(links.lazy(), urls, own, channel),
        }
        written = dict(zip(tables, pl.collect_all(list(tables.values())), strict=True))
        for name, table in written.items():
            checks += write_table(staging, channel, name, table)
        checks += reconcile_channel(channel, written)
    return checks


def write_overviews(
    catalog: Catalog, built: MessageFacts, conversions: pl.DataFrame | None, staging: Path
) -> list[Check]:
    """Write the reports over all message channels, and that of segments."""
    of_messages = pl.concat([built.rows[channel] for channel in MESSAGE_CHANNELS])
    rows = messaging.add_conversions(of_messages.lazy(), conversions)
    tables: dict[tuple[str, str], pl.LazyFrame] = {}
    if catalog.given.is_configured("campaigns", "dispatches", "messages", "sends", "events"):
        tables["campaigns", "hierarchy_report"] = campaigns.report_hierarchy(rows)
    if catalog.given.is_configured("campaigns"):
        tables["campaigns", "delivery_summary"] = campaigns.summarize_deliveries(
            catalog.scan("campaigns"), pl.concat(built.rows.values()).lazy()
        )
    if catalog.given.is_configured("segments"):
        tables["people", "segment_report"] = people.report_segments(
            catalog.scan("segments"), catalog.scan("list_members"), built.facts.segments()
        )
    checks: list[Check] = []
    for (group, name), table in tables.items():
        checks += write_table(staging, group, name, table.collect())
    return checks


def channels_to_report(catalog: Catalog, days: pl.DataFrame) -> list[Channel]:
    """The message channels of which the feeds give an interaction or a send (SPEC §3)."""
    constants = catalog.given.constant_event_types()
    from_constants = {INTERACTIONS[n][0] for n in constants if n in INTERACTIONS}
    from_events = {INTERACTIONS[n][0] for n in catalog.given.event_types() if n in INTERACTIONS}
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
