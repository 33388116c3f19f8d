"""What happened to each contact, in order (SPEC §6.4)."""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.facts.activities import ContactSessions
from contracts.facts.numbered_activities import (
    JourneySteps,
    NumberedMessages,
    NumberedSends,
    People,
)
from contracts.facts.order_facts import PricedOrders
from contracts.reports.journeys import ContactJourney
from contracts.vocabulary import Channel
from transforms.common.instants import start_of_day
from transforms.common.joins import HELD, STREAMED

SCHEMA = polars_schema(JourneySteps)
CONTACT_NO, MESSAGE_NO = JourneySteps.contact_no, JourneySteps.message_no
EVENT_ID, KIND = JourneySteps.event_id, JourneySteps.kind
PLACE, INSTANT, SLOT, IS_TAKEN = "place", "instant", "slot", "is taken"
SETTLED = "settled"
INSTANTS, NEVER = 1 << 64, -(1 << 63)
"""How many microseconds an instant can be of, and the one that stands before all of them."""
NAMED, CHANNEL_OF_MESSAGE, CAMPAIGN, ITS_NAME = "named", "its channel", "its campaign", "its name"


def set_out_steps(
    sends: pl.LazyFrame,
    events: pl.LazyFrame,
    sessions: pl.LazyFrame,
    orders: pl.LazyFrame,
    messages: pl.LazyFrame,
    timezone: str,
) -> pl.LazyFrame:
    """Set out every send, event, session and order of contacts as a step of their journey.

    A send stands at its sending, direct mail that does not tell it at the start of its attribution
    window; sends of which nothing says when have no time. Hold-outs were not sent, and rows without
    a contact are nobody's: neither is here.

    Args:
        sends: `NumberedSends`.
        events: `NumberedEvents`, contacts filled in.
        sessions: `ContactSessions` with the number of their contact, filled in.
        orders: `PricedOrders` likewise; those that do not count bring 0.
        messages: `NumberedMessages`.
        timezone: the reporting time zone, in which attribution windows begin.

    Returns:
        `JourneySteps`, in no order.
    """
    steps = [
        _set_out_sends(sends, messages, timezone),
        events.pipe(_shape, "event"),
        _set_out_sessions(sessions),
        _set_out_orders(orders),
    ]
    return pl.concat(steps).filter(pl.col(CONTACT_NO).is_not_null())


def build_journey(
    steps: pl.LazyFrame, people: pl.LazyFrame, messages: pl.LazyFrame
) -> pl.LazyFrame:
    """Put the steps of contacts into the order of time, with the names of what they are about.

    Complete for any split of the rows by contact. Steps without a time come first.

    Args:
        steps: `JourneySteps`, in memory: they are read twice.
        people: `People`, those of the steps among them.
        messages: `NumberedMessages`.

    Returns:
        `ContactJourney`, sorted by its key. Where rows of several kinds share an id at one
        instant, the kinds after the first (in the order of their names) follow it in brackets.
    """
    own = people.select(CONTACT_NO, People.org_id, People.contact_id)
    names = messages.select(
        MESSAGE_NO,
        pl.col(NumberedMessages.message_id).alias(NAMED),
        pl.col(NumberedMessages.channel).alias(CHANNEL_OF_MESSAGE),
        pl.col(NumberedMessages.campaign_id).alias(CAMPAIGN),
        pl.col(NumberedMessages.campaign_name).alias(ITS_NAME),
        NumberedMessages.message_name,
        NumberedMessages.dispatch_id,
    )
    distinct_id = pl.format("{} ({})", EVENT_ID, KIND)
    return (
        pl.concat([steps, _find_order(steps)], how="horizontal")
        .select(pl.exclude(PLACE, IS_TAKEN).gather(PLACE), IS_TAKEN)
        .join(own, on=CONTACT_NO, how="left", validate="m:1", maintain_order="left")
        .join(names, on=MESSAGE_NO, how="left", validate="m:1", maintain_order="left")
        .with_columns(
            pl.when(IS_TAKEN).then(distinct_id).otherwise(EVENT_ID).alias(EVENT_ID),
            pl.coalesce(
                ContactJourney.channel, pl.when(pl.col(KIND) == "send").then(CHANNEL_OF_MESSAGE)
            ).alias(ContactJourney.channel),
            pl.coalesce(NAMED, ContactJourney.message_id).alias(ContactJourney.message_id),
            pl.coalesce(CAMPAIGN, ContactJourney.campaign_id).alias(ContactJourney.campaign_id),
            pl.coalesce(ITS_NAME, ContactJourney.campaign_name).alias(ContactJourney.campaign_name),
        )
        .select(columns(ContactJourney))
    )


