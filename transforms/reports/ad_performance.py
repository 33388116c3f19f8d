"""What ads cost beside the sessions that they brought, by campaign and by ad (SPEC §6.2).

Both tables come to the figures of the accounts: where campaigns do not add up to their account, or
ads to their campaign, the difference stands in a row without a campaign, or without an ad.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.columns import Table, polars_schema
from contracts.facts.ad_facts import (
    AdNames,
    PlacedStats,
)
from contracts.facts.ad_sums import (
    AdContactSessions,
    AdSpend,
    PerformanceGroups,
    PerformanceSums,
    SessionCounts,
)
from contracts.reports.ads import (
    NO_CAMPAIGN_MATCHED,
    NOT_AT_AD_LEVEL,
    NOT_AT_CAMPAIGN_LEVEL,
    AdPerformance,
    CampaignPerformance,
)
from contracts.vocabulary import AdLevel
from transforms.ads.entities import ENTITY
from transforms.ads.levels import (
    DAY,
    METRICS,
    NAMES,
    sum_known,
)
from transforms.ads.name_versions import PLATFORM_KEYS, is_valid_on
from transforms.ads.performance_groups import GROUP, IDS, keep_ids, number_groups
from transforms.ads.ratios import make_ratios
from transforms.ads.rests import (
    AD,
    CAMPAIGN,
    NUMBERS,
    TAKEN_OFF,
    list_ad_figures,
    list_campaign_figures,
)
from transforms.ads.session_counts import COUNTS, PLACE, SessionFigures
from transforms.ads.shared_texts import SHARED, share_texts, write_out_texts
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.report_rows import ReportRows, order_rows

CAMPAIGN_ID, AD_ID = CampaignPerformance.campaign_id, AdPerformance.ad_id
NAME_OF = {
    AdLevel.CAMPAIGN: CampaignPerformance.campaign_name,
    AdLevel.AD: AdPerformance.ad_name,
}
KNOWN, NEVER = " known", " never given"
CAMPAIGN_NUMBER, ORG_NUMBER = PerformanceGroups.campaign_number, PerformanceGroups.org_number


@dataclass(frozen=True)
class Grouping:
    """What a performance table has rows of.

    Attributes:
        level: How fine the table is: `CAMPAIGN` or `AD`.
        groups: `PerformanceGroups`.
        places: `EntityPlaces` of the stats.
    """

    level: int
    groups: pl.LazyFrame
    places: pl.LazyFrame


def sum_performance(
    stats: pl.LazyFrame, sessions: SessionFigures, grouping: Grouping
) -> pl.LazyFrame:
    """Set what campaigns or ads cost beside their sessions, day by day, and what is left above.

    A metric that none of a row's stats has is null, and so is, on days of sessions alone, one that
    no stats of the campaign have on any day; else what a row has none of is 0. There is no row
    where all that it had was taken off, to the last figure.

    Args:
        stats: `NumberedStats`.
        sessions: the sessions of ad platforms.
        grouping: what the table has rows of.

    Returns:
        `PerformanceSums`, in no order.
    """
    list_figures = list_ad_figures if grouping.level == AD else list_campaign_figures
    names = NAMES if grouping.level == AD else NAMES[: CAMPAIGN + 1]
    placed = stats.join(grouping.places, on=ENTITY, how="left", validate="m:1")
    group = pl.coalesce(NUMBERS[rank] for rank in sorted(NUMBERS, reverse=True)).alias(GROUP)
    figures = list_figures(placed).select(group, DAY, *METRICS, *names, TAKEN_OFF)
    of_sessions = keep_ids(sessions.counts, grouping.level, PLACE, DAY, *names, *COUNTS)
    counts = number_groups(of_sessions, grouping.groups, IDS).drop(IDS)
    return _add_up(figures, counts, sessions, grouping.groups, names)


def make_campaign_performance(sums: pl.LazyFrame, names: pl.LazyFrame, currency: str) -> ReportRows:
    """Report what campaigns cost beside the sessions that they brought.

    Args:
        sums: `PerformanceSums` of campaigns.
        names: `AdNames`.
        currency: the reporting currency, in which the sums are.

    Returns:
        `CampaignPerformance`, sorted by its key.
    """
    named = sums.pipe(_find_names, names, AdLevel.CAMPAIGN).with_columns(
        _name_campaigns(CAMPAIGN_ID)
    )
    return _order(named, CampaignPerformance, currency)


def make_ad_performance(sums: pl.LazyFrame, names: pl.LazyFrame, currency: str) -> ReportRows:
    """Report what ads cost beside the sessions that they brought.

    Args:
        sums: `PerformanceSums` of ads.
        names: `AdNames`.
        currency: the reporting currency, in which the sums are.

    Returns:
        `AdPerformance`, sorted by its key.
    """
    named = (
        sums.pipe(_find_names, names, AdLevel.CAMPAIGN)
        .pipe(_find_names, names, AdLevel.AD)
        .with_columns(_name_campaigns(CAMPAIGN_ID, AD_ID), _name_ads())
    )
    return _order(named, AdPerformance, currency)


def sum_by_ad(performance: ReportRows) -> pl.LazyFrame:
    """Sum what each ad cost over all days, and what each campaign's rest did.

    Args:
        performance: `AdPerformance`.

    Returns:
        `AdSpend`, in no order.
    """
    names = [CampaignPerformance.campaign_name, AdPerformance.ad_name]
    ids = [AdPerformance.org_id, AdPerformance.platform, CAMPAIGN_ID, AD_ID]
    spend, first, last = (pl.col(n) for n in (AdSpend.spend, AdSpend.first_day, AdSpend.last_day))
    days = pl.col(DAY).filter(spend > 0)
    return (
        performance.rows.group_by(GROUP)
        .agg(
            pl.col(ids).first(),
            pl.col(names).max(),
            spend.sum(),
            days.min().alias(AdSpend.first_day),
            days.max().alias(AdSpend.last_day),
        )
        .group_by(ids)
        .agg(pl.col(names).max(), spend.sum(), first.min(), last.max())
        .pipe(write_out_texts)
        .cast({AdSpend.spend: polars_schema(AdSpend)[AdSpend.spend]})
    )


def _add_up(
    figures: pl.LazyFrame,
    counts: pl.LazyFrame,
    sessions: SessionFigures,
    groups: pl.LazyFrame,
    names: Sequence[str],
) -> pl.LazyFrame:
    contact = AdContactSessions.contact_key
    contacts = (
        sessions.by_contact.filter(pl.col(contact).is_not_null())
        .join(counts.select(PLACE, DAY, GROUP), on=[PLACE, DAY], how="inner", validate="m:1")
        .group_by(GROUP, DAY)
        .agg(pl.col(contact).n_unique().cast(pl.Int64).alias(CampaignPerformance.session_contacts))
    )
    of_sessions = [SessionCounts.sessions, CampaignPerformance.session_contacts]
    of_orders = [SessionCounts.orders, SessionCounts.revenue]
    has_stats = pl.col(PlacedStats.spend).is_not_null()
    is_left = pl.any_horizontal(pl.col(*METRICS, SessionCounts.sessions).fill_null(0) != 0)
    schema = polars_schema(PerformanceSums)
    sums = (
        pl.concat([figures, counts.drop(PLACE), contacts], how="diagonal")
        .group_by(GROUP, DAY)
        .agg(
            *(_sum_rest(name) for name in METRICS),
            *sum_known([*of_sessions, *of_orders]),
            pl.col(names).max(),
            pl.col(TAKEN_OFF).sum(),
        )
        .filter((pl.col(TAKEN_OFF) == 0) | is_left)
        .join(groups, on=GROUP, how="left", validate="m:1")
    )
    never = _find_metrics_never_given(sums.filter(has_stats))
    nameless = (pl.lit(None, SHARED).alias(name) for name in NAMES if name not in names)
    return (
        sums.join(never, on=CAMPAIGN_NUMBER, how="left", validate="m:1")
        .with_columns(
            pl.when(has_stats | pl.col(name + NEVER)).then(name).otherwise(0).alias(name)
            for name in METRICS
        )
        .with_columns(
            pl.col([*of_sessions, *(of_orders if sessions.has_orders else ())]).fill_null(0),
            *nameless,
        )
        .select(schema.names())
        .cast(dict(schema))
    )


def _find_metrics_never_given(stats: pl.LazyFrame) -> pl.LazyFrame:
    """The campaigns whose stats lack a metric on all days, and which; most campaigns have all."""
    lacks_one = pl.any_horizontal(pl.col(name).is_null() for name in METRICS)
    lacking = stats.filter(lacks_one).select(CAMPAIGN_NUMBER).unique()
    return (
        stats.join(lacking, on=CAMPAIGN_NUMBER, how="semi")
        .group_by(CAMPAIGN_NUMBER)
        .agg(pl.col(METRICS).is_null().all().name.suffix(NEVER))
    )


def _sum_rest(metric: str) -> pl.Expr:
    """The sum of a metric; null where the figures from which others are taken off lack it."""
    is_whole = pl.col(TAKEN_OFF).is_null() & pl.col(PlacedStats.spend).is_not_null()
    is_known = (pl.col(metric).is_not_null() & is_whole).any() | ~is_whole.any()
    some = pl.col(metric).count() > 0
    return pl.when(is_known & some).then(pl.col(metric).sum()).alias(metric)


def _find_names(rows: pl.LazyFrame, names: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Give what has an id and no name the name of its day; of several the one that sorts last."""
    by, name = ID_OF_LEVEL[level], NAME_OF[level]
    keys = [*PLATFORM_KEYS, by]
    observed = (
        names.filter(pl.col(AdNames.level) == level)
        .select(
            *keys, AdNames.valid_from, AdNames.valid_until, pl.col(AdNames.name).alias(name + KNOWN)
        )
        .pipe(share_texts)
    )
    is_nameless = pl.col(name).is_null() & pl.col(by).is_not_null()
    nameless = rows.filter(is_nameless)
    found = (
        nameless.select(*keys, DAY)
        .unique()
        .join(observed, on=keys, how="inner", validate="m:m")
        .filter(is_valid_on(DAY))
        .group_by(*keys, DAY)
        .agg(pl.col(name + KNOWN).max())
    )
    named = (
        nameless.drop(name)
        .join(found, on=[*keys, DAY], how="left", validate="m:1")
        .rename({name + KNOWN: name})
    )
    return pl.concat([rows.filter(~is_nameless), named], how="diagonal")


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


def _order(rows: pl.LazyFrame, contract: type[Table], currency: str) -> ReportRows:
    """The table with its ratios, in the order of its key."""
    added = (*make_ratios(), pl.lit(currency).alias(CampaignPerformance.currency))
    return ReportRows(order_rows(rows, ORG_NUMBER, DAY, GROUP), contract, added)
