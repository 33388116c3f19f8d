"""What the ads reports are made from: stats by the day, names in time, sessions with their ads."""

from dataclasses import dataclass

import polars as pl

from contracts.config.workspace import Workspace
from contracts.facts.ads.ad_facts import (
    AdEntities,
    AdNames,
    AdSpeakers,
    DailyStats,
    EntityNames,
    FeedStats,
    NamedStats,
    NameSpans,
    NameTables,
    NameVersions,
    NumberedStats,
    StatsRates,
)
from contracts.feeds import AdStats
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.runtime.materialize import materialize
from flows.steps.matching.session_matching import find_message_names, match_sessions
from flows.steps.matching.sessions import KeyedSessions
from transforms.ads.conversions import attach_conversions, choose_conversions
from transforms.ads.daily_stats import (
    fill_parents,
    find_stats_rates,
    lacks_parents,
    name_stats,
    sum_daily_stats,
    sum_feed_stats,
)
from transforms.ads.entities import list_entities, number_entities
from transforms.ads.name_lookup import AdVersions, list_versions
from transforms.ads.name_versions import AdTables, list_name_tables
from transforms.ads.names import (
    IDS,
    list_ad_names,
    list_name_spans,
    list_stats_names,
    list_table_names,
    name_ads,
)
from transforms.ads.portfolios import add_portfolio_names
from transforms.ads.rests import list_campaign_figures
from transforms.ads.speakers import list_speakers, place_stats
from transforms.common.shared_texts import write_out_texts
from transforms.matching.match_sessions import MatchedSessions

SPEND = [AdStats.org_id, AdStats.date_day, AdStats.platform, AdStats.campaign_id, AdStats.spend]


@dataclass(frozen=True)
class AdFacts:
    """What the ads reports are made from.

    Attributes:
        stats: `NumberedStats`.
        entities: `AdEntities` of the stats.
        speakers: `AdSpeakers`.
        names: `AdNames`.
        versions: What the tables of names say.
        matched: Every session and what it came by.
    """

    stats: pl.LazyFrame
    entities: pl.LazyFrame
    speakers: pl.LazyFrame
    names: pl.DataFrame
    versions: AdVersions
    matched: MatchedSessions

    def list_spend(self) -> pl.LazyFrame:
        """Rows of organization, day, platform, campaign and spend that add up to the accounts'."""
        return write_out_texts(list_campaign_figures(self.stats).select(SPEND))


def build_ad_facts(catalog: Catalog, config: Workspace, sessions: KeyedSessions) -> AdFacts:
    """Sum the stats by day, list the names in time, and match every session.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        sessions: Sessions, delivered or made from page views.
    """
    versions = find_versions(catalog, config)
    named = build_named_stats(catalog, versions)
    speakers = materialize(list_speakers(named), AdSpeakers)
    daily = build_daily_stats(catalog, config, named, versions)
    names = _list_names(daily, versions)
    entities = materialize(list_entities(daily), AdEntities)
    placed = place_stats(daily, speakers, versions.tables)
    stats = materialize(number_entities(placed, entities), NumberedStats)
    messages = find_message_names(catalog)
    matched = match_sessions(sessions, names, messages, config)
    return AdFacts(stats, entities, speakers, names.collect(), versions, matched)


def build_named_stats(catalog: Catalog, versions: AdVersions) -> pl.LazyFrame:
    """Sum every feed's stats by the day, with names and parents (`NamedStats`).

    Args:
        catalog: What was read.
        versions: What the tables of names say.
    """
    given = materialize(sum_feed_stats(scan_stats(catalog)), FeedStats)
    named = materialize(name_stats(given, versions), NamedStats)
    lacks_any = named.select(lacks_parents().any()).collect().item()
    return materialize(fill_parents(named), NamedStats) if lacks_any else named


def build_daily_stats(
    catalog: Catalog, config: Workspace, named: pl.LazyFrame, versions: AdVersions
) -> pl.LazyFrame:
    """Sum named stats and their conversions by the day, in one currency (`DailyStats`).

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        named: `NamedStats`.
        versions: What the tables of names say.
    """
    currency, exchange_rates = config.workspace.currency, rates_of(catalog)
    if (conversions := scan_given(catalog, "ad_conversions")) is not None:
        chosen = choose_conversions(conversions, choose_by_platform(catalog))
        named = materialize(attach_conversions(named, chosen, versions), NamedStats)
    accounts = scan_given(catalog, "ad_accounts")
    rates = materialize(find_stats_rates(named, accounts, exchange_rates, currency), StatsRates)
    return materialize(sum_daily_stats(named, rates), DailyStats)


def scan_stats(catalog: Catalog) -> pl.LazyFrame:
    """Canonical `ad_stats` with the place of each row's feed in the configuration."""
    parts = [
        catalog.scan_run(files, "ad_stats").with_columns(
            pl.lit(files[0].raw.feed.place, pl.UInt32).alias(FeedStats.feed)
        )
        for files in catalog.list_runs("ad_stats")
    ]
    nothing = (
        catalog.scan("ad_stats").clear().with_columns(pl.lit(0, pl.UInt32).alias(FeedStats.feed))
    )
    return pl.concat(parts, how="diagonal") if parts else nothing


def find_versions(catalog: Catalog, config: Workspace) -> AdVersions:
    """What the tables of names say."""
    given = AdTables(
        accounts=scan_given(catalog, "ad_accounts"),
        campaigns=_campaigns_given(catalog),
        groups=scan_given(catalog, "ad_groups"),
        ads=scan_given(catalog, "ads"),
        creatives=scan_given(catalog, "ad_creatives"),
    )
    dated = materialize(list_name_tables(given, config.workspace.timezone), NameTables)
    tables = given.read_from(dated)
    return AdVersions(tables, materialize(list_versions(tables), NameVersions))


def _list_names(stats: pl.LazyFrame, versions: AdVersions) -> pl.LazyFrame:
    ads = materialize(name_ads(versions), NameTables)
    parts = []
    for level in IDS:
        stated = materialize(list_table_names(level, ads, versions.tables), EntityNames)
        spans = materialize(list_name_spans(level, stats), NameSpans)
        observed = materialize(list_stats_names(level, spans, stats, stated), EntityNames)
        parts.append(list_ad_names(stated, observed, level))
    return materialize(pl.concat(parts), AdNames)


def scan_given(catalog: Catalog, table: str) -> pl.LazyFrame | None:
    """A canonical table; None where no file gives a row of it."""
    return catalog.scan(table) if catalog.has_rows(table) else None


def _campaigns_given(catalog: Catalog) -> pl.LazyFrame | None:
    campaigns, portfolios = (
        scan_given(catalog, "ad_campaigns"),
        scan_given(catalog, "ad_portfolios"),
    )
    if campaigns is None or portfolios is None:
        return campaigns
    return add_portfolio_names(campaigns, portfolios)


def choose_by_platform(catalog: Catalog) -> dict[str, tuple[str, ...]]:
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
