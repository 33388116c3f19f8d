"""Clicks that a mail scanner made, found among the events of a bucket (see machines.py)."""

import polars as pl

from contracts.facts.send_facts import ACTION_CODES
from contracts.vocabulary import Action
from transforms.messaging.bot_detection import is_at_once, is_soon, measure_gaps

DELIVERED_AT = "delivered_at"


def flag_scanners(placed: pl.LazyFrame, sends: pl.LazyFrame) -> pl.LazyFrame:
    """Flag the clicks that bear both signs of haste, as `machines.flag_machines` does.

    Args:
        placed: Events of a bucket with their `unit` (`placement.place_events`).
        sends: The bucket's sends with their `unit` and `delivered_at`.

    Returns:
        The same events, in no order.
    """
    action = pl.col("action")
    is_click = action == ACTION_CODES[Action.CLICKED]
    clicks = placed.filter(is_click).pipe(measure_gaps, ["unit"], "at", "url")
    hasty = clicks.filter(is_at_once()).select("unit").unique()
    told = placed.filter(action == ACTION_CODES[Action.DELIVERED]).select(
        "unit", pl.col("at").alias(DELIVERED_AT)
    )
    deliveries = (
        pl.concat([told, sends.select("unit", DELIVERED_AT)])
        .join(hasty, on="unit", how="semi")
        .group_by("unit")
        .agg(pl.col(DELIVERED_AT).min())
    )
    flagged = (
        clicks.join(deliveries, on="unit", how="left", validate="m:1")
        .with_columns(
            is_machine=pl.col("is_machine") | (is_at_once() & is_soon("at", DELIVERED_AT))
        )
        .drop("gap", DELIVERED_AT)
    )
    return pl.concat([placed.filter(~is_click), flagged])
