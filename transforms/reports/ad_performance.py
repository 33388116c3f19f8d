"""What ads cost beside the sessions that they brought, by campaign and by ad (SPEC §6.2).

Both tables share one set of figures: those of the campaign. Where its ads do not add up to it, the
difference stands in a row without an ad, so that both tables come to the same spend and sessions.
"""

from collections.abc import Sequence

import polars as pl

from contracts.ad_facts import AdNames, DailyStats
from contracts.columns import Table, columns, key, polars_schema
from contracts.reports.ads import (
    NO_CAMPAIGN_MATCHED,
    NOT_AT_AD_LEVEL,
    AdPerformance,
    CampaignPerformance,
)
from contracts.session_facts import SessionFacts
from contracts.vocabulary import AdLevel
from transforms.ad_stats import METRICS, PARENTS, keep_level
from transforms.ad_versions import PLATFORM_KEYS, AdTables, fill_names, is_valid_on
from transforms.reports.ad_ratios import add_ratios, converted
from transforms.settling import Settle, as_it_is

CAMPAIGN_KEY = key(CampaignPerformance)
AD_KEY = key(AdPerformance)
CAMPAIGN_NAMES = [CampaignPerformance.account_name, CampaignPerformance.campaign_name]
AD_NAMES = [*CAMPAIGN_NAMES, AdPerformance.ad_group_name, AdPerformance.ad_name]
SESSION_COUNTS = [CampaignPerformance.sessions, CampaignPerformance.session_contacts]
AD_ID = AdPerformance.ad_id
KNOWN = " known"
OF_STATS = " of stats"


def make_campaign_performance(
    stats: pl.LazyFrame,
    sessions: pl.LazyFrame,
    names: pl.LazyFrame,
    tables: AdTables,
    currency: str,
    timezone: str,
    settle: Settle = as_it_is,
) -> pl.LazyFrame:
    """Set each campaign's spend beside its sessions, day by day.

    Spend is that of the campaign report; of accounts that give nothing finer than their own
    figures, it is a row without a campaign. So are sessions of which only the platform is known.

    Args:
        stats: `DailyStats`.
        sessions: `SessionFacts`; those of no ad platform are left out. Where a feed gives orders,
            also `orders` and `revenue` of which each session was the last touch.
        names: `AdNames`.
        tables: the tables of names.
        currency: the reporting currency, in which the stats are.
        timezone: the reporting time zone.
        settle: works a frame out once that several others are made from.

    Returns:
        `CampaignPerformance`, sorted by its key.
    """
    visits = settle(align_sessions(sessions, stats, tables.in_days(timezone)))
    return (
        pl.concat(
            [sum_campaigns(stats), _count_sessions(visits, CAMPAIGN_KEY, CAMPAIGN_NAMES)],
            how="diagonal",
        )
        .pipe(_add_up, CAMPAIGN_KEY, CAMPAIGN_NAMES)
        .pipe(settle)
        .pipe(_name_campaigns, names)
        .pipe(add_ratios)
        .pipe(_shape, CampaignPerformance, currency)
    )


def make_ad_performance(
    stats: pl.LazyFrame,
    sessions: pl.LazyFrame,
    names: pl.LazyFrame,
    tables: AdTables,
    currency: str,
    timezone: str,
    settle: Settle = as_it_is,
) -> pl.LazyFrame:
    """Set each ad's spend beside its sessions, day by day, and what is left of its campaign.

    A campaign's rest is one row a day without an ad: what its ads do not account for (negative
    where they come to more than the campaign) and its sessions without an ad.

    Args:
        stats: `DailyStats`.
        sessions: `SessionFacts`; those of no ad platform are left out. Where a feed gives orders,
            also `orders` and `revenue` of which each session was the last touch.
        names: `AdNames`.
        tables: the tables of names.
        currency: the reporting currency, in which the stats are.
        timezone: the reporting time zone.
        settle: works a frame out once that several others are made from.

    Returns:
        `AdPerformance`, sorted by its key.
    """
    visits = settle(align_sessions(sessions, stats, tables.in_days(timezone)))
    ads = (
        stats.filter(
            (pl.col(DailyStats.level) == AdLevel.AD) & pl.col(DailyStats.ad_id).is_not_null()
        )
        .group_by(AD_KEY)
        .agg(pl.sum(*METRICS), pl.col(AD_NAMES).max())
    )
    return (
        pl.concat(
            [
                ads,
                _find_rest(sum_campaigns(stats), ads),
                _count_sessions(visits, AD_KEY, AD_NAMES),
            ],
            how="diagonal",
        )
        .pipe(_add_up, AD_KEY, AD_NAMES)
        .pipe(settle)
        .pipe(_name_campaigns, names)
        .pipe(settle)
        .pipe(_name_ads, names)
        .pipe(add_ratios)
        .pipe(_shape, AdPerformance, currency)
    )


