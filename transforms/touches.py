"""Touches: what may have led a person to an order (SPEC §6.5)."""

import polars as pl

from contracts.activities import ContactSends, MessageEvents, PricedOrders, Touches, Visits
from contracts.columns import polars_schema
from contracts.vocabulary import INTERACTIONS, Action, Channel, SendStatus
from contracts.workspace import AttributionSection
from transforms.days import reporting_day
from transforms.instants import microseconds, start_of_day
from transforms.people import PERSON, hash_person, same_person

LANDING_MINUTES = 30
DIRECT_GROUP = "direct"
UNASSIGNED_GROUP = "unassigned"
GROUPS_OF_CHANNELS: dict[str, str] = {
    Channel.EMAIL: "email",
    Channel.SMS: "sms",
    Channel.PUSH: "mobile push",
}
"""Message channel -> the channel group that its utm parameters give a session."""

CLICK_TYPES = [name for name, (_, action) in INTERACTIONS.items() if action == Action.CLICKED]
OPEN_TYPES = [name for name, (_, action) in INTERACTIONS.items() if action == Action.OPENED]
LANDING_TYPES = [*CLICK_TYPES, f"{Channel.PUSH}_{Action.OPENED}"]
"""Event types that bring a person to the site; opening a push message is its click."""

NEVER_ARRIVED = [SendStatus.BOUNCED, SendStatus.FAILED]
EVENT_TYPE = MessageEvents.event_type


def collect_touches(
    events: pl.LazyFrame,
    sends: pl.LazyFrame,
    sessions: pl.LazyFrame,
    orders: pl.LazyFrame,
    rules: AttributionSection,
    timezone: str,
) -> pl.LazyFrame:
    """Collect the touches of the people who ordered.

    Complete for any split of the rows by person (`hash_person`).

    Clicks, opens and generic events as `rules` say; sessions that are neither direct nor the
    landing of a click; direct mail that was not held out and did not bounce or fail, at the first
    instant of its attribution window. What machines did is never a touch.

    Args:
        events: `MessageEvents`, contacts filled in.
        sends: `ContactSends`.
        sessions: `Visits`, contacts filled in.
        orders: `PricedOrders`, contacts filled in.
        rules: which touches count, and for how long.
        timezone: the reporting time zone, whose days a direct-mail window counts.

    Returns:
        `Touches` and the hash of each one's person, in no order; messages also to people who never
        ordered, whom the join with the orders drops at less cost.
    """
    buyers = (
        orders.filter(pl.col(PricedOrders.is_conversion))
        .select(hash_person())
        .drop_nulls()
        .unique()
    )
    messages = _touch_by_events(events, rules)
    visits = _touch_by_sessions(sessions).join(buyers, on=PERSON, how="semi")
    arrivals = visits.pipe(_drop_landings, messages)
    mailings = _touch_by_direct_mail(sends, timezone)
    lookback = pl.col(Touches.touched_at) + _lookback(rules)
    return pl.concat([messages.drop(EVENT_TYPE), arrivals, mailings]).with_columns(
        pl.coalesce(Touches.counts_until, lookback)
    )


def _touch_by_events(events: pl.LazyFrame, rules: AttributionSection) -> pl.LazyFrame:
    """Clicks, and opens and generic events where configured; the event type stays beside."""
    wanted = {*CLICK_TYPES, *rules.touch_events, *(OPEN_TYPES if rules.touch_opens else ())}
    return (
        events.filter(pl.col(EVENT_TYPE).is_in(sorted(wanted)), ~pl.col(MessageEvents.is_machine))
        .with_columns(
            pl.col(MessageEvents.occurred_at).alias(Touches.touched_at),
            pl.coalesce(MessageEvents.channel, EVENT_TYPE).alias(Touches.channel),
            pl.col(MessageEvents.channel)
            .replace_strict(GROUPS_OF_CHANNELS, default=None, return_dtype=pl.String)
            .alias(Touches.channel_group),
            pl.col(MessageEvents.event_id).alias(Touches.touch_id),
        )
        .pipe(_shape_touches, EVENT_TYPE)
    )


