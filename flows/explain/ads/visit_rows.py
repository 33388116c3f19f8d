"""The sessions behind the figures of campaigns and ads, by their published matches."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.columns import key
from contracts.facts.ads.ad_sums import AdContactSessions, SessionCounts, SessionPlaces
from contracts.facts.matching.session_facts import MatchStatus, SessionFacts
from contracts.facts.matching.session_matching import SessionLinks
from contracts.reports.ads import AdPerformance, CampaignPerformance
from contracts.reports.session_matches import SessionMatches
from flows.explain.ads.stats_rows import AdStatsRows, are_of
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import LEFT_OUT, merge_rows
from flows.explain.left_out import list_left_out
from flows.explain.session_rows import KEY, SessionRows, count_contacts
from flows.report_tables import find_table
from flows.runtime.materialize import materialize
from transforms.ads.levels import DAY
from transforms.ads.session_counts import (
    PLACE,
    count_contact_sessions,
    count_sessions,
    find_parents,
    list_session_places,
    place_links,
)
from transforms.common.keys import CONTACT as OF_CONTACT
from transforms.common.keys import hash_id
from transforms.common.shared_texts import write_out_texts
from transforms.explain.row_places import BECAUSE, EXPLAINED
from transforms.matching.match_sessions import LINK, MatchedSessions

ORG, SESSION = SessionMatches.org_id, SessionMatches.session_id
CONTACT, STARTED_AT = SessionFacts.contact_id, SessionMatches.started_at
OF_SESSIONS = {
    CampaignPerformance.sessions: "the number of sessions matched to this row's ad, campaign or "
    "platform",
    CampaignPerformance.session_contacts: "how many distinct contacts those sessions name",
    CampaignPerformance.orders: "the number of orders whose last touch is one of those sessions; "
    "refunds count none",
    CampaignPerformance.revenue: "the sum of the revenue of orders whose last touch is one of "
    "those sessions",
}
"""Figure of sessions -> how it is made."""
OF_LINK = [
    SessionLinks.org_id,
    SessionLinks.platform,
    SessionLinks.campaign_id,
    SessionLinks.ad_group_id,
    SessionLinks.ad_id,
]
OF_ENTITY = [name for name in key(AdPerformance) if name not in (DAY, ORG)]
OWN_KEY = AdContactSessions.contact_key
"""Where sessions stand in the place of contacts: the key of the session."""
WHY = pl.format("matched by {}: {}", SessionMatches.match_method, SessionMatches.match_reason)


class VisitRows:
    """The sessions of a run, each with the row of the performance tables that it falls into."""

    def __init__(self, stats: AdStatsRows, orders: OrderRows) -> None:
        """Find the sessions of a run."""
        self.run = stats.run
        self.stats = stats
        self.orders = orders
        self.rows = SessionRows(stats.run)

    def explain(self, cell: AskedCell, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The raw rows of sessions or orders that a column counts, and those that it does not."""
        day = self._match(cell.row)
        names = [n for n in key(find_table(cell.group, cell.name).contract) if n != DAY]
        own = day.filter(*are_of(cell.row, names))
        if column in (CampaignPerformance.orders, CampaignPerformance.revenue):
            return self.orders.explain_sessions(own.select(KEY), column)
        found = self.rows.find(own.select(*KEY, STARTED_AT, WHY.alias(BECAUSE)))
        is_open = pl.col(SessionMatches.match_status) != MatchStatus.MATCHED
        left_out = self._list_left_out(own, day.filter(is_open).join(own, on=KEY, how="anti"))
        if column == CampaignPerformance.session_contacts:
            return count_contacts(found), left_out
        return merge_rows(found.select(list(EXPLAINED))), left_out

    def _match(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """The sessions of a row's platform and day with their entity, as the tables place them."""
        matches = self.run.scan("ads", "session_matches")
        if matches is None:
            return pl.DataFrame()
        of_day = (pl.col(ORG) == row[ORG]) & (pl.col(DAY) == row[DAY])
        sessions = matches.filter(of_day, pl.col(OF_LINK[1]) == row[OF_LINK[1]]).collect()
        links = sessions.select(OF_LINK).unique(maintain_order=True).with_row_index(LINK)
        matched = self._as_single(sessions, links)
        places = materialize(list_session_places(matched.links), SessionPlaces)
        visits = count_contact_sessions(matched.visits, place_links(matched.links, places))
        by_session = materialize(visits, AdContactSessions)
        known = self.stats.place(row)
        parented = find_parents(places, known.entities)
        counts = count_sessions(by_session, parented, known.versions)
        entities = materialize(counts, SessionCounts).pipe(write_out_texts)
        named = sessions.lazy().drop(OF_LINK[1:]).with_columns(pl.col(SESSION).alias(CONTACT))
        keyed = named.with_columns(_hash_session())
        return (
            by_session.select(PLACE, DAY, OWN_KEY)
            .join(
                entities.select(PLACE, DAY, *OF_ENTITY),
                on=[PLACE, DAY],
                how="inner",
                validate="m:1",
            )
            .drop(DAY)
            .join(keyed, on=OWN_KEY, how="inner", validate="1:1")
            .sort(STARTED_AT, SESSION)
            .collect()
        )

    @staticmethod
    def _as_single(sessions: pl.DataFrame, links: pl.DataFrame) -> MatchedSessions:
        """Sessions as if each were a contact of its own, so that none are added up."""
        numbered = sessions.lazy().join(
            links.lazy(), on=OF_LINK, how="left", nulls_equal=True, validate="m:1"
        )
        account = pl.lit(None, pl.String).alias(SessionLinks.account_id)
        single = numbered.select(*KEY, pl.col(SESSION).alias(CONTACT), DAY, LINK)
        visits = single.select(LINK, DAY, _hash_session())
        return MatchedSessions(single, links.lazy().with_columns(account), visits)

    def _list_left_out(self, own: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
        """Other sessions of the platform and day, and rows of these that do not count."""
        why = pl.format("{}: {}", SessionMatches.match_status, SessionMatches.match_reason)
        passed = self.rows.state(near.select(*KEY, STARTED_AT, why.alias(BECAUSE)))
        ids = own.lazy().select(KEY)
        versions = list_left_out(
            self.run,
            "sessions",
            lambda rows: rows.join(ids, on=KEY, how="semi"),
            set(own.get_column(SESSION)),
        )
        return pl.concat([passed.select(list(LEFT_OUT)), versions])


def _hash_session() -> pl.Expr:
    return hash_id(CONTACT, seed=OF_CONTACT).alias(OWN_KEY)