def _find_order(steps: pl.LazyFrame) -> pl.LazyFrame:
    """Find the order of steps: which is at each place, and whether one before it has its id.

    Numbers are sorted alone; ids only where several steps of a contact share an instant.
    """
    at = pl.col(JourneySteps.occurred_at).dt.epoch("us").fill_null(NEVER).cast(pl.Int128)
    instant = (pl.col(CONTACT_NO).cast(pl.Int128) * INSTANTS + at).alias(INSTANT)
    this, before, after = (pl.col(INSTANT).shift(by) for by in (0, 1, -1))
    is_tied = ((this == before) | (this == after)).fill_null(value=False)
    slots = steps.select(instant).with_row_index(PLACE).sort(INSTANT).with_row_index(SLOT)
    ties = slots.filter(is_tied)
    is_taken = (this == before) & (pl.col(EVENT_ID) == pl.col(EVENT_ID).shift())
    settled = (
        steps.select(EVENT_ID, KIND)
        .with_row_index(PLACE)
        .join(ties.select(PLACE, INSTANT), on=PLACE, how="inner", validate="1:1")
        .sort(INSTANT, EVENT_ID, KIND)
        .select(pl.col(PLACE).alias(SETTLED), is_taken.fill_null(value=False).alias(IS_TAKEN))
    )
    tied = pl.concat([ties.select(SLOT), settled], how="horizontal")
    return slots.join(tied, on=SLOT, how="left", validate="1:1", maintain_order="left").select(
        pl.coalesce(SETTLED, PLACE).alias(PLACE), pl.col(IS_TAKEN).fill_null(value=False)
    )


def _set_out_sends(sends: pl.LazyFrame, messages: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Sends but for those held out."""
    window = start_of_day(pl.col(NumberedMessages.window_start), timezone)
    windows = messages.select(MESSAGE_NO, NumberedMessages.window_start)
    return (
        sends.filter(~pl.col(NumberedSends.is_holdout).fill_null(value=False))
        .join(windows, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .pipe(
            _shape,
            "send",
            occurred_at=pl.coalesce(NumberedSends.sent_at, window),
            event_id=pl.col(NumberedSends.send_id),
        )
    )


def _set_out_sessions(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions with the ad that they came from."""
    has_ad = (
        pl.col(ContactSessions.campaign_id).is_not_null()
        | pl.col(ContactSessions.ad_id).is_not_null()
    )
    channel = pl.when(has_ad).then(pl.lit(Channel.ADS)).otherwise(pl.lit(Channel.WEB))
    return sessions.pipe(
        _shape,
        "session",
        occurred_at=pl.col(ContactSessions.started_at),
        event_id=pl.col(ContactSessions.session_id),
        channel=channel,
        url=pl.col(ContactSessions.landing_url),
    )


def _set_out_orders(orders: pl.LazyFrame) -> pl.LazyFrame:
    """Orders with what they brought."""
    brought = pl.when(PricedOrders.is_conversion).then(PricedOrders.revenue)
    return orders.pipe(
        _shape,
        "order",
        occurred_at=pl.col(PricedOrders.ordered_at),
        event_id=pl.col(PricedOrders.order_id),
        revenue=brought.otherwise(pl.lit(0, SCHEMA[JourneySteps.revenue])),
    )


def _shape(frame: pl.LazyFrame, kind: str, **given: pl.Expr) -> pl.LazyFrame:
    """Bring a frame into the columns of a step, those that it lacks being empty."""
    present = set(frame.collect_schema())
    given = given | {KIND: pl.lit(kind)}
    return frame.select(
        given[name].alias(name)
        if name in given
        else pl.col(name)
        if name in present
        else pl.lit(None, dtype).alias(name)
        for name, dtype in SCHEMA.items()
    )
