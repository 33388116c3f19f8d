"""What a shop's words for the state of an order say: whether it was sold, and what is not known."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.order_facts import PricedOrders, UnknownOrderStates
from contracts.reference.order_words import CANCELLED_WORDS, REFUNDED_WORDS, SOLD_WORDS

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
        [*SOLD_WORDS, *CANCELLED_WORDS, *REFUNDED_WORDS]
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
