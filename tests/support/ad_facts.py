"""The intermediates of the ads reports, made from a few rows as the steps make them."""

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_names import NameTables, NameVersions
from contracts.facts.ads.ad_stats import DailyStats
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
from flows.steps.ads.ad_facts import list_names
from flows.steps.ads.daily_stats import StatsGiven, StatsMade, build_daily_stats
from transforms.ads.name_lookup import AdVersions, list_versions
from transforms.ads.name_versions import AdTables, list_name_tables
from transforms.ads.performance_sums import (
    Grouping,
    fill_performance,
    list_groups,
    place_entities,
    sum_performance,
)
from transforms.ads.report_groups import group_level, group_urls
from transforms.ads.session_counts import SessionFigures
from transforms.reports.ads import sum_level, sum_urls

NO_TABLES = AdTables()


def find_versions(tables: AdTables = NO_TABLES, timezone: str = "UTC") -> AdVersions:
    """What tables of names say."""
    dated = tables.read_from(materialize(list_name_tables(tables, timezone), NameTables))
    return AdVersions(dated, materialize(list_versions(dated), NameVersions))


def make_stats(
    stats: pl.LazyFrame,
    tables: AdTables = NO_TABLES,
    conversions: pl.LazyFrame | None = None,
    rates: pl.LazyFrame | None = None,
) -> StatsMade:
    """Canonical stats, each of feed 0 unless it has a `feed`, to days of entities, in dollars."""
    if AdEntities.feed not in stats.collect_schema():
        stats = stats.with_columns(pl.lit(0, pl.UInt32).alias(AdEntities.feed))
    versions = find_versions(tables)
    return build_daily_stats(
        StatsGiven(stats, versions, "USD", conversions, tables.accounts, rates)
    )


def sum_of_level(made: StatsMade, level: AdLevel) -> pl.LazyFrame:
    """`LevelSums` of days of entities."""
    groups = materialize(group_level(made.entities, level), LevelGroups)
    return materialize(sum_level(made.stats, groups, level), LevelSums)


def sum_of_urls(made: StatsMade) -> pl.LazyFrame:
    """`UrlSums` of days of entities."""
    groups = materialize(group_urls(made.entities), UrlGroups)
    return materialize(sum_urls(made.stats, groups), UrlSums)


def perform_at(level: int, made: StatsMade, sessions: SessionFigures) -> pl.LazyFrame:
    """`PerformanceSums` of days of entities and sessions."""
    groups = materialize(list_groups(made.entities, sessions.counts, level), PerformanceGroups)
    places = materialize(place_entities(made.entities, groups, level), EntityPlaces)
    grouping = Grouping(level, groups, places)
    sums = sum_performance(made.stats, made.entities, sessions, grouping)
    whole = materialize(sums, PerformanceSums)
    return materialize(fill_performance(whole, has_orders=sessions.has_orders), PerformanceSums)


def list_stated_names(stats: pl.LazyFrame, versions: AdVersions) -> pl.LazyFrame:
    """Stats with their names, each of an entity of its own, to `AdNames`."""
    numbered = stats.with_row_index(AdEntities.entity)
    days = [
        pl.col(DailyStats.date_day).alias(name)
        for name in (AdEntities.first_day, AdEntities.last_day)
    ]
    empty = pl.LazyFrame(schema=polars_schema(AdEntities))
    entities = pl.concat([empty, numbered.with_columns(days)], how="diagonal")
    return list_names(numbered, entities.drop(DailyStats.date_day), versions)
