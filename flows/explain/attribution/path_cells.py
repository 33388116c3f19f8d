"""Figures of `attribution/paths`: orders by the channels that led to them, contacts by theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from contracts.facts.order_facts import PricedOrders
from contracts.feeds import Contacts
from contracts.reports.attribution import DIRECT, CreditedTouch, Paths
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import Explanation, count_rows
from flows.explain.narrowed_tables import scan_placed
from flows.steps.attribution.credited_orders import list_open_paths
from transforms.attribution.paths import PATH, join_channels
from transforms.explain.row_places import ROW_PLACE

ORG, CONTACT = PricedOrders.org_id, PricedOrders.contact_id
OF_CONTACT = [Contacts.org_id, Contacts.contact_id]
WORDS = {
    Paths.contacts: "the number of distinct known contacts of the orders with this path; each "
    "counts by the first of them",
    Paths.orders: "the number of orders with this path; refunds count none",
    Paths.revenue: "the sum of the revenue of the orders with this path, refunds taken off",
    Paths.contacts_without_order: "the number of contacts who have come this path within the "
    "look-back before the last day, without an order in it",
}


@dataclass(frozen=True)
class PathCells:
    """Explains `attribution/paths`."""

    orders: OrderRows

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        row, column = cell.row, cell.column
        if column == Paths.contacts_without_order:
            return Explanation(WORDS[column], self._list_contacts(row))
        keys = self._find_orders(row)
        if column == Paths.contacts:
            rows = self._count_contacts(keys)
        else:
            rows = self.orders.count(keys, column, "after these channels")
        left_out = self.orders.list_left_out(self.orders.find_all(keys))
        return Explanation(WORDS[column], rows, excluded=left_out)

    @cached_property
    def _paths(self) -> pl.DataFrame:
        """Every order with touches, and its path."""
        return join_channels(
            self.orders.touches.sort(*KEY, CreditedTouch.touch_position), KEY
        ).collect()

    def _find_orders(self, row: Mapping[str, Any]) -> pl.DataFrame:
        own = [pl.col(ORG) == row[ORG]]
        if row[PATH] != DIRECT:
            return self._paths.filter(*own, pl.col(PATH) == row[PATH]).select(KEY)
        orders = self.orders.run.catalog.scan("orders").filter(*own).select(KEY).collect()
        return orders.join(self._paths, on=KEY, how="anti")

    def _count_contacts(self, keys: pl.DataFrame) -> pl.DataFrame:
        """The first order of each known contact, by whose each device was."""
        named = self.orders.run.activities.scan("orders").filter(
            pl.col(PricedOrders.is_conversion),
            ~pl.col(PricedOrders.is_refund),
            pl.col(CONTACT).is_not_null(),
        )
        own = named.join(keys.lazy(), on=KEY, how="semi")
        firsts = (
            own.sort(PricedOrders.ordered_at, *KEY)
            .unique([ORG, CONTACT], keep="first", maintain_order=True)
            .select(KEY)
            .collect()
        )
        because = pl.lit("the first order of a known contact")
        found = self.orders.find(firsts).lazy()
        return count_rows(found, "orders", pl.lit(1), because)

    def _list_contacts(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """The rows of contacts without an order who have come a path."""
        own = (pl.col(ORG) == row[ORG]) & (pl.col(PATH) == row[PATH])
        paths = list_open_paths(self.orders.run.activities, self.orders.run.config)
        come = [part.filter(own).collect() for part in paths]
        contacts = pl.concat(come).select(ORG, pl.col(KEY[1]).alias(Contacts.contact_id)).lazy()
        found = (
            scan_placed(self.orders.run.catalog, "contacts")
            .select(*OF_CONTACT, ROW_PLACE)
            .join(contacts, on=OF_CONTACT, how="inner", validate="1:1")
        )
        because = pl.lit("a contact who has come this path and not ordered within the look-back")
        return count_rows(found, "contacts", pl.lit(1), because)
