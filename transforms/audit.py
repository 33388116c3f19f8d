"""What is broken between links and ads, with the money and the sessions at stake (SPEC §6.2)."""

import polars as pl

from contracts.ad_facts import AdNames
from contracts.columns import columns, polars_schema
from contracts.reports.ad_matches import AuditKind, UtmAudit
from contracts.session_facts import MatchMethod, MatchStatus, SessionFacts
from contracts.vocabulary import AdLevel
from contracts.web_sources import ChannelGroup
from transforms.utm import is_macro, normalize_value

CAMPAIGN = [UtmAudit.org_id, UtmAudit.platform, UtmAudit.campaign_id]
AD = [*CAMPAIGN, UtmAudit.ad_id]
SPEND = "spend"
SESSIONS = UtmAudit.sessions_at_risk

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


def audit_utm(
    sessions: pl.LazyFrame, ad_names: pl.LazyFrame, spend: pl.LazyFrame
) -> pl.LazyFrame:
    """List what is broken between links and ads.

    * spend_without_sessions: a campaign that cost money and has no session; or an ad that has none
      while others of its campaign have.
    * sessions_without_ad: a utm value of sessions of which only the platform is known.
    * name_used_twice: a name that two campaigns of a platform, or two ads of a campaign, bear at
      the same time; or a value that left sessions ambiguous.
    * unknown_source: a utm_source that is no known ad platform, unless its channel is another one.
    * unresolved_macro: a utm value that is a macro.

    Args:
        sessions: The session fact.
        ad_names: One row per name and its days.
        spend: Rows of org_id, platform, campaign_id, campaign_name, ad_id, ad_name and spend (in
            the reporting currency; ad_id null where spend is known by campaign): they add up.

    Returns:
        `UtmAudit` without suggestions, sorted by its key.
    """
    kinds = [
        find_spend_without_sessions(sessions, spend),
        find_sessions_without_ad(sessions),
        find_names_used_twice(sessions, ad_names, spend),
        find_unknown_sources(sessions),
        find_unresolved_macros(sessions),
    ]
    schema = polars_schema(UtmAudit)
    complete = [
        kind.with_columns(
            pl.lit(None, dtype).alias(name)
            for name, dtype in schema.items()
            if name not in kind.collect_schema().names()
        ).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
        for kind in kinds
    ]
    return (
        pl.concat(complete)
        .with_columns(
            pl.col(UtmAudit.spend_at_risk).fill_null(0), pl.col(SESSIONS).fill_null(0)
        )
        .sort(columns(UtmAudit)[: columns(UtmAudit).index(UtmAudit.spend_at_risk)])
    )
