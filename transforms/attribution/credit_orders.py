"""Which touches led to which orders, and the share of each (SPEC §6.5)."""

import polars as pl

from contracts.columns import columns
from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import PricedOrders, Touches
from contracts.reports.attribution import CreditedTouch, order_touches_contract
from transforms.attribution.credit_models import (
    COUNT,
    LAST_AT,
    LAST_NON_DIRECT,
    POSITION,
    REVENUE,
    add_credits,
)
from transforms.attribution.orders import ORDER_ROW, number_orders
from transforms.attribution.touches import DIRECT_GROUP
from transforms.common.instants import in_days
from transforms.people.person_key import same_person

ROW, ORDER_SUFFIX = "row", "_of_order"


def credit_orders(
    touches: pl.LazyFrame, orders: pl.LazyFrame, rules: AttributionSection
) -> pl.LazyFrame:
    """Share every order among the touches that led to it (SPEC §6.5).

    A touch counts from its own instant, an order at that very instant included, to the last instant
    of its look-back or window. Touches at one instant stand in the order of channel and id. Orders
    that no touch led to have no row.

    Args:
        touches: `Touches`, from `collect_touches` of the same orders.
        orders: `PricedOrders`; only conversions are credited.
        rules: the models and the half-life.

    Returns:
        `order_touches_contract(rules.models)`: one row per order and touch, sorted by its key.
    """
    contract = order_touches_contract(rules.models)
    age = pl.col(CreditedTouch.ordered_at) - pl.col(Touches.touched_at)
    return (
        rank_touches(touches, orders)
        .pipe(add_credits, rules.models, rules.half_life_days)
        .with_columns(in_days(age).alias(CreditedTouch.days_to_convert))
        .sort(ROW)
        .select(columns(contract))
    )


def rank_touches(touches: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Number the touches of each order.

    Returns:
        One row per order and touch, with what `add_credits` needs and the row's number in the
        order of organization, order and position.
    """
    bought = number_orders(orders).select(
        ORDER_ROW,
        PricedOrders.org_id,
        PricedOrders.order_id,
        PricedOrders.contact_id,
        PricedOrders.anonymous_id,
        PricedOrders.ordered_at,
        pl.col(PricedOrders.revenue).alias(REVENUE),
    )
    row = pl.col(ROW).cast(pl.Int64)
    first_row = row.min().over(ORDER_ROW)
    is_direct = (pl.col(Touches.channel) == DIRECT_GROUP).fill_null(value=False)
    last_not_direct = row.filter(~is_direct).max().over(ORDER_ROW)
    return (
        touches.join(bought, on=ORDER_ROW, how="inner", validate="m:1", suffix=ORDER_SUFFIX)
        .filter(same_person(ORDER_SUFFIX))
        .sort(ORDER_ROW, Touches.touched_at, Touches.channel, Touches.touch_id)
        .with_row_index(ROW)
        .with_columns(
            (row - first_row + 1).alias(POSITION),
            pl.len().over(ORDER_ROW).cast(pl.Int64).alias(COUNT),
            pl.col(Touches.touched_at).max().over(ORDER_ROW).alias(LAST_AT),
            (last_not_direct - first_row + 1).alias(LAST_NON_DIRECT),
        )
        .with_columns(pl.coalesce(LAST_NON_DIRECT, COUNT).alias(LAST_NON_DIRECT))
    )
