"""The intermediates of the ads reports, made from a few rows as the steps make them."""

import polars as pl

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
from contracts.facts.ads.ad_sums import (
    EntityPlaces,
    LevelGroups,
    LevelSums,
    PerformanceGroups,
    PerformanceSums,
    UrlGroups,
    UrlSums,
)
from contracts.vocabulary import AdLevel
from flows.runtime.materialize import materialize
from transforms.ads.conversions import attach_conversions
from transforms.ads.daily_stats import (
    fill_parents,
    find_stats_rates,
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
from transforms.ads.performance_sums import (
    Grouping,
    fill_performance,
    list_groups,
    place_entities,
    sum_performance,
)
from transforms.ads.report_groups import group_level, group_urls
from transforms.ads.session_counts import SessionFigures
from transforms.ads.speakers import list_speakers, place_stats
from transforms.reports.ads import sum_level, sum_urls

NO_TABLES = AdTables()


def find_versions(tables: AdTables = NO_TABLES, timezone: str = "UTC") -> AdVersions:
    """What tables of names say."""
    dated = tables.read_from(materialize(list_name_tables(tables, timezone), NameTables))
    return AdVersions(dated, materialize(list_versions(dated), NameVersions))


def name_rows(stats: pl.LazyFrame, versions: AdVersions) -> pl.LazyFrame:
    """Canonical stats, each of feed 0 unless it has a `feed`, to `NamedStats`."""
    if FeedStats.feed not in stats.collect_schema():
        stats = stats.with_columns(pl.lit(0, pl.UInt32).alias(FeedStats.feed))
    given = materialize(sum_feed_stats(stats), FeedStats)
    return materialize(
        fill_parents(materialize(name_stats(given, versions), NamedStats)), NamedStats
    )


def price_days(
    named: pl.LazyFrame,
    versions: AdVersions,
    *,
    conversions: pl.LazyFrame | None = None,
    accounts: pl.LazyFrame | None = None,
    rates: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """`NamedStats` and canonical conversions to `DailyStats`, in dollars."""
    if conversions is not None:
        named = materialize(attach_conversions(named, conversions, versions), NamedStats)
    found = materialize(find_stats_rates(named, accounts, rates, "USD"), StatsRates)
    return materialize(sum_daily_stats(named, found), DailyStats)


def place_rows(stats: pl.LazyFrame, tables: AdTables = NO_TABLES) -> pl.LazyFrame:
    """Canonical stats to `NumberedStats`."""
    versions = find_versions(tables)
    named = name_rows(stats, versions)
    speakers = materialize(list_speakers(named), AdSpeakers)
    daily = price_days(named, versions)
    placed = place_stats(daily, speakers, versions.tables)
    entities = materialize(list_entities(daily), AdEntities)
    return materialize(number_entities(placed, entities), NumberedStats)


def entities_of(stats: pl.LazyFrame) -> pl.LazyFrame:
    """`NumberedStats` to their `AdEntities`."""
    return materialize(stats.unique(NumberedStats.entity), AdEntities)


def sum_of_level(stats: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """`NumberedStats` to `LevelSums`."""
    groups = materialize(group_level(entities_of(stats), level), LevelGroups)
    return materialize(sum_level(stats, groups, level), LevelSums)


def sum_of_urls(stats: pl.LazyFrame) -> pl.LazyFrame:
    """`NumberedStats` to `UrlSums`."""
    groups = materialize(group_urls(entities_of(stats)), UrlGroups)
    return materialize(sum_urls(stats, groups), UrlSums)


def perform_at(level: int, stats: pl.LazyFrame, sessions: SessionFigures) -> pl.LazyFrame:
    """`NumberedStats` and sessions to `PerformanceSums`."""
    entities = entities_of(stats)
    groups = materialize(list_groups(entities, sessions.counts, level), PerformanceGroups)
    places = materialize(place_entities(entities, groups, level), EntityPlaces)
    sums = sum_performance(stats, sessions, Grouping(level, groups, places))
    whole = materialize(sums, PerformanceSums)
    return materialize(fill_performance(whole, has_orders=sessions.has_orders), PerformanceSums)


def list_names(stats: pl.LazyFrame, versions: AdVersions) -> pl.LazyFrame:
    """`DailyStats` to `AdNames`."""
    ads = materialize(name_ads(versions), NameTables)
    parts = []
    for level in IDS:
        stated = materialize(list_table_names(level, ads, versions.tables), EntityNames)
        spans = materialize(list_name_spans(level, stats), NameSpans)
        observed = materialize(list_stats_names(level, spans, stats, stated), EntityNames)
        parts.append(list_ad_names(stated, observed, level))
    return materialize(pl.concat(parts), AdNames)
