"""The tab of ads: spend and what it brought, matches, what is broken, whose figures count."""

import polars as pl

from flows.page.charts import draw_chart
from flows.page.figures import MONEY, NUMBER, RATE, Cell, divide, plain
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
CAMPAIGN = ("org_id", "platform", "account_id", "campaign_id")
FINER_ROWS = 8
MATCHES, AUDIT = "ads/session_matches", "ads/utm_audit"
SUGGESTED = ("suggested_platform", "suggested_campaign_id", "suggested_ad_id")


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
    blocks.append(
        Block(
            notes=describe_matches(published),
            tables=tuple(table for table in tables if table is not None),
        )
    )
    if all(block.is_empty for block in blocks):
        blocks = [Block(notes=("No feed has a row about ads yet.",))]
    return Tab("ads", "Ads", tuple(blocks))


def _of_period(published: SnapshotTables, period: ReportPeriod, limit: int) -> Block:
    if not published.has(CAMPAIGNS):
        return Block(period=period.name)
    charts = (
        draw_chart(
            published,
            "Spend and revenue by the day",
            CAMPAIGNS,
            {"spend": "Spend", "revenue": "Revenue"},
            period,
        ),
        draw_chart(published, "Sessions by the day", CAMPAIGNS, {"sessions": "Sessions"}, period),
    )
    tables = (
        make_table(published, _platforms(), limit, period),
        list_campaigns(published, period, limit),
    )
    return Block(
        period=period.name,
        headlines=make_headlines(published, CAMPAIGNS, FIGURES, period, RATIOS),
        charts=tuple(chart for chart in charts if chart is not None),
        tables=tuple(table for table in tables if table is not None),
    )


def list_campaigns(published: SnapshotTables, period: ReportPeriod, limit: int) -> TableView | None:
    """List the campaigns of a period, best revenue per unit spent first, each with its ads."""
    spec = TableSpec(
        "Campaigns, and the ads of each",
        CAMPAIGNS,
        {"campaign_name": "Campaign", "platform": "Platform"},
        FIGURES,
        "Revenue per unit spent",
        by=CAMPAIGN,
        ratios=RATIOS,
        bars=("spend",),
    )
    rows, total = select_rows(published, spec, period.condition(), limit)
    if not total:
        return None
    ads = _list_ads(published, rows, period)
    shown = tuple(
        Rows(cells, ads.get(tuple(row[name] for name in CAMPAIGN), ()))
        for row, cells in zip(
            rows.iter_rows(named=True), list_cells(published, spec, rows, period), strict=True
        )
    )
    return TableView(spec.title, spec.columns(rows), shown, total, CAMPAIGNS)


def _list_ads(
    published: SnapshotTables, campaigns: pl.DataFrame, period: ReportPeriod
) -> dict[tuple[object, ...], tuple[tuple[Cell, ...], ...]]:
    """Campaign -> the cells of its ads that cost most in a period."""
    if not published.has(ADS):
        return {}
    spec = TableSpec(
        "",
        ADS,
        {"ad_name": "Ad", "platform": "Platform"},
        FIGURES,
        "spend",
        by=(*CAMPAIGN, "ad_group_id", "ad_id"),
        ratios=RATIOS,
    )
    wanted = campaigns.lazy().select(CAMPAIGN)
    rows = (
        published.scan(ADS)
        .filter(period.condition())
        .join(wanted, on=CAMPAIGN, how="semi", nulls_equal=True)
        .group_by(spec.by)
        .agg(pl.col("ad_name").max(), pl.col(list(FIGURES)).sum())
        .sort("spend", *spec.by, descending=[True, *(False for _ in spec.by)])
        .group_by(CAMPAIGN, maintain_order=True)
        .head(FINER_ROWS)
        .collect()
    )
    found: dict[tuple[object, ...], list[tuple[Cell, ...]]] = {}
    for row, cells in zip(
        rows.iter_rows(named=True),
        list_cells(published, spec, rows, period, campaigns),
        strict=True,
    ):
        name = plain(row["ad_name"] or row["ad_id"])
        found.setdefault(tuple(row[n] for n in CAMPAIGN), []).append((name, *cells[1:]))
    return {key: tuple(cells) for key, cells in found.items()}


def describe_matches(published: SnapshotTables) -> tuple[str, ...]:
    """Say how many sessions of ad platforms found their ad or campaign."""
    if not published.has(MATCHES):
        return ()
    counts = dict(
        published.scan(MATCHES)
        .filter(pl.col("platform").is_not_null() | (pl.col("match_status") == "ambiguous"))
        .group_by("match_status")
        .len()
        .collect()
        .iter_rows()
    )
    total = sum(counts.values())
    if not total:
        return ()
    matched = counts.get("matched", 0)
    sentence = (
        f"{matched:,} of {total:,} sessions of ad platforms ({matched / total:.1%}) found their ad "
        f"or campaign; of {counts.get('ambiguous', 0):,} several are possible."
    )
    return (sentence, *_describe_spend(published))


def _describe_spend(published: SnapshotTables) -> tuple[str, ...]:
    """Say how much of the spend went to campaigns of which sessions are known."""
    if not published.count(CAMPAIGNS, pl.col("spend") > 0):
        return ()
    by_campaign = (
        published.scan(CAMPAIGNS)
        .group_by(CAMPAIGN)
        .agg(pl.col("spend", "sessions").sum())
        .select(
            whole=pl.col("spend").sum(), seen=pl.col("spend").filter(pl.col("sessions") > 0).sum()
        )
        .collect()
    )
    whole, seen = by_campaign.row(0)
    share = divide(seen, whole) or 0.0
    return (f"{share:.1%} of the spend went to campaigns whose sessions are known.",)


def list_broken_links(published: SnapshotTables, limit: int) -> TableView | None:
    """List what is broken between links and ads, most money and sessions at risk first."""
    spec = TableSpec(
        "What is broken between links and ads",
        AUDIT,
        {
            "kind": "What",
            "platform": "Platform",
            "parameter": "Where",
            "value": "Value",
            "landing_page": "Example page",
            "suggested_name": "May be meant",
        },
        {"spend_at_risk": "Spend at risk", "sessions_at_risk": "Sessions at risk"},
        "spend_at_risk",
        note="Suggestions are never applied by themselves; `campaign-reports suggest` writes them "
        "as lines of [ads.aliases].",
    )
    return make_table(published, spec, limit)


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
        "What platforms claim, beside our own orders (all days)",
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
        "By keyword, place and device (all days)",
        "ads/breakdown_report",
        {"kind": "Kind", "value": "Value", "platform": "Platform"},
        {"spend": "Spend", "clicks": "Clicks", "impressions": "Impressions"},
        "spend",
        by=("platform", "kind", "value"),
        ratios={"Clicked": ("clicks", "impressions", RATE)},
    )
