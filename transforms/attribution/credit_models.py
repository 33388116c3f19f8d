"""How models share an order among its touches, exactly.

Each model gives a touch a rational weight. A whole number of units (hundred-millionths of an order,
or cents of its revenue) is shared by largest remainder: every touch gets the whole part of its
weight, and what is left goes, a unit each, to the largest remainders, the earlier touch first where
two are equal. So the shares always add up to the whole.
"""

import polars as pl

from contracts.columns import Rows, polars_schema
from contracts.facts.order_facts import PricedOrders, RankedTouches
from contracts.reports.attribution import OrderTouches, revenue_column
from transforms.common.calendar import microseconds

CREDIT_UNITS = 10**8
REVENUE_UNITS = 10**4
UNITS_PER_CENT = 100
DECAY_PRECISION = 2**40
"""Weights of time_decay are whole numbers of this fraction of the last touch's."""

MORE_THAN_RESTS = 1 << 90
"""More than the remainder of a touch of time_decay times the touches of its path."""
EVEN_UP_TO = 2
"""How many touches position_based treats alike."""

END_NO, REVENUE = RankedTouches.end_no, PricedOrders.revenue
LAST_AT, LAST_NOT_DIRECT = RankedTouches.last_at, RankedTouches.last_not_direct
CREDIT, MONEY = "credit_units", "money_units"
POSITION, COUNT = RankedTouches.touch_position, RankedTouches.touches


def add_credits(
    ranked: Rows[RankedTouches], models: tuple[str, ...], half_life_days: float
) -> pl.LazyFrame:
    """Add the columns of each model: its credit, and what that is worth.

    Args:
        ranked: Of orders, all rows of each, with the `revenue` of the order; in the order of their
            key.
        half_life_days: after how many days before the last touch a touch weighs half.

    Returns:
        The same rows with `<model>` (Decimal, 8 places) and `revenue_<model>` (Decimal, 4 places).
    """
    units = (pl.col(REVENUE).cast(pl.Decimal(38, 4)) * REVENUE_UNITS).cast(pl.Int64)
    fineness = pl.when(units % UNITS_PER_CENT == 0).then(UNITS_PER_CENT).otherwise(1)
    prepared = ranked.with_columns(
        pl.lit(CREDIT_UNITS, pl.Int64).alias(CREDIT),
        (units.abs() // fineness).alias(MONEY),
        (units.sign() * fineness).alias("money_unit"),
    )
    if "time_decay" in models:
        prepared = _weigh_by_age(prepared, half_life_days)
    schema = polars_schema(OrderTouches)
    credit_unit = pl.lit(1, pl.Decimal(38, 8)) / CREDIT_UNITS
    return prepared.with_columns(
        *(
            (SHARES[model](CREDIT).cast(pl.Decimal(38, 8)) * credit_unit)
            .cast(schema[model])
            .alias(model)
            for model in models
        ),
        *(
            (
                (SHARES[model](MONEY) * pl.col("money_unit")).cast(pl.Decimal(38, 4))
                * (pl.lit(1, pl.Decimal(38, 4)) / REVENUE_UNITS)
            )
            .cast(schema[revenue_column(model)])
            .alias(revenue_column(model))
            for model in models
        ),
    )


def _share_one(position: pl.Expr, units: str) -> pl.Expr:
    return pl.when(pl.col(POSITION) == position).then(units).otherwise(0)


def _share_evenly(units: str) -> pl.Expr:
    whole, left = pl.col(units) // pl.col(COUNT), pl.col(units) % pl.col(COUNT)
    return whole + (pl.col(POSITION) <= left).cast(pl.Int64)


def _share_by_position(units: str) -> pl.Expr:
    """40 % each to the first and the last touch, 20 % among those between; evenly up to two.

    In fifths of n - 2 an end weighs 2(n - 2) and a middle touch 1, so there are only two remainders
    to compare.
    """
    position, count, total = pl.col(POSITION), pl.col(COUNT), pl.col(units)
    between = pl.max_horizontal(count - 2, pl.lit(1, pl.Int64))
    is_first, is_last = position == 1, position == count
    is_end = is_first | is_last
    end, end_rest = 2 * total // 5, (2 * total % 5) * between
    middle, middle_rest = total // (5 * between), total % (5 * between)
    left = total - 2 * end - between * middle
    ends_first = pl.when(is_first).then(1).when(is_last).then(2).otherwise(position + 1)
    middles_first = (
        pl.when(is_first).then(count - 1).when(is_last).then(count).otherwise(position - 1)
    )
    place = (
        pl.when(end_rest > middle_rest)
        .then(ends_first)
        .when(end_rest == middle_rest)
        .then(position)
        .otherwise(middles_first)
    )
    share = pl.when(is_end).then(end).otherwise(middle) + (place <= left).cast(pl.Int64)
    return pl.when(count <= EVEN_UP_TO).then(_share_evenly(units)).otherwise(share)


def _share_by_weight(units: str) -> pl.Expr:
    """In proportion to `weight`, of which `weights` is the order's sum."""
    product = pl.col(units).cast(pl.Int128) * pl.col("weight").cast(pl.Int128)
    whole = (product // pl.col("weights")).cast(pl.Int64)
    rest = product % pl.col("weights")
    left = pl.col(units) - whole.sum().over(END_NO)
    # Distinct by position, so that equal remainders rank the earlier touch first. All paths are
    # ranked at once, one behind the other: each by itself took six times as long.
    behind = pl.col(END_NO).cast(pl.Int128) * MORE_THAN_RESTS
    place = (behind - (rest * pl.col(COUNT) - pl.col(POSITION))).rank("ordinal").cast(pl.Int64)
    first_row = pl.int_range(pl.len()) - pl.col(POSITION) + 1
    return whole + (place - first_row <= left).cast(pl.Int64)


def _weigh_by_age(ranked: pl.LazyFrame, half_life_days: float) -> pl.LazyFrame:
    """Add `weight`, halved with every half-life before the last touch, and the order's sum."""
    age = (pl.col(LAST_AT) - pl.col(RankedTouches.touched_at)).dt.total_microseconds()
    # Not a division: see `instants.in_days`.
    halvings = age * (1 / microseconds(half_life_days))
    weight = (pl.lit(2.0).pow(-halvings) * DECAY_PRECISION).round().cast(pl.Int64)
    return ranked.with_columns(weight.alias("weight")).with_columns(
        pl.col("weight").sum().over(END_NO).cast(pl.Int128).alias("weights")
    )


SHARES = {
    "first_touch": lambda units: _share_one(pl.lit(1), units),
    "last_touch": lambda units: _share_one(pl.col(COUNT), units),
    "last_non_direct": lambda units: _share_one(pl.col(LAST_NOT_DIRECT), units),
    "linear": _share_evenly,
    "position_based": _share_by_position,
    "time_decay": _share_by_weight,
}
"""Model -> how it shares a number of units, as an expression over the order's touches."""
