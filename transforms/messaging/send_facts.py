"""The send fact: one row per send with its whole history, computed once per bucket (SPEC §6.1)."""

from collections.abc import Iterable

import polars as pl

from contracts.columns import Held, Rows, columns
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.send_facts import (
    CONTRADICTED,
    ELSEWHERE,
    ORPHANS,
    SHARED,
    CountedEvents,
    SendFacts,
    SendUnits,
    UnclearRows,
    UnitEvents,
)
from contracts.vocabulary import FINAL_STATUSES, Action, BounceType, SendStatus
from transforms.common.calendar import reporting_day
from transforms.common.joins import place
from transforms.messaging.send_keys import BOUNCE_CODES, STATUS_CODES

QUEUED, SENT, DELIVERED, BOUNCED, FAILED = (STATUS_CODES[str(s)] for s in SendStatus)
FINAL = [STATUS_CODES[str(status)] for status in FINAL_STATUSES]
HARD, SOFT = BOUNCE_CODES[BounceType.HARD], BOUNCE_CODES[BounceType.SOFT]
NUMBER, AT, ACTION = UnitEvents.unit_no, UnitEvents.occurred_at, UnitEvents.action_code
SENT_EVENT, FIRST_DELIVERY, FIRST_BOUNCE = "first sent", "first delivery", "first bounce"
LAST_DELIVERY, LAST_BOUNCE, LAST_FAILURE = "last delivery", "last bounce", "last failure"
ONLY_DEFERRED, IS_HARD, IS_SOFT = "only deferred", "is hard", "is soft"
OPENS = (
    *(SendFacts.opens, SendFacts.first_open_at),
    *(SendFacts.first_human_open_at, SendFacts.last_open_at),
)
CLICKS = (
    *(SendFacts.clicks, SendFacts.first_click_at),
    *(SendFacts.first_human_click_at, SendFacts.last_click_at),
)


def sum_events(events: Rows[UnitEvents]) -> list[pl.LazyFrame]:
    """What happened to sends, by their number: opens, clicks, deliveries, and all else."""
    return [
        sum_times(events, Action.OPENED, OPENS),
        sum_times(events, Action.CLICKED, CLICKS),
        sum_deliveries(events),
        sum_other_events(events),
    ]


def build_send_facts(
    units: Held[SendUnits], happened: Iterable[pl.DataFrame], timezone: str
) -> pl.LazyFrame:
    """One row per send, hold-outs included, with everything that happened to it.

    Args:
        happened: What their events come to (`sum_events`).

    Returns:
        `SendFacts`. A final status of a row stands; else the latest of delivered (by an event or
        the row's delivered_at), bounced and failed decides; else an open or click proves delivery;
        else a row's status stands, and a send without one is `sent`, or `queued` where nothing but
        deferrals happened.
    """
    beside = [place(rows, NUMBER, units.height) for rows in happened]
    return (
        pl.concat([units, *beside], how="horizontal")
        .lazy()
        .pipe(decide_status)
        .pipe(decide_days, timezone)
        .select(columns(SendFacts))
    )


def _is(*actions: Action) -> pl.Expr:
    return pl.col(ACTION).is_in([ACTION_CODES[action] for action in actions])


def sum_times(events: Rows[UnitEvents], action: Action, names: tuple[str, ...]) -> pl.LazyFrame:
    """One row per unit with an open, or a click: how many, the first, that of a person, the last.

    Args:
        action: What is counted.
        names: What these four are called.
    """
    count, first, first_human, last = names
    at, human_at = pl.col(AT), pl.when(~pl.col(UnitEvents.is_machine)).then(pl.col(AT))
    return (
        events.filter(_is(action))
        .select(NUMBER, AT, human_at.alias(first_human))
        .group_by(NUMBER)
        .agg(
            pl.len().cast(pl.Int64).alias(count),
            at.min().alias(first),
            pl.col(first_human).min(),
            at.max().alias(last),
        )
    )


def sum_deliveries(events: Rows[UnitEvents]) -> pl.LazyFrame:
    """One row per unit with a delivery: the first and the last."""
    return (
        events.filter(_is(Action.DELIVERED))
        .group_by(NUMBER)
        .agg(pl.col(AT).min().alias(FIRST_DELIVERY), pl.col(AT).max().alias(LAST_DELIVERY))
    )


def sum_other_events(events: Rows[UnitEvents]) -> pl.LazyFrame:
    """One row per unit with an event that is not an open, click or delivery: when what happened."""
    at, bounce = pl.col(AT), pl.col(UnitEvents.bounce_code)
    return (
        events.filter(~_is(Action.OPENED, Action.CLICKED, Action.DELIVERED))
        .select(
            NUMBER,
            pl.when(_is(Action.SENT)).then(at).alias(SENT_EVENT),
            pl.when(_is(Action.BOUNCED)).then(at).alias(FIRST_BOUNCE),
            pl.when(_is(Action.DROPPED, Action.FAILED)).then(at).alias(LAST_FAILURE),
            pl.when(_is(Action.UNSUBSCRIBED)).then(at).alias(SendFacts.unsubscribed_at),
            pl.when(_is(Action.COMPLAINED)).then(at).alias(SendFacts.complained_at),
            pl.when(_is(Action.REPLIED)).then(at).alias(SendFacts.replied_at),
            _is(Action.DEFERRED).alias(ONLY_DEFERRED),
            (_is(Action.BOUNCED) & (bounce == HARD)).alias(IS_HARD),
            (_is(Action.BOUNCED) & (bounce == SOFT)).alias(IS_SOFT),
        )
        .group_by(NUMBER)
        .agg(
            pl.col(SENT_EVENT, FIRST_BOUNCE).min(),
            pl.col(FIRST_BOUNCE).max().alias(LAST_BOUNCE),
            pl.col(LAST_FAILURE).max(),
            pl.col(SendFacts.unsubscribed_at, SendFacts.complained_at, SendFacts.replied_at).min(),
            pl.col(ONLY_DEFERRED).all(),
            pl.col(IS_HARD, IS_SOFT).any(),
        )
    )


