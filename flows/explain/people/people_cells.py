"""Figures of single contacts: what was sent to them, what they did, ordered and visited."""

from dataclasses import dataclass

import polars as pl

from contracts.facts.messaging.send_facts import SendFacts
from contracts.feeds import Sessions
from contracts.reports.journeys import ContactJourney
from contracts.reports.people import ContactReport
from contracts.vocabulary import JourneyKind
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import NOTHING, Explanation, NotCovered, merge_left_out
from flows.explain.left_out import list_left_out
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.messaging.send_scopes import SendScope
from flows.explain.session_rows import SessionRows
from transforms.common.keys import CONTACT, hash_id
from transforms.explain.row_places import BECAUSE

R = ContactReport
PERSON = (R.org_id, R.contact_id)
OF_SENDS = {
    R.sends: "the number of sends to the contact, hold-outs apart",
    R.delivered: "the number of sends to the contact that count as delivered",
    R.opens: "the number of opens of sends to the contact",
    R.clicks: "the number of clicks on sends to the contact",
}
OF_ORDERS = {
    R.orders: "the number of the contact's orders; refunds count none",
    R.revenue: "the sum of the revenue of the contact's orders",
}
JOURNEY = "people/contact_journey"


@dataclass(frozen=True)
class PeopleCells:
    """Explains `people/contact_report` and the revenue in `people/contact_journey`."""

    sends: SendFigures
    orders: OrderRows

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: Nothing can be said of the column.
        """
        column = cell.column
        if cell.label == JOURNEY:
            return self._explain_order(cell)
        if cell.value is None:
            return Explanation("no feed gives it", NOTHING)
        if column in OF_SENDS:
            scope = SendScope(
                {R.org_id: cell.row[R.org_id]},
                contact=pl.col(SendFacts.contact_key) == _hash_contact(cell),
                bearing={str(cell.row[R.contact_id])},
            )
            rows = self.sends.list_rows(scope, column, cell.value)
            return Explanation(
                OF_SENDS[column], rows, excluded=self.sends.list_left_out(scope, column)
            )
        journey = self.sends.run.scan("people", "contact_journey")
        if journey is None or column not in {*OF_ORDERS, R.sessions}:
            raise NotCovered(cell.label, column)
        steps = journey.filter(*have_values_of(cell.row, PERSON))
        if column in OF_ORDERS:
            return self._count_orders(steps, column, OF_ORDERS[column])
        return self._count_visits(cell, steps)

    def _explain_order(self, cell: AskedCell) -> Explanation:
        if cell.value is None:
            return Explanation("no order, so that nothing was brought")
        words = "what the order brought, in the reporting currency; 0 where it does not count"
        order = pl.LazyFrame({name: [cell.row[name]] for name in KEY})
        own = order.with_columns(pl.lit(JourneyKind.ORDER).alias(ContactJourney.kind))
        return self._count_orders(own, R.revenue, words)

    def _count_orders(self, steps: pl.LazyFrame, column: str, words: str) -> Explanation:
        """What the orders among some steps of journeys count for, and those that bring nothing."""
        keys = steps.filter(pl.col(ContactJourney.kind) == JourneyKind.ORDER).select(KEY).collect()
        left = self.orders.list_left_out(self.orders.find_all(keys))
        return Explanation(words, self.orders.count(keys, column, "of the contact"), excluded=left)

    def _count_visits(self, cell: AskedCell, steps: pl.LazyFrame) -> Explanation:
        """The sessions among some steps of journeys."""
        why = pl.lit("a session of the contact, or of a device that was the contact's then")
        session_id = pl.col(ContactJourney.event_id).str.strip_suffix(" (session)")
        visits = steps.filter(pl.col(ContactJourney.kind) == JourneyKind.SESSION).select(
            Sessions.org_id,
            session_id.alias(Sessions.session_id),
            pl.col(ContactJourney.occurred_at).alias(Sessions.started_at),
            why.alias(BECAUSE),
        )
        own, ids = have_values_of(cell.row, PERSON), {str(cell.row[R.contact_id])}
        parts = [
            list_left_out(self.sends.run, table, lambda rows: rows.filter(*own), ids)
            for table in ("sessions", "page_views")
        ]
        return Explanation(
            "the number of the contact's sessions",
            SessionRows(self.sends.run).state(visits.collect()),
            excluded=merge_left_out(parts),
        )


def _hash_contact(cell: AskedCell) -> int:
    names = {name: [cell.row[name]] for name in PERSON}
    return pl.DataFrame(names).select(hash_id(R.contact_id, seed=CONTACT)).item()
