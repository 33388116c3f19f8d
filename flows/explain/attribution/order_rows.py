"""Orders with their raw rows, and the touches that were their last."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import polars as pl

from contracts.facts.order_facts import PricedOrders
from contracts.feeds import Orders
from contracts.reports.attribution import CreditedTouch
from flows.explain.explanation import NotCovered, merge_rows
from flows.explain.published_run import PublishedRun
from transforms.attribution.orders import price_orders
from transforms.common.keys import CONTACT, hash_id
from transforms.explain.row_places import ROW_PLACE, pack_place, state_rows
from transforms.ingest.deduplication import FILE

CONTACT_KEY = "contact_key"
KEY = [Orders.org_id, Orders.order_id]
ORDERS, REVENUE = "orders", PricedOrders.revenue


class OrderRows:
    """The orders of a run that count, in the reporting currency, with their raw rows."""

    def __init__(self, run: PublishedRun) -> None:
        """Read the orders of a run."""
        self.run = run

    @cached_property
    def orders(self) -> pl.DataFrame:
        """`PricedOrders` that count, with `row_place`."""
        catalog, rules = self.run.catalog, self.run.loaded.config.workspace
        priced = price_orders(
            catalog.scan("orders"), catalog.scan("exchange_rates"), rules.currency, rules.timezone
        )
        if not catalog.has_rows("orders"):
            return priced.with_columns(pl.lit(0, pl.UInt64).alias(ROW_PLACE)).collect()
        places = catalog.scan_numbered("orders").select(*KEY, pack_place(pl.col(FILE)))
        return (
            priced.filter(pl.col(PricedOrders.is_conversion))
            .join(places, on=KEY, how="inner", validate="1:1")
            .collect()
        )

    @cached_property
    def touches(self) -> pl.DataFrame:
        """Every touch of every order, as published."""
        touches = self.run.scan("attribution", "order_touches")
        if touches is None:
            label = "attribution/order_touches"
            raise NotCovered(label, ORDERS, "the table is not published")
        return touches.collect()

    @cached_property
    def last_touches(self) -> pl.DataFrame:
        """The last touch of every order."""
        is_last = pl.col(CreditedTouch.touch_position) == pl.col(CreditedTouch.touches)
        return self.touches.filter(is_last)

    def of_messages(
        self,
        messages: pl.DataFrame,
        channels: Sequence[str],
        column: str,
        day: Mapping[str, object],
    ) -> pl.DataFrame:
        """The orders whose last touch is one of these messages, in these channels."""
        touches = self.last_touches.filter(
            pl.col(CreditedTouch.session_id).is_null(),
            pl.col(CreditedTouch.channel).is_in(list(channels)),
        ).join(
            messages,
            on=[CreditedTouch.org_id, CreditedTouch.message_id],
            how="semi",
            nulls_equal=True,
        )
        return self.state(touches.select(KEY), column, "a message of this row", day)

    def of_contacts(self, org_id: str, is_of: pl.Expr, channel: str, column: str) -> pl.DataFrame:
        """The orders whose last touch is a message of a channel, of some contacts.

        Args:
            org_id: The organization.
            is_of: Whether a row's `contact_key` is one of theirs.
            channel: The channel.
            column: `orders` or `revenue`.
        """
        touches = self.last_touches.filter(
            pl.col(CreditedTouch.session_id).is_null(),
            pl.col(CreditedTouch.channel) == channel,
            pl.col(CreditedTouch.org_id) == org_id,
        ).with_columns(hash_id(CreditedTouch.contact_id, seed=CONTACT).alias(CONTACT_KEY))
        return self.state(touches.filter(is_of).select(KEY), column, "a message to them", {})

    def state(
        self, keys: pl.DataFrame, column: str, of_what: str, day: Mapping[str, object]
    ) -> pl.DataFrame:
        """What orders count for, one row per raw row.

        Args:
            keys: The orders.
            column: `orders` or `revenue`.
            of_what: What their last touch is, in words.
            day: Their day, where that is asked for.
        """
        return self._count(keys, column, f" whose last touch is {of_what}", day)

    def state_own(self, keys: pl.DataFrame, column: str) -> pl.DataFrame:
        """What a contact's orders count for, one row per raw row."""
        return self._count(keys, column, " of the contact", {})

    def _count(
        self, keys: pl.DataFrame, column: str, of_what: str, day: Mapping[str, object]
    ) -> pl.DataFrame:
        own = self.orders.join(keys.unique(), on=KEY, how="semi").filter(
            *(pl.col(name).eq_missing(pl.lit(value, pl.Date)) for name, value in day.items())
        )
        is_refund = pl.col(PricedOrders.is_refund)
        counts = (~is_refund).cast(pl.Int64) if column == ORDERS else pl.col(REVENUE)
        because = (
            pl.when(is_refund)
            .then(pl.lit("it takes back an order"))
            .otherwise(pl.lit("an order that counts"))
            + of_what
        )
        return merge_rows(state_rows(own.lazy(), "orders", counts, because).collect())
