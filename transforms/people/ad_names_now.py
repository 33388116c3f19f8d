"""The names that ads and their campaigns have now, for the sessions that they brought."""

import polars as pl

from contracts.facts.activities import ContactSessions
from contracts.facts.ad_facts import AdNames
from contracts.facts.order_facts import NamedCampaigns
from contracts.vocabulary import AdLevel
from transforms.common.joins import HELD, STREAMED

ORG_ID = ContactSessions.org_id


def describe_sessions(sessions: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    """Session facts with the names of their ad and its campaign, as they are now.

    Args:
        sessions: Any of the columns of `SessionFacts`, the campaign's and the ad's among them.
        names: `AdNames`.

    Returns:
        The same rows, in no order, with `campaign_name` and `ad_name`.
    """
    platform = [ORG_ID, ContactSessions.platform]
    ads = _name_latest(names, AdLevel.AD, ContactSessions.ad_id, ContactSessions.ad_name)
    return sessions.join(
        name_campaigns(names),
        on=[*platform, ContactSessions.campaign_id],
        how="left",
        validate=STREAMED,
        build_side=HELD,
    ).join(
        ads, on=[*platform, ContactSessions.ad_id], how="left", validate=STREAMED, build_side=HELD
    )


def name_campaigns(names: pl.LazyFrame) -> pl.LazyFrame:
    """One row per organization, platform and ad campaign: its `campaign_name` as it is now."""
    return _name_latest(
        names, AdLevel.CAMPAIGN, NamedCampaigns.campaign_id, NamedCampaigns.campaign_name
    )


def _name_latest(names: pl.LazyFrame, level: AdLevel, by: str, named: str) -> pl.LazyFrame:
    return (
        names.filter(
            pl.col(AdNames.level) == level,
            pl.col(AdNames.name).is_not_null(),
            pl.col(by).is_not_null(),
        )
        .sort(AdNames.valid_from, AdNames.name, nulls_last=False)
        .group_by(AdNames.org_id, AdNames.platform, by, maintain_order=True)
        .agg(pl.col(AdNames.name).last().alias(named))
    )
