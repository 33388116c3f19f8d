"""The sessions behind the figures of campaigns and ads, by the transforms that count them."""

from dataclasses import replace
from functools import cached_property

import polars as pl

from contracts.columns import key, polars_schema
from contracts.facts.ad_sums import AdContactSessions, SessionCounts, SessionPlaces
from contracts.facts.session_facts import SessionFacts
from contracts.reports.ads import AdPerformance, CampaignPerformance
from contracts.reports.attribution import CreditedTouch
from flows.explain.ads.stats_rows import AdStatsRows, are_of
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import NotCovered, merge_rows
from flows.report_tables import find_table
from flows.runtime.materialize import materialize
from transforms.ads.levels import DAY
from transforms.ads.session_counts import (
    PLACE,
    count_contact_sessions,
    count_sessions,
    list_session_places,
)
from transforms.ads.shared_texts import write_out_texts
from transforms.common.keys import CONTACT, hash_id
from transforms.explain.row_places import ROW_PLACE, pack_place, state_rows
from transforms.ingest.deduplication import FILE

ORG, SESSION, VISITOR = SessionFacts.org_id, SessionFacts.session_id, SessionFacts.contact_id
KNOWN = "known contact"
OWN_KEY = AdContactSessions.contact_key
"""Where sessions stand in the place of contacts: the key of the session."""
OF_ENTITY = [name for name in key(AdPerformance) if name != DAY]


class AdSessionRows:
    """The sessions of a run, each with the row of the performance tables that it falls into."""

    def __init__(self, stats: AdStatsRows, orders: OrderRows) -> None:
        """Find the sessions of a run."""
        self.stats = stats
        self.orders = orders

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """One row per session of an ad platform: its ids, contact, day and entity."""
        facts = self.stats.facts
        names = (AdContactSessions.orders, AdContactSessions.revenue)
        nothing = [
            pl.lit(None, dtype).alias(name)
            for name, dtype in polars_schema(AdContactSessions).items()
            if name in names
        ]
        single = facts.matched.sessions.with_columns(pl.col(SESSION).alias(VISITOR), *nothing)
        matched = replace(facts.matched, sessions=single)
        places = materialize(list_session_places(matched.links), SessionPlaces)
        by_session = materialize(count_contact_sessions(matched, places), AdContactSessions)
        counts = count_sessions(by_session, places, facts.stats, facts.versions)
        entities = materialize(counts, SessionCounts).pipe(write_out_texts)
        own = (
            facts.matched.sessions.select(ORG, SESSION, VISITOR, SessionFacts.started_at)
            .with_columns(pl.col(VISITOR).alias(KNOWN), pl.col(SESSION).alias(VISITOR))
            .with_columns(hash_id(VISITOR, seed=CONTACT).alias(OWN_KEY))
        )
        return (
            by_session.select(PLACE, DAY, OWN_KEY)
            .join(
                entities.select(PLACE, DAY, *(n for n in OF_ENTITY if n != ORG)),
                on=[PLACE, DAY],
                how="inner",
                validate="m:1",
            )
            .join(own, on=OWN_KEY, how="inner", validate="1:1")
            .collect()
        )

    def list_rows(self, cell: AskedCell, column: str) -> pl.DataFrame:
        """The raw rows of sessions or orders that a column counts.

        Raises:
            NotCovered: The sessions are made from page views.
        """
        names = [n for n in key(find_table(cell.group, cell.name).contract) if n != DAY]
        own = self.sessions.filter(*are_of(dict(cell.row), names))
        if column in (CampaignPerformance.orders, CampaignPerformance.revenue):
            last = self.orders.last_touches.join(
                own.select(ORG, SESSION),
                on=[CreditedTouch.org_id, CreditedTouch.session_id],
                how="semi",
            )
            return self.orders.state(last.select(KEY), column, "a session of this row", {})
        if column == CampaignPerformance.session_contacts:
            known = own.filter(pl.col(KNOWN).is_not_null())
            own = known.sort(SessionFacts.started_at, SESSION).unique(
                [ORG, KNOWN], keep="first", maintain_order=True
            )
        return self._state(cell, column, own)

    def _state(self, cell: AskedCell, column: str, own: pl.DataFrame) -> pl.DataFrame:
        catalog = self.stats.catalog
        if own.is_empty():
            return merge_rows(state_rows(_NO_SESSIONS, "sessions", pl.lit(1), _WHY).collect())
        if not catalog.has_rows("sessions"):
            raise NotCovered(cell.label, column, "the sessions are made from page views")
        places = catalog.scan_numbered("sessions").select(ORG, SESSION, pack_place(pl.col(FILE)))
        found = own.lazy().join(places, on=[ORG, SESSION], how="left", validate="1:1").collect()
        if found.get_column(ROW_PLACE).null_count():
            raise NotCovered(cell.label, column, "some of the sessions are made from page views")
        matches = self.stats.run.scan("ads", "session_matches")
        told = found.lazy()
        if matches is not None:
            reasons = matches.select(ORG, SESSION, "match_method", "match_reason")
            told = told.join(reasons, on=[ORG, SESSION], how="left", validate="1:1")
            why = pl.format("matched by {}: {}", "match_method", "match_reason")
        else:
            why = _WHY
        return merge_rows(state_rows(told, "sessions", pl.lit(1), why).collect())


_WHY = pl.lit("a session matched to this row's ad, campaign or platform")
_NO_SESSIONS = pl.LazyFrame(schema={ROW_PLACE: pl.UInt64})
