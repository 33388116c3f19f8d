"""The tab of a message channel: figures over time, campaigns down to links, what went wrong."""

from dataclasses import replace

import polars as pl

from contracts.reports.messaging import LinkReport, MessageReport
from contracts.reports.people import ListGrowth
from flows.page.charts import draw_chart, draw_level
from flows.page.day_sums import DaySums, make_headlines, parts_of, read_day_sums
from flows.page.drill_down import FinerLevel, make_opening_table
from flows.page.figures import RATE
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.tabs.best_and_worst import list_best_and_worst
from flows.page.tabs.channel_specs import (
    DOMAINS,
    LINKS,
    MESSAGES,
    OF_MACHINES,
    PROVIDER,
    TROUBLES,
    VARIANTS,
    find_impossible,
)
from flows.page.views import Block, ChartView, Tab, TableView, make_tab, only_made
from transforms.common.rates import FORMULAS

M = MessageReport
COUNTS = {
    M.sends: "Sends",
    M.delivered: "Delivered",
    M.unique_opens: "Opens",
    M.human_unique_opens: "Opens by people",
    M.unique_clicks: "Clicks",
    M.human_unique_clicks: "Clicks by people",
    M.replies: "Replies",
    M.bounced: "Bounced",
    M.failed: "Failed",
    M.unsubscribes: "Unsubscribes",
    M.complaints: "Complaints",
    M.orders: "Orders",
    M.revenue: "Revenue",
    M.cost: "Cost",
}
RATIOS = {
    "Opened by people": (*FORMULAS[M.human_open_rate], RATE),
    "Clicked by people": (*FORMULAS[M.human_click_rate], RATE),
    "Replied": (M.replies, M.delivered, RATE),
    "Bounced, of sends": (*FORMULAS[M.bounce_rate], RATE),
}
OF_CAMPAIGN = {
    M.sends: "Sends",
    M.delivered: "Delivered",
    M.human_unique_opens: "Opens by people",
    M.human_open_rate: "Opened",
    M.unique_clicks: "Clicks",
    M.human_unique_clicks: "Clicks by people",
    M.human_click_rate: "Clicked",
    M.replies: "Replies",
    M.orders: "Orders",
    M.revenue: "Revenue",
    M.cost: "Cost",
}
CHARTS = {
    "Sends by the day": {M.sends: "Sends", M.delivered: "Delivered"},
    "Opens by the day": {M.unique_opens: "Opens", M.human_unique_opens: "Opens by people"},
    "Clicks by the day": {M.unique_clicks: "Clicks", M.human_unique_clicks: "Clicks by people"},
    "Replies by the day": {M.replies: "Replies"},
    "Orders by the day": {M.orders: "Orders"},
    "Revenue by the day": {M.revenue: "Revenue"},
}
OF_RATES = "Opened and clicked: by people, of delivered. "
GROWTH = "people/list_growth"
MOVES = {
    ListGrowth.subscribed: "Subscribed",
    ListGrowth.unsubscribed: "Unsubscribed",
    ListGrowth.complained: "Complained",
}


def build_channel_tab(published: SnapshotTables, channel: str, periods: list[ReportPeriod]) -> Tab:
    """Build the tab of a message channel."""
    impossible = find_impossible(published, channel)
    published = published.without(impossible)
    blocks = _describe_sends(published, channel, periods)
    note = "" if M.clicks in impossible else OF_MACHINES
    messages = replace(MESSAGES, note=f"{note}{MESSAGES.note}")
    specs = (VARIANTS, messages, TROUBLES, DOMAINS, LINKS, PROVIDER)
    tables = [
        list_campaigns(published, channel),
        list_best_and_worst(published, channel),
        *(make_table(published, spec.of(channel)) for spec in specs),
    ]
    found = only_made(tables)
    blocks.extend(_describe_list(published, channel, periods))
    blocks.append(Block(title="All days" if found else "", tables=found))
    return make_tab(channel, blocks, nothing="No feed has a row for this channel yet.")


def _describe_sends(
    published: SnapshotTables, channel: str, periods: list[ReportPeriod]
) -> list[Block]:
    """Figures of each period, and how they went by the day."""
    figures = [*COUNTS, *parts_of(RATIOS)]
    days = read_day_sums(published, f"{channel}/channel_report", figures)
    return [
        Block(
            period=period.name,
            headlines=make_headlines(days, COUNTS, period, RATIOS),
            charts=_draw_charts(days, period),
        )
        for period in periods
    ]


def list_campaigns(published: SnapshotTables, channel: str) -> TableView | None:
    """List the campaigns of a channel, which open into dispatches, messages and links."""
    table = f"{channel}/campaign_report"
    rates = {M.human_open_rate, M.human_click_rate} & {*published.columns(table)}
    spec = TableSpec(
        "Campaigns, their dispatches, messages and links",
        table,
        {M.campaign_name: "Campaign", M.campaign_status: "Status or level"},
        OF_CAMPAIGN,
        M.sends,
        bars=(M.human_open_rate, M.human_click_rate),
        note=f"{OF_RATES if rates else ''}Open a row to see what is below it.",
    )
    return make_opening_table(published, spec, _list_levels(channel))


def _list_levels(channel: str) -> list[FinerLevel]:
    """What a campaign of a channel opens into; dispatches and messages of its own id aside."""
    day = pl.col(M.first_sent_at).dt.strftime("%Y-%m-%d")
    return [
        FinerLevel(
            f"{channel}/dispatch_report",
            pl.coalesce(M.dispatch_name, M.dispatch_id, pl.lit("(none)")),
            pl.format("dispatch of {}", day).fill_null("dispatch"),
            (M.org_id, M.campaign_id),
            implied=pl.col(M.dispatch_id).eq_missing(pl.col(M.campaign_id)),
        ),
        FinerLevel(
            f"{channel}/message_report",
            pl.coalesce(M.message_name, M.message_id, pl.lit("(none)")),
            pl.format("message, variant {}", M.variant).fill_null("message"),
            (M.org_id, M.dispatch_id),
            implied=pl.col(M.message_id).eq_missing(pl.col(M.dispatch_id)),
        ),
        FinerLevel(
            f"{channel}/link_report",
            pl.coalesce(LinkReport.url, pl.lit("(none)")),
            pl.lit("link"),
            (M.org_id, M.message_id),
        ),
    ]


def _draw_charts(days: DaySums, period: ReportPeriod) -> tuple[ChartView, ...]:
    drawn = (draw_chart(days, title, of, period) for title, of in CHARTS.items())
    return only_made(drawn)


def _describe_list(
    published: SnapshotTables, channel: str, periods: list[ReportPeriod]
) -> list[Block]:
    """Who may be written to in this channel, and how that changed in each period."""
    if not published.has(GROWTH):
        return []
    days = read_day_sums(
        published,
        GROWTH,
        [*MOVES, ListGrowth.net, ListGrowth.size],
        (ListGrowth.channel, ListGrowth.org_id),
    )
    return [_describe_list_of(days, period.of(channel=channel)) for period in periods]


def _describe_list_of(days: DaySums, period: ReportPeriod) -> Block:
    if not days.of(period).height:
        return Block(period=period.name)
    charts = (
        draw_level(days, "Size of the list", (ListGrowth.size, ListGrowth.org_id), period),
        draw_chart(days, "Subscriptions by the day", MOVES, period),
    )
    return Block(
        title="List",
        period=period.name,
        headlines=make_headlines(days, {**MOVES, ListGrowth.net: "Net"}, period, {}),
        charts=only_made(charts),
    )
