"""Which touches led to which orders, and the share of each (SPEC §6.5)."""

import polars as pl

from contracts.columns import Held, Rows, columns, polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import PairedTouches, PathEnds, RankedTouches, Touches
from contracts.reports.attribution import CreditedTouch, credited_orders_contract
from transforms.attribution.credit_models import (
    COUNT,
    END_NO,
    LAST_AT,
    LAST_NOT_DIRECT,
    POSITION,
    add_credits,
)
from transforms.attribution.persons import PERSON
from transforms.attribution.touches import DIRECT_GROUP
from transforms.common.calendar import in_days
from transforms.common.joins import take

AT, CHANNEL, TOUCH_NO = Touches.touched_at, Touches.channel, RankedTouches.touch_no
ROW, FIRST, LAST = "row", "first row", "last row"


def pair_touches(touches: Rows[Touches], ends: Rows[PathEnds]) -> Rows[PairedTouches]:
    """Find the touches that count for each end of a path.

    A touch counts from its own instant, an order at that very instant included, to the last instant
    of its look-back or window.

    Args:
        touches: `touch_no` is the place of each.
    """
    # Few columns are paired and sorted: what a join carries is what it costs.
    bought = ends.select(END_NO, PERSON, PathEnds.credited_at)
    return (
        touches.with_row_index(TOUCH_NO)
        .select(TOUCH_NO, PERSON, AT, Touches.counts_until, CHANNEL, Touches.touch_id)
        .join(bought, on=PERSON, how="inner", validate="m:m")
        .filter(pl.col(PathEnds.credited_at).is_between(AT, Touches.counts_until))
        .select(columns(PairedTouches))
    )


def rank_touches(paired: Rows[PairedTouches]) -> Rows[RankedTouches]:
    """Number the touches of each path: those of one instant in the order of channel and id.

    Returns:
        Sorted by its key.
    """
    return (
        paired.sort(END_NO, AT, CHANNEL, PairedTouches.touch_id)
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW))
        .pipe(_number_touches)
        .select(columns(RankedTouches))
    )


def _number_touches(paired: pl.LazyFrame) -> pl.LazyFrame:
    """Number the touches of each path, from rows sorted by path: each spreads what its ends say."""
    end, row = pl.col(END_NO), pl.col(ROW)
    is_first = end.ne_missing(end.shift())
    is_last = end.ne_missing(end.shift(-1))
    is_direct = (pl.col(CHANNEL) == DIRECT_GROUP).fill_null(value=False)
    first, last = pl.col(FIRST), pl.col(LAST)
    other = pl.when(is_last).then(pl.when(~is_direct).then(row).forward_fill()).backward_fill()
    return paired.with_columns(
        pl.when(is_first).then(row).forward_fill().alias(FIRST),
        pl.when(is_last).then(row).backward_fill().alias(LAST),
        pl.when(is_last).then(AT).backward_fill().alias(LAST_AT),
        other.alias(LAST_NOT_DIRECT),
    ).with_columns(
        (row - first + 1).alias(POSITION),
        (last - first + 1).alias(COUNT),
        pl.when(pl.col(LAST_NOT_DIRECT) >= first)
        .then(LAST_NOT_DIRECT)
        .otherwise(LAST)
        .sub(first)
        .add(1)
        .alias(LAST_NOT_DIRECT),
    )


def credit_orders(
    ranked: Rows[RankedTouches],
    touches: Held[Touches],
    ends: Held[PathEnds],
    rules: AttributionSection,
) -> pl.LazyFrame:
    """Share every order among the touches that led to it (SPEC §6.5).

    Orders that no touch led to have no row.

    Args:
        ranked: Of these touches and ends: by the places of both.
        rules: the models and the half-life.

    Returns:
        `credited_orders_contract(rules.models)`, sorted by its key.
    """
    of_order = [
        *(CreditedTouch.org_id, CreditedTouch.order_id, CreditedTouch.contact_id),
        *(PathEnds.ordered_at, PathEnds.revenue, PathEnds.date_day, PathEnds.is_refund),
    ]
    own = {*polars_schema(RankedTouches), *of_order}
    of_touch = [n for n in columns(CreditedTouch) if n in touches.columns and n not in own]
    age = pl.col(CreditedTouch.ordered_at) - pl.col(AT)
    return (
        ranked.filter(~take(ends, PathEnds.is_open, END_NO))
        .with_columns(
            *(take(ends, name, END_NO).alias(name) for name in of_order),
            *(take(touches, name, TOUCH_NO).alias(name) for name in of_touch),
        )
        .pipe(add_credits, rules.models, rules.half_life_days)
        .with_columns(in_days(age).alias(CreditedTouch.days_to_convert))
        .select(columns(credited_orders_contract(rules.models)))
    )
