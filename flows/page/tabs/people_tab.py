"""The tab of people: counts over all of them, nobody by name."""

from contracts.reports.people import ContactReport, ListGrowth, SegmentReport, Subscriptions
from flows.page.charts import draw_chart, draw_level
from flows.page.day_sums import DaySums, make_headlines, read_day_sums
from flows.page.figures import COUNT, TEXT
from flows.page.report_periods import ALL_DAYS, ReportPeriod
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, list_values, make_table
from flows.page.views import Block, ChartView, Tab, TableView, make_tab, only_made

CONTACTS = "people/contact_report"
GROWTH = "people/list_growth"
L = ListGrowth
MOVES = {L.subscribed: "Subscribed", L.unsubscribed: "Unsubscribed"}
OF_CONTACTS = {
    ContactReport.sends: "Sends",
    ContactReport.delivered: "Delivered",
    ContactReport.sessions: "Sessions",
    ContactReport.orders: "Orders",
    ContactReport.revenue: "Revenue",
}
LISTS = TableSpec(
    "Lists by channel",
    GROWTH,
    {L.channel: "Channel"},
    {**MOVES, L.complained: "Complained", L.net: "Net"},
    L.net,
    by=(L.org_id, L.channel),
)
SEGMENTS = TableSpec(
    "Segments",
    "people/segment_report",
    {SegmentReport.segment_name: "Segment"},
    {
        SegmentReport.members: "Members",
        SegmentReport.campaigns_used_in: "Campaigns",
        SegmentReport.sends: "Sends",
        SegmentReport.human_open_rate: "Opened by people",
        SegmentReport.human_click_rate: "Clicked by people",
    },
    SegmentReport.members,
    bars=(SegmentReport.human_click_rate,),
)


def build_people_tab(published: SnapshotTables, periods: list[ReportPeriod]) -> Tab:
    """Build the tab of people: counts over all of them, lists and segments; nobody by name."""
    blocks = _describe_lists(published, periods) if published.has(GROWTH) else []
    tables = (
        _subscriptions(published),
        make_table(published, LISTS),
        make_table(published, SEGMENTS),
    )
    counted = published.count(CONTACTS)
    notes = [f"{counted:,} contacts are known."] if counted else []
    if published.has("people/identity_links"):
        links = published.count("people/identity_links")
        notes.append(f"{links:,} times a device or browser is known to be a contact's.")
    blocks.append(
        Block(
            title="All contacts",
            headlines=make_headlines(
                read_day_sums(published, CONTACTS, OF_CONTACTS), OF_CONTACTS, ALL_DAYS, {}
            )
            if published.has(CONTACTS)
            else (),
            tables=only_made(tables),
            notes=tuple(notes),
        )
    )
    return make_tab("people", blocks, nothing="No feed has a row about people yet.")


def _describe_lists(published: SnapshotTables, periods: list[ReportPeriod]) -> list[Block]:
    """How the lists grew and shrank in each period."""
    titles = {**MOVES, L.net: "Net"}
    days = read_day_sums(published, GROWTH, [*titles, L.size], (L.channel, L.org_id))
    return [
        Block(
            period=period.name,
            headlines=make_headlines(days, titles, period, {}),
            charts=_draw_charts(days, period),
        )
        for period in periods
    ]


def _draw_charts(days: DaySums, period: ReportPeriod) -> tuple[ChartView, ...]:
    sizes = [
        draw_level(
            days,
            f"Size of the list: {channel.replace('_', ' ')}",
            (L.size, L.org_id),
            period.of(channel=channel),
        )
        for channel in days.rows[L.channel].unique().sort()
    ]
    by_day = draw_chart(days, "Subscriptions by the day", MOVES, period)
    return only_made((by_day, *sizes))


def _subscriptions(published: SnapshotTables) -> TableView | None:
    """How many contacts are subscribed, unsubscribed or have complained, by channel."""
    table = "people/subscriptions"
    if not published.has(table):
        return None
    counts = (
        published.scan(table)
        .group_by(Subscriptions.channel, Subscriptions.status)
        .len()
        .sort(Subscriptions.channel, Subscriptions.status)
        .collect()
    )
    heads = {"Channel": TEXT, "Status": TEXT, "Contacts": COUNT}
    return list_values("Subscriptions", heads, counts.iter_rows(), source=table)
