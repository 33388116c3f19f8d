"""What happened to each contact, in order (SPEC §6.4)."""

import numpy as np
import polars as pl

from contracts.columns import Held, Rows, columns, polars_schema
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSessions
from contracts.facts.people.numbered_activities import (
    JourneySteps,
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
    People,
)
from contracts.reports.journeys import ContactJourney
from contracts.vocabulary import Channel, JourneyKind
from transforms.common.calendar import start_of_day
from transforms.common.joins import take
from transforms.common.shared_texts import SHARED

SCHEMA = polars_schema(JourneySteps)
CONTACT_NO, MESSAGE_NO = JourneySteps.contact_no, JourneySteps.message_no
EVENT_ID, KIND = JourneySteps.event_id, JourneySteps.kind
CHANNEL, AT = JourneySteps.channel, JourneySteps.occurred_at
PLACE, INSTANT, IS_TIED, IS_TAKEN = "place", "instant", "is tied", "is taken"
FIRST, LAST = "first", "last"
SAID_BY_BOTH = [
    NumberedMessages.message_id,
    NumberedMessages.campaign_id,
    NumberedMessages.campaign_name,
]
"""What a step says itself where its message does not."""
SAID_BY_MESSAGE = [NumberedMessages.message_name, NumberedMessages.dispatch_id]
SHOWN_OF_MESSAGE = [
    *(*SAID_BY_BOTH, *SAID_BY_MESSAGE, NumberedMessages.channel),
    *(NumberedMessages.planned_at, NumberedMessages.window_start),
]
"""What decides what a journey shows of a message."""


def set_out_steps(
    sends: Rows[NumberedSends],
    events: Rows[NumberedEvents],
    sessions: Rows[ContactSessions],
    orders: Rows[PricedOrders],
    messages: Held[NumberedMessages],
    timezone: str,
) -> Rows[JourneySteps]:
    """Set out every send, event, session and order of contacts as a step of their journey.

    A send stands at its sending, direct mail that does not tell it at the start of its attribution
    window; sends of which nothing says when have no time. Hold-outs were not sent, and rows without
    a contact are nobody's: neither is here.

    Args:
        events: Contacts filled in.
        sessions: With the number of their contact, filled in.
        orders: `PricedOrders` likewise; those that do not count bring 0.
        messages: In the order of their numbers.
        timezone: the reporting time zone, in which attribution windows begin.
    """
    steps = [
        _set_out_sends(sends, messages, timezone),
        events.pipe(_shape, JourneyKind.EVENT),
        _set_out_sessions(sessions),
        _set_out_orders(orders),
    ]
    # In one chunk: rows are gathered from several in thrice the time.
    return pl.concat(steps, rechunk=True).filter(pl.col(CONTACT_NO).is_not_null())


def order_steps(steps: Held[JourneySteps]) -> pl.LazyFrame:
    """Find the order of steps: by contact, time, id and kind; those without a time come first.

    Complete for any split of the rows by contact. Numbers are sorted alone; ids only where several
    steps of a contact share an instant.

    Returns:
        One row per step, in order: the `place` that it has among the steps, and whether the step
        before it has its contact, instant and id (`is taken`).
    """
    this, before, after = (pl.col(INSTANT).shift(by) for by in (0, 1, -1))
    is_tied = ((this == before) | (this == after)).fill_null(value=False)
    instants = steps.select(_number_instants(steps).alias(INSTANT))
    in_order = (
        instants.lazy()
        .with_columns(_sort_places(instants.get_column(INSTANT)).alias(PLACE))
        .select(pl.col(INSTANT).gather(PLACE), PLACE)
        .with_columns(is_tied.alias(IS_TIED))
    )
    place, at_once = (pl.col(name).filter(IS_TIED) for name in (PLACE, INSTANT))
    told = (pl.col(name).gather(place) for name in (EVENT_ID, KIND))
    settled = _spread(place.sort_by(at_once, *told), pl.col(IS_TIED))
    own_id = pl.col(EVENT_ID).gather(pl.col(PLACE).filter(IS_TIED))
    is_taken = ((own_id == own_id.shift()) & (at_once == at_once.shift())).fill_null(value=False)
    return (
        pl.concat([steps.lazy().select(EVENT_ID, KIND), in_order], how="horizontal")
        .with_columns(pl.when(IS_TIED).then(settled).otherwise(PLACE).alias(PLACE))
        .select(PLACE, (pl.col(IS_TIED) & _spread(is_taken, pl.col(IS_TIED))).alias(IS_TAKEN))
    )


def show_messages(messages: Held[NumberedMessages]) -> pl.DataFrame:
    """What journeys show of messages, in their order, each text kept once."""
    return messages.select(pl.col(*SAID_BY_BOTH, *SAID_BY_MESSAGE, CHANNEL).cast(SHARED))


