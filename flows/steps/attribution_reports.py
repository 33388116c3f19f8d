"""Orders credited to the touches that led to them, group of people by group, and their sums."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import key, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.activities import ContactSends
from contracts.facts.order_facts import (
    LastDays,
    MessageOrders,
    OpenPaths,
    PricedOrders,
    SessionOrders,
    Touches,
)
from contracts.manifest import Check
from contracts.reports.attribution import ChannelAttribution, order_touches_contract
from flows.runtime.materialize import materialize
from flows.steps.people.activities import Activities
from flows.storage.report_files import equal, write_table
from transforms.attribution.credit_orders import credit_orders
from transforms.attribution.holdouts import report_holdout_lift
from transforms.attribution.paths import (
    count_open_paths,
    find_last_days,
    list_open_ends,
    report_paths,
)
from transforms.attribution.touches import collect_touches
from transforms.reports.attribution import (
    count_orders_by_message,
    count_orders_by_session,
    report_campaign_attribution,
    report_channel_attribution,
)

ADD_UP = ("channel_attribution", "campaign_attribution")
"""The tables whose revenue is that of the orders, in every model."""


@dataclass(frozen=True)
class CreditedOrders:
    """The orders, each with the touches that led to it.

    Attributes:
        touches: The table `order_touches`.
        orders: `PricedOrders`.
        by_message: `MessageOrders`.
        by_session: `SessionOrders`.
    """

    touches: pl.DataFrame
    orders: pl.LazyFrame
    by_message: pl.DataFrame
    by_session: pl.DataFrame


def build_credited_orders(activities: Activities, config: Workspace) -> CreditedOrders:
    """Share every order among the touches that led to it."""
    rules, timezone = config.attribution, config.workspace.timezone
    contract = order_touches_contract(rules.models)
    shares = [pl.LazyFrame(schema=polars_schema(contract))]
    for group in range(activities.groups):
        orders = activities.scan("orders", group)
        touches = materialize(
            collect_touches(
                activities.scan("events", group),
                activities.scan("sends", group),
                activities.scan("sessions", group),
                orders,
                rules,
                timezone,
            ),
            Touches,
        )
        shares.append(materialize(credit_orders(touches, orders, rules), contract))
    order_touches = materialize(pl.concat(shares).sort(key(contract)), contract)
    orders = activities.scan("orders")
    by_message = materialize(count_orders_by_message(order_touches, orders), MessageOrders)
    by_session = materialize(count_orders_by_session(order_touches, orders), SessionOrders)
    return CreditedOrders(
        order_touches.collect(), orders, by_message.collect(), by_session.collect()
    )


def count_paths_without_order(activities: Activities, config: Workspace) -> pl.LazyFrame:
    """Count the contacts without an order by the path of their touches, as `OpenPaths`."""
    nothing = pl.LazyFrame(schema=polars_schema(OpenPaths))
    counted = [
        materialize(count_open_paths(touches, open_ends), OpenPaths)
        for open_ends, touches in list_touched_open_ends(activities, config)
    ]
    return pl.concat([nothing, *counted])


def list_touched_open_ends(
    activities: Activities, config: Workspace
) -> Iterator[tuple[pl.LazyFrame, pl.LazyFrame]]:
    """The contacts without an order (`PricedOrders`), and their `Touches`, by group of people."""
    rules, timezone = config.attribution, config.workspace.timezone
    last_days = materialize(
        find_last_days(
            activities.scan("events"),
            activities.scan("sends"),
            activities.scan("sessions"),
            activities.scan("orders"),
            timezone,
        ),
        LastDays,
    )
    for group in range(activities.groups):
        open_ends = materialize(
            list_open_ends(
                activities.scan("contacts", group),
                activities.scan("orders", group),
                last_days,
                rules,
            ),
            PricedOrders,
        )
        touches = materialize(
            collect_touches(
                activities.scan("events", group),
                activities.scan("sends", group),
                activities.scan("sessions", group),
                open_ends,
                rules,
                timezone,
            ),
            Touches,
        )
        yield open_ends, touches


def write_attribution(
    credited: CreditedOrders,
    activities: Activities,
    config: Workspace,
    costs: pl.LazyFrame,
    campaigns: pl.LazyFrame,
    staging: Path,
) -> list[Check]:
    """Write the attribution group and prove that its totals are those of the orders.

    Args:
        credited: The orders with their touches.
        activities: What people did.
        config: The workspace's configuration.
        costs: `DayCosts`.
        campaigns: `NamedCampaigns`.
        staging: The snapshot being written.
    """
    rules = config.attribution
    touches, orders = credited.touches.lazy(), credited.orders
    contract = order_touches_contract(rules.models)
    checks = write_table(staging, "attribution", "order_touches", credited.touches, table=contract)
    tables = {
        "channel_attribution": report_channel_attribution(touches, orders, costs, rules.models),
        "campaign_attribution": report_campaign_attribution(
            touches, orders, costs, campaigns, rules.models
        ),
    }
    tables["paths"] = report_paths(touches, orders, count_paths_without_order(activities, config))
    sends = activities.scan("sends")
    if sends.select(pl.col(ContactSends.is_holdout).any()).collect().item():
        tables["holdout_lift"] = report_holdout_lift(
            sends, orders, rules, config.workspace.timezone
        )
    conversions = orders.filter(PricedOrders.is_conversion)
    revenue = conversions.select(pl.col(PricedOrders.revenue).sum()).collect().item()
    for name, table in zip(tables, pl.collect_all(list(tables.values())), strict=True):
        checks += write_table(staging, "attribution", name, table)
        if name in ADD_UP:
            checks += _compare_revenue(name, table, revenue)
    return checks


def _compare_revenue(name: str, table: pl.DataFrame, revenue: object) -> list[Check]:
    """Whether the revenue of each model adds up to that of the orders."""
    model = ChannelAttribution.model
    sums = table.group_by(model).agg(pl.col(ChannelAttribution.revenue).sum()).sort(model)
    return [
        equal(f"attribution: {name} of {model}", _money(revenue), _money(total))
        for model, total in sums.iter_rows()
    ]


def _money(amount: object) -> str:
    return f"{amount or 0:.4f}"
