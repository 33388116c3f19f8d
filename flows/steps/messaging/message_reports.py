"""The message channels: send facts to their reports."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Held, no_rows
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_sums import ChannelDays, MessageRows
from contracts.facts.order_facts import MessageOrders
from contracts.feeds import MessageStats
from contracts.manifest import Check
from contracts.vocabulary import Channel
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.runtime.materialize import hold
from flows.steps.messaging.described_messages import NamedKeys, scan_link_texts
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.message_checks import (
    reconcile_channel,
    reconcile_events,
    reconcile_levels,
    reconcile_orders,
    reconcile_sends,
)
from flows.steps.step_inputs import StepInputs, is_given
from flows.storage.report_files import write_table
from transforms.reports import campaigns, message_days, messaging, people
from transforms.reports.mailbox_domains import report_domains
from transforms.reports.provider_stats import price_stats, report_providers
from transforms.reports.variants import compare_variants


@dataclass(frozen=True)
class MessageFacts:
    """The send facts of a run, and the names that reports add to them.

    Attributes:
        rows: Of every channel, those of no message channel too.
    """

    names: NamedKeys
    facts: FactFiles
    days: Held[ChannelDays]
    rows: Mapping[str, Held[MessageRows]]

    @property
    def channels(self) -> RunChannels:
        """The run's channels."""
        return self.names.channels

    @property
    def messages(self) -> Held[DescribedMessages]:
        """Every message, and what it is called."""
        return self.names.messages

    def all_rows(self) -> pl.LazyFrame:
        """The message rows of all channels."""
        return pl.concat(self.rows.values()).lazy()

    def add_credited(self, conversions: pl.DataFrame | None) -> "MessageFacts":
        """The same, with a row of each message that brought a channel orders (`MessageOrders`)."""
        if conversions is None:
            return self
        orders, messages = conversions.lazy(), self.messages.lazy()
        rows = {
            channel: messaging.add_credited_messages(own.lazy(), messages, orders, channel)
            for channel, own in self.rows.items()
        }
        return replace(self, rows=dict(zip(rows, pl.collect_all(rows.values()), strict=True)))


def sum_message_rows(names: NamedKeys, facts: FactFiles) -> MessageFacts:
    """Sums over the send facts to message rows."""
    days, messages = facts.days(names.channels).collect(), names.messages
    told = {*messages.get_column(DescribedMessages.channel), *days.get_column(ChannelDays.channel)}
    rows = {
        channel: hold(
            messaging.add_message_sums(days.lazy(), messages.lazy(), channel), MessageRows
        ).collect()
        if channel in told
        else no_rows(MessageRows).collect()
        for channel in names.channels.codes
    }
    return MessageFacts(names, facts, days, rows)


def write_channel_reports(
    inputs: StepInputs, built: MessageFacts, conversions: Held[MessageOrders] | None, staging: Path
) -> list[Check]:
    """Write the reports of every message channel that the feeds give.

    Args:
        conversions: None without an orders feed.
    """
    catalog = inputs.catalog
    links = built.facts.links(scan_link_texts(catalog), built.channels)
    orders = None if conversions is None else conversions.lazy()
    checks: list[Check] = []
    for channel in list_reported_channels(catalog, built):
        rows = built.rows[channel].lazy()
        own = messaging.add_conversions(rows, orders)
        daily = message_days.sum_days(built.days.lazy(), rows, orders, channel)
        messages = messaging.report_messages(own)
        tables = {
            "campaign_report": messaging.report_campaigns(own),
            "dispatch_report": messaging.report_dispatches(own),
            "message_report": messages,
            "daily_report": message_days.report_days(daily),
            "channel_report": message_days.report_channel(daily),
            "link_report": messaging.report_links(links, own, channel),
            "variant_report": compare_variants(messages),
        }
        if channel == Channel.EMAIL:
            names = built.names.domain_names.lazy()
            sums = built.facts.domains(names)
            tables["domain_report"] = report_domains(sums, built.names.domains, names, orders)
        written = dict(zip(tables, pl.collect_all(list(tables.values())), strict=True))
        for name, table in written.items():
            checks += write_table(staging, channel, name, table)
        checks += reconcile_channel(channel, written)
        if conversions is not None:
            checks.append(reconcile_orders(channel, written["message_report"], conversions))
    return checks + _write_provider_reports(inputs, built, staging)


def _write_provider_reports(inputs: StepInputs, built: MessageFacts, staging: Path) -> list[Check]:
    """Write what providers' own summaries say, for every channel that one is of."""
    catalog, currency = inputs.catalog, inputs.config.workspace.currency
    if not catalog.has_rows("message_stats"):
        return []
    stats = price_stats(catalog.scan("message_stats"), rates_of(catalog), currency).collect()
    checks: list[Check] = []
    for channel in stats.get_column(MessageStats.channel).unique().sort():
        own = built.rows.get(channel)
        rows = no_rows(MessageRows) if own is None else own.lazy()
        table = report_providers(stats.lazy(), built.days.lazy(), rows, channel)
        checks += write_table(staging, channel, "provider_report", table.collect())
    return checks


def write_overviews(
    inputs: StepInputs, built: MessageFacts, conversions: pl.DataFrame | None, staging: Path
) -> list[Check]:
    """Write the reports over all message channels, and that of segments."""
    catalog = inputs.catalog
    of_messages = pl.concat([built.rows[channel] for channel in built.channels.messages])
    rows = messaging.add_conversions(
        of_messages.lazy(), None if conversions is None else conversions.lazy()
    )
    tables = {
        ("campaigns", "hierarchy_report"): campaigns.report_hierarchy(rows),
        ("campaigns", "delivery_summary"): campaigns.summarize_deliveries(
            catalog.scan("campaigns"), built.all_rows()
        ),
        ("people", "segment_report"): people.report_segments(
            catalog.scan("segments"), catalog.scan("list_members"), built.facts.segments()
        ),
    }
    checks = [
        reconcile_sends(catalog, built.rows.values()),
        *reconcile_events(catalog, built.channels, built.rows.values()),
    ]
    for (group, name), table in tables.items():
        if is_given(inputs.catalog, group, name):
            written = table.collect()
            checks += write_table(staging, group, name, written)
            if name == "hierarchy_report":
                checks += reconcile_levels(written)
    return checks


def list_reported_channels(catalog: Catalog, built: MessageFacts) -> list[str]:
    """The message channels of which the feeds give an interaction or a send (SPEC §3)."""
    known = built.channels.interactions
    types = catalog.feeds.constant_event_types() | catalog.feeds.event_types()
    from_events = {known[name][0] for name in types if name in known}
    has_sends = pl.col(ChannelDays.sends) + pl.col(ChannelDays.holdout) > 0
    from_sends = set(built.days.filter(has_sends).get_column(ChannelDays.channel))
    return [name for name in built.channels.messages if name in from_events | from_sends]