def build_journey(
    steps: Held[JourneySteps], order: pl.DataFrame, people: Held[People], messages: pl.DataFrame
) -> Rows[ContactJourney]:
    """Put steps into their order, or some of them, with the names of what they are about.

    Args:
        order: Rows of their order (`order_steps`), one after the other.
        people: In the order of their numbers.
        messages: What is shown of them (`show_messages`).

    Returns:
        Sorted by its key, texts that rows share kept once. Where rows of several kinds share an id
        at one instant, the kinds after the first (in the order of their names) follow it in
        brackets.
    """
    told = {name: take(messages, name, MESSAGE_NO) for name in messages.columns}
    of_send = pl.when(pl.col(KIND) == JourneyKind.SEND).then(told[CHANNEL])
    is_taken = order.get_column(IS_TAKEN)
    distinct_id = pl.when(is_taken).then(pl.format("{} ({})", EVENT_ID, KIND)).otherwise(EVENT_ID)
    return (
        steps[order.get_column(PLACE)]
        .lazy()
        .with_columns(
            take(people, People.org_id, CONTACT_NO).alias(ContactJourney.org_id),
            take(people, People.contact_id, CONTACT_NO).alias(ContactJourney.contact_id),
            (distinct_id if is_taken.any() else pl.col(EVENT_ID)).alias(EVENT_ID),
            pl.coalesce(CHANNEL, of_send).alias(CHANNEL),
            *(pl.coalesce(told[name], name).alias(name) for name in SAID_BY_BOTH),
            *(told[name].alias(name) for name in SAID_BY_MESSAGE),
        )
        .select(columns(ContactJourney))
    )


def _number_instants(steps: Held[JourneySteps]) -> pl.Expr:
    """One number a step, that rises by contact and then by time, where no time comes first.

    In 64 bits where they have room for all contacts at all instants.
    """
    at, contact = pl.col(AT).dt.epoch("us"), pl.col(CONTACT_NO)
    bounds = steps.select(at.min().alias(FIRST), at.max().alias(LAST), contact.max()).row(0)
    first, last, contacts = (bound or 0 for bound in bounds)
    instants = last - first + 2
    dtype = pl.Int64 if (contacts + 1) * instants < 1 << 63 else pl.Int128
    return contact.cast(dtype) * instants + (at - first + 1).fill_null(0).cast(dtype)


def _sort_places(numbers: pl.Series) -> pl.Series:
    """The places of numbers in their order; NumPy takes a third of Polars' time, for 64 bits."""
    if numbers.dtype != pl.Int64:
        return numbers.arg_sort()
    return pl.Series(np.argsort(numbers.to_numpy())).cast(pl.UInt32)


def _spread(values: pl.Expr, is_meant: pl.Expr) -> pl.Expr:
    """Set values out over the rows that are meant, as many as these are, in their order."""
    return values.gather(is_meant.cum_sum().cast(pl.Int64) - 1, null_on_oob=True)


def _set_out_sends(
    sends: Rows[NumberedSends], messages: Held[NumberedMessages], timezone: str
) -> pl.LazyFrame:
    """Sends but for those held out."""
    window = start_of_day(pl.col(NumberedMessages.window_start), timezone)
    start = take(messages.select(window.alias(INSTANT)), INSTANT, MESSAGE_NO)
    return sends.filter(~pl.col(NumberedSends.is_holdout).fill_null(value=False)).pipe(
        _shape,
        JourneyKind.SEND,
        occurred_at=pl.coalesce(NumberedSends.sent_at, start),
        event_id=pl.col(NumberedSends.send_id),
    )


def _set_out_sessions(sessions: Rows[ContactSessions]) -> pl.LazyFrame:
    """Sessions with the ad that they came from."""
    has_ad = (
        pl.col(ContactSessions.campaign_id).is_not_null()
        | pl.col(ContactSessions.ad_id).is_not_null()
    )
    channel = pl.when(has_ad).then(pl.lit(Channel.ADS)).otherwise(pl.lit(Channel.WEB))
    return sessions.pipe(
        _shape,
        JourneyKind.SESSION,
        occurred_at=pl.col(ContactSessions.started_at),
        event_id=pl.col(ContactSessions.session_id),
        channel=channel,
        url=pl.col(ContactSessions.landing_url),
    )


def _set_out_orders(orders: Rows[PricedOrders]) -> pl.LazyFrame:
    brought = pl.when(PricedOrders.is_conversion).then(PricedOrders.revenue)
    return orders.pipe(
        _shape,
        JourneyKind.ORDER,
        occurred_at=pl.col(PricedOrders.ordered_at),
        event_id=pl.col(PricedOrders.order_id),
        revenue=brought.otherwise(pl.lit(0, SCHEMA[JourneySteps.revenue])),
    )


def _shape(frame: pl.LazyFrame, kind: JourneyKind, **given: pl.Expr) -> pl.LazyFrame:
    """Bring a frame into the columns of a step, those that it lacks being empty."""
    present = set(frame.collect_schema())
    given = given | {KIND: pl.lit(kind)}
    return frame.select(
        given[name].cast(dtype).alias(name)
        if name in given
        else pl.col(name).cast(dtype)
        if name in present
        else pl.lit(None, dtype).alias(name)
        for name, dtype in SCHEMA.items()
    )
