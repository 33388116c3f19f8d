"""Account, campaign, ad group, ad and URL reports in dbt ad_reporting's columns (SPEC §6.2)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Table, polars_schema
from contracts.facts.ads.ad_stats import PlacedStats
from contracts.facts.ads.ad_sums import (
    LevelSums,
    UrlSums,
)
from contracts.feeds import Ads
from contracts.reports.ads import (
    AccountReport,
    AdCampaignReport,
    AdGroupReport,
    AdReport,
    UrlReport,
)
from contracts.vocabulary import AdLevel
from transforms.ads.entities import ENTITY
from transforms.ads.levels import (
    DAY,
    METRICS,
    NAMES,
    PARENTS,
    RANKS,
    agree,
    sum_known,
)
from transforms.ads.name_lookup import find_version
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables, make_versions
from transforms.ads.report_groups import GRAIN, GROUP, GROUP_KEY, URL_GRAIN
from transforms.ads.speakers import OWN
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.json_objects import merge_objects
from transforms.common.report_rows import ReportRows, order_rows
from transforms.common.shared_texts import SHARED

REPORTS: dict[AdLevel, type[Table]] = {
    AdLevel.ACCOUNT: AccountReport,
    AdLevel.CAMPAIGN: AdCampaignReport,
    AdLevel.AD_GROUP: AdGroupReport,
    AdLevel.AD: AdReport,
}

OF_ENTITY = "attributes of the entity"
IS_OWN = LevelSums.is_own


def sum_level(stats: pl.LazyFrame, groups: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Sum the figures of a level's entities, from their own rows or from what lies below.

    Args:
        stats: `DailyStats`.
        groups: `LevelGroups` of the level.
        level: the level.

    Returns:
        `LevelSums`, in no order.
    """
    by, rank = ID_OF_LEVEL[level], RANKS[level]
    grain = [*GRAIN, by] if rank else GRAIN
    held = [name for name in (*PARENTS[: rank + 1], *NAMES[: rank + 1]) if name not in grain]
    return (
        stats.join(groups.select(ENTITY, GROUP, OWN, *held), on=ENTITY, how="inner", validate="m:1")
        .group_by(GROUP, DAY)
        .agg(pl.col(held).max(), *_sum_figures(), (pl.col(OWN) == rank).all().alias(IS_OWN))
        .pipe(_join_texts, groups, grain)
        .pipe(_complete, LevelSums)
    )


def sum_urls(stats: pl.LazyFrame, groups: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the figures of ads by their landing pages with utm parameters.

    Args:
        stats: `DailyStats`.
        groups: `UrlGroups`.

    Returns:
        `UrlSums`, in no order.
    """
    held = NAMES[:-1]
    return (
        stats.join(groups.select(ENTITY, GROUP, *held), on=ENTITY, how="inner", validate="m:1")
        .group_by(GROUP, DAY)
        .agg(pl.col(held).max(), *_sum_figures(), pl.lit(value=True).alias(IS_OWN))
        .pipe(_join_texts, groups, URL_GRAIN)
        .pipe(_complete, UrlSums)
    )


def _join_texts(sums: pl.LazyFrame, groups: pl.LazyFrame, grain: Sequence[str]) -> pl.LazyFrame:
    """Give sums by number the texts of their group."""
    texts = groups.select(GROUP, GROUP_KEY, *grain).unique(GROUP)
    return sums.join(texts, on=GROUP, how="left", validate="m:1")


def make_level_report(
    sums: pl.LazyFrame, level: AdLevel, tables: AdTables, currency: str
) -> ReportRows:
    """Report one level.

    Args:
        sums: `LevelSums`.
        level: the level of the report.
        tables: the tables of names in days, for the attributes of what the report is about.
        currency: the reporting currency, in which the stats are.

    Returns:
        The level's report, sorted by its key: one row per day and entity of the level; what is of
        no known entity is told apart by the coarser ids.
    """
    return _order(_join_attributes(sums, level, tables), REPORTS[level], currency)


def make_url_report(sums: pl.LazyFrame, currency: str) -> ReportRows:
    """Report landing pages with their utm parameters; ads without a URL have empty URL columns.

    Args:
        sums: `UrlSums`.
        currency: the reporting currency, in which the stats are.

    Returns:
        `UrlReport`, sorted by its key: one row per day, ad group, URL without query and fragment,
        and utm parameters.
    """
    return _order(sums, UrlReport, currency)


def _sum_figures() -> list[pl.Expr]:
    """Sums of a group's metrics, and what its rows agree on."""
    return [*sum_known(METRICS), agree(PlacedStats.source_relation), agree(PlacedStats.attributes)]


def _complete(sums: pl.LazyFrame, contract: type[Table]) -> pl.LazyFrame:
    """The contract's columns; ids and names of finer levels are empty."""
    schema = polars_schema(contract)
    finer = [name for name in schema if name not in sums.collect_schema()]
    return (
        sums.with_columns(pl.lit(None, SHARED).alias(name) for name in finer)
        .select(schema.names())
        .cast(dict(schema))
    )


def _join_attributes(rows: pl.LazyFrame, level: AdLevel, tables: AdTables) -> pl.LazyFrame:
    """Put the attributes that entities have in their own table, as of the day, before their stats'.

    Stats of a finer level say nothing of the entity.
    """
    by, own = ID_OF_LEVEL[level], Ads.attributes
    table = tables.of_level(level)
    if level is AdLevel.CAMPAIGN and tables.ads is not None:
        campaigns = tables.ads.filter(pl.col(Ads.ad_id).is_null())
        table = campaigns if table is None else pl.concat([campaigns, table], how="diagonal")
    if table is None:
        return rows.with_columns(pl.when(IS_OWN).then(own).alias(own))
    keys = [*PLATFORM_KEYS, by]
    bearing = table.filter(pl.col(own).is_not_null()).select(keys)
    stated = make_versions(table.join(bearing, on=keys, how="semi"), by, [own])
    return find_version(rows, stated.rename({own: OF_ENTITY}), by, DAY).with_columns(
        merge_objects(pl.col(OF_ENTITY), pl.when(IS_OWN).then(own)).alias(own)
    )


def _order(rows: pl.LazyFrame, contract: type[Table], currency: str) -> ReportRows:
    """The report in the order of its key: of the days, and of the keys of what is reported."""
    day = pl.col(DAY).dt.to_string("%Y-%m-%d")
    of_day = pl.concat_str(day, pl.col(GROUP_KEY).cast(pl.String), separator=" ")

    added = (
        of_day.alias(AccountReport.ad_stats_key),
        pl.lit(currency).alias(AccountReport.currency),
    )
    return ReportRows(order_rows(rows, DAY, GROUP), contract, added)
