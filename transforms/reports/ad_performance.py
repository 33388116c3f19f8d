"""What ads cost beside the sessions that they brought, by campaign and by ad (SPEC §6.2).

Both tables share one set of figures: those of the campaign. Where its ads do not add up to it, the
difference stands in a row without an ad, so that both tables come to the same spend and sessions.
"""

import polars as pl
import polars.selectors as cs

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.ad_facts import AdEntities, AdNames
from contracts.reports.ads import (
    NO_CAMPAIGN_MATCHED,
    NOT_AT_AD_LEVEL,
    AdPerformance,
    CampaignPerformance,
)
from contracts.vocabulary import AdLevel
from transforms.ads.entities import (
    DAY,
    ENTITY,
    LEVEL_IDS,
    METRICS,
    EntityDays,
    list_spending,
)
from transforms.ads.name_versions import PLATFORM_KEYS, is_valid_on
from transforms.ads.ratios import add_ratios, converted
from transforms.ads.rollup import (
    DRESS,
    GROUP,
    Grouped,
    ReportRows,
    dress,
    find_members,
    name_groups,
    number_groups,
)
from transforms.ads.visits import VISITOR, Visits
from transforms.common.settling import Settle

CAMPAIGN_GRAIN = [name for name in key(CampaignPerformance) if name != DAY]
AD_GRAIN = [name for name in key(AdPerformance) if name != DAY]
CAMPAIGN_NAMES = [CampaignPerformance.account_name, CampaignPerformance.campaign_name]
AD_NAMES = [*CAMPAIGN_NAMES, AdPerformance.ad_group_name, AdPerformance.ad_name]
SESSION_COUNTS = [CampaignPerformance.sessions, CampaignPerformance.session_contacts]
AD_ID = AdPerformance.ad_id
AD_IDS = [name for name in AD_GRAIN if name not in CAMPAIGN_GRAIN]
KNOWN = " known"
NAME_OF = {
    AdLevel.CAMPAIGN: CampaignPerformance.campaign_name,
    AdLevel.AD: AdPerformance.ad_name,
}


def make_campaign_performance(
    stats: EntityDays, visits: Visits, names: pl.LazyFrame, currency: str, settle: Settle
) -> ReportRows:
    """Set each campaign's spend beside its sessions, day by day.

    Spend is that of the campaign report; of accounts that give nothing finer than their own
    figures, it is a row without a campaign. So are sessions of which only the platform is known.

    Args:
        stats: `DailyStats` and their entities.
        visits: sessions of ad platforms by the places of their ads and the day (`align_visits`).
        names: `AdNames`.
        currency: the reporting currency, in which the stats are.
        settle: holds what several frames are made from.

    Returns:
        `CampaignPerformance`, sorted by its key.
    """
    spending = stats.among(settle(list_spending(stats.entities)))
    groups = number_groups([spending, visits.counts], CAMPAIGN_GRAIN, settle)
    of_spending, of_visits = (
        find_members(part, groups, CAMPAIGN_GRAIN, CAMPAIGN_NAMES, settle)
        for part in (spending, visits.counts)
    )
    figures = _join_groups(stats.days, of_spending)
    rows = _add_up([figures, *_count_sessions(visits, of_visits)])
    members = [(stats.days, of_spending), (visits.counts.days, of_visits)]
    texts = name_groups(groups, members, [pl.col(CAMPAIGN_NAMES).max()], settle)
    return _shape(Grouped(settle(rows), texts), names, CampaignPerformance, currency, settle)


