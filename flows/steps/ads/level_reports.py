"""The reports of accounts, campaigns, ad groups, ads and landing pages, some days at a time."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from contracts.columns import Rows, Table
from contracts.facts.ads.ad_stats import DailyStats
from contracts.facts.ads.ad_sums import (
    EntityGroups,
    LevelGroups,
    LevelSums,
    LevelTexts,
    RenamedDays,
    UrlGroups,
    UrlTexts,
)
from contracts.manifest import Check
from contracts.vocabulary import AdLevel
from flows.runtime.materialize import hold, materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.storage.report_files import finish_pieces, write_pieces
from transforms.ads.report_groups import group_level, group_urls, list_renamed_days, list_texts
from transforms.common.report_rows import ReportRows
from transforms.reports.ads import make_level_report, make_url_report, sum_level

LEVELS = {
    "account_report": AdLevel.ACCOUNT,
    "campaign_report": AdLevel.CAMPAIGN,
    "ad_group_report": AdLevel.AD_GROUP,
    "ad_report": AdLevel.AD,
}


def write_level_reports(facts: AdFacts, currency: str, staging: Path) -> list[Check]:
    """Write the reports of every level, one after the other, each some days at a time."""
    days = [facts.stats.filter(within) for within in facts.days.each]
    tables, checks = facts.versions.tables, []
    for name, level in LEVELS.items():
        groups = group_level(facts.entities, level)
        grouped = group_days(facts.stats, groups, level, LevelGroups, LevelTexts)
        sums, texts = map(grouped.sum, days), grouped.texts
        reports = (hold_rows(make_level_report(of, texts, level, tables, currency)) for of in sums)
        checks += write_pieces(staging, "ads", name, finish_pieces(reports))
    pages = group_urls(facts.entities)
    grouped = group_days(facts.stats, pages, AdLevel.AD_GROUP, UrlGroups, UrlTexts)
    sums, texts = map(grouped.sum, days), grouped.texts
    reports = (hold_rows(make_url_report(of, texts, currency)) for of in sums)
    return [*checks, *write_pieces(staging, "ads", "url_report", finish_pieces(reports))]


@dataclass(frozen=True)
class GroupedDays:
    """What the rows of a level's report, or of that of landing pages, are made from.

    Attributes:
        texts: `LevelTexts`, or `UrlTexts`.
    """

    groups: Rows[EntityGroups]
    renamed: Rows[RenamedDays]
    texts: pl.DataFrame
    level: AdLevel

    def sum(self, stats: pl.LazyFrame) -> Rows[LevelSums]:
        """Sum stats by group and day."""
        return materialize(sum_level(stats, self.groups, self.renamed, self.level), LevelSums)


def group_days(
    stats: Rows[DailyStats],
    groups: pl.LazyFrame,
    level: AdLevel,
    grouped: type[Table],
    texts: type[Table],
) -> GroupedDays:
    """Find the texts of groups, and the days on which these differ.

    Args:
        groups: What entities are added to.
        grouped: Their contract: `LevelGroups`, or `UrlGroups`.
        texts: `LevelTexts`, or `UrlTexts`.
    """
    told = materialize(groups, grouped)
    count = told.select(pl.col(EntityGroups.group_number).n_unique()).collect().item()
    renamed = materialize(list_renamed_days(stats, told, level, count), RenamedDays)
    named = hold(list_texts(told, renamed, level, texts), texts).collect()
    return GroupedDays(hold(told, EntityGroups), renamed, named, level)


def hold_rows(report: ReportRows) -> ReportRows:
    """The same report, its rows in memory."""
    return replace(report, rows=report.rows.collect(engine="in-memory").lazy())
