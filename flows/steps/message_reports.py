"""The message channels: send facts to their reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import columns
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import ChannelDays, MessageRows
from contracts.manifest import Check
from flows.ingest.catalog import Catalog
from flows.runtime.materialize import materialize
from flows.steps.described_messages import (
    MessageInputs,
    describe,
    find_channels,
    find_owners,
    scan_link_texts,
)
from flows.steps.send_facts import FactFiles, build_facts
from flows.storage.report_files import equal, write_table
from transforms.reports import campaigns, messaging, people

COUNTS = columns(Counts)
STATUSES = (Counts.queued, Counts.sent, Counts.delivered, Counts.bounced, Counts.failed)


@dataclass(frozen=True)
class MessageFacts:
    """The send facts of a run, and the names that reports add to them.

    Attributes:
        channels: The run's channels.
        messages: `DescribedMessages`.
        emails: `AddressOwners`.
        facts: Where the sums over the send facts lie.
        days: `ChannelDays`.
        rows: The `MessageRows` of every channel, those of no message channel too.
    """

    channels: RunChannels
    messages: pl.DataFrame
    emails: pl.DataFrame
    facts: FactFiles
    days: pl.DataFrame
    rows: Mapping[str, pl.DataFrame]

    def all_rows(self) -> pl.LazyFrame:
        """The message rows of all channels."""
        return pl.concat(self.rows.values()).lazy()


def build_message_facts(inputs: MessageInputs) -> MessageFacts:
    """Canonical tables to send facts to message rows."""
    channels = find_channels(inputs.catalog, inputs.config)
    messages = describe(inputs, channels)
    owners = find_owners(inputs.catalog)
    facts = build_facts(inputs, messages, owners, channels)
    days = facts.days(channels)
    rows = {
        channel: materialize(
            messaging.add_message_sums(days, messages.lazy(), channel), MessageRows
        ).collect()
        for channel in channels.codes
    }
    return MessageFacts(channels, messages, owners, facts, days.collect(), rows)


def write_channel_reports(
    catalog: Catalog, built: MessageFacts, conversions: pl.DataFrame | None, staging: Path
) -> list[Check]:
    """Write the reports of every message channel that the feeds give.

    Args:
        catalog: What was read.
        built: The send facts.
        conversions: Orders and revenue by message; None without an orders feed.
        staging: The snapshot being written.
    """
    links = built.facts.links(scan_link_texts(catalog), built.channels)
    days = built.days.lazy()
    checks: list[Check] = []
    for channel in list_reported_channels(catalog, built):
        own = messaging.add_conversions(
            built.rows[channel].lazy(), None if conversions is None else conversions.lazy()
        )
        tables = {
            "campaign_report": messaging.report_campaigns(own),
            "dispatch_report": messaging.report_dispatches(own),
            "message_report": messaging.report_messages(own),
            "daily_report": messaging.report_days(days, own, channel),
            "link_report": messaging.report_links(links, own, channel),
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
    of_messages = pl.concat([built.rows[channel] for channel in built.channels.messages])
    rows = messaging.add_conversions(
        of_messages.lazy(), None if conversions is None else conversions.lazy()
    )
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


def list_reported_channels(catalog: Catalog, built: MessageFacts) -> list[str]:
    """The message channels of which the feeds give an interaction or a send (SPEC §3)."""
    known = built.channels.interactions
    types = catalog.given.constant_event_types() | catalog.given.event_types()
    from_events = {known[name][0] for name in types if name in known}
    has_sends = pl.col(ChannelDays.sends) + pl.col(ChannelDays.holdout) > 0
    from_sends = set(built.days.filter(has_sends).get_column(ChannelDays.channel))
    return [name for name in built.channels.messages if name in from_events | from_sends]


def reconcile_channel(channel: str, tables: Mapping[str, pl.DataFrame]) -> list[Check]:
    """Each level adds up to the one above, the days to the messages, the statuses to the sends."""
    totals = {
        name: table.select(pl.col(COUNTS).sum()).row(0, named=True)
        for name, table in tables.items()
        if name != "link_report"
    }
    message = totals["message_report"]
    checks = [
        equal(
            f"{channel}: statuses add up to sends",
            message[Counts.sends],
            sum(message[status] for status in STATUSES),
        )
    ]
    for other in ("campaign_report", "dispatch_report", "daily_report"):
        checks += [
            equal(f"{channel}: {other}.{count} = message_report.{count}", message[count], of[count])
            for of in (totals[other],)
            for count in COUNTS
        ]
    return checks
