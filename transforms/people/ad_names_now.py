"""The names that ads and their campaigns have now, for the links by which sessions came."""

import polars as pl

from contracts.facts.activities import LinkNames
from contracts.facts.ad_facts import AdNames
from contracts.facts.order_facts import NamedCampaigns
from contracts.facts.session_matching import SessionLinks
from contracts.vocabulary import AdLevel
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import LINK

ORG_ID = AdNames.org_id


def describe_links(links: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    """The links by which sessions came, with the names of their ad and campaign as they are now.

    Args:
        links: `SessionLinks`.
        names: `AdNames`.

    Returns:
        `LinkNames`, in no order.
    """
    platform = [ORG_ID, LinkNames.platform]
    said = (SessionLinks.traffic_source, SessionLinks.traffic_source_check, SessionLinks.day)
    ads = _name_latest(names, AdLevel.AD, LinkNames.ad_id, LinkNames.ad_name)
    keyed = links.with_columns(pl.struct(said).hash(LINK).alias(LinkNames.link_key))
    return keyed.join(
        name_campaigns(names),
        on=[*platform, LinkNames.campaign_id],
        how="left",
        validate=STREAMED,
        build_side=HELD,
    ).join(ads, on=[*platform, LinkNames.ad_id], how="left", validate=STREAMED, build_side=HELD)


def key_links(sessions: pl.LazyFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    """Put the key of a link, which every run gives it, into the place of its number.

    Args:
        sessions: Any with a `link`.
        links: `LinkNames`.
    """
    keys = links.select(LinkNames.link, LinkNames.link_key)
    return sessions.join(
        keys, on=LinkNames.link, how="left", validate=STREAMED, build_side=HELD
    ).drop(LinkNames.link)


def name_links(sessions: pl.LazyFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    """Put what a link says into the place of its key.

    Args:
        sessions: Any with a `link_key`.
        links: `LinkNames`.
    """
    names = links.drop(LinkNames.link)
    return sessions.join(
        names, on=LinkNames.link_key, how="left", validate=STREAMED, build_side=HELD
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
