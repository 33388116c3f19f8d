"""The tab of a message channel: figures over time, campaigns with messages, links, variants."""

import polars as pl

from flows.page.charts import draw_chart
from flows.page.figures import RATE, Cell, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import (
    TableSpec,
    list_cells,
    make_headlines,
    make_table,
    select_rows,
)
from flows.page.views import Block, Rows, Tab, TableView

COUNTS = {
    "sends": "Sends",
    "delivered": "Delivered",
    "unique_opens": "Opens",
    "human_unique_opens": "Opens by people",
    "unique_clicks": "Clicks",
    "human_unique_clicks": "Clicks by people",
    "bounced": "Bounced",
    "unsubscribes": "Unsubscribes",
    "complaints": "Complaints",
    "orders": "Orders",
    "revenue": "Revenue",
}
RATIOS = {
    "Opened by people": ("human_unique_opens", "delivered", RATE),
    "Clicked by people": ("human_unique_clicks", "delivered", RATE),
    "Bounced, of sends": ("bounced", "sends", RATE),
}
OF_CAMPAIGN = {
    "sends": "Sends",
    "delivered": "Delivered",
    "human_unique_opens": "Opens by people",
    "unique_clicks": "Clicks",
    "human_unique_clicks": "Clicks by people",
    "human_click_rate": "Clicked by people, of delivered",
    "unsubscribes": "Unsubscribes",
    "orders": "Orders",
    "revenue": "Revenue",
}
FINER_ROWS = 8
"""How many messages a campaign opens into at most."""
LEAST_DELIVERED = 20
"""How many must have got a message for its rates to be compared with others'."""


def build_channel_tab(
    published: SnapshotTables, channel: str, periods: list[ReportPeriod], limit: int
) -> Tab:
    """Build the tab of a message channel.

    Args:
        published: The snapshot.
        channel: Its group of tables.
        periods: The periods that a reader chooses from.
        limit: How many rows a table shows at most.
    """
    days = f"{channel}/channel_report"
    days = days if published.has(days) else f"{channel}/daily_report"
    blocks = [
        Block(
            period=period.name,
            headlines=make_headlines(published, days, COUNTS, period, RATIOS),
            charts=_charts(published, days, period),
        )
        for period in periods
        if published.has(days)
    ]
    tables = [
        list_campaigns(published, channel, limit),
        make_table(published, _variants(channel), limit),
        make_table(published, _messages(channel), limit),
        make_table(published, _links(channel), limit),
        make_table(published, _domains(channel), limit),
        make_table(published, _provider(channel), limit),
    ]
    blocks.append(Block(tables=tuple(table for table in tables if table is not None)))
    if not any(block.headlines or block.tables for block in blocks):
        blocks = [Block(notes=("No feed has a row for this channel yet.",))]
    return Tab(channel, channel.replace("_", " ").capitalize(), tuple(blocks))


def list_campaigns(published: SnapshotTables, channel: str, limit: int) -> TableView | None:
    """List the campaigns of a channel, each with its messages below it."""
    spec = TableSpec(
        "Campaigns, and the messages of each",
        f"{channel}/campaign_report",
        {"campaign_name": "Campaign", "campaign_status": "Status"},
        OF_CAMPAIGN,
        "sends",
        bars=("human_click_rate",),
    )
    if not published.has(spec.table):
        return None
    rows, total = select_rows(published, spec, pl.lit(value=True), limit)
    if not total:
        return None
    messages = _list_messages(published, channel, rows)
    shown = [
        Rows(cells, messages.get((row["org_id"], row["campaign_id"]), ()))
        for row, cells in zip(
            rows.iter_rows(named=True), list_cells(published, spec, rows), strict=True
        )
    ]
    return TableView(spec.title, spec.columns(rows), tuple(shown), total, spec.table)


