"""What is broken between links and ads, with the money and the sessions at stake (SPEC §6.2)."""

import polars as pl

from contracts.columns import key, polars_schema
from contracts.facts.ad_facts import AdNames
from contracts.facts.ad_sums import AdSpend
from contracts.facts.session_facts import AdEvidence, MatchMethod, MatchStatus, SessionFacts
from contracts.facts.session_matching import AuditedLinks
from contracts.reference.web_sources import ChannelGroup
from contracts.reports.session_matches import AuditKind, UtmAudit
from contracts.vocabulary import AdLevel
from transforms.matching.shared_names import (
    AD,
    CAMPAIGN,
    SESSIONS,
    find_names_used_twice,
    sessions_at_risk,
    spent,
)
from transforms.web.traffic_sources import UTM_VALUES
from transforms.web.utm import base_url, is_macro

OTHER_CHANNELS = [
    str(group)
    for group in (
        ChannelGroup.DIRECT,
        ChannelGroup.ORGANIC_SHOPPING,
        ChannelGroup.ORGANIC_SOCIAL,
        ChannelGroup.ORGANIC_VIDEO,
        ChannelGroup.ORGANIC_SEARCH,
        ChannelGroup.REFERRAL,
        ChannelGroup.EMAIL,
        ChannelGroup.AFFILIATES,
        ChannelGroup.SMS,
        ChannelGroup.MOBILE_PUSH,
    )
]
"""Channel groups whose sources need not be ad platforms."""

NO_SOURCE_MEANT = [
    str(evidence)
    for evidence in (
        AdEvidence.MESSAGE_MEDIUM,
        AdEvidence.MESSAGE_CAMPAIGN,
        AdEvidence.UNPAID_MEDIUM,
    )
]
"""Evidence by which a utm_source was never meant to be an ad platform."""


def audit_utm(links: pl.LazyFrame, ad_names: pl.LazyFrame, spend: pl.LazyFrame) -> pl.LazyFrame:
    """List what is broken between links and ads.

    * spend_without_sessions: a campaign that cost money and has no session; or an ad that has none
      while others of its campaign have.
    * sessions_without_ad: a utm value of sessions of which only the platform is known.
    * name_used_twice: a name that two campaigns of a platform, or two ads of a campaign, bear at
      the same time; or a value that left sessions ambiguous.
    * unknown_source: a utm_source that is no known ad platform, unless its channel is another one.
    * unresolved_macro: a utm value that is a macro.
    * content_without_ad: a utm_content that names no ad, under a campaign that has ads.
    * alias_to_nothing: a utm value whose alias leads to an ad or campaign that no feed knows.

    Args:
        links: What sessions came by (`AuditedLinks`).
        ad_names: One row per name and its days.
        spend: `AdSpend`; ad_id is null where spend is known by campaign alone.

    Returns:
        `UtmAudit` without suggestions, sorted by its key.
    """
    kinds = [
        find_spend_without_sessions(links, spend),
        find_sessions_without_ad(links),
        find_names_used_twice(links, ad_names, spend),
        find_unknown_sources(links),
        find_unresolved_macros(links),
        find_content_without_ad(links, ad_names),
        find_aliases_to_nothing(links),
    ]
    schema = polars_schema(UtmAudit)
    return (
        pl.concat([pl.LazyFrame(schema=schema), *kinds], how="diagonal_relaxed")
        .with_columns(pl.col(UtmAudit.spend_at_risk, SESSIONS).fill_null(0))
        .cast(dict(schema))
        .sort(key(UtmAudit))
    )


