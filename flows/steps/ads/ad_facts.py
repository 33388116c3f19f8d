"""What the ads reports are made from: stats by the day, names in time, sessions with their ads."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, no_rows
from contracts.config.workspace import RunSection, Workspace
from contracts.facts.ads.ad_entities import AdEntities, AdSpeakers
from contracts.facts.ads.ad_names import AdNames, EntityNames, NameSpans, NameTables, NameVersions
from contracts.facts.ads.ad_stats import DailyStats
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.cluster.workers import Workers
from flows.config.memory import STATS_ROWS, count_at_once, stats_rows_held
from flows.runtime.materialize import hold, materialize
from flows.steps.ads.daily_stats import StatsGiven, StatsMade, build_daily_stats
from flows.steps.ads.day_ranges import ROWS, DayRanges, count_days, cut_days
from flows.steps.ads.feed_stats import StatsRows, keep_stats
from flows.steps.matching.session_matching import match_sessions
from flows.steps.matching.sessions import KeyedSessions
from flows.steps.step_inputs import StepInputs
from transforms.ads.conversions import choose_conversions
from transforms.ads.entities import ENTITY
from transforms.ads.name_lookup import AdVersions, list_versions
from transforms.ads.name_versions import AdTables, add_portfolio_names, list_name_tables
from transforms.ads.names import (
    IDS,
    list_ad_names,
    list_name_spans,
    list_stats_names,
    list_table_names,
    name_ads,
)
from transforms.ads.rests import TAKEN_OFF, list_campaign_figures, sign
from transforms.common.shared_texts import write_out_texts
from transforms.matching.ad_evidence import list_message_names
from transforms.matching.match_sessions import MatchedSessions

AD_TABLES = (
    *("ads", "ad_stats", "ad_accounts", "ad_campaigns", "ad_groups", "ad_creatives"),
    *("ad_portfolios", "ad_conversions"),
)
NAMING = ("campaigns", "dispatches", "messages", "message_stats")
"""The tables whose names links may bear that are no ad's."""
SESSIONS_A_ROW = 4
"""How many sessions take as much memory as a row of stats, while reports are made of them."""
OF_SPEND = [AdEntities.org_id, AdEntities.platform, AdEntities.campaign_id]


@dataclass(frozen=True)
class AdFacts(StatsMade):
    """What the ads reports are made from: stats of all feeds, names, and sessions.

    Attributes:
        matched: Every session and what it came by.
        days: Ranges of days of which one is held at a time.
    """

    names: Held[AdNames]
    versions: AdVersions
    matched: MatchedSessions
    days: DayRanges

    def list_spend(self) -> pl.LazyFrame:
        """Rows of organization, day, platform, campaign and spend that add up to the accounts'."""
        day, spend = DailyStats.date_day, DailyStats.spend
        figures = list_campaign_figures(self.entities).select(ENTITY, *OF_SPEND, TAKEN_OFF)
        return (
            self.stats.select(ENTITY, day, spend)
            .join(figures, on=ENTITY, how="inner", validate="m:m")
            .select(*OF_SPEND, day, sign(spend).alias(spend))
            .pipe(write_out_texts)
        )


def build_ad_facts(inputs: StepInputs, sessions: KeyedSessions) -> AdFacts:
    """Sum the stats by day, list the names in time, and match every session.

    Args:
        sessions: Sessions, delivered or made from page views.
    """
    catalog, config = inputs.catalog, inputs.config
    has_ads = catalog.has_rows(*AD_TABLES)
    rows = keep_stats(catalog, inputs.keeper)
    versions = find_versions(catalog, config)
    days = find_ranges(rows, sessions, config.run, inputs.scratch / "ads", inputs.workers)
    given = gather_stats(catalog, config, versions, rows)
    # Made anew: a frame that outlives the run keeps all texts that its columns share with it.
    made = StatsMade(no_rows(DailyStats), no_rows(AdEntities), no_rows(AdSpeakers))
    names = no_rows(AdNames)
    if has_ads:
        made = build_daily_stats(replace(given, days=days))
        names = list_names(made.stats, made.entities, versions)
    named_alike = list_message_names(*map(catalog.scan, NAMING))
    matched = match_sessions(sessions, names, named_alike, config)
    listed = names.collect()
    return AdFacts(made.stats, made.entities, made.speakers, listed, versions, matched, days)


def find_ranges(
    stats: StatsRows, sessions: KeyedSessions, run: RunSection, folder: Path, workers: Workers
) -> DayRanges:
    """Find the ranges of days in which reports are made, and whether all of them can be held.

    Args:
        run: How much memory a run may take.
        folder: Gets the rows of ranges that cannot.
        workers: What makes them; workers of a cluster write them.
    """
    of_stats = stats.rows.group_by(DailyStats.date_day).len(ROWS)
    of_sessions = sessions.count_days(ROWS).with_columns(pl.col(ROWS) / SESSIONS_A_ROW)
    counts = count_days(of_stats, of_sessions)
    ranges = cut_days(counts, count_at_once(run, STATS_ROWS))
    if counts[ROWS].sum() <= stats_rows_held(run) and not workers.is_remote:
        return DayRanges(ranges, None, workers)
    folder.mkdir(parents=True)
    return DayRanges(ranges, folder, workers)


def gather_stats(
    catalog: Catalog, config: Workspace, versions: AdVersions, stats: StatsRows
) -> StatsGiven:
    """What daily stats are made from."""
    conversions = scan_given(catalog, "ad_conversions")
    if conversions is not None:
        conversions = choose_conversions(conversions, choose_by_platform(catalog))
    return StatsGiven(
        stats,
        versions,
        config.workspace.currency,
        conversions,
        scan_given(catalog, "ad_accounts"),
        rates_of(catalog),
    )


def find_versions(catalog: Catalog, config: Workspace) -> AdVersions:
    """What the tables of names say."""
    given = AdTables(
        accounts=scan_given(catalog, "ad_accounts"),
        campaigns=_campaigns_given(catalog),
        groups=scan_given(catalog, "ad_groups"),
        ads=scan_given(catalog, "ads"),
        creatives=scan_given(catalog, "ad_creatives"),
    )
    if not given.given():
        return AdVersions(given, no_rows(NameVersions))
    dated = hold(list_name_tables(given, config.workspace.timezone), NameTables)
    tables = given.read_from(dated)
    return AdVersions(tables, hold(list_versions(tables), NameVersions))


def list_names(
    stats: Rows[DailyStats], entities: Rows[AdEntities], versions: AdVersions
) -> Rows[AdNames]:
    """List every name that ads and ad campaigns had."""
    ads = hold(name_ads(versions), NameTables)
    parts = []
    for level in IDS:
        stated = hold(list_table_names(level, ads, versions.tables), EntityNames)
        spans = hold(list_name_spans(level, entities), NameSpans)
        listed = list_stats_names(level, spans, entities, stats, stated)
        parts.append(list_ad_names(stated, materialize(listed, EntityNames), level))
    return hold(pl.concat(parts), AdNames)


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
