"""The links that something is wrong with, each under what the audit calls it (SPEC §6.2)."""

import polars as pl

from contracts.columns import Rows, key
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_facts import (
    OF_CAMPAIGNS,
    AdEvidence,
    MatchStatus,
    SessionFacts,
)
from contracts.facts.matching.session_matching import AuditedLinks
from contracts.reference.web_sources import ChannelGroup
from contracts.reports.session_matches import AuditKind, UtmAudit
from contracts.vocabulary import AdLevel
from transforms.matching.shared_names import CAMPAIGN
from transforms.web.traffic_sources import UTM_VALUES
from transforms.web.utm import is_macro

OTHER_CHANNELS = [
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
]
"""Channel groups whose sources need not be ad platforms."""

NO_SOURCE_MEANT = [
    AdEvidence.MESSAGE_MEDIUM,
    AdEvidence.MESSAGE_CAMPAIGN,
    AdEvidence.UNPAID_MEDIUM,
]
"""Evidence by which a utm_source was never meant to be an ad platform."""

AUDITED = key(UtmAudit)
NOTHING = pl.lit(None, pl.String)
OF_LINK = [
    AuditedLinks.link,
    AuditedLinks.session_count,
    AuditedLinks.first_day,
    AuditedLinks.last_day,
    AuditedLinks.landing_page,
]


def list_troubled_links(links: Rows[AuditedLinks], ad_names: Rows[AdNames]) -> pl.LazyFrame:
    """List the links that something is wrong with, ambiguous ones apart.

    Returns:
        One row per link and row of the audit that it counts for: the key of `UtmAudit`, the link,
        its sessions, their days and page.
    """
    return pl.concat(
        [
            list_without_ad(links),
            list_unknown_sources(links),
            list_unresolved_macros(links),
            list_content_without_ad(links, ad_names),
            list_aliases_to_nothing(links),
        ]
    )


def list_without_ad(links: Rows[AuditedLinks]) -> pl.LazyFrame:
    """List the links of which only the platform is known, by the value that names no ad.

    The value is utm_campaign, else utm_content, else utm_id; null where a link has none. Links
    whose only values are macros count as unresolved macros alone.
    """
    values = {name: _resolved(name) for name in ("utm_campaign", "utm_content", "utm_id")}
    value = pl.coalesce(values.values())
    named = [pl.when(one.is_not_null()).then(pl.lit(name)) for name, one in values.items()]
    troubled = links.filter(
        (pl.col(SessionFacts.match_status) == MatchStatus.UNMATCHED)
        & pl.col(SessionFacts.platform).is_not_null()
        & pl.col(AuditedLinks.unknown_target).is_null()
        & ~(pl.col(SessionFacts.has_macro) & value.is_null())
    )
    return _list_as(troubled, AuditKind.SESSIONS_WITHOUT_AD, value, pl.coalesce(named))


def list_unknown_sources(links: Rows[AuditedLinks]) -> pl.LazyFrame:
    """List the unmatched links by the utm_source that is not a known ad platform."""
    source = pl.col(SessionFacts.utm_source)
    troubled = links.filter(
        (pl.col(SessionFacts.match_status) == MatchStatus.UNMATCHED)
        & pl.col(SessionFacts.platform).is_null()
        & source.is_not_null()
        & ~is_macro(source)
        & ~pl.col(SessionFacts.channel_group).is_in(OTHER_CHANNELS)
        & ~pl.col(AuditedLinks.ad_evidence).is_in(NO_SOURCE_MEANT)
    )
    return _list_as(troubled, AuditKind.UNKNOWN_SOURCE, source, pl.lit(SessionFacts.utm_source))


def list_unresolved_macros(links: Rows[AuditedLinks]) -> pl.LazyFrame:
    """List the links with macros; one with two macros counts for both."""
    troubled = links.filter(SessionFacts.has_macro)
    return pl.concat(
        _list_as(
            troubled.filter(is_macro(pl.col(name))),
            AuditKind.UNRESOLVED_MACRO,
            pl.col(name),
            pl.lit(name),
        )
        for name in UTM_VALUES
    )


def list_content_without_ad(links: Rows[AuditedLinks], ad_names: Rows[AdNames]) -> pl.LazyFrame:
    """List the links whose utm_content names no ad of the campaign that they were matched to.

    Campaigns of which no feed knows an ad are left out, and what an alias names.
    """
    with_ads = ad_names.filter(pl.col(AdNames.level) == AdLevel.AD).select(CAMPAIGN).unique()
    value = _resolved(SessionFacts.utm_content)
    troubled = links.filter(
        (pl.col(SessionFacts.match_status) == MatchStatus.MATCHED)
        & pl.col(SessionFacts.match_method).is_in(OF_CAMPAIGNS)
        & value.is_not_null()
    ).join(with_ads, on=CAMPAIGN, how="semi")
    parameter, campaign_id = pl.lit(SessionFacts.utm_content), pl.col(UtmAudit.campaign_id)
    return _list_as(troubled, AuditKind.CONTENT_WITHOUT_AD, value, parameter, campaign_id)


def list_aliases_to_nothing(links: Rows[AuditedLinks]) -> pl.LazyFrame:
    """List the links whose alias leads to an ad or campaign that no feed knows."""
    parameter = pl.col(AuditedLinks.parameter)
    value = pl.coalesce(pl.when(parameter == name).then(pl.col(name)) for name in UTM_VALUES)
    troubled = links.filter(pl.col(AuditedLinks.unknown_target).is_not_null())
    return _list_as(troubled, AuditKind.ALIAS_TO_NOTHING, value, parameter)


def _list_as(
    links: pl.LazyFrame,
    kind: AuditKind,
    value: pl.Expr,
    parameter: pl.Expr,
    campaign_id: pl.Expr = NOTHING,
) -> pl.LazyFrame:
    """Links with the key of the audit's row that they count for."""
    told = {
        UtmAudit.kind: pl.lit(kind),
        UtmAudit.value: value,
        UtmAudit.parameter: parameter,
        UtmAudit.campaign_id: campaign_id,
        UtmAudit.ad_id: NOTHING,
    }
    return links.with_columns(**told).select(*AUDITED, *OF_LINK)


def _resolved(name: str) -> pl.Expr:
    return pl.when(~is_macro(pl.col(name))).then(pl.col(name))
