"""What is broken between links and ads, with the money and the sessions at stake (SPEC §6.2)."""

import polars as pl

from contracts.columns import Rows, conform, key, no_rows
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.ads.ad_sums import AdSpend
from contracts.facts.matching.session_matching import AuditedLinks, NamesUsedTwice
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
from transforms.matching.troubled_links import AUDITED, list_troubled_links


def audit_utm(
    links: Rows[AuditedLinks],
    ad_names: Rows[AdNames],
    twice: Rows[NamesUsedTwice],
    spend: Rows[AdSpend],
) -> Rows[UtmAudit]:
    """List what is broken between links and ads.

    * spend_without_sessions: a campaign that cost money and has no session; or an ad that has none
      while others of its campaign have.
    * sessions_without_ad: a utm value of sessions of which only the platform is known.
    * name_used_twice: a name that two campaigns of a platform, or two ads of a campaign, bear at
      the same time; or a value that left sessions ambiguous.
    * unknown_source: a utm_source that is not a known ad platform's, unless another channel has it.
    * unresolved_macro: a utm value that is a macro.
    * content_without_ad: a utm_content that names no ad, under a campaign that has ads.
    * alias_to_nothing: a utm value whose alias leads to an ad or campaign that no feed knows.

    Args:
        spend: Ad_id is null where spend is known by campaign alone.

    Returns:
        Without suggestions, sorted by its key.
    """
    kinds = [
        find_spend_without_sessions(links, spend),
        find_names_used_twice(twice, ad_names, spend),
        list_troubled_links(links, ad_names).group_by(AUDITED).agg(**sessions_at_risk()),
    ]
    return (
        pl.concat([no_rows(UtmAudit), *kinds], how="diagonal_relaxed")
        .with_columns(pl.col(UtmAudit.spend_at_risk, SESSIONS).fill_null(0))
        .pipe(conform, UtmAudit)
        .sort(key(UtmAudit))
    )


def find_spend_without_sessions(links: Rows[AuditedLinks], spend: Rows[AdSpend]) -> pl.LazyFrame:
    """Find campaigns, and ads of campaigns with sessions at ad level, that cost for nothing."""
    is_ad = pl.col(UtmAudit.ad_id).is_not_null()
    known = links.select(AD).filter(pl.col(UtmAudit.campaign_id).is_not_null()).unique()
    with_ads = known.filter(is_ad).select(CAMPAIGN).unique()
    cost = spend.filter(pl.col(UtmAudit.campaign_id).is_not_null())
    campaigns = (
        cost.join(known.select(CAMPAIGN).unique(), on=CAMPAIGN, how="anti")
        .group_by(CAMPAIGN)
        .agg(
            pl.col(AdSpend.campaign_name).max().alias(UtmAudit.value), **spent(), **_days_of_spend()
        )
        .with_columns(pl.lit(AdLevel.CAMPAIGN).alias(UtmAudit.parameter))
    )
    ads = (
        cost.filter(is_ad)
        .join(with_ads, on=CAMPAIGN, how="semi")
        .join(known, on=AD, how="anti")
        .select(
            *AD,
            pl.col(AdSpend.ad_name).alias(UtmAudit.value),
            pl.col(AdSpend.spend).alias(UtmAudit.spend_at_risk),
            AdSpend.first_day,
            AdSpend.last_day,
            pl.lit(AdLevel.AD).alias(UtmAudit.parameter),
        )
    )
    return (
        pl.concat([campaigns, ads], how="diagonal")
        .filter(pl.col(UtmAudit.spend_at_risk) > 0)
        .with_columns(pl.lit(AuditKind.SPEND_WITHOUT_SESSIONS).alias(UtmAudit.kind))
    )


def _days_of_spend() -> dict[str, pl.Expr]:
    return {
        UtmAudit.first_day: pl.col(AdSpend.first_day).min(),
        UtmAudit.last_day: pl.col(AdSpend.last_day).max(),
    }
