"""Which row of a feed carries what changed a list (SPEC §6.4, §11)."""

import polars as pl

from contracts.columns import Rows
from contracts.facts.people.described_activities import ContactSends, MessageEvents
from contracts.facts.people.lists import SubscriptionDays, SubscriptionSteps
from contracts.reports.people import ListGrowth
from transforms.explain.row_places import BECAUSE
from transforms.people.subscriptions import (
    AT,
    COMPLAINED,
    IS_NEW,
    PLACE,
    SENT,
    STATUS,
    STEP,
    SUBSCRIBED,
    UNSUBSCRIBED,
    list_sendings,
    list_steps,
    mark_changes,
)

SEND_ID, EVENT_ID = "send_id", SubscriptionSteps.event_id
DAY, CHANGE = SubscriptionDays.date_day, SubscriptionDays.size_change
SIGNS = {
    ListGrowth.subscribed: {SUBSCRIBED: 1},
    ListGrowth.unsubscribed: {UNSUBSCRIBED: 1},
    ListGrowth.complained: {COMPLAINED: 1},
    ListGrowth.net: {SUBSCRIBED: 1, UNSUBSCRIBED: -1, COMPLAINED: -1},
}
"""Column -> how much a step that makes a new status counts in it, by that status."""
COUNT = "count"


def list_changes(
    events: Rows[MessageEvents], sends: Rows[ContactSends], timezone: str
) -> Rows[SubscriptionSteps]:
    """List the steps of subscriptions, what each of them changed, and what row it is.

    Args:
        events: Contacts filled in.

    Returns:
        In their order, with `mark_changes`; a first send has the `send_id` of
        its row, or the `event_id` of the event that shows it.
    """
    first = (
        list_sendings(events, sends)
        .sort(*PLACE, AT, SEND_ID, EVENT_ID, nulls_last=True)
        .unique([*PLACE, AT], keep="first", maintain_order=True)
        .with_columns(pl.lit(SENT).alias(STEP))
        .rename({EVENT_ID: "shown by"})
    )
    return (
        mark_changes(list_steps(events, sends), timezone)
        .join(first, on=[*PLACE, AT, STEP], how="left", validate="m:1", maintain_order="left")
        .with_columns(pl.coalesce(EVENT_ID, "shown by").alias(EVENT_ID))
        .drop("shown by")
    )


def count_changes(changes: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Say how much the steps of a day count in a column of `ListGrowth`, and why.

    Args:
        changes: Of `list_changes`, of one channel and day.
        column: One of `SIGNS`.

    Returns:
        The same rows with `count` and `because`; `count` is 0 where nothing changed.
    """
    signs = SIGNS[column]
    sign = pl.col(STATUS).replace_strict(signs, default=0, return_dtype=pl.Int64)
    is_counted = pl.col(STEP).is_in(list(signs))
    return changes.filter(is_counted | (pl.col(IS_NEW) & (sign != 0))).with_columns(
        pl.when(IS_NEW).then(sign).otherwise(0).alias(COUNT),
        pl.when(IS_NEW)
        .then(pl.format("the contact's status came to be {} by it", STATUS))
        .otherwise(pl.format("the contact's status was {} before it", STATUS))
        .alias(BECAUSE),
    )


def list_standing(changes: pl.LazyFrame) -> pl.LazyFrame:
    """Say of every contact that ever was on a list by what it last came onto it, or left it.

    Args:
        changes: Of `list_changes`, of one channel up to a day, in their order.

    Returns:
        One row per contact: its last step that changed the list, with `count` (1 where the contact
        stands on it, else 0) and `because`.
    """
    came = pl.when(pl.col(STEP) == SENT).then(pl.lit("its first send")).otherwise(STEP)
    stands = pl.col(CHANGE) > 0
    return (
        changes.filter(pl.col(CHANGE) != 0)
        .unique(PLACE, keep="last", maintain_order=True)
        .with_columns(
            stands.cast(pl.Int64).alias(COUNT),
            pl.when(stands)
            .then(pl.format("the contact came onto the list by it ({}), and stands on it", came))
            .otherwise(pl.format("the contact left the list by it: {}", STATUS))
            .alias(BECAUSE),
        )
    )
