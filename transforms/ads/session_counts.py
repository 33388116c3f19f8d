"""Sessions of ad platforms by the day, put where the spend of their ads stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.columns import Rows, columns, conform, polars_schema
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_sums import AdContactSessions, LinkPlaces, SessionCounts, SessionPlaces
from contracts.facts.matching.session_facts import SessionFacts
from contracts.facts.matching.session_matching import SessionLinks, SessionVisits
from contracts.reports.ads import AdPerformance
from transforms.ads.levels import DAY, NAMES, PARENTS
from transforms.ads.name_lookup import AdVersions, fill_names
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import CONTACT, hash_id
from transforms.common.rates import sum_known
from transforms.common.shared_texts import share_texts
from transforms.matching.match_sessions import LINK

AD, CAMPAIGN = SessionFacts.ad_id, SessionFacts.campaign_id
PLACE = SessionPlaces.place
PLACE_TEXTS = [*PLATFORM_KEYS, *PARENTS]
VISITOR = AdContactSessions.contact_key
OF_ORDERS = [AdContactSessions.orders, AdContactSessions.revenue]
COUNTS = [AdContactSessions.sessions, *OF_ORDERS]
KNOWN = " known"
OF_STATS = " of stats"


@dataclass(frozen=True)
class SessionFigures:
    """The sessions of ad platforms.

    Attributes:
        has_orders: Whether a feed gives orders.
    """

    counts: Rows[SessionCounts]
    by_contact: Rows[AdContactSessions]
    has_orders: bool

    def filter(self, within: pl.Expr) -> "SessionFigures":
        """The sessions of some days."""
        counts, by_contact = self.counts.filter(within), self.by_contact.filter(within)
        return SessionFigures(counts, by_contact, self.has_orders)


def list_session_places(links: Rows[SessionLinks]) -> Rows[SessionPlaces]:
    """List the ads, ad campaigns and platforms that sessions came from."""
    came = links.filter(pl.col(SessionFacts.platform).is_not_null())
    return came.select(PLACE_TEXTS).unique().with_row_index(PLACE).pipe(share_texts)


def place_links(links: Rows[SessionLinks], places: Rows[SessionPlaces]) -> Rows[LinkPlaces]:
    """Find where the sessions of each link came from.

    Returns:
        None of links that lead from no ad platform.
    """
    came = share_texts(links.select(LINK, *PLACE_TEXTS))
    return came.join(places, on=PLACE_TEXTS, how="inner", nulls_equal=True, validate="m:1").select(
        LINK, PLACE
    )


def find_parents(places: Rows[SessionPlaces], entities: Rows[AdEntities]) -> Rows[SessionPlaces]:
    """Give places the parents that their stats have.

    Returns:
        As many rows.
    """
    return (
        places.pipe(_take_parents, entities, AD, PARENTS[:-1])
        .pipe(_take_parents, entities, CAMPAIGN, PARENTS[:1])
        .select(columns(SessionPlaces))
    )


def list_session_orders(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """List what sessions brought, each beside its visitor and link.

    Args:
        sessions: Sessions with their `link` and the `orders` and `revenue` of which each was the
            last touch.
    """
    visitor = hash_id(SessionFacts.contact_id, seed=CONTACT).alias(VISITOR)
    return sessions.select(LINK, DAY, visitor, *OF_ORDERS)


def count_contact_sessions(
    visits: Rows[SessionVisits], links: Rows[LinkPlaces], brought: pl.LazyFrame | None = None
) -> Rows[AdContactSessions]:
    """Count the sessions of ad platforms by place, day and contact.

    Args:
        visits: By `link`.
        brought: What some of these sessions brought (`list_session_orders`); None where no feed
            gives orders.
    """
    schema = polars_schema(AdContactSessions)
    came = visits.select(
        *(LINK, DAY, VISITOR),
        pl.lit(1, pl.Int64).alias(AdContactSessions.sessions),
        *(pl.lit(None, schema[name]).alias(name) for name in OF_ORDERS),
    )
    rows = came if brought is None else pl.concat([came, brought], how="diagonal")
    return (
        rows.join(links, on=LINK, how="inner", validate=STREAMED, build_side=HELD)
        .group_by(PLACE, DAY, VISITOR)
        .agg(pl.col(AdContactSessions.sessions).sum(), *sum_known(OF_ORDERS))
        .pipe(conform, AdContactSessions)
    )


def count_sessions(
    sessions: Rows[AdContactSessions], places: Rows[SessionPlaces], versions: AdVersions
) -> Rows[SessionCounts]:
    """Count the sessions of each place and day, under the parents that its stats have.

    A session then falls into the row of its ad's spend. Where no stats know the ad or campaign, the
    tables of names give the parents, as of the day. Sessions of which only the platform is known
    name no account, sessions without an ad no ad group.

    Args:
        places: With the parents that their stats have (`find_parents`).
    """
    has_ad = pl.col(AD).is_not_null()
    is_known = has_ad | pl.col(CAMPAIGN).is_not_null()
    group = (AdPerformance.ad_group_id, AdPerformance.ad_group_name)
    return (
        sessions.group_by(PLACE, DAY)
        .agg(sum_known(COUNTS))
        .join(places, on=PLACE, how="inner", validate="m:1")
        .pipe(fill_names, versions, DAY)
        .with_columns(pl.when(is_known).then(name).alias(name) for name in (*PARENTS, *NAMES))
        .with_columns(pl.when(has_ad).then(name).alias(name) for name in group)
        .pipe(conform, SessionCounts)
    )


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
