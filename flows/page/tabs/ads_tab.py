"""The tab of ads: spend and what it brought, matches, what is broken, whose figures count."""

import polars as pl

from flows.page.charts import draw_chart, draw_groups, draw_ratio
from flows.page.drill_down import FinerLevel, make_opening_table
from flows.page.figures import MONEY, NUMBER, RATE, divide, plain
from flows.page.headlines import make_headlines
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.tabs.broken_links import list_broken_links
from flows.page.views import Block, ChartView, Headline, Tab, TableView

CAMPAIGNS, ADS = "ads/campaign_performance", "ads/ad_performance"
FIGURES = {
    "spend": "Spend",
    "clicks": "Clicks",
    "sessions": "Sessions",
    "orders": "Orders",
    "revenue": "Revenue",
    "reported_conversions": "Conversions reported",
    "reported_conversions_value": "Value reported",
}
RATIOS = {
    "Revenue per unit spent": ("revenue", "spend", NUMBER),
    "Reported value per unit spent": ("reported_conversions_value", "spend", NUMBER),
    "Cost per session": ("spend", "sessions", MONEY),
}
HEADLINE_RATIOS = {
    name: ratio for name, ratio in RATIOS.items() if ratio[0] != "reported_conversions_value"
}
"""Not what platforms claim: some say no value, and their spend would stand below that of others."""
CAMPAIGN = ("org_id", "platform", "account_id", "campaign_id")
MATCHES = "ads/session_matches"


def build_ads_tab(published: SnapshotTables, periods: list[ReportPeriod], limit: int) -> Tab:
    """Build the tab of ads.

    Args:
        published: The snapshot.
        periods: The periods that a reader chooses from.
        limit: How many rows a table shows at most.
    """
    blocks = [_of_period(published, period, limit) for period in periods]
    tables = [
        list_broken_links(published, limit),
        make_table(published, _conversions(), limit),
        make_table(published, _sources(), limit),
        make_table(published, _breakdowns(), limit),
    ]
    found = tuple(table for table in tables if table is not None)
    blocks.append(Block(title="All days" if found else "", tables=found))
    if all(block.is_empty for block in blocks):
        blocks = [Block(notes=("No feed has a row about ads yet.",))]
    return Tab("ads", "Ads", tuple(blocks))


def _of_period(published: SnapshotTables, period: ReportPeriod, limit: int) -> Block:
    if not published.has(CAMPAIGNS):
        return Block(period=period.name)
    tables = (
        make_table(published, _platforms(), limit, period),
        list_campaigns(published, period, limit),
    )
    return Block(
        period=period.name,
        headlines=(
            *make_headlines(published, CAMPAIGNS, FIGURES, period, HEADLINE_RATIOS),
            *rate_matches(published, period),
        ),
        charts=_draw_charts(published, period),
        tables=tuple(table for table in tables if table is not None),
    )


def _draw_charts(published: SnapshotTables, period: ReportPeriod) -> tuple[ChartView, ...]:
    money = {"spend": "Spend", "revenue": "Revenue"}
    roas = "Revenue per unit spent, by the day"
    drawn = (
        draw_chart(published, "Spend and revenue by the day", CAMPAIGNS, money, period),
        draw_ratio(published, roas, CAMPAIGNS, ("revenue", "spend"), period),
        draw_chart(published, "Clicks by the day", CAMPAIGNS, {"clicks": "Clicks"}, period),
        draw_chart(published, "Sessions by the day", CAMPAIGNS, {"sessions": "Sessions"}, period),
        draw_chart(published, "Orders by the day", CAMPAIGNS, {"orders": "Orders"}, period),
        draw_groups(
            published, "Spend by platform and day", CAMPAIGNS, ("spend", "platform"), period
        ),
        draw_groups(
            published, "Sessions by platform and day", CAMPAIGNS, ("sessions", "platform"), period
        ),
    )
    return tuple(chart for chart in drawn if chart is not None)


