"""The send fact: one row per send with its whole history, computed once per bucket (SPEC §6.1)."""

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.send_facts import ACTION_CODES, SendFacts
from contracts.vocabulary import FINAL_STATUSES, Action, SendStatus
from transforms.common.calendar import reporting_day
from transforms.messaging.event_assignment import unit_of
from transforms.messaging.send_keys import STATUS_CODES

QUEUED, SENT, DELIVERED, BOUNCED, FAILED = (STATUS_CODES[str(s)] for s in SendStatus)
FINAL = [STATUS_CODES[str(status)] for status in FINAL_STATUSES]
HARD, SOFT = 1, 2


def build_send_facts(sends: pl.LazyFrame, placed: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """One row per send, hold-outs included, with everything that happened to it.

    Args:
        sends: Slim sends with their message's `channel`.
        placed: Their events (`placement.place_events`).
        timezone: The reporting time zone.

    Returns:
        `SendFacts`. A final status of a row stands; else the latest of delivered, bounced and
        failed decides; else an open or click proves delivery; else a row's status stands, and a
        send without one is `sent`, or `queued` where nothing but deferrals happened.
    """
    rows = sends.with_columns(unit=unit_of("send", "channel"), has_row=pl.lit(value=True))
    rows = rows.select(
        "has_row",
        "unit",
        "message",
        "contact",
        "channel",
        "status",
        "is_holdout",
        "sent_at",
        "created_at",
        "delivered_at",
    )
    without_row = (
        placed.filter(~pl.col("has_row"))
        .group_by("unit")
        .agg(
            pl.col("message").max(),
            pl.col("contact").max(),
            pl.col("channel").max(),
            created_at=pl.col("at").min(),
        )
        .select(
            pl.lit(value=False).alias("has_row"),
            "unit",
            "message",
            "contact",
            "channel",
            status=pl.lit(None, pl.UInt8),
            is_holdout=pl.lit(value=False),
            sent_at=pl.lit(None, pl.Datetime("us", "UTC")),
            created_at="created_at",
            delivered_at=pl.lit(None, pl.Datetime("us", "UTC")),
        )
    )
    units = pl.concat([rows, without_row])
    for kind in _sum_events(placed):
        units = units.join(kind, on="unit", how="left", validate="m:1")
    return (
        units.pipe(_decide_status)
        .pipe(_decide_days, timezone)
        .select(polars_schema(SendFacts).names())
    )


def _sum_events(placed: pl.LazyFrame) -> list[pl.LazyFrame]:
    """One frame per kind of event: one row per unit that has any."""
    action, at = pl.col("action"), pl.col("at")
    human = ~pl.col("is_machine")

    def of(*actions: Action) -> pl.Expr:
        return action.is_in([ACTION_CODES[a] for a in actions])

    opens = (
        placed.filter(of(Action.OPENED))
        .select("unit", "at", human_at=pl.when(human).then(at))
        .group_by("unit")
        .agg(
            opens=pl.len().cast(pl.Int64),
            first_open_at=at.min(),
            first_human_open_at=pl.col("human_at").min(),
            last_open_at=at.max(),
        )
    )
    clicks = (
        placed.filter(of(Action.CLICKED))
        .select("unit", "at", human_at=pl.when(human).then(at))
        .group_by("unit")
        .agg(
            clicks=pl.len().cast(pl.Int64),
            first_click_at=at.min(),
            first_human_click_at=pl.col("human_at").min(),
            last_click_at=at.max(),
        )
    )
    deliveries = (
        placed.filter(of(Action.DELIVERED))
        .group_by("unit")
        .agg(first_delivery=at.min(), last_delivery=at.max())
    )
    others = (
        placed.filter(~of(Action.OPENED, Action.CLICKED, Action.DELIVERED))
        .select(
            "unit",
            sent=pl.when(of(Action.SENT)).then(at),
            bounce=pl.when(of(Action.BOUNCED)).then(at),
            failure=pl.when(of(Action.DROPPED, Action.FAILED)).then(at),
            unsubscribed=pl.when(of(Action.UNSUBSCRIBED)).then(at),
            complained=pl.when(of(Action.COMPLAINED)).then(at),
            replied=pl.when(of(Action.REPLIED)).then(at),
            deferred=of(Action.DEFERRED),
            hard=of(Action.BOUNCED) & (pl.col("hardness") == HARD),
            soft=of(Action.BOUNCED) & (pl.col("hardness") == SOFT),
        )
        .group_by("unit")
        .agg(
            sent_event=pl.col("sent").min(),
            bounced_at=pl.col("bounce").min(),
            last_bounce=pl.col("bounce").max(),
            last_failure=pl.col("failure").max(),
            unsubscribed_at=pl.col("unsubscribed").min(),
            complained_at=pl.col("complained").min(),
            replied_at=pl.col("replied").min(),
            only_deferred=pl.col("deferred").all(),
            is_hard=pl.col("hard").any(),
            is_soft=pl.col("soft").any(),
        )
    )
    return [opens, clicks, deliveries, others]


def _decide_status(units: pl.LazyFrame) -> pl.LazyFrame:
    delivery, bounce, failure = (
        pl.col(name) for name in ("last_delivery", "last_bounce", "last_failure")
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
    is_read = pl.col("opens").is_not_null() | pl.col("clicks").is_not_null()
    given = pl.col("status")
    is_final = given.is_in(FINAL)
    return units.with_columns(
        status=pl.when(is_final)
        .then(given)
        .when(latest.is_not_null())
        .then(by_events)
        .when(is_read)
        .then(DELIVERED)
        .when(given.is_not_null())
        .then(pl.max_horizontal(given, pl.when(pl.col("sent_event").is_not_null()).then(SENT)))
        .when(pl.col("only_deferred"))
        .then(QUEUED)
        .otherwise(SENT)
        .cast(pl.UInt8),
        disagrees=(is_final & latest.is_not_null() & (given != by_events)).fill_null(value=False),
    )


def _decide_days(units: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Sends on sent_at (else created_at), delivered on delivered_at, bounced on its event."""
    is_delivered = pl.col("status") == DELIVERED
    is_bounced = pl.col("status") == BOUNCED
    first_seen = pl.when(~pl.col("has_row")).then(pl.col("created_at"))
    delivered_at = pl.when(is_delivered).then(pl.coalesce("delivered_at", "first_delivery"))
    return units.with_columns(
        sent_at=pl.coalesce("sent_at", "sent_event", first_seen),
        counted_at=pl.coalesce("sent_at", "sent_event", "created_at"),
        delivered_at=delivered_at,
    ).with_columns(
        sent_day=reporting_day(pl.col("counted_at"), timezone),
        delivered_day=reporting_day(
            pl.when(is_delivered).then(pl.coalesce("delivered_at", "counted_at")), timezone
        ),
        bounced_day=reporting_day(
            pl.when(is_bounced).then(pl.coalesce("bounced_at", "counted_at")), timezone
        ),
        hardness=pl.when(is_bounced & pl.col("is_hard"))
        .then(HARD)
        .when(is_bounced & pl.col("is_soft"))
        .then(SOFT)
        .otherwise(0)
        .cast(pl.UInt8),
        opens=pl.col("opens").fill_null(0),
        clicks=pl.col("clicks").fill_null(0),
    )


def tally(facts: pl.LazyFrame, placed: pl.LazyFrame) -> pl.LazyFrame:
    """One row: how many sends disagree with their events, how many events name an unknown send."""
    return pl.concat(
        [
            facts.select(disagreements=pl.col("disagrees").sum()),
            placed.select(orphans=pl.col("is_orphan").sum()),
        ],
        how="horizontal",
    )
