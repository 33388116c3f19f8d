"""Reconciliation of messages: reports hold every accepted event, and add up level by level."""

from collections import Counter
from collections.abc import Iterable, Mapping

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Held
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_sums import MessageRows
from contracts.facts.order_facts import MessageOrders
from contracts.feeds import Events
from contracts.manifest import Check
from contracts.reports.campaigns import HierarchyReport
from contracts.vocabulary import Action
from flows.catalog.canonical_tables import Catalog
from flows.storage.table_checks import equal, equal_or_more
from transforms.common.rates import COUNTS
from transforms.messaging.daily_sums import EVERY_TIME
from transforms.reports import campaigns, messaging

BOUNCES = (Counts.hard_bounces, Counts.soft_bounces, Counts.other_bounces)
ADDING_UP = (
    "message_report",
    "campaign_report",
    "dispatch_report",
    "daily_report",
    "channel_report",
)
"""Reports of a channel whose counts and amounts add up to the same."""
EVENTS = "events"
STATUSES = (Counts.queued, Counts.sent, Counts.delivered, Counts.bounced, Counts.failed)


def reconcile_events(
    catalog: Catalog, channels: RunChannels, rows: Iterable[Held[MessageRows]]
) -> list[Check]:
    """Every accepted open and click is in a message row, but those of hold-outs.

    Args:
        rows: Of every channel, those of no message channel too.
    """
    accepted = count_actions(catalog, channels)
    counted = pl.concat(rows).select(pl.col(MessageRows.holdout, *EVERY_TIME).sum())
    found = counted.row(0, named=True)
    has_holdouts = found[MessageRows.holdout] > 0
    or_less = " or less, being hold-outs'" if has_holdouts else ""
    return [
        Check(
            name=f"messages: {column} as accepted{or_less}",
            expected=accepted[action],
            actual=found[column],
            holds=found[column] == accepted[action]
            or (has_holdouts and found[column] < accepted[action]),
        )
        for column, action in EVERY_TIME.items()
    ]


def reconcile_sends(catalog: Catalog, rows: Iterable[Held[MessageRows]]) -> Check:
    """Every accepted send is in a message row, as a send or a hold-out; events may show others."""
    sums = pl.concat(rows).select(pl.col(Counts.sends, MessageRows.holdout).sum())
    return equal_or_more(
        "messages: sends and hold-outs as accepted",
        catalog.count("sends"),
        sum(sums.row(0)),
        "being shown by events",
        may_be_more=catalog.has_rows(EVENTS),
    )


def count_actions(catalog: Catalog, channels: RunChannels) -> Counter[Action]:
    """How many accepted events there are of each action, on whatever channel."""
    types: Counter[str] = Counter()
    late = catalog.status.list_files(EVENTS)
    for file in catalog.feeding(EVENTS):
        if file.order in late:
            rows = catalog.scan_file(file, EVENTS).group_by(Events.event_type).len()
            types.update(dict(rows.collect().iter_rows()))
        elif got := file.of_table(EVENTS):
            types.update(got.event_types)
    bare = {str(action): action for action in Action}
    known = {name: action for name, (_, action) in channels.interactions.items()} | bare
    actions: Counter[Action] = Counter()
    for name, count in types.items():
        if name in known:
            actions[known[name]] += count
    return actions


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


def reconcile_orders(
    channel: str, messages: pl.DataFrame, conversions: Held[MessageOrders]
) -> Check:
    """Every order whose last touch is a message of the channel is in a message's row.

    Args:
        messages: Its `message_report`.
    """
    of_channel = conversions.filter(pl.col(MessageOrders.channel) == channel)
    orders = pl.col(MessageOrders.orders).sum()
    expected, actual = (table.select(orders).item() for table in (of_channel, messages))
    return equal(f"{channel}: message_report.orders as credited", expected, actual)


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
