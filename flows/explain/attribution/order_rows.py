"""Orders with their raw rows, and the touches that were their last."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import polars as pl

from contracts.facts.order_facts import PricedOrders
from contracts.feeds import Orders
from contracts.reports.attribution import CreditedTouch
from flows.catalog.exchange_rates import rates_of
from flows.explain.cells import have_values_of
from flows.explain.explanation import NotCovered, count_rows, leave_out, merge_left_out
from flows.explain.left_out import list_left_out
from flows.explain.narrowed_tables import narrow_tables, scan_placed
from flows.explain.published_run import PublishedRun
from transforms.attribution.orders import price_orders
from transforms.common.calendar import reporting_day
from transforms.common.keys import CONTACT, hash_id
from transforms.explain.row_places import ROW_PLACE

CONTACT_KEY = "contact_key"
KEY = [Orders.org_id, Orders.order_id]
TOUCHED_KEY = [CreditedTouch.org_id, CreditedTouch.session_id]
ORDERS, REVENUE = "orders", PricedOrders.revenue
FEW_ORDERS = 200_000
"""So many orders are priced at once; of more, those alone that a figure comes from."""
VOID = "it brings nothing: cancelled or refunded, by its status, or taking back such an order"
LAST_TOUCHED = "whose last touch is a {}"
NO_DAY: Mapping[str, object] = MappingProxyType({})
NOT_LAST = "its last touch is another: it counts where that stands"


class OrderRows:
    """The orders of a run that count, in the reporting currency, with their raw rows."""

    def __init__(self, run: PublishedRun) -> None:
        """Read the orders of a run."""
        self.run = run
        self.catalog = run.catalog
        self.rows = sum(file.count_valid(ORDERS) for file in run.catalog.files)

    def find(self, keys: pl.DataFrame) -> pl.DataFrame:
        """The orders with some keys that count, with `row_place` (`PricedOrders`)."""
        own = self.find_all(keys)
        return own.filter(pl.col(PricedOrders.is_conversion))

    def find_all(self, keys: pl.DataFrame) -> pl.DataFrame:
        """The orders with some keys, those too that bring nothing, with `row_place`."""
        if self.rows <= FEW_ORDERS:
            return self._all.join(keys.select(KEY).unique(), on=KEY, how="semi")
        if keys.is_empty():
            return self._price(pl.DataFrame(schema=dict.fromkeys(KEY, pl.String)))
        wanted = keys.select(KEY).unique()
        refunds = [Orders.org_id, pl.col(Orders.refund_of).alias(Orders.order_id)]
        links = (
            self.catalog.scan(ORDERS)
            .filter(pl.col(Orders.refund_of).is_not_null())
            .select(*KEY, pl.col(Orders.refund_of))
            .collect()
        )
        taken_back = links.join(wanted, on=KEY, how="semi").select(refunds)
        related = pl.concat([wanted, taken_back])
        by_order = links.join(
            related.unique(), left_on=[KEY[0], Orders.refund_of], right_on=KEY, how="semi"
        )
        whole = pl.concat([related, by_order.select(KEY)]).unique()
        return self._price(whole).join(wanted, on=KEY, how="semi")

    def find_of_day(self, org_id: str, day: object) -> pl.DataFrame:
        """The orders of a day, those too that bring nothing, with `row_place`."""
        if self.rows <= FEW_ORDERS:
            return self._all.filter(
                pl.col(Orders.org_id) == org_id, pl.col(PricedOrders.date_day).eq_missing(day)
            )
        zone = self.run.timezone
        is_of_day = reporting_day(pl.col(Orders.ordered_at), zone).eq_missing(day)
        keys = self.catalog.scan(ORDERS).filter(pl.col(Orders.org_id) == org_id, is_of_day)
        return self.find_all(keys.select(KEY).collect())

    @cached_property
    def _all(self) -> pl.DataFrame:
        return self._price(None)

    def _price(self, keys: pl.DataFrame | None) -> pl.DataFrame:
        rules, catalog = self.run.config.workspace, self.catalog
        if keys is not None:
            of = keys.lazy()
            catalog = narrow_tables(
                catalog, {ORDERS: lambda rows: rows.join(of, on=KEY, how="semi")}
            )
        priced = price_orders(
            catalog.scan(ORDERS), rates_of(catalog), rules.currency, rules.timezone
        )
        places = scan_placed(catalog, ORDERS).select(*KEY, ROW_PLACE)
        return priced.join(places, on=KEY, how="inner", validate="1:1").collect()

    @cached_property
    def touches(self) -> pl.LazyFrame:
        """Every touch of every order, as published."""
        touches = self.run.scan("attribution", "order_touches")
        if touches is None:
            label = "attribution/order_touches"
            raise NotCovered(label, ORDERS, "the table is not published")
        return touches

    def of_messages(
        self,
        messages: pl.DataFrame,
        channels: Sequence[str],
        column: str,
        day: Mapping[str, object],
    ) -> pl.DataFrame:
        """The orders whose last touch is one of these messages, in these channels."""
        last = self.find_touched(messages, channels).filter(_is_last())
        return self.count(
            last.select(KEY).collect(), column, LAST_TOUCHED.format("message of this row"), day
        )

    def find_touched(self, messages: pl.DataFrame, channels: Sequence[str]) -> pl.LazyFrame:
        """The rows of `order_touches` that are touches by some messages, in some channels."""
        return self.touches.filter(
            pl.col(CreditedTouch.session_id).is_null(),
            pl.col(CreditedTouch.channel).is_in(list(channels)),
        ).join(
            messages.lazy(),
            on=[CreditedTouch.org_id, CreditedTouch.message_id],
            how="semi",
            nulls_equal=True,
        )

    def explain_sessions(
        self, sessions: pl.DataFrame, column: str
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The orders whose last touch is one of some sessions, and those of whom it is another."""
        touched = self.touches.join(sessions.lazy(), on=TOUCHED_KEY, how="semi")
        last = touched.filter(_is_last()).select(KEY).collect()
        found = self.count(last, column, LAST_TOUCHED.format("session of this row"))
        return found, self.leave_out_touched(touched, NO_DAY)

    def leave_out_touched(self, touched: pl.LazyFrame, day: Mapping[str, object]) -> pl.DataFrame:
        """The orders of touches of which none is the last, and rows that later ones replace."""
        keys = touched.select(KEY).unique()
        last = touched.filter(_is_last()).select(KEY)
        found = self.find(keys.join(last, on=KEY, how="anti").collect())
        other = found.filter(*have_values_of(day, day, pl.Date))
        left = leave_out(other, ORDERS, pl.lit(NOT_LAST))
        return merge_left_out([left, self.leave_out_versions(last.collect())])

    def list_left_out(self, orders: pl.DataFrame) -> pl.DataFrame:
        """Of some orders (`find_all`) those that bring nothing, and rows that others replace."""
        parts = [self.leave_out_void(orders), self.leave_out_versions(orders.select(KEY))]
        return merge_left_out(parts)

    def leave_out_void(self, orders: pl.DataFrame) -> pl.DataFrame:
        """Of some orders (`find_all`) those that bring nothing: `LEFT_OUT`."""
        void = orders.filter(~pl.col(PricedOrders.is_conversion))
        return leave_out(void, ORDERS, pl.lit(VOID))

    def leave_out_versions(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Copies, earlier versions and rejected rows of some orders: `LEFT_OUT`."""
        own = keys.lazy()
        ids = set(keys.get_column(Orders.order_id)) if keys.height <= FEW_ORDERS else set()
        return list_left_out(self.run, ORDERS, lambda rows: rows.join(own, on=KEY, how="semi"), ids)

    def of_contacts(self, org_id: str, is_of: pl.Expr, channel: str, column: str) -> pl.DataFrame:
        """The orders whose last touch is a message of a channel, of some contacts."""
        last = self.find_touched_of(org_id, is_of, channel).filter(_is_last())
        return self.count(
            last.select(KEY).collect(), column, LAST_TOUCHED.format("message to them")
        )

    def find_touched_of(self, org_id: str, is_of: pl.Expr, channel: str) -> pl.LazyFrame:
        """The rows of `order_touches` that are touches by messages of a channel to some contacts.

        Args:
            is_of: Whether a row's `contact_key` is one of theirs.
        """
        touches = self.touches.filter(
            pl.col(CreditedTouch.session_id).is_null(),
            pl.col(CreditedTouch.channel) == channel,
            pl.col(CreditedTouch.org_id) == org_id,
        )
        keyed = touches.with_columns(
            hash_id(CreditedTouch.contact_id, seed=CONTACT).alias(CONTACT_KEY)
        )
        return keyed.filter(is_of)

    def count(
        self, keys: pl.DataFrame, column: str, which: str, day: Mapping[str, object] = NO_DAY
    ) -> pl.DataFrame:
        """What orders count for: `EXPLAINED`.

        Args:
            column: `orders` or `revenue`.
            which: Which orders these are, as in "an order that counts of the contact".
            day: Their day, where that is asked for.
        """
        own = self.find(keys).filter(*have_values_of(day, day, pl.Date))
        is_refund = pl.col(PricedOrders.is_refund)
        counts = (~is_refund).cast(pl.Int64) if column == ORDERS else pl.col(REVENUE)
        because = (
            pl.when(is_refund)
            .then(pl.lit("it takes back an order"))
            .otherwise(pl.lit("an order that counts"))
            + f" {which}"
        )
        return count_rows(own.lazy(), ORDERS, counts, because)


def _is_last() -> pl.Expr:
    return pl.col(CreditedTouch.touch_position) == pl.col(CreditedTouch.touches)
