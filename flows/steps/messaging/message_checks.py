"""Reconciliation of the message reports: every level adds up to the one above."""

from collections.abc import Mapping

import polars as pl

from contracts.columns import columns
from contracts.facts.messaging.send_counts import Counts
from contracts.manifest import Check
from contracts.reports.campaigns import HierarchyReport
from flows.storage.table_checks import equal
from transforms.reports import campaigns, messaging

COUNTS = columns(Counts)
BOUNCES = (Counts.hard_bounces, Counts.soft_bounces, Counts.other_bounces)
ADDING_UP = (
    "message_report",
    "campaign_report",
    "dispatch_report",
    "daily_report",
    "channel_report",
)
"""Reports of a channel whose counts and amounts add up to the same."""
STATUSES = (Counts.queued, Counts.sent, Counts.delivered, Counts.bounced, Counts.failed)


def reconcile_channel(channel: str, tables: Mapping[str, pl.DataFrame]) -> list[Check]:
    """Each level adds up to the one above, days and domains to the messages, statuses to sends."""
    totals = {
        name: _add_up(tables[name]) for name in (*ADDING_UP, "domain_report") if name in tables
    }
    message = totals["message_report"]
    checks = [
        equal(
            f"{channel}: statuses add up to sends",
            message[Counts.sends],
            sum(int(message[status]) for status in STATUSES),
        ),
        equal(
            f"{channel}: hard, soft and other bounces add up to bounced",
            message[Counts.bounced],
            sum(int(message[kind]) for kind in BOUNCES),
        ),
    ]
    for other, of in totals.items():
        names = message if other != "domain_report" else COUNTS
        checks += [
            equal(f"{channel}: {other}.{name} = message_report.{name}", message[name], of[name])
            for name in names
            if other != "message_report"
        ]
    return checks


def reconcile_levels(hierarchy: pl.DataFrame) -> list[Check]:
    """Campaigns, dispatches and messages of the hierarchy report add up to the same."""
    level = pl.col(HierarchyReport.level)
    campaign, dispatch, message = (
        _add_up(hierarchy.filter(level == name)) for name in campaigns.LEVELS
    )
    return [
        equal(
            f"campaigns: hierarchy_report.{name} of {word} = of messages", message[name], of[name]
        )
        for word, of in (("campaigns", campaign), ("dispatches", dispatch))
        for name in message
    ]


def _add_up(table: pl.DataFrame) -> dict[str, int | str]:
    """The sums of a table's counts and amounts, amounts as text."""
    sums = table.select(pl.col(*COUNTS, *messaging.ADDED).sum()).row(0, named=True)
    return {
        name: value if isinstance(value, int) else f"{value or 0:.4f}"
        for name, value in sums.items()
    }
