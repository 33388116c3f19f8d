"""The ads group: stats of every level, sessions with their ads, and what is broken between them."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.manifest import Check
from contracts.reports.ad_matches import SessionMatches
from contracts.vocabulary import AdLevel
from contracts.workspace import Workspace
from flows.catalog import Catalog
from flows.partition import hold
from flows.pricing import rates_of
from flows.tables import equal, write_table
from transforms.ad_names import list_ad_names
from transforms.ad_stats import choose_conversions, make_daily_stats
from transforms.ad_versions import AdTables
from transforms.audit import audit_utm
from transforms.matching import match_sessions
from transforms.reports.ad_performance import make_ad_performance, make_campaign_performance
from transforms.reports.ads import make_level_report, make_url_report
from transforms.reports.messaging import finish
from transforms.suggestions import suggest_targets

LEVELS = {
    "account_report": AdLevel.ACCOUNT,
    "campaign_report": AdLevel.CAMPAIGN,
    "ad_group_report": AdLevel.AD_GROUP,
    "ad_report": AdLevel.AD,
}


ALWAYS = frozenset({"campaign_performance", "session_matches", "utm_audit"})
"""Tables that are written also without a row; those of a level that no feed gives are not."""


@dataclass(frozen=True)
class AdFacts:
    """What the ads reports are made from.

    Attributes:
        stats: `DailyStats`.
        names: `AdNames`.
        tables: The tables of names.
        sessions: `SessionFacts`.
    """

    stats: pl.DataFrame
    names: pl.DataFrame
    tables: AdTables
    sessions: pl.DataFrame


def build_ad_facts(catalog: Catalog, config: Workspace, sessions: pl.LazyFrame) -> AdFacts:
    """Sum the stats by day, list the names in time, and match every session.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        sessions: Canonical sessions, delivered or made from page views.
    """
    workspace = config.workspace
    tables = AdTables(
        accounts=_given(catalog, "ad_accounts"),
        campaigns=_given(catalog, "ad_campaigns"),
        groups=_given(catalog, "ad_groups"),
        ads=_given(catalog, "ads"),
        creatives=_given(catalog, "ad_creatives"),
    )
    conversions = _given(catalog, "ad_conversions")
    if conversions is not None:
        conversions = choose_conversions(conversions, _chosen_conversions(catalog))
    stats = make_daily_stats(
        catalog.scan("ad_stats"),
        conversions,
        tables,
        rates_of(catalog),
        workspace.currency,
        workspace.timezone,
    ).collect()
    names = list_ad_names(stats.lazy(), tables, workspace.timezone, settle=hold).collect()
    return AdFacts(stats, names, tables, match(sessions, names, config))


def match(sessions: pl.LazyFrame, names: pl.DataFrame, config: Workspace) -> pl.DataFrame:
    """The session fact; what the sessions' few distinct origins mean is held in memory."""
    return match_sessions(
        sessions, names.lazy(), config.ads, config.workspace.timezone, settle=hold
    ).collect()


def _given(catalog: Catalog, table: str) -> pl.LazyFrame | None:
    return catalog.scan(table) if catalog.has_rows(table) else None


def _chosen_conversions(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Platform -> the conversions that count: those configured, else those of the source."""
    chosen: dict[str, tuple[str, ...]] = {}
    for file in catalog.files:
        feed = file.raw.feed
        for reading in feed.readings:
            platform = reading.mapping.constants.get("platform")
            if reading.mapping.table != "ad_conversions" or platform is None:
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
    workspace = config.workspace
    currency, timezone = workspace.currency, workspace.timezone
    stats, sessions, names = facts.stats.lazy(), facts.sessions.lazy(), facts.names.lazy()
    tables: dict[str, pl.LazyFrame] = {}
    if catalog.is_configured("ad_stats", "ad_conversions"):
        for name, level in LEVELS.items():
            tables[name] = make_level_report(stats, level, facts.tables, currency, timezone)
        tables["url_report"] = make_url_report(stats, currency)
    visits = sessions if conversions is None else _add_orders(sessions, conversions)
    performance = (stats, visits, names, facts.tables, currency, timezone)
    tables["campaign_performance"] = make_campaign_performance(*performance, settle=hold)
    tables["ad_performance"] = make_ad_performance(*performance, settle=hold)
    written = {name: table.collect() for name, table in tables.items()}
    if catalog.is_configured("sessions", "page_views"):
        written["session_matches"] = finish(sessions, SessionMatches).collect()
        written["utm_audit"] = audit(facts, written["ad_performance"])
    unknown = set() if _has_ads(facts) else {"ad_performance"}
    checks: list[Check] = []
    for name, table in written.items():
        if name not in unknown and (table.height or name in ALWAYS):
            checks += write_table(staging, "ads", name, table)
    return checks + reconcile_ads(facts, written)


def _has_ads(facts: AdFacts) -> bool:
    """Whether anything is known of ads, not of campaigns alone."""
    return any(AdLevel.AD in frame["level"] for frame in (facts.stats, facts.names))


def _add_orders(sessions: pl.LazyFrame, conversions: pl.DataFrame) -> pl.LazyFrame:
    """Give each session the orders and revenue of which it was the last touch."""
    return sessions.join(
        conversions.lazy(), on=["org_id", "session_id"], how="left", validate="1:1"
    ).with_columns(pl.col("orders", "revenue").fill_null(0))


def audit(facts: AdFacts, performance: pl.DataFrame) -> pl.DataFrame:
    """What is broken between links and ads, with the money beside it and what may be meant."""
    spend = performance.lazy().select(
        "org_id", "platform", "campaign_id", "campaign_name", "ad_id", "ad_name", "spend"
    )
    found = audit_utm(facts.sessions.lazy(), facts.names.lazy(), spend).collect()
    return suggest_targets(found, facts.names)


def reconcile_ads(facts: AdFacts, written: dict[str, pl.DataFrame]) -> list[Check]:
    """Both performance tables come to the same spend and to every session of a platform."""
    visits = facts.sessions.filter(pl.col("platform").is_not_null()).height
    campaigns, ads = written["campaign_performance"], written["ad_performance"]
    return [
        equal("ads: sessions of campaigns", visits, int(campaigns["sessions"].sum())),
        equal("ads: sessions of ads", visits, int(ads["sessions"].sum())),
        equal("ads: spend of ads", str(campaigns["spend"].sum()), str(ads["spend"].sum())),
    ]
