"""The attribution group: credited orders and their sums, proven against the orders."""

from itertools import chain
from pathlib import Path

import polars as pl

from contracts.columns import Rows
from contracts.facts.order_facts import DayCosts, NamedCampaigns, PricedOrders
from contracts.manifest import Check
from contracts.reports.attribution import ChannelAttribution, order_touches_contract
from flows.catalog.exchange_rates import rates_of
from flows.kept.kept_frames import read_frame, write_frames
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.attribution.credit_files import LIFT, CreditFiles
from flows.steps.messaging.message_reports import MessageFacts
from flows.steps.step_inputs import StepInputs
from flows.storage.report_files import write_pieces, write_table
from flows.storage.table_checks import equal
from transforms.activities.ad_names_now import name_campaigns
from transforms.attribution.costs import list_costs, name_message_campaigns
from transforms.attribution.orders import price_orders
from transforms.reports.attribution import report_campaign_attribution, report_channel_attribution

GROUP = "attribution"
COSTS, CAMPAIGNS = "costs", "campaigns"


def write_credited_orders(credited: CreditFiles, staging: Path) -> list[Check]:
    """Write every order with its touches, the paths to orders, and what hold-outs prove."""
    checks = _write_touches(credited, staging)
    checks += write_table(staging, GROUP, "paths", credited.sum_paths().collect())
    for lift in credited.list_parts(LIFT):
        checks += write_table(staging, GROUP, "holdout_lift", lift.collect())
    return checks


def _write_touches(credited: CreditFiles, staging: Path) -> list[Check]:
    contract, pieces = order_touches_contract(credited.models), credited.read_touches()
    first, second = next(pieces), next(pieces, None)
    if second is None:
        return write_table(staging, GROUP, "order_touches", first, table=contract)
    whole = chain((first, second), pieces)
    return write_pieces(staging, GROUP, "order_touches", whole, table=contract)


def write_earnings(
    credited: CreditFiles, costs: Rows[DayCosts], campaigns: Rows[NamedCampaigns], staging: Path
) -> list[Check]:
    """Write what channels and campaigns earned, and prove that it is what the orders brought."""
    earned, models = credited.sum_campaigns(), credited.models
    tables = {
        "channel_attribution": report_channel_attribution(earned, costs, models),
        "campaign_attribution": report_campaign_attribution(earned, costs, campaigns, models),
    }
    revenue, checks = credited.sum_revenue(), []
    for name, table in zip(tables, pl.collect_all(list(tables.values())), strict=True):
        checks += write_table(staging, GROUP, name, table)
        checks += _compare_revenue(name, table, revenue)
    return checks


def reconcile_orders(inputs: StepInputs, credited: CreditFiles) -> list[Check]:
    """The orders that were credited brought what the accepted orders did."""
    settings, rates = inputs.config.workspace, rates_of(inputs.catalog)
    accepted_orders = inputs.catalog.scan("orders")
    orders = price_orders(accepted_orders, rates, settings.currency, settings.timezone)
    brought = orders.filter(PricedOrders.is_conversion).select(pl.col(PricedOrders.revenue).sum())
    accepted = _money(brought.collect(engine="in-memory").item())
    return [equal("attribution: revenue as accepted", accepted, _money(credited.sum_revenue()))]


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


def write_costs(folder: Path, sends: MessageFacts, ads: AdFacts) -> str:
    """Keep costs and names; return what they are."""
    messages = sends.all_rows()
    costs = list_costs(sends.days.lazy(), messages, ads.list_spend())
    campaigns = pl.concat([name_message_campaigns(messages), name_campaigns(ads.names.lazy())])
    frames = {
        COSTS: materialize(costs, DayCosts).collect(),
        CAMPAIGNS: materialize(campaigns, NamedCampaigns).collect(),
    }
    return write_frames(folder, frames)


def read_costs(folder: Path) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """`DayCosts` and `NamedCampaigns`."""
    costs = read_frame(folder, COSTS, DayCosts)
    return costs.lazy(), read_frame(folder, CAMPAIGNS, NamedCampaigns).lazy()
