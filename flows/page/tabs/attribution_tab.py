"""The tab of attribution: models side by side, paths, and what hold-outs say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.reports.attribution import (
    CampaignAttribution,
    ChannelAttribution,
    HoldoutLift,
    Paths,
)
from contracts.vocabulary import MessageLevel
from flows.page.figures import MONEY, TEXT, Cell, figure, plain
from flows.page.pieces import MOST_ROWS
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables, greatest_first
from flows.page.tables import TableSpec, make_table
from flows.page.views import Block, Column, Rows, Tab, TableView, make_tab, only_made

LIFT = "attribution/holdout_lift"
GAIN = HoldoutLift.revenue_per_contact_difference
C, L = CampaignAttribution, HoldoutLift
PATHS = TableSpec(
    "The commonest paths, with an order and without",
    "attribution/paths",
    {Paths.path: "Path"},
    {
        Paths.contacts: "Contacts",
        Paths.orders: "Orders",
        Paths.revenue: "Revenue",
        Paths.contacts_without_order: "Contacts without an order",
    },
    Paths.contacts,
    ratios={"Revenue per order": (Paths.revenue, Paths.orders, MONEY)},
    bars=(Paths.contacts,),
)
HOLD_OUTS = TableSpec(
    "What hold-outs say: people who got the message against people held back",
    "attribution/holdout_lift",
    {L.campaign_name: "Campaign", L.message_name: "Message", L.channel: "Channel"},
    {
        L.treated_contacts: "Got it",
        L.holdout_contacts: "Held back",
        L.treated_conversion_rate: "Converted",
        L.holdout_conversion_rate: "Converted without",
        L.conversion_rate_difference: "Difference",
        L.conversion_rate_difference_low: "At least",
        L.conversion_rate_difference_high: "At most",
    },
    L.conversion_rate_difference,
    note="An interval from below zero to above it may be chance.",
)


@dataclass(frozen=True)
class ModelsSpec:
    """Whose revenue the models are compared of.

    Attributes:
        key: What tells its rows apart, the model aside.
        has_lift: Whether what hold-outs say of a campaign stands beside.
    """

    title: str
    table: str
    key: tuple[str, ...]
    labels: Mapping[str, str]
    has_lift: bool = False


OF_CHANNELS = ModelsSpec(
    "Revenue by channel",
    "attribution/channel_attribution",
    (ChannelAttribution.org_id, ChannelAttribution.channel),
    {ChannelAttribution.channel: "Channel"},
)
OF_CAMPAIGNS = ModelsSpec(
    "Revenue by campaign, beside what its hold-outs say",
    "attribution/campaign_attribution",
    (C.org_id, C.channel, C.platform, C.campaign_id),
    {C.campaign_name: "Campaign", C.channel: "Channel"},
    has_lift=True,
)


def build_attribution_tab(published: SnapshotTables, periods: list[ReportPeriod]) -> Tab:
    """Build the tab of attribution."""
    blocks = []
    for period in periods:
        compared = [
            _compare_models(published, spec, period) for spec in (OF_CHANNELS, OF_CAMPAIGNS)
        ]
        found = only_made(compared)
        blocks.append(Block(period=period.name, tables=found))
    tables = only_made((make_table(published, PATHS), make_table(published, HOLD_OUTS)))
    blocks.append(Block(title="All days" if tables else "", tables=tables))
    return make_tab("attribution", blocks, nothing="No order has been read yet.")


def _compare_models(
    published: SnapshotTables, spec: ModelsSpec, period: ReportPeriod
) -> TableView | None:
    """Put the revenue that each model credits side by side, one row a channel or campaign."""
    if not published.has(spec.table):
        return None
    rows, models = _put_side_by_side(published.scan(spec.table).filter(period.condition()), spec)
    if not rows.height:
        return None
    lift, none = _find_lift(published) if spec.has_lift else {}, plain(None, MONEY)
    shown = [
        Rows(
            (
                *(plain(row[name], TEXT) for name in spec.labels),
                *(_credit(spec, row, model, period) for model in models),
                *([lift.get((row[C.org_id], row[C.campaign_id]), none)] if lift else ()),
            )
        )
        for row in rows.head(MOST_ROWS).iter_rows(named=True)
    ]
    columns = (
        *(Column(title, TEXT) for title in spec.labels.values()),
        *(Column(model.replace("_", " "), MONEY) for model in models),
        *([Column("More per contact, by hold-out", MONEY)] if lift else ()),
    )
    return TableView(spec.title, columns, tuple(shown), rows.height, spec.table)


def _put_side_by_side(rows: pl.LazyFrame, spec: ModelsSpec) -> tuple[pl.DataFrame, list[str]]:
    """One row per channel or campaign with the revenue by each model, and the models."""
    texts = [name for name in spec.labels if name not in spec.key]
    sums = (
        rows.group_by(*spec.key, C.model)
        .agg(pl.col(texts).max(), pl.col(C.revenue).sum())
        .collect()
    )
    credited = sums.pivot(C.model, index=spec.key, values=C.revenue, sort_columns=True)
    models = [name for name in credited.columns if name not in spec.key]
    if not models:
        return credited, models
    names = sums.lazy().group_by(spec.key).agg(pl.col(texts).max())
    named = (
        credited.lazy()
        .join(names, on=spec.key, how="left", nulls_equal=True, validate="1:1")
        .pipe(greatest_first, [pl.max_horizontal(models)], spec.key, nulls_last=True)
    )
    return named.collect(), models


def _credit(spec: ModelsSpec, row: Mapping[str, Any], model: str, period: ReportPeriod) -> Cell:
    key = {name: row[name] for name in spec.key} | {C.model: model} | period.key()
    return figure(spec.table, key, C.revenue, row[model])


def _find_lift(published: SnapshotTables) -> dict[tuple[Any, Any], Cell]:
    """Organization and campaign -> what its message brought per contact, by its hold-outs."""
    if not published.has(LIFT):
        return {}
    key = published.key(LIFT)
    rows = (
        published.scan(LIFT)
        .filter(pl.col(L.level) == MessageLevel.CAMPAIGN)
        .select(*key, GAIN)
        .collect()
    )
    return {
        (row[L.org_id], row[L.campaign_id]): figure(
            LIFT, {name: row[name] for name in key}, GAIN, row[GAIN], MONEY
        )
        for row in rows.iter_rows(named=True)
    }
