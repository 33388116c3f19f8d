"""Figures of single contacts: what was sent to them, what they did, ordered and visited."""

import polars as pl

from contracts.facts.send_facts import SendFacts
from contracts.feeds import Sessions
from contracts.reports.journeys import ContactJourney
from contracts.reports.people import ContactReport
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import NOTHING, Explanation, NotCovered, merge_rows
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.messaging.send_scopes import SendScope
from transforms.common.keys import CONTACT, hash_id
from transforms.explain.row_places import ROW_PLACE, pack_place, state_rows
from transforms.ingest.deduplication import FILE

R = ContactReport
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


class PeopleCells:
    """Explains `people/contact_report` and the revenue in `people/contact_journey`."""

    def __init__(self, sends: SendFigures, orders: OrderRows) -> None:
        """Explain the figures of a run."""
        self.run = sends.run
        self.sends = sends
        self.orders = orders

    def covers(self, cell: AskedCell) -> bool:
        """Whether a cell's table is one of these."""
        return cell.label in ("people/contact_report", JOURNEY)

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
            key = _hash_contact(cell)
            scope = SendScope(
                {R.org_id: cell.row[R.org_id]}, contact=pl.col(SendFacts.contact_key) == key
            )
            return Explanation(OF_SENDS[column], self.sends.list_rows(scope, column, cell.value))
        journey = self.run.scan("people", "contact_journey")
        if journey is None or column not in {*OF_ORDERS, R.sessions}:
            raise NotCovered(cell.label, column)
        of_contact = [pl.col(name) == cell.row[name] for name in (R.org_id, R.contact_id)]
        steps = journey.filter(*of_contact)
        if column in OF_ORDERS:
            keys = steps.filter(pl.col(ContactJourney.kind) == "order").select(KEY).collect()
            return Explanation(OF_ORDERS[column], self.orders.state_own(keys, column))
        return Explanation("the number of the contact's sessions", self._list_visits(cell, steps))

    def _explain_order(self, cell: AskedCell) -> Explanation:
        """What one order of a journey brought."""
        if cell.value is None:
            return Explanation("no order, so that nothing was brought")
        words = "what the order brought, in the reporting currency; 0 where it does not count"
        order = pl.DataFrame({name: [cell.row[name]] for name in KEY})
        return Explanation(words, self.orders.state_own(order, R.revenue))

    def _list_visits(self, cell: AskedCell, steps: pl.LazyFrame) -> pl.DataFrame:
        catalog = self.run.catalog
        visits = steps.filter(pl.col("kind") == "session").select(
            Sessions.org_id, pl.col("event_id").alias(Sessions.session_id)
        )
        ids = [Sessions.org_id, Sessions.session_id]
        if not catalog.has_rows("sessions"):
            if cell.value:
                raise NotCovered(cell.label, cell.column, "the sessions are made from page views")
            return NOTHING
        places = catalog.scan_numbered("sessions").select(*ids, pack_place(pl.col(FILE)))
        found = visits.join(places, on=ids, how="left", validate="1:1").collect()
        if found.get_column(ROW_PLACE).null_count():
            why = "some of the sessions are made from page views"
            raise NotCovered(cell.label, cell.column, why)
        because = pl.lit("a session of the contact, or of a device that was the contact's then")
        return merge_rows(state_rows(found.lazy(), "sessions", pl.lit(1), because).collect())


def _hash_contact(cell: AskedCell) -> int:
    """The key of a cell's contact."""
    names = {name: [cell.row[name]] for name in (R.org_id, R.contact_id)}
    return pl.DataFrame(names).select(hash_id(R.contact_id, seed=CONTACT)).item()