def align_sessions(sessions: pl.LazyFrame, stats: pl.LazyFrame, tables: AdTables) -> pl.LazyFrame:
    """Give sessions the parents that the stats of their ad or campaign have.

    A session then falls into the row of its ad's spend. Where no stats know the ad or campaign, the
    tables of names give the parents, as of the day. Sessions of which only the platform is known
    name no account, sessions without an ad no ad group.

    Args:
        sessions: `SessionFacts`.
        stats: `DailyStats`.
        tables: the tables of names, in days.

    Returns:
        One row per session of an ad platform: the keys of `AdPerformance` and the contact.
    """
    ad, campaign = SessionFacts.ad_id, SessionFacts.campaign_id
    has_ad = pl.col(ad).is_not_null()
    is_known = has_ad | pl.col(campaign).is_not_null()
    group = (AdPerformance.ad_group_id, AdPerformance.ad_group_name)
    return (
        sessions.filter(pl.col(SessionFacts.platform).is_not_null())
        .select(
            SessionFacts.org_id,
            SessionFacts.date_day,
            SessionFacts.platform,
            *PARENTS,
            SessionFacts.contact_id,
            *converted(sessions),
        )
        .pipe(
            _take_parents, stats, ad, [SessionFacts.account_id, campaign, SessionFacts.ad_group_id]
        )
        .pipe(_take_parents, stats, campaign, [SessionFacts.account_id])
        .pipe(fill_names, tables, SessionFacts.date_day)
        .with_columns(pl.when(is_known).then(name).alias(name) for name in (*PARENTS, *AD_NAMES))
        .with_columns(pl.when(has_ad).then(name).alias(name) for name in group)
    )


def _take_parents(
    sessions: pl.LazyFrame, stats: pl.LazyFrame, by: str, parents: Sequence[str]
) -> pl.LazyFrame:
    keys = [*PLATFORM_KEYS, by]
    known = (
        stats.filter(pl.col(by).is_not_null())
        .group_by(keys)
        .agg(pl.col(parents).max().name.suffix(OF_STATS), pl.lit(value=True).alias(KNOWN))
    )
    return (
        sessions.join(known, on=keys, how="left", validate="m:1")
        .with_columns(
            pl.when(KNOWN).then(name + OF_STATS).otherwise(name).alias(name) for name in parents
        )
        .drop(KNOWN, *(name + OF_STATS for name in parents))
    )


