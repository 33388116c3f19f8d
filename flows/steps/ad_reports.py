"""The ads group: stats of every level, sessions with their ads, and what is broken between them."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from contracts.config.workspace import Workspace
from contracts.manifest import Check
from contracts.vocabulary import AdLevel
from flows.ingest.catalog import Catalog
from flows.ingest.exchange_rates import rates_of
from flows.runtime.materialize import hold
from flows.steps.session_matching import find_message_names, match_sessions
from flows.steps.session_reports import write_session_matches, write_utm_audit
from flows.storage.report_files import equal, write_report
from transforms.ads.conversions import choose_conversions
from transforms.ads.daily_stats import make_daily_stats
from transforms.ads.entities import EntityDays
from transforms.ads.name_lookup import AdVersions, list_versions
from transforms.ads.name_versions import AdTables
from transforms.ads.names import list_ad_names
from transforms.ads.portfolios import add_portfolio_names
from transforms.ads.rollup import ReportRows
from transforms.ads.visits import align_visits, count_visits
from transforms.common.joins import STREAMED
from transforms.matching.match_sessions import (
    SESSION_COUNT,
    MatchedSessions,
)
from transforms.reports.ad_performance import (
    make_ad_performance,
    make_campaign_performance,
    sum_by_ad,
)
from transforms.reports.ads import make_level_report, make_url_report

LEVELS = {
    "account_report": AdLevel.ACCOUNT,
    "campaign_report": AdLevel.CAMPAIGN,
    "ad_group_report": AdLevel.AD_GROUP,
    "ad_report": AdLevel.AD,
}


ALWAYS = frozenset({"campaign_performance"})
"""Tables that are written also without a row; those of a level that no feed gives are not."""


@dataclass(frozen=True)
class AdFacts:
    """What the ads reports are made from.

    Attributes:
        stats: `DailyStats` and their entities, held in memory.
        names: `AdNames`.
        versions: What the tables of names tell.
        matched: Every session and what it came by.
        scratch: A folder for what is cut into groups.
    """

    stats: EntityDays
    names: pl.DataFrame
    versions: AdVersions
    matched: MatchedSessions
    scratch: Path


def build_ad_facts(
    catalog: Catalog, config: Workspace, sessions: pl.LazyFrame, scratch: Path
) -> AdFacts:
    """Sum the stats by day, list the names in time, and match every session.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        sessions: Canonical sessions, delivered or made from page views.
        scratch: A folder for the matched sessions.
    """
    workspace = config.workspace
    tables = AdTables(
        accounts=_given(catalog, "ad_accounts"),
        campaigns=_campaigns_given(catalog),
        groups=_given(catalog, "ad_groups"),
        ads=_given(catalog, "ads"),
        creatives=_given(catalog, "ad_creatives"),
    )
    versions = list_versions(tables, workspace.timezone, hold)
    conversions = _given(catalog, "ad_conversions")
    if conversions is not None:
        conversions = choose_conversions(conversions, _chosen_conversions(catalog))
    stats = make_daily_stats(
        catalog.scan("ad_stats"),
        conversions,
        versions,
        rates_of(catalog),
        workspace.currency,
        hold,
    )
    names = list_ad_names(stats, versions, hold).collect()
    matched = match_sessions(sessions, names.lazy(), find_message_names(catalog), config, scratch)
    return AdFacts(stats, names, versions, matched, scratch)


def _given(catalog: Catalog, table: str) -> pl.LazyFrame | None:
    return catalog.scan(table) if catalog.has_rows(table) else None


def _campaigns_given(catalog: Catalog) -> pl.LazyFrame | None:
    campaigns, portfolios = _given(catalog, "ad_campaigns"), _given(catalog, "ad_portfolios")
    if campaigns is None or portfolios is None:
        return campaigns
    return add_portfolio_names(campaigns, portfolios)


def _chosen_conversions(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Platform -> the conversions that count: those configured, else those of the source."""
    chosen: dict[str, tuple[str, ...]] = {}
    for file in catalog.files:
        feed = file.raw.feed
        for resolved in feed.mappings:
            platform = resolved.mapping.constants.get("platform")
            if resolved.mapping.table != "ad_conversions" or platform is None:
                continue
            if feed.section.conversions or platform not in chosen:
                chosen[platform] = feed.conversions
    return chosen


def write_ads_reports(
    catalog: Catalog,
    config: Workspace,
    facts: AdFacts,
    conversions: pl.DataFrame | None,
    staging: Path,
) -> list[Check]:
    """Write the ads group; it exists where `ads` or `ad_stats` are configured.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        facts: What the reports are made from.
        conversions: Orders and revenue by session (last touch); None without an orders feed.
        staging: The snapshot being written.
    """
    currency, stats, names = config.workspace.currency, facts.stats, facts.names.lazy()
    unknown = set() if _has_ads(facts) else {"ad_performance"}
    checks: list[Check] = []

    def write(name: str, report: ReportRows) -> ReportRows:
        rows = report.rows.collect(engine="in-memory")  # It sorts numbers for less.
        held = replace(report, rows=rows.lazy())
        if name in ALWAYS or (rows.height and name not in unknown):
            checks.extend(write_report(staging, "ads", name, held))
        return held

    if catalog.given.is_configured("ad_stats", "ad_conversions"):
        for name, level in LEVELS.items():
            write(name, make_level_report(stats, level, facts.versions.tables, currency, hold))
        write("url_report", make_url_report(stats, currency, hold))
    visits = count_visits(_add_orders(facts.matched, conversions), hold)
    performance = (
        stats,
        align_visits(visits, stats, facts.versions, hold),
        names,
        currency,
        hold,
    )
    campaigns = write("campaign_performance", make_campaign_performance(*performance))
    ads = write("ad_performance", make_ad_performance(*performance))
    links = hold(facts.matched.count())
    if catalog.given.is_configured("sessions", "page_views"):
        checks += write_session_matches(facts.matched, staging, facts.scratch)
        spend = hold(sum_by_ad(ads))
        checks += write_utm_audit(facts.matched, facts.names, spend, staging)
    return checks + reconcile_ads(links, campaigns, ads)


def _has_ads(facts: AdFacts) -> bool:
    """Whether anything is known of ads, not of campaigns alone."""
    levels = [facts.stats.entities.select("level").collect(), facts.names]
    return any(AdLevel.AD in frame["level"] for frame in levels)


def _add_orders(matched: MatchedSessions, conversions: pl.DataFrame | None) -> MatchedSessions:
    """Give each session the orders and revenue of which it was the last touch."""
    if conversions is None:
        return matched
    sessions = matched.sessions.join(
        conversions.lazy(), on=["org_id", "session_id"], how="left", validate=STREAMED
    ).with_columns(pl.col("orders", "revenue").fill_null(0))
    return replace(matched, sessions=sessions)


def reconcile_ads(links: pl.LazyFrame, campaigns: ReportRows, ads: ReportRows) -> list[Check]:
    """Both performance tables come to the same spend and to every session of a platform."""
    came = links.filter(pl.col("platform").is_not_null()).select(pl.col(SESSION_COUNT).sum())
    of_campaigns, of_ads = (
        report.rows.select(pl.sum("sessions", "spend")).collect().row(0)
        for report in (campaigns, ads)
    )
    visited = came.collect().item()
    return [
        equal("ads: sessions of campaigns", visited, of_campaigns[0]),
        equal("ads: sessions of ads", visited, of_ads[0]),
        equal("ads: spend of ads", str(of_campaigns[1]), str(of_ads[1])),
    ]