def _list_messages(
    published: SnapshotTables, channel: str, campaigns: pl.DataFrame
) -> dict[tuple[object, object], tuple[tuple[Cell, ...], ...]]:
    """Organization and campaign -> the cells of its first messages."""
    table = f"{channel}/message_report"
    of_campaign = ["org_id", "campaign_id"]
    if not published.has(table):
        return {}
    spec = TableSpec(
        "", table, {"message_name": "Message", "variant": "Variant"}, OF_CAMPAIGN, "sends"
    )
    wanted = campaigns.lazy().select(of_campaign)
    given = [name for name in spec.figures if name in published.columns(table)]
    rows = (
        published.scan(table)
        .join(wanted, on=of_campaign, how="semi", nulls_equal=True)
        .select(*of_campaign, "message_id", *spec.labels, *given)
        .sort("sends", "message_id", descending=[True, False])
        .group_by(of_campaign, maintain_order=True)
        .head(FINER_ROWS)
        .collect()
    )
    found: dict[tuple[object, object], list[tuple[Cell, ...]]] = {}
    for row, cells in zip(
        rows.iter_rows(named=True),
        list_cells(published, spec, rows, above=campaigns),
        strict=True,
    ):
        found.setdefault((row["org_id"], row["campaign_id"]), []).append(
            (plain(row["message_name"] or row["message_id"]), *cells[1:])
        )
    return {key: tuple(cells) for key, cells in found.items()}


def _charts(published: SnapshotTables, table: str, period: ReportPeriod) -> tuple:
    first = draw_chart(
        published,
        "By the day",
        table,
        {"sends": "Sends", "delivered": "Delivered", "human_unique_opens": "Opens by people"},
        period,
    )
    second = draw_chart(
        published,
        "Clicks by the day",
        table,
        {"unique_clicks": "Clicks", "human_unique_clicks": "Clicks by people"},
        period,
    )
    return tuple(chart for chart in (first, second) if chart is not None)


def _messages(channel: str) -> TableSpec:
    return TableSpec(
        "Messages by clicks of people: best first",
        f"{channel}/message_report",
        {"message_name": "Message", "campaign_name": "Campaign"},
        {
            "delivered": "Delivered",
            "unique_clicks": "Clicks",
            "human_unique_clicks": "Clicks by people",
            "human_click_rate": "Clicked by people",
            "human_open_rate": "Opened by people",
            "unsubscribe_rate": "Unsubscribed",
            "revenue_per_recipient": "Revenue per recipient",
        },
        "human_click_rate",
        bars=("human_click_rate",),
        note="Sort by any column; where clicks and clicks by people differ, machines clicked.",
    )


def _links(channel: str) -> TableSpec:
    return TableSpec(
        "Links",
        f"{channel}/link_report",
        {"url": "Link", "message_name": "Message"},
        {"clicks": "Clicks", "unique_clicks": "Sends with a click"},
        "unique_clicks",
        bars=("unique_clicks",),
    )


def _variants(channel: str) -> TableSpec:
    return TableSpec(
        "Variants: which won, and whether it is chance",
        f"{channel}/variant_report",
        {"dispatch_name": "Dispatch", "message_name": "Message", "variant": "Variant"},
        {
            "delivered": "Delivered",
            "open_rate": "Opened",
            "open_difference": "Difference",
            "open_p_value": "p (opens)",
            "click_rate": "Clicked",
            "click_difference": "Difference",
            "click_low": "At least",
            "click_high": "At most",
            "click_p_value": "p (clicks)",
            "conversion_rate": "Converted",
            "conversion_p_value": "p (orders)",
        },
        "dispatch_id",
        bars=("click_rate",),
        note="Differences are to the dispatch's first variant, with their 95 % interval; a p below "
        "0.05 is rarely chance.",
    )


def _domains(channel: str) -> TableSpec:
    return TableSpec(
        "Deliverability by mailbox domain",
        f"{channel}/domain_report",
        {"domain": "Domain"},
        {
            "sends": "Sends",
            "delivery_rate": "Delivered",
            "bounce_rate": "Bounced",
            "human_open_rate": "Opened by people",
            "complaint_rate": "Complained",
        },
        "sends",
        bars=("delivery_rate",),
    )


def _provider(channel: str) -> TableSpec:
    return TableSpec(
        "What the provider says, beside what we count",
        f"{channel}/provider_report",
        {"message_name": "Message", "date_day": "Day"},
        {
            "sends": "Sends",
            "counted_sends": "We count",
            "delivered": "Delivered",
            "counted_delivered": "We count",
            "unique_opens": "Opens",
            "unique_clicks": "Clicks",
        },
        "sends",
    )
