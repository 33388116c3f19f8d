"""Sessions of ad platforms, put where the spend of their ads stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.facts.session_facts import SessionFacts
from contracts.reports.ads import AdPerformance, CampaignPerformance
from transforms.ads.entities import DAY, ENTITY, NAMES, PARENTS, EntityDays, code_entities
from transforms.ads.name_lookup import AdVersions, fill_names, find_by_day, join_by_day
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.ads.ratios import converted
from transforms.common.joins import STREAMED
from transforms.common.keys import CONTACT, hash_id
from transforms.common.settling import Settle
from transforms.matching.match_sessions import LINK, MatchedSessions

AD, CAMPAIGN = SessionFacts.ad_id, SessionFacts.campaign_id
PLACE_TEXTS = [*PLATFORM_KEYS, *PARENTS]
VISITOR = "contact"
KNOWN = " known"
OF_STATS = " of stats"


@dataclass(frozen=True)
class Visits:
    """Sessions of ad platforms by the place that they came from and the day.

    Attributes:
        counts: `sessions`, and where a feed gives orders their sums; places as entities.
        contacts: One row per place, day and known contact: `entity`, the day, `contact` (a key).
    """

    counts: EntityDays
    contacts: pl.LazyFrame


def count_visits(matched: MatchedSessions, settle: Settle) -> Visits:
    """Count the sessions of ad platforms by place and day.

    Args:
        matched: Sessions, and what they came by. Where a feed gives orders, sessions also have
            `orders` and `revenue` of which each was the last touch.
        settle: Holds the counts.
    """
    came = matched.links.filter(pl.col(SessionFacts.platform).is_not_null())
    placed = code_entities(came, PLACE_TEXTS, settle)
    places = settle(placed.days.select(LINK, ENTITY))
    sessions = matched.sessions.join(places, on=LINK, how="inner", validate=STREAMED)
    sums = [CampaignPerformance.sessions, *converted(sessions)]
    contact = hash_id(SessionFacts.contact_id, seed=CONTACT).alias(VISITOR)
    by_contact = settle(
        sessions.group_by(ENTITY, DAY, contact).agg(
            pl.len().cast(pl.Int64).alias(CampaignPerformance.sessions),
            pl.col(converted(sessions)).sum(),
        )
    )
    contacts = by_contact.filter(pl.col(VISITOR).is_not_null()).select(ENTITY, DAY, VISITOR)
    counts = by_contact.group_by(ENTITY, DAY).agg(pl.sum(*sums))
    return Visits(EntityDays(settle(counts), placed.entities), contacts)


def align_visits(visits: Visits, stats: EntityDays, versions: AdVersions, settle: Settle) -> Visits:
    """Give places the parents that the stats of their ad or campaign have.

    A session then falls into the row of its ad's spend. Where no stats know the ad or campaign, the
    tables of names give the parents, as of the day. Sessions of which only the platform is known
    name no account, sessions without an ad no ad group.

    Args:
        visits: Sessions by place and day.
        stats: `DailyStats` and their entities.
        versions: What the tables of names tell.
        settle: Holds what several frames are made from.

    Returns:
        The same sessions; their places with parents and names.
    """
    place = "place"
    has_ad = pl.col(AD).is_not_null()
    is_known = has_ad | pl.col(CAMPAIGN).is_not_null()
    group = (AdPerformance.ad_group_id, AdPerformance.ad_group_name)
    places = settle(
        visits.counts.entities.rename({ENTITY: place})
        .pipe(_take_parents, stats.entities, AD, PARENTS[:-1])
        .pipe(_take_parents, stats.entities, CAMPAIGN, PARENTS[:1])
    )
    counts = visits.counts.days.rename({ENTITY: place})
    found = find_by_day(places, counts, place, lambda rows: fill_names(rows, versions, DAY), settle)
    aligned = found.with_columns(
        pl.when(is_known).then(name).alias(name) for name in (*PARENTS, *NAMES)
    ).with_columns(pl.when(has_ad).then(name).alias(name) for name in group)
    named = code_entities(aligned, [*PLACE_TEXTS, *NAMES], settle)
    days, contacts = (
        settle(join_by_day(rows, named.days, place, {ENTITY: ENTITY}).drop(place))
        for rows in (counts, visits.contacts.rename({ENTITY: place}))
    )
    return Visits(EntityDays(days, named.entities), contacts)


def _take_parents(
    places: pl.LazyFrame, entities: pl.LazyFrame, by: str, parents: Sequence[str]
) -> pl.LazyFrame:
    keys = [*PLATFORM_KEYS, by]
    known = (
        entities.filter(pl.col(by).is_not_null())
        .group_by(keys)
        .agg(pl.col(parents).max().name.suffix(OF_STATS), pl.lit(value=True).alias(KNOWN))
    )
    return (
        places.join(known, on=keys, how="left", validate="m:1")
        .with_columns(
            pl.when(KNOWN).then(name + OF_STATS).otherwise(name).alias(name) for name in parents
        )
        .drop(KNOWN, *(name + OF_STATS for name in parents))
    )
