"""The ads group: stats of every level, sessions with their ads, and what is broken between them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from contracts.columns import key, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.ads.ad_stats import PlacedStats, StatsRates
from contracts.facts.ads.ad_sums import (
    AdContactSessions,
    AdSpend,
    BreakdownSums,
    EntityPlaces,
    LevelComparisons,
    NamedBreakdowns,
    PerformanceGroups,
    PerformanceSums,
    SessionCounts,
    SessionPlaces,
)
from contracts.facts.matching.session_facts import SessionBase
from contracts.facts.matching.session_matching import AuditedLinks
from contracts.manifest import Check
from contracts.reports.ads import BreakdownReport, CampaignPerformance, SpendSources
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.ads.level_reports import compute_rows, write_level_reports
from flows.steps.matching.session_reports import write_utm_audit
from flows.storage.report_files import equal, write_report, write_table
from transforms.ads.daily_stats import find_stats_rates
from transforms.ads.performance_sums import (
    Grouping,
    fill_performance,
    list_groups,
    place_entities,
    sum_performance,
)
from transforms.ads.rests import AD, CAMPAIGN
from transforms.ads.session_counts import (
    SessionFigures,
    count_contact_sessions,
    count_sessions,
    list_session_places,
)
from transforms.ads.speakers import adds_to
from transforms.common.joins import HELD, STREAMED
from transforms.common.report_rows import ReportRows
from transforms.matching.match_sessions import MatchedSessions
from transforms.reports.ad_breakdowns import (
    name_breakdowns,
    report_breakdowns,
    sum_breakdowns,
)
from transforms.reports.ad_performance import (
    make_ad_performance,
    make_campaign_performance,
    sum_by_ad,
)
from transforms.reports.spend_sources import compare_levels, report_spend_sources


def write_stats_reports(
    catalog: Catalog, config: Workspace, facts: AdFacts, staging: Path
) -> list[Check]:
    """Write what platforms report: by level, landing page and breakdown, and where it comes from.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        facts: What the reports are made from.
        staging: The snapshot being written.
    """
    currency = config.workspace.currency
    return [
        *write_level_reports(facts, currency, staging),
        *write_spend_sources(facts, catalog, currency, staging),
        *write_breakdowns(facts, catalog, currency, staging),
    ]


def write_performance_reports(
    config: Workspace, facts: AdFacts, conversions: pl.DataFrame | None, staging: Path
) -> list[Check]:
    """Write what ads cost beside the sessions that they brought, and what is broken between them.

    Args:
        config: The workspace's configuration.
        facts: What the reports are made from.
        conversions: Orders and revenue by session (last touch); None without an orders feed.
        staging: The snapshot being written.
    """
    currency, days = config.workspace.currency, facts.days
    sessions = count_ad_sessions(facts, conversions)
    campaigns = compute_performance(facts, sessions, CAMPAIGN, days, currency)
    checks = write_report(staging, "ads", "campaign_performance", campaigns)
    totals = [total_performance(campaigns)]
    del campaigns
    ads = compute_performance(facts, sessions, AD, days, currency)
    checks += write_report(staging, "ads", "ad_performance", ads)
    totals.append(total_performance(ads))
    spend = materialize(sum_by_ad(ads), AdSpend)
    del ads
    checks += write_utm_audit(facts.matched, facts.names, spend, staging)
    return checks + reconcile_ads(facts, *totals)


def write_spend_sources(
    facts: AdFacts, catalog: Catalog, currency: str, staging: Path
) -> list[Check]:
    """Write which feed speaks for what, and prove that what it is used for is all that was spent.

    Args:
        facts: What the reports are made from.
        catalog: What was read.
        currency: The reporting currency.
        staging: The snapshot being written.
    """
    placed = facts.placed()
    compared = materialize(compare_levels(placed), LevelComparisons)
    feeds = {feed.place: feed.name for feed in catalog.given.feeds}
    rows = report_spend_sources(placed, facts.speakers, compared, feeds, currency).collect()
    return [
        *write_table(staging, "ads", "spend_sources", rows),
        equal(
            "ads: spend of the feeds that speak",
            sum_counted(facts),
            f"{rows[SpendSources.spend_used].sum() or 0:.4f}",
        ),
    ]


def write_breakdowns(facts: AdFacts, catalog: Catalog, currency: str, staging: Path) -> list[Check]:
    """Write what platforms say by keyword, place or device.

    Args:
        facts: What the reports are made from.
        catalog: What was read.
        currency: The reporting currency.
        staging: The snapshot being written.
    """
    if not catalog.has_rows("ad_breakdowns"):
        nothing = pl.DataFrame(schema=polars_schema(BreakdownReport))
        return write_table(staging, "ads", "breakdown_report", nothing)
    given = catalog.scan("ad_breakdowns")
    named = materialize(name_breakdowns(given, facts.versions), NamedBreakdowns)
    accounts, exchange_rates = catalog.scan("ad_accounts"), rates_of(catalog)
    rates = materialize(find_stats_rates(named, accounts, exchange_rates, currency), StatsRates)
    sums = materialize(sum_breakdowns(named, rates, facts.placed()), BreakdownSums)
    report = compute_rows(report_breakdowns(sums, currency))
    return write_report(staging, "ads", "breakdown_report", report)


def compute_performance(
    facts: AdFacts, sessions: SessionFigures, level: int, days: Sequence[pl.Expr], currency: str
) -> ReportRows:
    """What campaigns or ads cost beside their sessions, its rows in memory.

    Args:
        facts: What the reports are made from.
        sessions: The sessions of ad platforms.
        level: How fine the report is: `CAMPAIGN` or `AD`.
        days: The ranges of days that are added up one after the other.
        currency: The reporting currency.
    """
    listed = list_groups(facts.entities, sessions.counts, level)
    groups = materialize(listed, PerformanceGroups)
    places = materialize(place_entities(facts.entities, groups, level), EntityPlaces)
    grouping = Grouping(level, groups, places)
    parts = [
        materialize(
            sum_performance(facts.stats.filter(of), facts.entities, sessions.filter(of), grouping),
            PerformanceSums,
        )
        for of in days
    ]
    filled = fill_performance(pl.concat(parts), has_orders=sessions.has_orders)
    del parts
    sums = materialize(filled, PerformanceSums, is_held=True)
    del filled
    make = make_ad_performance if level == AD else make_campaign_performance
    return compute_rows(make(sums, groups, facts.names.lazy(), currency))


def count_ad_sessions(facts: AdFacts, conversions: pl.DataFrame | None) -> SessionFigures:
    """Count the sessions of ad platforms by the day, where the spend of their ads stands.

    Args:
        facts: What the reports are made from.
        conversions: Orders and revenue by session (last touch); None without an orders feed.
    """
    matched = _add_orders(facts.matched, conversions)
    places = materialize(list_session_places(matched.links), SessionPlaces)
    by_contact = materialize(count_contact_sessions(matched, places), AdContactSessions)
    counts = count_sessions(by_contact, places, facts.entities, facts.versions)
    return SessionFigures(
        materialize(counts, SessionCounts), by_contact, has_orders=conversions is not None
    )


def _add_orders(matched: MatchedSessions, conversions: pl.DataFrame | None) -> MatchedSessions:
    """Give each session the orders and revenue of which it was the last touch."""
    if conversions is None:
        nothing = (
            pl.lit(None, dtype).alias(name)
            for name, dtype in polars_schema(AdContactSessions).items()
            if name in (AdContactSessions.orders, AdContactSessions.revenue)
        )
        return replace(matched, sessions=matched.sessions.with_columns(nothing))
    sessions = matched.sessions.join(
        conversions.lazy(), on=key(SessionBase), how="left", validate=STREAMED, build_side=HELD
    ).with_columns(pl.col(AdContactSessions.orders, AdContactSessions.revenue).fill_null(0))
    return replace(matched, sessions=sessions)


def total_performance(report: ReportRows) -> tuple[int, str]:
    """The sessions and the spend of a performance table in all."""
    p = CampaignPerformance
    sessions, spend = report.rows.select(pl.sum(p.sessions, p.spend)).collect().row(0)
    return sessions, f"{spend or 0:.4f}"


def sum_counted(facts: AdFacts) -> str:
    """The spend of all accounts."""
    spend = facts.placed().filter(adds_to(0)).select(pl.col(PlacedStats.spend).sum())
    return f"{spend.collect().item() or 0:.4f}"


def reconcile_ads(facts: AdFacts, campaigns: tuple[int, str], ads: tuple[int, str]) -> list[Check]:
    """Both performance tables come to the accounts' spend and to every session of a platform.

    Args:
        facts: What the reports are made from.
        campaigns: Sessions and spend of `campaign_performance`.
        ads: Sessions and spend of `ad_performance`.
    """
    came = facts.matched.links.filter(pl.col(AuditedLinks.platform).is_not_null())
    visited = came.select(pl.col(AuditedLinks.session_count).sum()).collect().item()
    spent = sum_counted(facts)
    return [
        equal("ads: sessions of campaigns", visited, campaigns[0]),
        equal("ads: sessions of ads", visited, ads[0]),
        equal("ads: spend of campaigns", spent, campaigns[1]),
        equal("ads: spend of ads", spent, ads[1]),
    ]