def list_campaigns(published: SnapshotTables, period: ReportPeriod, limit: int) -> TableView | None:
    """List the campaigns of a period, best revenue per unit spent first, each with its ads."""
    spec = TableSpec(
        "Campaigns, and the ads of each",
        CAMPAIGNS,
        {"campaign_name": "Campaign", "platform": "Platform or level"},
        FIGURES,
        "Revenue per unit spent",
        by=CAMPAIGN,
        ratios=RATIOS,
        bars=("spend",),
    )
    ads = FinerLevel(
        ADS,
        pl.coalesce("ad_name", "ad_id"),
        pl.lit("ad"),
        CAMPAIGN,
        by=(*CAMPAIGN, "ad_group_id", "ad_id"),
    )
    return make_opening_table(published, spec, [ads], limit, period)


def rate_matches(published: SnapshotTables, period: ReportPeriod) -> tuple[Headline, ...]:
    """How much of the sessions of ad platforms, and of the spend, found each other.

    Args:
        published: The snapshot.
        period: The days that are meant.
    """
    rates = (
        ("Sessions whose ad or campaign is known", _share_of_sessions(published, period)),
        ("Spend on campaigns with sessions", _share_of_spend(published, period)),
    )
    return tuple(Headline(title, plain(rate, RATE)) for title, rate in rates if rate is not None)


def _share_of_sessions(published: SnapshotTables, period: ReportPeriod) -> float | None:
    if not published.has(MATCHES):
        return None
    is_matched = pl.col("match_status") == "matched"
    of_ads = pl.col("platform").is_not_null() | (pl.col("match_status") == "ambiguous")
    counted = published.scan(MATCHES).filter(of_ads, period.condition())
    matched, sessions = counted.select(is_matched.sum(), sessions=pl.len()).collect().row(0)
    return divide(matched, sessions)


def _share_of_spend(published: SnapshotTables, period: ReportPeriod) -> float | None:
    has_sessions = pl.col("sessions") > 0
    whole, seen = (
        published.scan(CAMPAIGNS)
        .filter(period.condition())
        .group_by(CAMPAIGN)
        .agg(pl.col("spend", "sessions").sum())
        .select(whole=pl.col("spend").sum(), seen=pl.col("spend").filter(has_sessions).sum())
        .collect()
        .row(0)
    )
    return divide(seen, whole)


def _platforms() -> TableSpec:
    return TableSpec(
        "By platform",
        CAMPAIGNS,
        {"platform": "Platform"},
        FIGURES,
        "spend",
        by=("platform",),
        ratios=RATIOS,
        bars=("spend",),
    )


def _conversions() -> TableSpec:
    return TableSpec(
        "What platforms claim, beside our own orders",
        CAMPAIGNS,
        {"platform": "Platform"},
        {
            "reported_conversions": "Conversions reported",
            "orders": "Our orders",
            "reported_conversions_value": "Value reported",
            "revenue": "Our revenue",
        },
        "reported_conversions",
        by=("platform",),
        ratios={"Reported per order": ("reported_conversions", "orders", NUMBER)},
    )


def _sources() -> TableSpec:
    return TableSpec(
        "Whose figures count: who speaks for which spend",
        "ads/spend_sources",
        {"platform": "Platform", "account_id": "Account", "level": "Level", "feed": "Feed"},
        {
            "entities": "Entities",
            "spend": "Spend",
            "spend_used": "Used",
            "spend_unplaced": "Not placed",
            "spend_of_level_below": "Level below",
            "difference": "Difference",
        },
        "spend",
    )


def _breakdowns() -> TableSpec:
    return TableSpec(
        "By keyword, place and device",
        "ads/breakdown_report",
        {"kind": "Kind", "value": "Value", "platform": "Platform"},
        {"spend": "Spend", "clicks": "Clicks", "impressions": "Impressions"},
        "spend",
        by=("platform", "kind", "value"),
        ratios={"Clicked": ("clicks", "impressions", RATE)},
    )
