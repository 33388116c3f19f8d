"""The names that ads and their campaigns have now, for the links by which sessions came."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.ads.ad_names import AdNames
from contracts.facts.matching.session_facts import SessionFacts
from contracts.facts.matching.session_matching import SessionLinks
from contracts.facts.order_facts import NamedCampaigns
from contracts.facts.people.described_activities import LinkNames
from contracts.vocabulary import AdLevel
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import LINK, hash_cells

ORG_ID, IS_DATED = AdNames.org_id, "is dated"
SOURCE_KEY = [SessionLinks.traffic_source, SessionLinks.traffic_source_check]


def describe_links(links: Rows[SessionLinks], names: Rows[AdNames]) -> Rows[LinkNames]:
    """The links by which sessions came, with the names of their ad and campaign as they are now."""
    platform = [ORG_ID, LinkNames.platform]
    ads = _name_latest(names, AdLevel.AD, LinkNames.ad_id, LinkNames.ad_name)
    return (
        links.with_columns(_key_link())
        .join(
            name_campaigns(names),
            on=[*platform, LinkNames.campaign_id],
            how="left",
            validate=STREAMED,
            build_side=HELD,
        )
        .join(ads, on=[*platform, LinkNames.ad_id], how="left", validate=STREAMED, build_side=HELD)
    )


def list_dated_sources(links: Rows[SessionLinks]) -> pl.LazyFrame:
    """The traffic sources that are a link of its own on each day, by their key."""
    return links.filter(pl.col(SessionLinks.day).is_not_null()).select(SOURCE_KEY).unique()


def key_links(sessions: pl.LazyFrame, dated: pl.LazyFrame) -> pl.LazyFrame:
    """Put the key of the link that a session came by into the place of its traffic source.

    Args:
        sessions: Any with their day and the key of their traffic source.
        dated: The traffic sources of which the day matters (`list_dated_sources`).
    """
    flagged = dated.with_columns(pl.lit(value=True).alias(IS_DATED))
    day = pl.when(IS_DATED).then(SessionFacts.date_day).alias(SessionLinks.day)
    return (
        sessions.join(flagged, on=SOURCE_KEY, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(day)
        .with_columns(_key_link())
        .drop(*SOURCE_KEY, IS_DATED, SessionLinks.day)
    )


def _key_link() -> pl.Expr:
    told = [pl.col(name) for name in (*SOURCE_KEY, SessionLinks.day)]
    return hash_cells(told, seed=LINK).alias(LinkNames.link_key)


def name_links(sessions: pl.LazyFrame, links: Rows[LinkNames]) -> pl.LazyFrame:
    """Put what a link says into the place of its key.

    Args:
        sessions: Any with a `link_key`.
    """
    return sessions.join(
        links, on=LinkNames.link_key, how="left", validate=STREAMED, build_side=HELD
    ).drop(LinkNames.link_key)


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
