"""The tab of a message channel: figures over time, campaigns down to links, what went wrong."""

import polars as pl

from flows.page.charts import draw_chart, draw_level
from flows.page.day_sums import DaySums, parts_of, read_day_sums
from flows.page.drill_down import FinerLevel, make_opening_table
from flows.page.figures import RATE
from flows.page.headlines import make_headlines
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.tabs.best_and_worst import list_best_and_worst
from flows.page.views import Block, ChartView, Tab, TableView

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
    "human_open_rate": "Opened",
    "unique_clicks": "Clicks",
    "human_unique_clicks": "Clicks by people",
    "human_click_rate": "Clicked",
    "orders": "Orders",
    "revenue": "Revenue",
}
CHARTS = {
    "Sends by the day": {"sends": "Sends", "delivered": "Delivered"},
    "Opens by the day": {"unique_opens": "Opens", "human_unique_opens": "Opens by people"},
    "Clicks by the day": {"unique_clicks": "Clicks", "human_unique_clicks": "Clicks by people"},
    "Orders by the day": {"orders": "Orders"},
    "Revenue by the day": {"revenue": "Revenue"},
}
GROWTH = "people/list_growth"
MOVES = {"subscribed": "Subscribed", "unsubscribed": "Unsubscribed", "complained": "Complained"}


def build_channel_tab(published: SnapshotTables, channel: str, periods: list[ReportPeriod]) -> Tab:
    """Build the tab of a message channel.

    Args:
        published: The snapshot.
        channel: Its group of tables.
        periods: The periods that a reader chooses from.
    """
    blocks = _describe_sends(published, channel, periods)
    tables = [
        list_campaigns(published, channel),
        list_best_and_worst(published, channel),
        make_table(published, _variants(channel)),
        make_table(published, _messages(channel)),
        make_table(published, _troubles(channel)),
        make_table(published, _domains(channel)),
        make_table(published, _links(channel)),
        make_table(published, _provider(channel)),
    ]
    found = tuple(table for table in tables if table is not None)
    blocks.extend(_describe_list(published, channel, periods))
    blocks.append(Block(title="All days" if found else "", tables=found))
    if not any(block.headlines or block.tables for block in blocks):
        blocks = [Block(notes=("No feed has a row for this channel yet.",))]
    return Tab(channel, tuple(blocks))


def _describe_sends(
    published: SnapshotTables, channel: str, periods: list[ReportPeriod]
) -> list[Block]:
    """Figures of each period, and how they went by the day."""
    tables = [f"{channel}/channel_report", f"{channel}/daily_report"]
    table = next((name for name in tables if published.has(name)), None)
    if table is None:
        return []
    days = read_day_sums(published, table, [*COUNTS, *parts_of(RATIOS)])
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
    spec = TableSpec(
        "Campaigns, their dispatches, messages and links",
        f"{channel}/campaign_report",
        {"campaign_name": "Campaign", "campaign_status": "Status or level"},
        OF_CAMPAIGN,
        "sends",
        bars=("human_open_rate", "human_click_rate"),
        note="Opened and clicked: by people, of delivered. Open a row to see what is below it.",
    )
    return make_opening_table(published, spec, list_levels(channel))


def list_levels(channel: str) -> list[FinerLevel]:
    """What a campaign of a channel opens into; dispatches and messages of its own id aside."""
    day = pl.col("first_sent_at").dt.strftime("%Y-%m-%d")
    return [
        FinerLevel(
            f"{channel}/dispatch_report",
            pl.coalesce("dispatch_name", "dispatch_id", pl.lit("(none)")),
            pl.format("dispatch of {}", day).fill_null("dispatch"),
            ("org_id", "campaign_id"),
            implied=pl.col("dispatch_id").eq_missing(pl.col("campaign_id")),
        ),
        FinerLevel(
            f"{channel}/message_report",
            pl.coalesce("message_name", "message_id", pl.lit("(none)")),
            pl.format("message, variant {}", "variant").fill_null("message"),
            ("org_id", "dispatch_id"),
            implied=pl.col("message_id").eq_missing(pl.col("dispatch_id")),
        ),
        FinerLevel(
            f"{channel}/link_report",
            pl.coalesce("url", pl.lit("(none)")),
            pl.lit("link"),
            ("org_id", "message_id"),
        ),
    ]


def _draw_charts(days: DaySums, period: ReportPeriod) -> tuple[ChartView, ...]:
    drawn = (draw_chart(days, title, of, period) for title, of in CHARTS.items())
    return tuple(chart for chart in drawn if chart is not None)


def _describe_list(
    published: SnapshotTables, channel: str, periods: list[ReportPeriod]
) -> list[Block]:
    """Who may be written to in this channel, and how that changed in each period."""
    if not published.has(GROWTH):
        return []
    days = read_day_sums(published, GROWTH, [*MOVES, "net", "size"], ("channel", "org_id"))
    return [_describe_list_of(days, period.of(channel=channel)) for period in periods]


def _describe_list_of(days: DaySums, period: ReportPeriod) -> Block:
    if not days.of(period).height:
        return Block(period=period.name)
    charts = (
        draw_level(days, "Size of the list", ("size", "org_id"), period),
        draw_chart(days, "Subscriptions by the day", MOVES, period),
    )
    return Block(
        title="List",
        period=period.name,
        headlines=make_headlines(days, {**MOVES, "net": "Net"}, period, {}),
        charts=tuple(chart for chart in charts if chart is not None),
    )


def _messages(channel: str) -> TableSpec:
    return TableSpec(
        "Messages",
        f"{channel}/message_report",
        {"message_name": "Message", "campaign_name": "Campaign"},
        {
            "delivered": "Delivered",
            "unique_opens": "Opens",
            "human_unique_opens": "By people",
            "unique_clicks": "Clicks",
            "human_unique_clicks": "By people",
            "human_click_rate": "Clicked by people",
            "conversion_rate": "Ordered",
            "revenue_per_recipient": "Revenue per recipient",
        },
        "human_click_rate",
        bars=("human_click_rate",),
        note="Where clicks and clicks by people differ, machines clicked. Sort by any column.",
    )


def _troubles(channel: str) -> TableSpec:
    return TableSpec(
        "Bounces, complaints and unsubscribes",
        f"{channel}/message_report",
        {"message_name": "Message", "campaign_name": "Campaign"},
        {
            "bounced": "Bounced",
            "hard_bounces": "Hard",
            "soft_bounces": "Soft",
            "other_bounces": "Other",
            "bounce_rate": "Bounced, of sends",
            "complaints": "Complaints",
            "complaint_rate": "Complained",
            "unsubscribes": "Unsubscribes",
            "unsubscribe_rate": "Unsubscribed",
        },
        "bounced",
        bars=("bounce_rate",),
        only=pl.sum_horizontal("bounced", "complaints", "unsubscribes") > 0,
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
            "conversion_difference": "Difference",
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
