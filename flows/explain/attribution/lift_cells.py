"""Figures of `attribution/holdout_lift`: the treated and those held out, and what they ordered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.columns import key
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSends
from contracts.feeds import Events, Sends
from contracts.reports.attribution import HoldoutLift
from flows.explain.attribution.order_rows import KEY, OrderRows
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import (
    NOTHING,
    NOTHING_LEFT_OUT,
    Explanation,
    Operand,
    count_rows,
    leave_out,
    merge_left_out,
    merge_rows,
)
from flows.explain.narrowed_tables import scan_placed
from transforms.attribution.holdouts import (
    UNITS,
    add_differences,
    list_watched_contacts,
    list_watched_orders,
    list_watched_sends,
)
from transforms.explain.row_places import BECAUSE, ROW_PLACE, state_rows

H = HoldoutLift
ORG, CONTACT, HELD = ContactSends.org_id, ContactSends.contact_id, ContactSends.is_holdout
LEVEL = key(HoldoutLift)
SIDES = {"treated": False, "holdout": True}
SUMS = ("contacts", "conversions", "revenue")
SQUARES = "squares"
WORDS = {
    "contacts": "the number of contacts of this side; each counts by the first of its sends",
    "conversions": "the number of contacts of this side who ordered while watched; each counts by "
    "the first of these orders",
    "revenue": "the sum of what the contacts of this side ordered while watched, refunds taken off",
}
FORMULAS = {
    H.treated_conversion_rate: "treated_conversions / treated_contacts",
    H.holdout_conversion_rate: "holdout_conversions / holdout_contacts",
    H.conversion_rate_difference: "treated less held-out conversions per contact",
    H.conversion_rate_difference_low: "the difference less 1.96 of its standard errors: the root "
    "of the sum, over both sides, of rate * (1 - rate) / contacts",
    H.conversion_rate_difference_high: "the difference plus 1.96 of its standard errors: the root "
    "of the sum, over both sides, of rate * (1 - rate) / contacts",
    H.conversion_lift: "the difference of the rates / the held-out rate",
    H.treated_revenue_per_contact: "treated_revenue / treated_contacts",
    H.holdout_revenue_per_contact: "holdout_revenue / holdout_contacts",
    H.revenue_per_contact_difference: "treated less held-out revenue per contact",
    H.revenue_per_contact_difference_low: "the difference less 1.96 of its standard errors: the "
    "root of the sum, over both sides, of the variance of contacts' revenue / contacts",
    H.revenue_per_contact_difference_high: "the difference plus 1.96 of its standard errors: the "
    "root of the sum, over both sides, of the variance of contacts' revenue / contacts",
}


@dataclass(frozen=True)
class LiftCells:
    """Explains `attribution/holdout_lift`."""

    orders: OrderRows

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        row, column = cell.row, cell.column
        sides = {f"{side}_{name}": (side, name) for side in SIDES for name in SUMS}
        sends = self._find_sends(row)
        if column in sides:
            side, name = sides[column]
            rows = self._list_rows(sends, side, name)
            return Explanation(WORDS[name], rows, excluded=self._list_late(sends, side, name))
        operands = [
            Operand(name, row[name], self._list_rows(sends, *of)) for name, of in sides.items()
        ]
        sums = {name: row[name] for name in sides}
        for side in SIDES:
            sums[f"{side}_{SQUARES}"] = self._sum_squares(sends, side)
            if "revenue_per_contact_difference_" in column:
                name = f"sum of squares of the {side} contacts' revenue"
                operands.append(Operand(name, sums[f"{side}_{SQUARES}"]))
        told = [one for one in operands if _matters(one.name, column)]
        expected = add_differences(pl.LazyFrame([sums])).select(column).collect().item()
        return Explanation(FORMULAS[column], operands=tuple(told), expected=expected)

    def _find_sends(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """The sends of a row's message or campaign, those held out too, with their contacts."""
        config = self.orders.run.config
        sends = self.orders.run.activities.scan("sends")
        watched = list_watched_sends(sends, config.attribution, config.workspace.timezone)
        return watched.filter(*have_values_of(row, LEVEL)).collect()

    @staticmethod
    def _take_side(sends: pl.DataFrame, side: str) -> pl.LazyFrame:
        contacts = list_watched_contacts(sends.lazy())
        return contacts.filter(pl.col(HELD) == SIDES[side])

    def _list_rows(self, sends: pl.DataFrame, side: str, name: str) -> pl.DataFrame:
        """The raw rows of a sum of one side."""
        contacts = self._take_side(sends, side)
        if name == "contacts":
            return self._list_firsts(sends, contacts)
        watched = list_watched_orders(contacts, self.orders.run.activities.scan("orders"))
        if name == "conversions":
            ordered = watched.filter(~pl.col(PricedOrders.is_refund))
            watched = ordered.sort(PricedOrders.credited_at, *KEY).unique(
                CONTACT, keep="first", maintain_order=True
            )
        found = self.orders.find(watched.select(KEY).collect()).lazy()
        counts = pl.lit(1) if name == "conversions" else pl.col(PricedOrders.revenue)
        because = pl.lit("an order of a contact of this side while watched")
        return count_rows(found, "orders", counts, because)

    def _list_firsts(self, sends: pl.DataFrame, contacts: pl.LazyFrame) -> pl.DataFrame:
        firsts = (
            sends.lazy()
            .join(contacts.select(CONTACT), on=CONTACT, how="semi")
            .sort(HELD, ContactSends.sent_at, ContactSends.send_id)
            .unique(CONTACT, keep="first", maintain_order=True)
        )
        held = pl.lit("held out of the message: never sent")
        why = pl.when(HELD).then(held).otherwise(pl.lit("sent to a contact of this side"))
        named = firsts.with_columns(why.alias(BECAUSE))
        is_shown = pl.col(ContactSends.is_of_event)
        parts = [NOTHING]
        for table, by, own in (
            ("sends", Sends.send_id, named.filter(~is_shown)),
            ("events", Events.event_id, named.filter(is_shown)),
        ):
            keyed = own.select(ORG, pl.col(ContactSends.send_id).alias(by), BECAUSE)
            rows = scan_placed(self.orders.run.catalog, table).select(ORG, by, ROW_PLACE)
            found = rows.join(keyed, on=[ORG, by], how="inner", validate="1:1")
            parts.append(state_rows(found, table, pl.lit(1), pl.col(BECAUSE)).collect())
        return merge_rows(pl.concat(parts))

    def _sum_squares(self, sends: pl.DataFrame, side: str) -> float:
        watched = list_watched_orders(
            self._take_side(sends, side), self.orders.run.activities.scan("orders")
        )
        units = pl.col(PricedOrders.revenue)
        by_contact = watched.group_by(CONTACT).agg(units.sum()).collect()
        total = sum(value * value for value in by_contact[PricedOrders.revenue].to_list())
        return total / UNITS**2

    def _list_late(self, sends: pl.DataFrame, side: str, name: str) -> pl.DataFrame:
        """Orders of the side's contacts that lie outside the time for which they were watched."""
        if name == "contacts":
            return NOTHING_LEFT_OUT
        contacts = self._take_side(sends, side)
        orders = self.orders.run.activities.scan("orders")
        watched = list_watched_orders(contacts, orders)
        theirs = orders.join(contacts.select(ORG, CONTACT), on=[ORG, CONTACT], how="semi")
        other = theirs.select(KEY).join(watched.select(KEY), on=KEY, how="anti").collect()
        all_of_them = self.orders.find_all(other)
        late = all_of_them.filter(pl.col(PricedOrders.is_conversion))
        why = pl.lit("outside the window: ordered before or after the contact was watched")
        parts = [leave_out(late, "orders", why), self.orders.leave_out_void(all_of_them)]
        return merge_left_out(parts)


def _matters(name: str, column: str) -> bool:
    """Whether a derived figure is made from a sum."""
    if name.startswith("sum of"):
        return True
    side, what = name.split("_", 1)
    other = {"treated": "holdout_", "holdout": "treated_"}[side]
    of_revenue = "revenue" in column
    unused = "conversions" if of_revenue else "revenue"
    return what != unused and not column.startswith(other)
