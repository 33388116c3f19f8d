"""The haste of clicks: what tells machines that follow every link at once from people.

A click bears two signs of haste: another link of the same send was clicked within 2 seconds
(`at_once`), and the delivery was at most 5 seconds before (`soon`). Both together make it a
machine's (`bot_detection`). Whole events and the facts' key columns name a send alike: by its
`unit_key`.
"""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.send_facts import ChannelSends, CountedEvents
from contracts.facts.people.numbered_activities import Clicks, Deliveries, HastyClicks
from contracts.feeds import Events
from contracts.vocabulary import Action
from transforms.common.joins import HELD, STREAMED
from transforms.common.keys import flag_repeated

SEVERAL_LINKS_SECONDS = 2
DELIVERY_SECONDS = 5
FIRST_DELIVERY = "first delivery"
UNIT, CLICKED_AT, LINK, DELIVERED_AT = (
    Clicks.unit_key,
    Clicks.occurred_at,
    Clicks.link_key,
    Deliveries.delivered_at,
)
AT_ONCE, SOON = HastyClicks.at_once, HastyClicks.soon
LONG = 10**18
"""Microseconds: further away than any other click."""


def select_clicks(events: Rows[Events]) -> pl.LazyFrame:
    """Select the clicks on links of known sends (`Clicks`), in which haste is looked for.

    Args:
        events: With their `event_row` and the `unit_key` of their send, or of message and contact
            where they name none.
    """
    return events.filter(is_type_of(Action.CLICKED), pl.col(UNIT).is_not_null()).select(
        Clicks.event_row,
        UNIT,
        CLICKED_AT,
        pl.when(pl.col(Events.url).is_not_null()).then(pl.col(Events.url).hash()).alias(LINK),
    )


def select_deliveries(events: pl.LazyFrame) -> Rows[Deliveries]:
    """Select what events tell of deliveries, by the `unit_key` of their send."""
    return events.filter(is_type_of(Action.DELIVERED)).select(
        UNIT, pl.col(Events.occurred_at).alias(DELIVERED_AT)
    )


def is_type_of(action: Action) -> pl.Expr:
    """Whether an event's type is an action, of whatever channel or bare."""
    event_type = pl.col(Events.event_type)
    return (event_type == str(action)) | event_type.str.ends_with(f"_{action}")


def find_hasty_clicks(clicks: Rows[Clicks], deliveries: Rows[Deliveries]) -> Rows[HastyClicks]:
    """Find the clicks that bear a sign of haste.

    Complete for any split of the rows by unit.

    Args:
        deliveries: As sends state them and events tell; the first of a unit is its delivery.
    """
    return (
        clicks.pipe(_add_at_once)
        .pipe(_add_soon, deliveries)
        .filter(pl.col(AT_ONCE) | pl.col(SOON))
        .select(columns(HastyClicks))
    )


def list_soon_units(clicks: Rows[Clicks], deliveries: Rows[Deliveries]) -> pl.LazyFrame:
    """The units of which any click came soon after any delivery, in any number.

    Of few units what `find_hasty_clicks` has to know of deliveries.

    Args:
        clicks: Held.
    """
    is_soon = _is_soon(pl.col(CLICKED_AT) - pl.col(DELIVERED_AT))
    return (
        deliveries.join(
            clicks.select(UNIT, CLICKED_AT),
            on=UNIT,
            how="inner",
            validate=STREAMED,
            build_side=HELD,
        )
        .filter(is_soon)
        .select(UNIT)
    )


def flag_hasty_clicks(events: Rows[CountedEvents], sends: pl.LazyFrame) -> pl.LazyFrame:
    """Flag the clicks that bear both signs of haste.

    Args:
        events: Of a group of buckets.
        sends: The `unit_key` and `delivered_at` of the group's sends.

    Returns:
        The same events, in no order.
    """
    action = pl.col(CountedEvents.action_code)
    is_click = action == ACTION_CODES[Action.CLICKED]
    by_event = events.filter(action == ACTION_CODES[Action.DELIVERED]).select(
        UNIT, pl.col(CountedEvents.occurred_at).alias(DELIVERED_AT)
    )
    deliveries = pl.concat([by_event, sends.select(UNIT, ChannelSends.delivered_at)])
    clicks = events.filter(is_click).pipe(_add_at_once)
    calm = clicks.filter(~pl.col(AT_ONCE))
    is_machine = pl.col(CountedEvents.is_machine) | pl.col(SOON)
    hasty = (
        clicks.filter(AT_ONCE)
        .pipe(_add_soon, deliveries)
        .with_columns(is_machine.alias(CountedEvents.is_machine))
        .drop(SOON)
    )
    return pl.concat([events.filter(~is_click), calm.drop(AT_ONCE), hasty.drop(AT_ONCE)])


def _add_soon(clicks: pl.LazyFrame, deliveries: pl.LazyFrame) -> pl.LazyFrame:
    """Add whether clicks came at most 5 seconds after the delivery, not before it, as `soon`.

    The first delivery of a unit counts. The same rows, in no order; `soon` is never null.
    """
    first = (
        deliveries.join(clicks.select(UNIT), on=UNIT, how="semi")
        .group_by(UNIT)
        .agg(pl.col(DELIVERED_AT).min().alias(FIRST_DELIVERY))
    )
    since = pl.col(CLICKED_AT) - pl.col(FIRST_DELIVERY)
    return (
        clicks.join(first, on=UNIT, how="left", validate="m:1")
        .with_columns(_is_soon(since).fill_null(value=False).alias(SOON))
        .drop(FIRST_DELIVERY)
    )


def _is_soon(since: pl.Expr) -> pl.Expr:
    return since.is_between(pl.duration(), pl.duration(seconds=DELIVERY_SECONDS))


def _add_at_once(clicks: pl.LazyFrame) -> pl.LazyFrame:
    """Add whether another link of the same send was clicked within two seconds, as `at_once`.

    In the order of time, the nearest others of a click are those just before and just after the
    run of clicks on its own link. Most sends have one click, and are not put in order. The same
    rows, in no order; `at_once` is never null.
    """
    micros = pl.col(CLICKED_AT).dt.epoch("us")

    def nearest_other(step: int) -> pl.Expr:
        same_send, same_link = (pl.col(name) == pl.col(name).shift(step) for name in (UNIT, LINK))
        beyond = (
            pl.when((same_send & same_link).fill_null(value=False))
            .then(None)
            .when(same_send.fill_null(value=False))
            .then(micros.shift(step))
            .otherwise(-step * LONG)
        )
        return beyond.forward_fill() if step > 0 else beyond.backward_fill()

    gap = pl.min_horizontal(micros - nearest_other(1), nearest_other(-1) - micros)
    is_near = (gap <= SEVERAL_LINKS_SECONDS * 1_000_000).fill_null(value=False).alias(AT_ONCE)
    is_repeated = pl.col(UNIT).map_batches(flag_repeated, return_dtype=pl.Boolean)
    told = clicks.with_columns((is_repeated & pl.col(LINK).is_not_null()).alias(AT_ONCE))
    measured = told.filter(AT_ONCE).sort(UNIT, CLICKED_AT, LINK).with_columns(is_near)
    return pl.concat([told.filter(~pl.col(AT_ONCE)), measured])