def make_ad_performance(
    stats: EntityDays, visits: Visits, names: pl.LazyFrame, currency: str, settle: Settle
) -> ReportRows:
    """Set each ad's spend beside its sessions, day by day, and what is left of its campaign.

    A campaign's rest is one row a day without an ad: what its ads do not account for (negative
    where they come to more than the campaign) and its sessions without an ad.

    Args:
        stats: `DailyStats` and their entities.
        visits: sessions of ad platforms by the places of their ads and the day (`align_visits`).
        names: `AdNames`.
        currency: the reporting currency, in which the stats are.
        settle: holds what several frames are made from.

    Returns:
        `AdPerformance`, sorted by its key.
    """
    is_ad = (pl.col(AdEntities.level) == AdLevel.AD) & pl.col(AD_ID).is_not_null()
    ads = stats.among(stats.entities.filter(is_ad))
    spending = settle(list_spending(stats.entities))
    rest = stats.among(_forget(spending, [*AD_IDS, *AD_NAMES[2:]]))
    only_ads = ads.entities.join(rest.entities, on=ENTITY, how="anti")
    less = stats.among(_forget(only_ads, [*AD_IDS, *AD_NAMES]))
    groups = number_groups([ads, rest, less, visits.counts], AD_GRAIN, settle)
    of_ads, of_rest, of_less, of_visits = (
        find_members(part, groups, AD_GRAIN, AD_NAMES, settle)
        for part in (ads, rest, less, visits.counts)
    )
    only_rest = of_rest.join(of_ads, on=ENTITY, how="anti")
    figures = [_join_groups(stats.days, of_ads), _find_rest(stats.days, only_rest, of_less)]
    rows = _add_up([*figures, *_count_sessions(visits, of_visits)])
    members = [(stats.days, of_part) for of_part in (of_ads, of_rest, of_less)]
    members.append((visits.counts.days, of_visits))
    texts = name_groups(groups, members, [pl.col(AD_NAMES).max()], settle)
    return _shape(Grouped(settle(rows), texts), names, AdPerformance, currency, settle)


def sum_by_ad(performance: ReportRows) -> pl.LazyFrame:
    """Sum what each ad cost over all days, and what each campaign's rest did.

    Args:
        performance: `AdPerformance`.

    Returns:
        One row per organization, platform, campaign and ad: names and spend.
    """
    of_dress = performance.rows.group_by(DRESS, GROUP).agg(
        pl.col(DAY).min(), cs.numeric().exclude(DRESS, GROUP).sum()
    )
    names = [CampaignPerformance.campaign_name, AdPerformance.ad_name]
    ids = [AdPerformance.org_id, AdPerformance.platform, AdPerformance.campaign_id, AD_ID]
    spend = pl.col(CampaignPerformance.spend).sum()
    return performance.dress(of_dress).group_by(ids).agg(pl.col(names).max(), spend)


def _forget(entities: pl.LazyFrame, texts: list[str]) -> pl.LazyFrame:
    return entities.with_columns(pl.lit(None, pl.String).alias(text) for text in texts)


def _join_groups(days: pl.LazyFrame, members: pl.LazyFrame) -> pl.LazyFrame:
    """Figures of days with the group that they belong to."""
    return days.join(members.select(ENTITY, GROUP), on=ENTITY, how="inner", validate="m:1").select(
        GROUP, DAY, *METRICS
    )


def _find_rest(days: pl.LazyFrame, rest: pl.LazyFrame, less: pl.LazyFrame) -> pl.LazyFrame:
    """What the ads of a campaign do not account for; nothing where they do, to the last figure.

    Args:
        days: `DailyStats`.
        rest: The groups of the campaigns' entities. Those that are ads as well, as where no finer
            level is given, are on neither side: they cancel out.
        less: The groups of the ads' entities.
    """
    negated = _join_groups(days, less).with_columns(
        *(-pl.col(name) for name in METRICS), pl.lit(1).alias(KNOWN)
    )
    return (
        pl.concat([_join_groups(days, rest), negated], how="diagonal")
        .group_by(GROUP, DAY)
        .agg(pl.sum(*METRICS, KNOWN))
        .filter((pl.col(KNOWN) == 0) | pl.any_horizontal(pl.col(METRICS) != 0))
        .drop(KNOWN)
    )