def _touch_by_sessions(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """People's sessions that an ad or anything else but a direct visit brought."""
    has_ad = pl.col(Visits.campaign_id).is_not_null() | pl.col(Visits.ad_id).is_not_null()
    group = pl.col(Visits.channel_group).fill_null(UNASSIGNED_GROUP)
    return (
        sessions.filter(
            has_ad | (group != DIRECT_GROUP), ~pl.col(Visits.is_bot).fill_null(value=False)
        )
        .with_columns(
            pl.col(Visits.started_at).alias(Touches.touched_at),
            pl.when(has_ad).then(pl.lit(Channel.ADS)).otherwise(group).alias(Touches.channel),
            group.alias(Touches.channel_group),
            pl.col(Visits.session_id).alias(Touches.touch_id),
        )
        .pipe(_shape_touches)
    )


def _touch_by_direct_mail(sends: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Direct mail at the first instant of its window; without a window, of the day it was sent."""
    first_day = pl.coalesce(
        ContactSends.window_start, reporting_day(pl.col(ContactSends.sent_at), timezone)
    )
    day_after = first_day.dt.offset_by(pl.format("{}d", pl.col(ContactSends.window_days)))
    last_instant = start_of_day(day_after, timezone) - pl.duration(microseconds=1)
    return (
        sends.filter(
            pl.col(ContactSends.channel) == Channel.DIRECT_MAIL,
            ~pl.col(ContactSends.is_holdout).fill_null(value=False),
            ~pl.col(ContactSends.status).is_in(NEVER_ARRIVED).fill_null(value=False),
        )
        .with_columns(
            start_of_day(first_day, timezone).alias(Touches.touched_at),
            last_instant.alias(Touches.counts_until),
            pl.col(ContactSends.send_id).alias(Touches.touch_id),
        )
        .filter(pl.col(Touches.touched_at).is_not_null())
        .pipe(_shape_touches)
    )


def _drop_landings(visits: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Drop the sessions by which a contact landed on the site after a click already counted."""
    clicks = messages.filter(pl.col(EVENT_TYPE).is_in(LANDING_TYPES)).select(
        PERSON,
        Touches.org_id,
        Touches.contact_id,
        Touches.anonymous_id,
        Touches.channel_group,
        pl.col(Touches.touched_at).alias("clicked_at"),
    )
    since_click = pl.col(Touches.touched_at) - pl.col("clicked_at")
    landings = (
        visits.filter(pl.col(Touches.channel_group).is_in(list(GROUPS_OF_CHANNELS.values())))
        .join(clicks, on=[PERSON, Touches.channel_group], how="inner", validate="m:m", suffix="_of")
        .filter(
            same_person("_of"),
            since_click.is_between(pl.duration(), pl.duration(minutes=LANDING_MINUTES)),
        )
        .select(Touches.org_id, Touches.session_id)
    )
    return visits.join(landings, on=[Touches.org_id, Touches.session_id], how="anti")


def _shape_touches(frame: pl.LazyFrame, *beside: str) -> pl.LazyFrame:
    """Bring a frame into the columns of `Touches`, those that it lacks being empty."""
    present = set(frame.collect_schema())
    schema = polars_schema(Touches)
    return frame.select(
        *(
            pl.col(name) if name in present else pl.lit(None, kind).alias(name)
            for name, kind in schema.items()
        ),
        *beside,
    ).with_columns(hash_person())


def lookback_of(channel: pl.Expr, rules: AttributionSection) -> pl.Expr:
    """Tell a channel's own look-back in microseconds; null where it has none."""
    hours = rules.lookback_hours
    return channel.replace_strict(
        list(hours),
        [microseconds(length / 24) for length in hours.values()],
        default=None,
        return_dtype=pl.Int64,
    )


def _lookback(rules: AttributionSection) -> pl.Expr:
    """How long before an order a touch counts: its channel's hours, else the general days.

    The hours of `web` hold for sessions without an ad whose channel group has none of its own.
    """
    channel, general = pl.col(Touches.channel), pl.lit(microseconds(rules.lookback_days))
    is_web = pl.col(Touches.session_id).is_not_null() & (channel != Channel.ADS)
    of_web = lookback_of(pl.when(is_web).then(pl.lit(Channel.WEB)), rules)
    return pl.duration(microseconds=pl.coalesce(lookback_of(channel, rules), of_web, general))
