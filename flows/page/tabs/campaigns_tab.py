"""The tab of campaigns over all message channels."""

from collections import defaultdict

import polars as pl

from contracts.reports.campaigns import DeliverySummary, HierarchyReport
from contracts.vocabulary import MessageLevel
from flows.page.drill_down import FinerLevel, make_opening_table
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.tabs.channel_specs import COUNTED, list_impossible
from flows.page.views import Block, Tab, make_tab, only_made

H = HierarchyReport
HIERARCHY = "campaigns/hierarchy_report"
OF_CAMPAIGN = {
    H.sends: "Sends",
    H.delivered: "Delivered",
    H.human_unique_opens: "Opens by people",
    H.human_unique_clicks: "Clicks by people",
    H.human_click_rate: "Clicked by people",
    H.orders: "Orders",
    H.revenue: "Revenue",
    H.cost: "Cost",
}


def build_campaigns_tab(published: SnapshotTables) -> Tab:
    """Build the overview of campaigns over all message channels."""
    campaigns = TableSpec(
        "Campaigns of all message channels, their dispatches and messages",
        HIERARCHY,
        {H.campaign_name: "Campaign", H.channel: "Channel or level"},
        OF_CAMPAIGN,
        H.revenue,
        bars=(H.human_click_rate,),
        only=pl.col(H.level) == MessageLevel.CAMPAIGN,
    )
    deliveries = TableSpec(
        "Sends of each campaign by final status, newest first",
        "campaigns/delivery_summary",
        {
            DeliverySummary.name: "Campaign",
            DeliverySummary.status: "Status",
            DeliverySummary.sent_at: "Sent on",
        },
        {
            DeliverySummary.queued: "Queued",
            DeliverySummary.sent: "Sent, no receipt",
            DeliverySummary.delivered: "Delivered",
            DeliverySummary.bounced: "Bounced",
            DeliverySummary.failed: "Failed",
        },
        DeliverySummary.sent_at,
    )
    tables = only_made(
        (
            make_opening_table(_blank_impossible(published), campaigns, _list_levels()),
            make_table(published, deliveries),
        )
    )
    shown = [Block(title="All days" if tables else "", tables=tables)]
    return make_tab("campaigns", shown, nothing="No feed has a campaign yet.")


def _blank_impossible(published: SnapshotTables) -> SnapshotTables:
    """The same tables without the opens of direct mail, the clicks of push, and their like."""
    if not published.has(HIERARCHY):
        return published
    counts = (
        published.scan(HIERARCHY)
        .filter(pl.col(H.level) == MessageLevel.MESSAGE)
        .group_by(H.channel)
        .agg(pl.col(list(COUNTED.values())).sum())
        .collect()
    )
    blank = defaultdict(list)
    for row in counts.iter_rows(named=True):
        for figure in list_impossible(row[H.channel], row):
            blank[figure].append(row[H.channel])
    return published.blanking(
        {figure: pl.col(H.channel).is_in(channels) for figure, channels in blank.items()}
    )


def _list_levels() -> list[FinerLevel]:
    """Dispatches and messages; those that only repeat what is above them aside."""
    words = pl.concat_str([H.channel, H.type, H.subtype], separator=", ", ignore_nulls=True)
    return [
        FinerLevel(
            HIERARCHY,
            pl.coalesce(H.dispatch_name, H.dispatch_id, pl.lit("(none)")),
            pl.format("dispatch: {}", words),
            (H.org_id, H.campaign_id),
            implied=pl.col(H.dispatch_id).eq_missing(pl.col(H.campaign_id)),
            only=(pl.col(H.level) == MessageLevel.DISPATCH) & pl.col(H.campaign_id).is_not_null(),
        ),
        FinerLevel(
            HIERARCHY,
            pl.coalesce(H.message_name, H.message_id, pl.lit("(none)")),
            pl.format("message: {}", words),
            (H.org_id, H.campaign_id, H.dispatch_id),
            implied=pl.col(H.message_id).eq_missing(pl.col(H.dispatch_id)),
            only=(pl.col(H.level) == MessageLevel.MESSAGE) & pl.col(H.campaign_id).is_not_null(),
        ),
    ]