def add_landing_pages(links: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Add an example of where each link leads, but for links that say nothing or are in order.

    Args:
        links: `CountedLinks`.
        sessions: Their sessions: `SessionBase` and `link`.

    Returns:
        `AuditedLinks`: of several pages the one that sorts first.
    """
    says_something = pl.any_horizontal(
        pl.col(name).is_not_null() for name in (*UTM_VALUES, AuditedLinks.platform)
    )
    is_in_order = (
        (pl.col(AuditedLinks.match_status) == MatchStatus.MATCHED)
        & ~pl.col(AuditedLinks.has_macro)
        & (pl.col(AuditedLinks.ad_id).is_not_null() | pl.col(AuditedLinks.utm_content).is_null())
    )
    audited = links.filter(says_something & ~is_in_order).select(AuditedLinks.link)
    pages = (
        sessions.join(audited, on=AuditedLinks.link, how="semi")
        .group_by(AuditedLinks.link)
        .agg(base_url(pl.col(SessionFacts.landing_url)).min().alias(AuditedLinks.landing_page))
    )
    return links.join(pages, on=AuditedLinks.link, how="left", validate="1:1")


def find_spend_without_sessions(links: pl.LazyFrame, spend: pl.LazyFrame) -> pl.LazyFrame:
    """Find campaigns, and ads of campaigns with sessions at ad level, that cost money for nothing.

    Args:
        links: What sessions came by (`AuditedLinks`).
        spend: `AdSpend`.
    """
    is_ad = pl.col(UtmAudit.ad_id).is_not_null()
    known = links.select(AD).filter(pl.col(UtmAudit.campaign_id).is_not_null()).unique()
    with_ads = known.filter(is_ad).select(CAMPAIGN).unique()
    cost = spend.filter(pl.col(UtmAudit.campaign_id).is_not_null())
    campaigns = (
        cost.group_by(CAMPAIGN)
        .agg(
            pl.col(AdSpend.campaign_name).max().alias(UtmAudit.value), **spent(), **_days_of_spend()
        )
        .join(known.select(CAMPAIGN).unique(), on=CAMPAIGN, how="anti")
        .with_columns(pl.lit(str(AdLevel.CAMPAIGN)).alias(UtmAudit.parameter))
    )
    ads = (
        cost.filter(is_ad)
        .group_by(AD)
        .agg(pl.col(AdSpend.ad_name).max().alias(UtmAudit.value), **spent(), **_days_of_spend())
        .join(with_ads, on=CAMPAIGN, how="semi")
        .join(known, on=AD, how="anti")
        .with_columns(pl.lit(str(AdLevel.AD)).alias(UtmAudit.parameter))
    )
    return (
        pl.concat([campaigns, ads], how="diagonal")
        .filter(pl.col(UtmAudit.spend_at_risk) > 0)
        .with_columns(pl.lit(str(AuditKind.SPEND_WITHOUT_SESSIONS)).alias(UtmAudit.kind))
    )


def find_sessions_without_ad(links: pl.LazyFrame) -> pl.LazyFrame:
    """Count the sessions of which only the platform is known, by the value that names no ad.

    The value is utm_campaign, else utm_content, else utm_id; null where a link has none. Sessions
    whose only values are macros count as unresolved macros alone.
    """
    values = {name: _resolved(name) for name in ("utm_campaign", "utm_content", "utm_id")}
    only_macros = pl.col(SessionFacts.has_macro) & pl.col(UtmAudit.value).is_null()
    return (
        links.filter(
            (pl.col(SessionFacts.match_status) == MatchStatus.UNMATCHED)
            & pl.col(SessionFacts.platform).is_not_null()
            & pl.col(AuditedLinks.unknown_target).is_null()
        )
        .with_columns(
            pl.coalesce(values.values()).alias(UtmAudit.value),
            pl.coalesce(
                pl.when(value.is_not_null()).then(pl.lit(name)) for name, value in values.items()
            ).alias(UtmAudit.parameter),
        )
        .filter(~only_macros)
        .group_by(UtmAudit.org_id, UtmAudit.platform, UtmAudit.parameter, UtmAudit.value)
        .agg(**sessions_at_risk())
        .with_columns(pl.lit(str(AuditKind.SESSIONS_WITHOUT_AD)).alias(UtmAudit.kind))
    )


def find_unknown_sources(links: pl.LazyFrame) -> pl.LazyFrame:
    """Count the unmatched sessions of each utm_source that is no known ad platform."""
    source = pl.col(SessionFacts.utm_source)
    return (
        links.filter(
            (pl.col(SessionFacts.match_status) == MatchStatus.UNMATCHED)
            & pl.col(SessionFacts.platform).is_null()
            & source.is_not_null()
            & ~is_macro(source)
            & ~pl.col(SessionFacts.channel_group).is_in(OTHER_CHANNELS)
            & ~pl.col(AuditedLinks.ad_evidence).is_in(NO_SOURCE_MEANT)
        )
        .group_by(UtmAudit.org_id, source.alias(UtmAudit.value))
        .agg(**sessions_at_risk())
        .with_columns(
            pl.lit(str(AuditKind.UNKNOWN_SOURCE)).alias(UtmAudit.kind),
            pl.lit(str(SessionFacts.utm_source)).alias(UtmAudit.parameter),
        )
    )


def find_unresolved_macros(links: pl.LazyFrame) -> pl.LazyFrame:
    """Count the sessions of each macro; one with two macros counts for both."""
    troubled = links.filter(SessionFacts.has_macro)
    return pl.concat(
        [
            troubled.filter(is_macro(pl.col(name)))
            .group_by(UtmAudit.org_id, UtmAudit.platform, pl.col(name).alias(UtmAudit.value))
            .agg(**sessions_at_risk())
            .with_columns(pl.lit(name).alias(UtmAudit.parameter))
            for name in UTM_VALUES
        ]
    ).with_columns(pl.lit(str(AuditKind.UNRESOLVED_MACRO)).alias(UtmAudit.kind))


def find_content_without_ad(links: pl.LazyFrame, ad_names: pl.LazyFrame) -> pl.LazyFrame:
    """Count the sessions whose utm_content names no ad of the campaign that they were matched to.

    Campaigns of which no feed knows an ad are left out, and what an alias names.

    Args:
        links: What sessions came by (`AuditedLinks`).
        ad_names: One row per name and its days.
    """
    with_ads = ad_names.filter(pl.col(AdNames.level) == AdLevel.AD).select(CAMPAIGN).unique()
    by_campaign = [str(MatchMethod.UTM_CAMPAIGN_ID), str(MatchMethod.UTM_CAMPAIGN_NAME)]
    value = _resolved(SessionFacts.utm_content)
    return (
        links.filter(
            (pl.col(SessionFacts.match_status) == MatchStatus.MATCHED)
            & pl.col(SessionFacts.match_method).is_in(by_campaign)
            & value.is_not_null()
        )
        .join(with_ads, on=CAMPAIGN, how="semi")
        .group_by(*CAMPAIGN, value.alias(UtmAudit.value))
        .agg(**sessions_at_risk())
        .with_columns(
            pl.lit(str(AuditKind.CONTENT_WITHOUT_AD)).alias(UtmAudit.kind),
            pl.lit(str(SessionFacts.utm_content)).alias(UtmAudit.parameter),
        )
    )


def find_aliases_to_nothing(links: pl.LazyFrame) -> pl.LazyFrame:
    """Count the sessions whose alias leads to an ad or campaign that no feed knows.

    Args:
        links: What sessions came by (`AuditedLinks`).
    """
    parameter = pl.col(AuditedLinks.parameter)
    value = pl.coalesce(pl.when(parameter == name).then(pl.col(name)) for name in UTM_VALUES)
    return (
        links.filter(pl.col(AuditedLinks.unknown_target).is_not_null())
        .group_by(
            UtmAudit.org_id, UtmAudit.platform, UtmAudit.parameter, value.alias(UtmAudit.value)
        )
        .agg(**sessions_at_risk())
        .with_columns(pl.lit(str(AuditKind.ALIAS_TO_NOTHING)).alias(UtmAudit.kind))
    )


def _days_of_spend() -> dict[str, pl.Expr]:
    """The first and last day with spend."""
    return {
        UtmAudit.first_day: pl.col(AdSpend.first_day).min(),
        UtmAudit.last_day: pl.col(AdSpend.last_day).max(),
    }


def _resolved(name: str) -> pl.Expr:
    return pl.when(~is_macro(pl.col(name))).then(pl.col(name))
