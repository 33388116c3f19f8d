"""Aliases of the configuration that lead to an ad or campaign that no feed knows (SPEC §7.2)."""

import polars as pl

from contracts.columns import Held
from contracts.config.workspace import AdsSection
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_matching import AuditedLinks
from contracts.manifest import Warned, count_of

NAMED_ALIASES = 3
"""How many aliases a warning spells out."""


def _find_unknown(ads: AdsSection, ad_names: pl.DataFrame) -> list[str]:
    """Find the aliases whose ad or campaign no organization's feeds know."""
    ids = [name for alias in ads.aliases.values() for name in (alias.ad_id, alias.campaign_id)]
    is_meant = pl.any_horizontal(pl.col(AdNames.ad_id, AdNames.campaign_id).is_in(ids))
    known = set(
        ad_names.filter(is_meant)
        .select(AdNames.platform, AdNames.campaign_id, AdNames.ad_id)
        .rows()
    )
    campaigns = {(platform, campaign) for platform, campaign, _ in known}
    of_ads = {(platform, ad) for platform, _, ad in known if ad is not None}
    return [
        value
        for value, alias in ads.aliases.items()
        if (alias.ad_id is not None and (alias.platform, alias.ad_id) not in of_ads)
        or (alias.ad_id is None and (alias.platform, alias.campaign_id) not in campaigns)
    ]


def warn_of_aliases(
    ads: AdsSection, ad_names: Held[AdNames], links: Held[AuditedLinks]
) -> list[Warned]:
    """Warn of aliases that lead to nothing, with the sessions that they leave unmatched.

    Args:
        ads: The user's aliases.
        links: An alias may also be unknown to some organizations alone.
    """
    unknown = _find_unknown(ads, ad_names)
    of_aliases = links.filter(pl.col(AuditedLinks.unknown_target).is_not_null())
    sessions = int(of_aliases[AuditedLinks.session_count].sum())
    if not unknown and not sessions:
        return []
    named = ", ".join(repr(value) for value in unknown[:NAMED_ALIASES])
    which = f" ({named})" if named else ""
    message = (
        f"aliases of [ads.aliases]{which} lead to ads or campaigns that no feed knows, and leave "
        f"{count_of(sessions, 'session')} unmatched; correct or remove them there"
    )
    return [Warned(code="alias_unknown", message=message, count=sessions, setting="[ads.aliases]")]
