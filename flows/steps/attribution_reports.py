"""Journeys, and orders credited to the touches that led to them, group of people by group."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import key
from contracts.config.workspace import Workspace
from contracts.manifest import Check
from contracts.reports.attribution import order_touches_contract
from flows.steps.activities import Activities
from flows.storage.report_files import equal, write_table
from transforms.attribution.credit_orders import credit_orders
from transforms.attribution.holdouts import report_holdout_lift
from transforms.attribution.touches import collect_touches
from transforms.people.journeys import build_journey
from transforms.reports.attribution import (
    count_orders_by_message,
    count_orders_by_session,
    report_campaign_attribution,
    report_channel_attribution,
)


@dataclass(frozen=True)
class Credited:
    """The orders, each with the touches that led to it.

    Attributes:
        touches: The table `order_touches`.
        orders: `PricedOrders`.
        by_message: Orders and revenue of messages, by last touch.
        by_session: Orders and revenue of sessions, by last touch.
    """

    touches: pl.DataFrame
    orders: pl.LazyFrame
    by_message: pl.DataFrame
    by_session: pl.DataFrame


def write_journeys(
    activities: Activities,
    config: Workspace,
    staging: Path,
    on_group: Callable[[int, int], None],
) -> list[Check]:
    """Write `contact_journey`, one part for each group of people where there are several."""
    checks: list[Check] = []
    for group in range(activities.groups):
        journey = build_journey(
            activities.scan("sends", group),
            activities.scan("events", group),
            activities.scan("visits", group),
            activities.scan("orders", group),
            config.workspace.timezone,
        ).collect()
        part = f"part-{group:03}" if activities.groups > 1 else ""
        checks += write_table(staging, "people", "contact_journey", journey, part=part)
        on_group(group + 1, activities.groups)
    return checks


def credit(activities: Activities, config: Workspace) -> Credited:
    """Share every order among the touches that led to it."""
    rules, timezone = config.attribution, config.workspace.timezone
    shares = []
    for group in range(activities.groups):
        orders = activities.scan("orders", group)
        touches = collect_touches(
            activities.scan("events", group),
            activities.scan("sends", group),
            activities.scan("visits", group),
            orders,
            rules,
            timezone,
        )
        held = touches.collect().lazy()
        shares.append(credit_orders(held, orders, rules).collect())
    contract = order_touches_contract(rules.models)
    shared = pl.concat(shares).sort(key(contract))
    orders = activities.scan("orders")
    by_message, by_session = pl.collect_all(
        [
            count_orders_by_message(shared.lazy(), orders),
            count_orders_by_session(shared.lazy(), orders),
        ]
    )
    return Credited(shared, orders, by_message, by_session)


def write_attribution(
    credited: Credited,
    activities: Activities,
    config: Workspace,
    costs: pl.LazyFrame,
    campaign_names: pl.LazyFrame,
    staging: Path,
) -> list[Check]:
    """Write the attribution group and prove that its totals are those of the orders."""
    rules = config.attribution
    touches, orders = credited.touches.lazy(), credited.orders
    contract = order_touches_contract(rules.models)
    checks = write_table(staging, "attribution", "order_touches", credited.touches, table=contract)
    tables = {
        "channel_attribution": report_channel_attribution(touches, orders, costs, rules.models),
        "campaign_attribution": report_campaign_attribution(
            touches, orders, costs, campaign_names, rules.models
        ),
    }
    sends = activities.scan("sends")
    if sends.filter("is_holdout").select(pl.len()).collect().item():
        tables["holdout_lift"] = report_holdout_lift(
            sends, orders, rules, config.workspace.timezone
        )
    revenue = orders.filter("is_conversion").select(pl.col("revenue").sum()).collect().item()
    for name, table in zip(tables, pl.collect_all(list(tables.values())), strict=True):
        checks += write_table(staging, "attribution", name, table)
        if name != "holdout_lift":
            sums = table.group_by("model").agg(pl.col("revenue").sum()).sort("model")
            checks += [
                equal(f"attribution: {name} of {model}", _money(revenue), _money(total))
                for model, total in sums.iter_rows()
            ]
    return checks


def _money(amount: object) -> str:
    return f"{amount or 0:.4f}"