def sum_campaigns(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the figures of campaigns by day, and those of accounts that give none of a campaign.

    What an account gives at several levels counts once: by campaign, where it gives that.

    Args:
        stats: `DailyStats`.

    Returns:
        One row per key of `CampaignPerformance`, with figures and names.
    """
    campaigns = keep_level(stats, AdLevel.CAMPAIGN)
    accounts = stats.pipe(keep_level, AdLevel.ACCOUNT).join(
        campaigns, on=[*PLATFORM_KEYS, DailyStats.account_id], how="anti", nulls_equal=True
    )
    return (
        pl.concat([campaigns, accounts])
        .group_by(CAMPAIGN_KEY)
        .agg(pl.sum(*METRICS), pl.col(CAMPAIGN_NAMES).max())
    )


def _find_rest(campaigns: pl.LazyFrame, ads: pl.LazyFrame) -> pl.LazyFrame:
    """What the ads of a campaign do not account for; nothing where they do, to the last figure."""
    less = ads.select(*CAMPAIGN_KEY, *(-pl.col(name) for name in METRICS), pl.lit(1).alias(KNOWN))
    return (
        pl.concat([campaigns, less], how="diagonal")
        .group_by(CAMPAIGN_KEY)
        .agg(pl.sum(*METRICS), pl.col(CAMPAIGN_NAMES).max(), pl.sum(KNOWN))
        .filter((pl.col(KNOWN) == 0) | pl.any_horizontal(pl.col(METRICS) != 0))
        .drop(KNOWN)
    )


def _count_sessions(visits: pl.LazyFrame, grain: list[str], names: list[str]) -> pl.LazyFrame:
    contact = pl.col(SessionFacts.contact_id)
    is_unknown = contact.is_null().any().cast(pl.Int64)
    return visits.group_by(grain).agg(
        pl.len().cast(pl.Int64).alias(CampaignPerformance.sessions),
        (contact.n_unique().cast(pl.Int64) - is_unknown).alias(
            CampaignPerformance.session_contacts
        ),
        pl.col(converted(visits)).sum(),
        pl.col(names).max(),
    )


def _add_up(parts: pl.LazyFrame, grain: list[str], names: list[str]) -> pl.LazyFrame:
    """One row per key from figures of spend and figures of sessions, absent ones 0."""
    sums = [*METRICS, *SESSION_COUNTS, *converted(parts)]
    return parts.group_by(grain).agg(pl.sum(*sums), pl.col(names).max())


def _name_campaigns(rows: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    campaign, name = CampaignPerformance.campaign_id, CampaignPerformance.campaign_name
    is_nothing_known = pl.all_horizontal(
        pl.col(column).is_null() for column in rows.collect_schema() if column in (campaign, AD_ID)
    )
    return rows.pipe(_fill_name, names, AdLevel.CAMPAIGN, campaign, name).with_columns(
        pl.when(is_nothing_known).then(pl.lit(NO_CAMPAIGN_MATCHED)).otherwise(name).alias(name)
    )


def _name_ads(rows: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    name = AdPerformance.ad_name
    is_rest = pl.col(AD_ID).is_null() & pl.col(AdPerformance.campaign_id).is_not_null()
    return rows.pipe(_fill_name, names, AdLevel.AD, AD_ID, name).with_columns(
        pl.when(is_rest).then(pl.lit(NOT_AT_AD_LEVEL)).otherwise(name).alias(name)
    )


def _fill_name(
    rows: pl.LazyFrame, names: pl.LazyFrame, level: AdLevel, by: str, column: str
) -> pl.LazyFrame:
    """Fill in the name that a thing bore on the day; of several the one that sorts last."""
    keys = [*PLATFORM_KEYS, by]
    of_level = names.filter(pl.col(AdNames.level) == level).select(
        *keys, AdNames.valid_from, AdNames.valid_until, pl.col(AdNames.name).alias(column + KNOWN)
    )
    borne = (
        rows.filter(pl.col(column).is_null())
        .select(*keys, AdPerformance.date_day)
        .unique()
        .join(of_level, on=keys, how="inner", validate="m:m")
        .filter(is_valid_on(AdPerformance.date_day))
        .group_by(*keys, AdPerformance.date_day)
        .agg(pl.col(column + KNOWN).max())
    )
    return (
        rows.join(borne, on=[*keys, AdPerformance.date_day], how="left", validate="m:1")
        .with_columns(pl.coalesce(column, column + KNOWN).alias(column))
        .drop(column + KNOWN)
    )


def _shape(rows: pl.LazyFrame, contract: type[Table], currency: str) -> pl.LazyFrame:
    return (
        rows.with_columns(pl.lit(currency).alias(CampaignPerformance.currency))
        .select(columns(contract))
        .cast(dict(polars_schema(contract)))
        .sort(key(contract))
    )
