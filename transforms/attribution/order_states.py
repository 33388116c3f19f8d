"""What a shop's words for the state of an order say: whether it was sold, and what is not known."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.order_facts import PricedOrders, UnknownOrderStates

CANCELLED_STATUSES = (
    "abandoned",
    "auto_draft",
    "cancelled",
    "canceled",
    "checkout_draft",
    "declined",
    "deleted",
    "denied",
    "draft",
    "expired",
    "failed",
    "incomplete",
    "rejected",
    "trash",
    "void",
    "voided",
)
"""Order states, in lower case with `_` between words, that bring no revenue."""

REFUNDED_STATUSES = ("charged_back", "chargeback", "refunded", "returned", "reversed")
"""Order states that bring no revenue where no amount, or one of 0, says what was given back.

A partly refunded order counts in full: what was given back stands in `refunded`, or in a row of its
own that takes it back.
"""

SOLD_STATUSES = (
    "",
    "accepted",
    "active",
    "approved",
    "archived",
    "authorized",
    "awaiting_fulfillment",
    "awaiting_payment",
    "awaiting_pickup",
    "awaiting_shipment",
    "booked",
    "captured",
    "closed",
    "complete",
    "completed",
    "confirmed",
    "created",
    "delivered",
    "disputed",
    "done",
    "finished",
    "fulfilled",
    "in_progress",
    "invoiced",
    "new",
    "ok",
    "on_hold",
    "open",
    "order",
    "ordered",
    "paid",
    "partial_refund",
    "partially_fulfilled",
    "partially_paid",
    "partially_refunded",
    "partially_shipped",
    "pending",
    "pending_payment",
    "placed",
    "processed",
    "processing",
    "purchase",
    "purchased",
    "ready",
    "received",
    "sale",
    "sent",
    "settled",
    "shipped",
    "sold",
    "succeeded",
    "success",
    "successful",
    "unfulfilled",
    "won",
)
"""Order states that count: a shop that waits for its money or its parcel has sold all the same."""

STATE = UnknownOrderStates.state


def fold_state(status: pl.Expr) -> pl.Expr:
    """A status as states are compared: in lower case, `_` between words, without a `wc` before it.

    WooCommerce's tables have it before each state.
    """
    folded = status.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    return folded.str.strip_prefix("wc_").fill_null("")


def find_unknown_states(priced: Rows[PricedOrders]) -> Rows[UnknownOrderStates]:
    """Find the states that nobody knows to be a sale and that count as one.

    Returns:
        One row per state, the one with the most revenue first.
    """
    is_unknown = ~fold_state(pl.col(PricedOrders.status)).is_in(
        [*SOLD_STATUSES, *CANCELLED_STATUSES, *REFUNDED_STATUSES]
    )
    brought = pl.col(PricedOrders.revenue).sum().cast(pl.Decimal(18, 4))
    return (
        priced.filter(pl.col(PricedOrders.is_conversion), is_unknown)
        .group_by(pl.col(PricedOrders.status).str.strip_chars().alias(STATE))
        .agg(
            pl.len().cast(pl.Int64).alias(UnknownOrderStates.orders),
            brought.alias(UnknownOrderStates.revenue),
        )
        .sort(UnknownOrderStates.revenue, STATE, descending=[True, False])
    )