def _count_sessions(visits: Visits, members: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Sessions, and distinct contacts where they are known, by group and day."""
    groups = members.select(ENTITY, GROUP)
    counts = visits.counts.days.join(groups, on=ENTITY, how="inner", validate="m:1").drop(ENTITY)
    contacts = (
        visits.contacts.join(groups, on=ENTITY, how="inner", validate="m:1")
        .group_by(GROUP, DAY)
        .agg(pl.col(VISITOR).n_unique().cast(pl.Int64).alias(CampaignPerformance.session_contacts))
    )
    return [counts, contacts]


def _add_up(parts: list[pl.LazyFrame]) -> pl.LazyFrame:
    """One row per group and day from figures of spend and figures of sessions, absent ones 0."""
    rows = pl.concat(parts, how="diagonal")
    return rows.group_by(GROUP, DAY).agg(pl.sum(*METRICS, *SESSION_COUNTS, *converted(rows)))


def _find_names(grouped: Grouped, names: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Find the name that each nameless thing bore on its days; of several the one that sorts last.

    Returns:
        One row per group and day for which a name is known.
    """
    by, name = LEVEL_IDS[level], NAME_OF[level]
    keys = [*PLATFORM_KEYS, by]
    borne = names.filter(pl.col(AdNames.level) == level).select(
        *keys, AdNames.valid_from, AdNames.valid_until, pl.col(AdNames.name).alias(name + KNOWN)
    )
    nameless = grouped.texts.filter(pl.col(name).is_null()).select(GROUP, *keys).unique()
    return (
        nameless.join(borne, on=keys, how="inner", validate="m:m")
        .join(grouped.rows.select(GROUP, DAY), on=GROUP, how="inner", validate="m:m")
        .filter(is_valid_on(DAY))
        .group_by(GROUP, DAY)
        .agg(pl.col(name + KNOWN).max())
    )


def _name_campaigns(rows: pl.LazyFrame) -> pl.LazyFrame:
    campaign, name = CampaignPerformance.campaign_id, CampaignPerformance.campaign_name
    is_nothing_known = pl.all_horizontal(
        pl.col(column).is_null() for column in rows.collect_schema() if column in (campaign, AD_ID)
    )
    return rows.with_columns(
        pl.when(is_nothing_known)
        .then(pl.lit(NO_CAMPAIGN_MATCHED))
        .otherwise(pl.coalesce(name, name + KNOWN))
        .alias(name)
    )


def _name_ads(rows: pl.LazyFrame) -> pl.LazyFrame:
    name = AdPerformance.ad_name
    is_rest = pl.col(AD_ID).is_null() & pl.col(AdPerformance.campaign_id).is_not_null()
    return rows.with_columns(
        pl.when(is_rest)
        .then(pl.lit(NOT_AT_AD_LEVEL))
        .otherwise(pl.coalesce(name, name + KNOWN))
        .alias(name)
    )


def _shape(
    grouped: Grouped,
    names: pl.LazyFrame,
    contract: type[Table],
    currency: str,
    settle: Settle,
) -> ReportRows:
    """The table's columns, with names and ratios, in the order of its key."""
    has_ads = AD_ID in columns(contract)
    levels = (AdLevel.CAMPAIGN, AdLevel.AD) if has_ads else (AdLevel.CAMPAIGN,)
    known = [settle(_find_names(grouped, names, level)) for level in levels]

    def finish(rows: pl.LazyFrame) -> pl.LazyFrame:
        for found in known:
            rows = rows.join(
                found, on=[GROUP, DAY], how="left", validate="m:1", maintain_order="left"
            )
        named = rows.pipe(_name_campaigns)
        return (
            add_ratios(named.pipe(_name_ads) if has_ads else named)
            .with_columns(pl.lit(currency).alias(CampaignPerformance.currency))
            .select(columns(contract))
            .cast(dict(polars_schema(contract)))
        )

    return dress(grouped, settle, finish, CampaignPerformance.org_id)
