"""The tab of ads: spend and what it brought, matches, what is broken, whose figures count."""

import polars as pl

from contracts.facts.matching.session_facts import MatchStatus
from contracts.reports.ads import AdPerformance, BreakdownReport, CampaignPerformance, SpendSources
from contracts.reports.session_matches import SessionMatches
from flows.page.charts import draw_chart, draw_groups, draw_ratio
from flows.page.day_sums import DaySums, make_headlines, parts_of, read_day_sums, sum_ratios
from flows.page.drill_down import FinerLevel, make_opening_table
from flows.page.figures import MONEY, NUMBER, RATE, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import DAY, SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.tabs.broken_links import list_broken_links
from flows.page.views import Block, ChartView, Headline, Tab, TableView, make_tab, only_made
from transforms.ads.ratios import RATIOS as PERFORMANCE_RATIOS
from transforms.ads.ratios import STATS_RATIOS
from transforms.common.rates import divide_numbers, sum_known

A, B, C = AdPerformance, BreakdownReport, CampaignPerformance
CAMPAIGNS, ADS = "ads/campaign_performance", "ads/ad_performance"
FIGURES = {
    C.spend: "Spend",
    C.clicks: "Clicks",
    C.sessions: "Sessions",
    C.orders: "Orders",
    C.revenue: "Revenue",
    C.reported_conversions: "Conversions reported",
    C.reported_conversions_value: "Value reported",
}
RATIOS = {
    "Revenue per unit spent": (*PERFORMANCE_RATIOS[C.roas], NUMBER),
    "Reported value per unit spent": (*PERFORMANCE_RATIOS[C.reported_roas], NUMBER),
    "Cost per session": (*PERFORMANCE_RATIOS[C.cost_per_session], MONEY),
}
HEADLINE_RATIOS = {
    name: ratio for name, ratio in RATIOS.items() if ratio[0] != C.reported_conversions_value
}
"""Not what platforms claim: some say no value, and their spend would stand below that of others."""
CAMPAIGN = (C.org_id, C.platform, C.account_id, C.campaign_id)
MATCHES = "ads/session_matches"
MATCHED, OF_ADS = "matched", "of_ads"
OF_KNOWN = (
    "Ratios are of the days of which both figures are known: of days before a platform's first "
    "stats and after its last nobody says the spend."
)
SUMMED = tuple(dict.fromkeys([*FIGURES, *parts_of(RATIOS)]))
PLATFORMS = TableSpec(
    "By platform",
    CAMPAIGNS,
    {C.platform: "Platform"},
    FIGURES,
    C.spend,
    by=(C.platform,),
    ratios=RATIOS,
    bars=(C.spend,),
    note=OF_KNOWN,
)
CONVERSIONS = TableSpec(
    "What platforms claim, beside our own orders",
    CAMPAIGNS,
    {C.platform: "Platform"},
    {
        C.reported_conversions: "Conversions reported",
        C.orders: "Our orders",
        C.reported_conversions_value: "Value reported",
        C.revenue: "Our revenue",
    },
    C.reported_conversions,
    by=(C.platform,),
    ratios={"Reported per order": (*PERFORMANCE_RATIOS[C.over_claim_ratio], NUMBER)},
)
SOURCES = TableSpec(
    "Whose figures count: who speaks for which spend",
    "ads/spend_sources",
    {
        SpendSources.platform: "Platform",
        SpendSources.account_id: "Account",
        SpendSources.level: "Level",
        SpendSources.feed: "Feed",
    },
    {
        SpendSources.entities: "Entities",
        SpendSources.spend: "Spend",
        SpendSources.spend_used: "Used",
        SpendSources.spend_unplaced: "Not placed",
        SpendSources.spend_of_level_below: "Level below",
        SpendSources.difference: "Difference",
    },
    SpendSources.spend,
)
BREAKDOWNS = TableSpec(
    "By keyword, place and device",
    "ads/breakdown_report",
    {B.kind: "Kind", B.value: "Value", B.platform: "Platform"},
    {B.spend: "Spend", B.clicks: "Clicks", B.impressions: "Impressions"},
    B.spend,
    by=(B.platform, B.kind, B.value),
    ratios={"Clicked": (*STATS_RATIOS[B.ctr], RATE)},
)


def build_ads_tab(published: SnapshotTables, periods: list[ReportPeriod]) -> Tab:
    """Build the tab of ads."""
    days = read_day_sums(published, CAMPAIGNS, SUMMED, (C.platform,))
    sessions = _read_matches(published)
    blocks = [_of_period(published, days, sessions, period) for period in periods]
    tables = [
        list_broken_links(published),
        make_table(published, CONVERSIONS, rows=days.rows),
        make_table(published, SOURCES),
        make_table(published, BREAKDOWNS),
    ]
    found = only_made(tables)
    blocks.append(Block(title="All days" if found else "", tables=found))
    return make_tab("ads", blocks, nothing="No feed has a row about ads yet.")