def decide_status(units: pl.LazyFrame) -> pl.LazyFrame:
    """Decide the final status of units from their row's status and their events' times.

    The delivered_at of a row whose status is not final is a delivery, as an event is.
    """
    given = pl.col(SendFacts.status_code)
    is_final = given.is_in(FINAL)
    told = pl.when(~is_final).then(SendFacts.delivered_at)
    delivery, bounce, failure = (
        pl.max_horizontal(LAST_DELIVERY, told),
        pl.col(LAST_BOUNCE),
        pl.col(LAST_FAILURE),
    )
    latest = pl.max_horizontal(delivery, bounce, failure)
    by_events = (
        pl.when(bounce == latest)
        .then(BOUNCED)
        .when(failure == latest)
        .then(FAILED)
        .when(delivery == latest)
        .then(DELIVERED)
    )
    is_read = pl.col(SendFacts.opens).is_not_null() | pl.col(SendFacts.clicks).is_not_null()
    was_sent = pl.when(pl.col(SENT_EVENT).is_not_null()).then(SENT)
    has_delivery = given.eq(DELIVERED) | pl.col(SendFacts.delivered_at).is_not_null()
    return units.with_columns(
        (has_delivery | delivery.is_not_null()).fill_null(value=False).alias(SendFacts.has_receipt),
        pl.when(is_final)
        .then(given)
        .when(latest.is_not_null())
        .then(by_events)
        .when(is_read)
        .then(DELIVERED)
        .when(given.is_not_null())
        .then(pl.max_horizontal(given, was_sent))
        .when(ONLY_DEFERRED)
        .then(QUEUED)
        .otherwise(SENT)
        .cast(pl.UInt8)
        .alias(SendFacts.status_code),
        (is_final & (given != pl.coalesce(by_events, pl.when(is_read).then(DELIVERED))))
        .fill_null(value=False)
        .alias(SendFacts.is_contradicted),
    )


def decide_days(units: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Decide when units were sent and delivered, and on which days they count.

    A send without sent_at has its created_at, else the time of its `sent` event, else that of its
    message, dispatch or campaign; one that events alone show, the time of its first event after
    these. It counts as delivered on delivered_at and as bounced on its event, else as sent.
    """
    is_delivered = pl.col(SendFacts.status_code) == DELIVERED
    is_bounced = pl.col(SendFacts.status_code) == BOUNCED
    delivered_at = pl.coalesce(SendFacts.delivered_at, FIRST_DELIVERY)
    sent_at = pl.coalesce(SendFacts.sent_at, SendUnits.created_at, SENT_EVENT, SendUnits.planned_at)
    return units.with_columns(
        sent_at.alias(SendFacts.sent_at),
        pl.when(is_delivered).then(delivered_at).alias(SendFacts.delivered_at),
    ).with_columns(
        reporting_day(pl.col(SendFacts.sent_at), timezone).alias(SendFacts.sent_day),
        reporting_day(
            pl.when(is_delivered).then(pl.coalesce(SendFacts.delivered_at, SendFacts.sent_at)),
            timezone,
        ).alias(SendFacts.delivered_day),
        reporting_day(
            pl.when(is_bounced).then(pl.coalesce(FIRST_BOUNCE, SendFacts.sent_at)), timezone
        ).alias(SendFacts.bounced_day),
        pl.when(is_bounced & pl.col(IS_HARD))
        .then(HARD)
        .when(is_bounced & pl.col(IS_SOFT))
        .then(SOFT)
        .otherwise(0)
        .cast(pl.UInt8)
        .alias(SendFacts.bounce_code),
        pl.col(SendFacts.opens, SendFacts.clicks).fill_null(0),
    )


def count_unclear(facts: Rows[SendFacts], events: Rows[CountedEvents]) -> Rows[UnclearRows]:
    """Count what is not clear."""
    is_elsewhere = (
        pl.col(CountedEvents.names_send)
        & ~pl.col(CountedEvents.has_row)
        & ~pl.col(CountedEvents.is_orphan)
    )
    elsewhere = pl.col(CountedEvents.unit_key).filter(is_elsewhere).n_unique()
    found = {
        CONTRADICTED: facts.select(pl.col(SendFacts.is_contradicted).sum()),
        ORPHANS: events.select(pl.col(CountedEvents.is_orphan).sum()),
        SHARED: facts.select(pl.col(SendFacts.is_shared).sum()),
        ELSEWHERE: events.select(elsewhere),
    }
    return pl.concat(
        [
            count.select(
                pl.lit(what).alias(UnclearRows.what),
                pl.all().cast(pl.Int64).alias(UnclearRows.found),
            ).filter(pl.col(UnclearRows.found) > 0)
            for what, count in found.items()
        ]
    )
