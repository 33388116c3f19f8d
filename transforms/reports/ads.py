"""Account, campaign, ad group, ad and URL reports in dbt ad_reporting's columns (SPEC §6.2)."""

import polars as pl

from contracts.columns import Held, Rows, Table, conform
from contracts.facts.ads.ad_stats import DailyStats
from contracts.facts.ads.ad_sums import EntityGroups, LevelSums, LevelTexts, RenamedDays, UrlTexts
from contracts.feeds import Ads
from contracts.reports.ads import (
    AccountReport,
    AdCampaignReport,
    AdGroupReport,
    AdReport,
    UrlReport,
)
from contracts.vocabulary import AdLevel
from transforms.ads.daily_stats import BOTH
from transforms.ads.entities import ENTITY
from transforms.ads.levels import DAY, METRICS, RANKS, agree
from transforms.ads.name_versions import (
    PLATFORM_KEYS,
    VALID_FROM,
    VALID_UNTIL,
    AdTables,
    is_valid_on,
    make_versions,
)
from transforms.ads.report_groups import GROUP, GROUP_KEY, TEXTS
from transforms.ads.speakers import OWN
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.joins import HELD, STREAMED
from transforms.common.json_objects import merge_objects
from transforms.common.rates import sum_known
from transforms.common.report_rows import ReportRows, order_rows

REPORTS: dict[AdLevel, type[Table]] = {
    AdLevel.ACCOUNT: AccountReport,
    AdLevel.CAMPAIGN: AdCampaignReport,
    AdLevel.AD_GROUP: AdGroupReport,
    AdLevel.AD: AdReport,
}

OF_ENTITY = "attributes of the entity"
IS_OWN = LevelSums.is_own


def sum_level(
    stats: Rows[DailyStats], groups: Rows[EntityGroups], renamed: Rows[RenamedDays], level: AdLevel
) -> Rows[LevelSums]:
    """Sum the figures of a level's entities, from their own rows or from what lies below.

    Args:
        groups: Of the level.
        renamed: Of the groups.
    """
    is_own = (pl.col(OWN) == RANKS[level]).all().alias(IS_OWN)
    return (
        stats.join(groups, on=ENTITY, how="inner", validate=STREAMED, build_side=HELD)
        .group_by(GROUP, DAY)
        .agg(
            *sum_known(METRICS),
            agree(LevelSums.source_relation),
            agree(LevelSums.attributes),
            is_own,
        )
        .join(
            renamed.select(GROUP, DAY, TEXTS),
            on=[GROUP, DAY],
            how="left",
            validate=STREAMED,
            build_side=HELD,
        )
        .with_columns(
            pl.coalesce(TEXTS, GROUP).alias(TEXTS),
            pl.when(~pl.col(LevelSums.attributes).str.starts_with(BOTH)).then(LevelSums.attributes),
        )
        .pipe(conform, LevelSums)
    )


def make_level_report(
    sums: Rows[LevelSums], texts: Held[LevelTexts], level: AdLevel, tables: AdTables, currency: str
) -> ReportRows:
    """Report one level.

    Args:
        tables: the tables of names in days, for the attributes of what the report is about.
        currency: the reporting currency, in which the stats are.

    Returns:
        The level's report, sorted by its key: one row per day and entity of the level; what is of
        no known entity is told apart by the coarser ids.
    """
    attributed = _join_attributes(sums, texts.lazy(), level, tables)
    return _order(attributed, texts, REPORTS[level], currency)


def make_url_report(sums: Rows[LevelSums], texts: Held[UrlTexts], currency: str) -> ReportRows:
    """Report landing pages with their utm parameters; ads without a URL have empty URL columns.

    Args:
        sums: Of pages.
        currency: the reporting currency, in which the stats are.

    Returns:
        `UrlReport`, sorted by its key: one row per day, ad group, URL without query and fragment,
        and utm parameters.
    """
    return _order(sums, texts, UrlReport, currency)


def _join_attributes(
    sums: Rows[LevelSums], texts: Rows[LevelTexts], level: AdLevel, tables: AdTables
) -> pl.LazyFrame:
    """Put the attributes that entities have in their own table, as of the day, before their stats'.

    Stats of a finer level say nothing of the entity.
    """
    by, own = ID_OF_LEVEL[level], Ads.attributes
    table = tables.of_level(level)
    if level is AdLevel.CAMPAIGN and tables.ads is not None:
        campaigns = tables.ads.filter(pl.col(Ads.ad_id).is_null())
        table = campaigns if table is None else pl.concat([campaigns, table], how="diagonal")
    if table is None:
        return sums.with_columns(pl.when(IS_OWN).then(own).alias(own))
    keys = [*PLATFORM_KEYS, by]
    bearing = table.filter(pl.col(own).is_not_null()).select(keys)
    stated = make_versions(table.join(bearing, on=keys, how="semi"), by, [own])
    of_texts = texts.select(TEXTS, *keys).join(
        stated.rename({own: OF_ENTITY}), on=keys, how="inner", validate="m:m"
    )
    return (
        sums.join(of_texts.drop(keys), on=TEXTS, how="left", validate="m:m")
        .filter(is_valid_on(DAY))
        .with_columns(merge_objects(pl.col(OF_ENTITY), pl.when(IS_OWN).then(own)).alias(own))
        .drop(OF_ENTITY, VALID_FROM, VALID_UNTIL)
    )


def _order(
    sums: pl.LazyFrame, texts: pl.DataFrame, contract: type[Table], currency: str
) -> ReportRows:
    """The report in the order of its key: of the days, and of the keys of what is reported."""
    day = pl.col(DAY).dt.to_string("%Y-%m-%d")
    of_day = pl.concat_str(day, GROUP_KEY, separator=" ")
    added = (
        of_day.alias(AccountReport.ad_stats_key),
        pl.lit(currency).alias(AccountReport.currency),
    )
    return ReportRows(order_rows(sums, DAY, GROUP), contract, added, texts, TEXTS)
