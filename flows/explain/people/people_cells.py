"""Figures of single contacts and single links, by the facts of every send."""

import polars as pl

from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.order_facts import PricedOrders
from contracts.facts.send_counts import Counts
from contracts.facts.send_facts import CountedEvents, SendFacts
from contracts.feeds import Sessions
from contracts.reports.messaging import LinkReport
from contracts.reports.people import ContactReport
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import NOTHING, Explanation, NotCovered, merge_rows
from flows.explain.messaging.message_cells import MessageCells
from flows.explain.published_run import PublishedRun
from flows.report_tables import FIXED_GROUPS
from transforms.common.keys import CONTACT, LINK, hash_id
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
OF_LINKS = {
    LinkReport.clicks: "the number of clicks on the link",
    LinkReport.unique_clicks: "the number of sends with a click on the link",
}


class PeopleCells:
    """Explains `people/contact_report` and the channels' `link_report`."""

    def __init__(self, run: PublishedRun, orders: OrderRows, messages: MessageCells) -> None:
        """Explain the figures of a run."""
        self.run = run
        self.orders = orders
        self.messages = messages

    def covers(self, cell: AskedCell) -> bool:
        """Whether a cell's table is one of these."""
        is_link = cell.name == "link_report" and cell.group not in FIXED_GROUPS
        return is_link or cell.label == "people/contact_report"

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: Nothing can be said of the column.
        """
        column = cell.column
        if cell.value is None:
            return Explanation("no feed gives it", NOTHING)
        if cell.name == "link_report":
            return Explanation(OF_LINKS[column], self._list_clicks(cell))
        if column in OF_SENDS:
            facts = self.messages.facts
            own = facts.events if column in (R.opens, R.clicks) else facts.sends
            rows = own.filter(pl.col(SendFacts.contact_key) == _hash_contact(cell))
            return Explanation(OF_SENDS[column], self.messages.state_counts(rows, column))
        journey = self.run.scan("people", "contact_journey")
        if journey is None or column not in {*OF_ORDERS, R.sessions}:
            raise NotCovered(cell.label, column)
        of_contact = [pl.col(name) == cell.row[name] for name in (R.org_id, R.contact_id)]
        steps = journey.filter(*of_contact)
        if column in OF_ORDERS:
            keys = steps.filter(pl.col("kind") == "order").select(KEY).collect()
            return Explanation(OF_ORDERS[column], self.orders.state_own(keys, column))
        return Explanation("the number of the contact's sessions", self._list_visits(cell, steps))

    def _list_clicks(self, cell: AskedCell) -> pl.DataFrame:
        facts = self.messages.facts
        link = pl.select(pl.lit(cell.row[LinkReport.url]).hash(LINK)).item()
        ids = (DescribedMessages.org_id, DescribedMessages.message_id)
        own = facts.events.filter(
            pl.col(Counts.clicks) > 0,
            pl.col(CountedEvents.link_key) == link,
            pl.col(DescribedMessages.channel) == cell.group,
            *(pl.col(name).eq_missing(pl.lit(cell.row[name], pl.String)) for name in ids),
        )
        if cell.column == LinkReport.unique_clicks:
            own = own.sort(ROW_PLACE).unique(CountedEvents.unit_key, keep="first")
        return self.messages.state_counts(own, Counts.clicks)

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
    names = {name: [cell.row[name]] for name in (PricedOrders.org_id, PricedOrders.contact_id)}
    return pl.DataFrame(names).select(hash_id(R.contact_id, seed=CONTACT)).item()
