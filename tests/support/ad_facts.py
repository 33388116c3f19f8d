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
    LevelTexts,
    PerformanceGroups,
    PerformanceParts,
    PerformanceSums,
    UngivenMetrics,
    UrlGroups,
    UrlTexts,
)
from contracts.vocabulary import AdLevel
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import list_names
from flows.steps.ads.daily_stats import StatsGiven, StatsMade, build_daily_stats
from flows.steps.ads.feed_stats import hold_stats
from flows.steps.ads.level_reports import GroupedDays, group_days
from transforms.ads.name_lookup import AdVersions, list_versions
from transforms.ads.name_versions import AdTables, list_name_tables
from transforms.ads.performance_sums import (
    Grouping,
    fill_performance,
    find_metrics_never_given,
    list_groups,
    list_parts,
    place_entities,
    sum_performance,
)
from transforms.ads.report_groups import group_level, group_urls
from transforms.ads.session_counts import SessionFigures
from transforms.common.shared_texts import write_out_texts
from transforms.reports.ads import make_level_report, make_url_report

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
        StatsGiven(hold_stats(stats, ()), versions, "USD", conversions, tables.accounts, rates)
    )


def sum_of_level(made: StatsMade, level: AdLevel) -> pl.LazyFrame:
    """`LevelSums` of days of entities, with their texts."""
    grouped = group_of_level(made, level)
    return grouped.sum(made.stats).join(grouped.texts.lazy(), on=LevelSums.text_number, how="left")


def report_level(
    made: StatsMade, level: AdLevel, tables: AdTables = NO_TABLES, currency: str = "USD"
) -> pl.DataFrame:
    """The report of a level, its texts written out; tables of names are in days."""
    grouped = group_of_level(made, level)
    sums = grouped.sum(made.stats)
    report = make_level_report(sums, grouped.texts, level, tables, currency)
    return write_out_texts(report.whole()).collect()


def report_urls(made: StatsMade) -> pl.DataFrame:
    """The report of landing pages, its texts written out."""
    pages = group_urls(made.entities)
    grouped = group_days(made.stats, pages, AdLevel.AD_GROUP, UrlGroups, UrlTexts)
    report = make_url_report(grouped.sum(made.stats), grouped.texts, "USD")
    return write_out_texts(report.whole()).collect()


def group_of_level(made: StatsMade, level: AdLevel) -> GroupedDays:
    """What a level's report is made from."""
    groups = group_level(made.entities, level)
    return group_days(made.stats, groups, level, LevelGroups, LevelTexts)


def perform_at(
    level: int, made: StatsMade, sessions: SessionFigures
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """`PerformanceSums` of days of entities and sessions, and their `PerformanceGroups`."""
    groups = materialize(list_groups(made.entities, sessions.counts, level), PerformanceGroups)
    places = materialize(place_entities(made.entities, groups, level), EntityPlaces)
    parts = materialize(list_parts(made.entities, places, level), PerformanceParts)
    sums = sum_performance(made.stats, sessions, Grouping(level, groups, parts))
    whole = materialize(sums, PerformanceSums)
    never = materialize(find_metrics_never_given(whole, groups), UngivenMetrics)
    filled = fill_performance(whole, never, has_orders=sessions.has_orders)
    return materialize(filled, PerformanceSums), groups


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