def _of_period(
    published: SnapshotTables, days: DaySums, sessions: DaySums, period: ReportPeriod
) -> Block:
    campaigns = sum_campaigns(published, period)
    tables = (
        make_table(published, PLATFORMS, period, days.of(period)),
        list_campaigns(published, period, campaigns),
    )
    return Block(
        period=period.name,
        headlines=(
            *make_headlines(days, FIGURES, period, HEADLINE_RATIOS),
            *_rate_matches(sessions, campaigns, period),
        ),
        charts=_draw_charts(days, period),
        tables=only_made(tables),
    )


def _draw_charts(days: DaySums, period: ReportPeriod) -> tuple[ChartView, ...]:
    money = {C.spend: "Spend", C.revenue: "Revenue"}
    sums = days.sum(money, period)
    known = " and ".join(of for name, of in money.items() if sums.get(name) is not None)
    roas = "Revenue per unit spent, by the day"
    drawn = (
        draw_chart(days, f"{known.capitalize()} by the day", money, period),
        draw_ratio(days, roas, (C.revenue, C.spend), period),
        draw_chart(days, "Clicks by the day", {C.clicks: "Clicks"}, period),
        draw_chart(days, "Sessions by the day", {C.sessions: "Sessions"}, period),
        draw_chart(days, "Orders by the day", {C.orders: "Orders"}, period),
        draw_groups(days, "Spend by platform and day", (C.spend, C.platform), period),
        draw_groups(days, "Sessions by platform and day", (C.sessions, C.platform), period),
    )
    return only_made(drawn)


def sum_campaigns(published: SnapshotTables, period: ReportPeriod) -> pl.DataFrame:
    """The name and the figures of each ad campaign over a period; the snapshot has campaigns."""
    return (
        published.scan(CAMPAIGNS)
        .filter(period.condition())
        .group_by(CAMPAIGN)
        .agg(
            pl.col(C.campaign_name).max(),
            *sum_known(SUMMED),
            *sum_ratios(RATIOS, published.columns(CAMPAIGNS)),
        )
        .collect(engine="streaming")
    )


def list_campaigns(
    published: SnapshotTables, period: ReportPeriod, campaigns: pl.DataFrame
) -> TableView | None:
    """List the campaigns of a period, best revenue per unit spent first, each with its ads."""
    spec = TableSpec(
        "Campaigns, and the ads of each",
        CAMPAIGNS,
        {C.campaign_name: "Campaign", C.platform: "Platform or level"},
        FIGURES,
        "Revenue per unit spent",
        by=CAMPAIGN,
        ratios=RATIOS,
        bars=(C.spend,),
    )
    ads = FinerLevel(
        ADS,
        pl.coalesce(A.ad_name, A.ad_id),
        pl.lit("ad"),
        CAMPAIGN,
        by=(*CAMPAIGN, A.ad_group_id, A.ad_id),
    )
    return make_opening_table(published, spec, [ads], period, campaigns)


def _rate_matches(
    sessions: DaySums, campaigns: pl.DataFrame, period: ReportPeriod
) -> tuple[Headline, ...]:
    """How much of the sessions of ad platforms, and of the spend, found each other."""
    found = sessions.sum([MATCHED, OF_ADS], period)
    seen = campaigns.filter(pl.col(C.sessions) > 0)
    rates = (
        (
            "Sessions whose ad or campaign is known",
            divide_numbers(found.get(MATCHED), found.get(OF_ADS)),
        ),
        (
            "Spend on campaigns with sessions",
            divide_numbers(seen[C.spend].sum(), campaigns[C.spend].sum()),
        ),
    )
    return tuple(Headline(title, plain(rate, RATE)) for title, rate in rates if rate is not None)


def _read_matches(published: SnapshotTables) -> DaySums:
    """The sessions of each day that came from ad platforms, and those whose ad was found."""
    is_matched = pl.col(SessionMatches.match_status) == MatchStatus.MATCHED
    of_ads = pl.col(SessionMatches.platform).is_not_null() | (
        pl.col(SessionMatches.match_status) == MatchStatus.AMBIGUOUS
    )
    days = (
        published.scan(MATCHES)
        .filter(of_ads)
        .group_by(DAY)
        .agg(is_matched.sum().alias(MATCHED), pl.len().alias(OF_ADS))
        .collect(engine="streaming")
    )
    return DaySums(MATCHES, days)
