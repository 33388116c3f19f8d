"""What ads cost beside the sessions that they brought, by campaign and by ad (SPEC §6.2).

Both tables come to the figures of the accounts: where campaigns do not add up to their account, or
ads to their campaign, the difference stands in a row without a campaign, or without an ad.
"""

import polars as pl

from contracts.columns import Held, Rows, columns, polars_schema
from contracts.facts.ads.ad_names import AdNames, SharedNames
from contracts.facts.ads.ad_sums import AdSpend, GroupSpend, PerformanceGroups, PerformanceSums
from contracts.reports.ads import (
    NO_CAMPAIGN_MATCHED,
    NOT_AT_AD_LEVEL,
    NOT_AT_CAMPAIGN_LEVEL,
    AdPerformance,
    CampaignPerformance,
    Performed,
)
from contracts.vocabulary import AdLevel
from transforms.ads.levels import DAY
from transforms.ads.name_versions import PLATFORM_KEYS, is_valid_on
from transforms.ads.performance_sums import GROUP, IDS
from transforms.ads.ratios import OF_STATS, make_ratios
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.joins import take
from transforms.common.report_rows import ReportRows, order_rows
from transforms.common.shared_texts import SHARED, share_texts, write_out_texts

CAMPAIGN_ID, AD_ID = CampaignPerformance.campaign_id, AdPerformance.ad_id
NAME_OF = {
    AdLevel.CAMPAIGN: CampaignPerformance.campaign_name,
    AdLevel.AD: AdPerformance.ad_name,
}
KNOWN = " known"
SPENT_BY = [CampaignPerformance.campaign_name, AdPerformance.ad_name]
ORG_NUMBER = PerformanceSums.org_number


def share_names(names: Rows[AdNames]) -> Rows[SharedNames]:
    """The names of ads and campaigns, each text once."""
    named = names.filter(pl.col(AdNames.name).is_not_null())
    return named.select(columns(SharedNames)).pipe(share_texts)


def make_performance(
    sums: Rows[PerformanceSums],
    groups: Held[PerformanceGroups],
    names: Rows[SharedNames],
    currency: str,
    contract: type[Performed],
) -> ReportRows:
    """Report what campaigns or ads cost beside the sessions that they brought.

    Args:
        sums: Of campaigns, or of ads.
        groups: Of the table.
        currency: the reporting currency, in which the sums are.
        contract: `CampaignPerformance`, or `AdPerformance`.

    Returns:
        The table, sorted by its key.
    """
    named = sums.with_columns(take(groups, name, GROUP) for name in IDS).pipe(
        _find_names, names, AdLevel.CAMPAIGN
    )
    if contract is AdPerformance:
        named = named.pipe(_find_names, names, AdLevel.AD).with_columns(
            _name_campaigns(CAMPAIGN_ID, AD_ID), _name_ads()
        )
    else:
        named = named.with_columns(_name_campaigns(CAMPAIGN_ID))
    added = (
        *(pl.col(metric).alias(name) for name, metric in OF_STATS.items()),
        *make_ratios(contract),
        pl.lit(currency).alias(CampaignPerformance.currency),
    )
    ordered = order_rows(named.drop(IDS), ORG_NUMBER, DAY, GROUP)
    return ReportRows(ordered, contract, added, groups.select(IDS), GROUP)


def sum_by_group(performance: ReportRows) -> Rows[GroupSpend]:
    """Sum what each ad, and each campaign's rest, cost on some days.

    Args:
        performance: `AdPerformance` of these days.
    """
    spend, days = pl.col(AdSpend.spend), pl.col(DAY).filter(pl.col(AdSpend.spend) > 0)
    return performance.rows.group_by(GROUP).agg(
        pl.col(SPENT_BY).max(),
        spend.sum().cast(polars_schema(GroupSpend)[GroupSpend.spend]),
        days.min().alias(AdSpend.first_day),
        days.max().alias(AdSpend.last_day),
    )


def sum_by_ad(spent: Rows[GroupSpend], groups: Rows[PerformanceGroups]) -> Rows[AdSpend]:
    """Sum what each ad cost over all days, and what each campaign's rest did.

    Args:
        spent: Of all days.
        groups: Of the table of ads.
    """
    ids = [AdPerformance.org_id, AdPerformance.platform, CAMPAIGN_ID, AD_ID]
    return (
        spent.join(groups.select(GROUP, *ids), on=GROUP, how="left", validate="m:1")
        .group_by(ids)
        .agg(
            pl.col(SPENT_BY).max(),
            pl.col(AdSpend.spend).sum(),
            pl.col(AdSpend.first_day).min(),
            pl.col(AdSpend.last_day).max(),
        )
        .pipe(write_out_texts)
        .cast({AdSpend.spend: polars_schema(AdSpend)[AdSpend.spend]})
    )


def _find_names(rows: pl.LazyFrame, names: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Give what has an id and no name the name of its day; of several the one that sorts last."""
    by, name = ID_OF_LEVEL[level], NAME_OF[level]
    keys = [*PLATFORM_KEYS, by]
    observed = names.filter(pl.col(SharedNames.level) == level).select(
        *keys,
        SharedNames.valid_from,
        SharedNames.valid_until,
        pl.col(SharedNames.name).alias(name + KNOWN),
    )
    found = (
        rows.filter(pl.col(name).is_null() & pl.col(by).is_not_null())
        .select(GROUP, *keys, DAY)
        .join(observed, on=keys, how="inner", validate="m:m")
        .filter(is_valid_on(DAY))
        .group_by(GROUP, DAY)
        .agg(pl.col(name + KNOWN).max())
    )
    return (
        rows.join(found, on=[GROUP, DAY], how="left", validate="m:1")
        .with_columns(pl.coalesce(name, name + KNOWN).alias(name))
        .drop(name + KNOWN)
    )


def _name_campaigns(*ids: str) -> pl.Expr:
    """The campaign's name, and what stands for it in rows of no campaign.

    Sessions of which only the platform is known are of no account either.
    """
    name = CampaignPerformance.campaign_name
    is_rest = pl.all_horizontal(pl.col(one).is_null() for one in ids)
    is_of_platform = pl.col(CampaignPerformance.account_id).is_null() & (
        pl.col(CampaignPerformance.sessions) > 0
    )
    return (
        pl.when(is_rest & is_of_platform)
        .then(pl.lit(NO_CAMPAIGN_MATCHED, SHARED))
        .when(is_rest)
        .then(pl.lit(NOT_AT_CAMPAIGN_LEVEL, SHARED))
        .otherwise(name)
        .alias(name)
    )


def _name_ads() -> pl.Expr:
    """The ad's name, and what stands for it in rows of what is left of a campaign."""
    name = AdPerformance.ad_name
    is_rest = pl.col(AD_ID).is_null() & pl.col(CAMPAIGN_ID).is_not_null()
    return pl.when(is_rest).then(pl.lit(NOT_AT_AD_LEVEL, SHARED)).otherwise(name).alias(name)
