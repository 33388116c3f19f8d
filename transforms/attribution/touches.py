"""Touches: what may have led a person to an order (SPEC §6.5)."""

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.order_facts import PricedOrders, Touches
from contracts.vocabulary import Action, Channel, SendStatus
from transforms.attribution.orders import ORDER_ROW, number_orders
from transforms.common.calendar import reporting_day
from transforms.common.instants import microseconds, start_of_day
from transforms.people.person_key import PERSON, hash_person, same_person

LANDING_MINUTES = 30
EARLY_LANDING_MINUTES = 1
"""A session may seem to begin so long before the click that opened it: clocks differ."""

DIRECT_GROUP = "direct"
UNASSIGNED_GROUP = "unassigned"
GROUPS_OF_CHANNELS: dict[str, str] = {
    Channel.EMAIL: "email",
    Channel.SMS: "sms",
    Channel.PUSH: "mobile push",
}
"""Message channel -> the channel group that its utm parameters give a session."""

NEVER_ARRIVED = [SendStatus.BOUNCED, SendStatus.FAILED]
EVENT_TYPE = MessageEvents.event_type
IS_LANDING, CLICKED_CHANNEL = "is_landing", "clicked_channel"
WINDOW_END = "window_end"
WHO = (Touches.org_id, Touches.contact_id, Touches.anonymous_id)


def collect_touches(
    events: pl.LazyFrame,
    sends: pl.LazyFrame,
    sessions: pl.LazyFrame,
    orders: pl.LazyFrame,
    rules: AttributionSection,
    timezone: str,
) -> pl.LazyFrame:
    """Collect the touches that count for each order.

    Clicks, opens and generic events as `rules` say; sessions that are neither direct nor the
    landing of a click; direct mail that was not held out and did not bounce or fail, at the first
    instant of its attribution window. What machines did is never a touch.

    Complete for any split of the rows by person (`hash_person`).

    Args:
        events: `MessageEvents`, contacts filled in.
        sends: `ContactSends`.
        sessions: `ContactSessions`, contacts filled in.
        orders: `PricedOrders`, contacts filled in.
        rules: which touches count, and for how long.
        timezone: the reporting time zone, whose days a direct-mail window counts.

    Returns:
        `Touches`, in no order. People are paired by hash: who takes them checks the people.
    """
    bought = number_orders(orders).select(ORDER_ROW, PricedOrders.credited_at, hash_person())
    messages = _touch_by_events(events, rules)
    visits = (
        _touch_by_sessions(sessions)
        .join(bought, on=PERSON, how="semi")
        .pipe(_drop_landings, messages)
    )
    mailings = _touch_by_direct_mail(sends, timezone)
    at = pl.col(Touches.touched_at)
    # Each kind is paired with its own few columns: what a join carries is what it costs.
    paired = [
        messages.drop(IS_LANDING).pipe(_pair, bought, at + _lookback(rules)),
        visits.pipe(_pair, bought, at + _lookback(rules, of_sessions=True)),
        mailings.pipe(_pair, bought, pl.coalesce(WINDOW_END, at + _lookback(rules))),
    ]
    group = pl.col(Touches.channel).replace_strict(
        GROUPS_OF_CHANNELS, default=None, return_dtype=pl.String
    )
    empty = pl.LazyFrame(schema=polars_schema(Touches))
    return (
        pl.concat([empty, *paired], how="diagonal")
        .with_columns(
            pl.coalesce(Touches.channel_group, group),
            pl.coalesce(Touches.touch_id, Touches.event_id, Touches.session_id),
        )
        .select(columns(Touches))
    )


def _touch_by_events(events: pl.LazyFrame, rules: AttributionSection) -> pl.LazyFrame:
    """Clicks, and opens and generic events where configured; whether each leads to the site."""
    is_click, is_open = _is_action(Action.CLICKED), _is_action(Action.OPENED)
    is_wanted = is_click | pl.col(EVENT_TYPE).is_in(rules.touch_events)
    # Opening a push message brings a person to the site, as a click does.
    is_landing = is_click | (is_open & (pl.col(MessageEvents.channel) == Channel.PUSH))
    return events.filter(
        (is_wanted | is_open) if rules.touch_opens else is_wanted,
        ~pl.col(MessageEvents.is_machine),
    ).select(
        *WHO,
        pl.col(MessageEvents.occurred_at).alias(Touches.touched_at),
        pl.coalesce(MessageEvents.channel, EVENT_TYPE).alias(Touches.channel),
        MessageEvents.campaign_id,
        MessageEvents.dispatch_id,
        MessageEvents.message_id,
        MessageEvents.event_id,
        is_landing.alias(IS_LANDING),
        hash_person(),
    )


def _is_action(action: Action) -> pl.Expr:
    """Whether an event is this action on a message, of whatever channel."""
    full_type = pl.format(f"{{}}_{action}", MessageEvents.channel)
    return (pl.col(EVENT_TYPE) == full_type).fill_null(value=False)


def _touch_by_sessions(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """People's sessions that an ad or anything else but a direct visit brought."""
    has_ad = (
        pl.col(ContactSessions.campaign_id).is_not_null()
        | pl.col(ContactSessions.ad_id).is_not_null()
    )
    group = pl.col(ContactSessions.channel_group).fill_null(UNASSIGNED_GROUP)
    return sessions.filter(
        has_ad | (group != DIRECT_GROUP), ~pl.col(ContactSessions.is_bot).fill_null(value=False)
    ).select(
        *WHO,
        pl.col(ContactSessions.started_at).alias(Touches.touched_at),
        pl.when(has_ad).then(pl.lit(Channel.ADS)).otherwise(group).alias(Touches.channel),
        group.alias(Touches.channel_group),
        ContactSessions.campaign_id,
        ContactSessions.platform,
        ContactSessions.ad_id,
        ContactSessions.session_id,
        ContactSessions.utm_medium,
        ContactSessions.utm_source,
        hash_person(),
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
        .with_columns(pl.lit(None, pl.String).alias(Touches.anonymous_id))
        .select(
            *WHO,
            start_of_day(first_day, timezone).alias(Touches.touched_at),
            last_instant.alias(WINDOW_END),
            Touches.channel,
            ContactSends.campaign_id,
            ContactSends.dispatch_id,
            ContactSends.message_id,
            pl.col(ContactSends.send_id).alias(Touches.touch_id),
            hash_person(),
        )
    )


def _drop_landings(visits: pl.LazyFrame, messages: pl.LazyFrame) -> pl.LazyFrame:
    """Drop the sessions by which a contact landed on the site after a click already counted.

    A session bears a channel's utm by its channel group, or by a medium or source of the channel's
    own name.
    """
    of_group = pl.col(Touches.channel_group).replace_strict(
        list(GROUPS_OF_CHANNELS.values()),
        list(GROUPS_OF_CHANNELS),
        default=None,
        return_dtype=pl.String,
    )
    words = (
        pl.col(name).str.strip_chars().str.to_lowercase().str.replace_all(r"[\s+-]+", "_")
        for name in (ContactSessions.utm_medium, ContactSessions.utm_source)
    )
    bearing = pl.concat(
        visits.with_columns(channel.alias(CLICKED_CHANNEL)) for channel in (of_group, *words)
    )
    clicks = messages.filter(IS_LANDING).select(
        *WHO,
        PERSON,
        pl.col(Touches.channel).alias(CLICKED_CHANNEL),
        pl.col(Touches.touched_at).alias("clicked_at"),
    )
    since_click = pl.col(Touches.touched_at) - pl.col("clicked_at")
    landings = (
        bearing.filter(pl.col(CLICKED_CHANNEL).is_not_null())
        .join(clicks, on=[PERSON, CLICKED_CHANNEL], how="inner", validate="m:m", suffix="_of")
        .filter(
            same_person("_of"),
            since_click.is_between(
                -pl.duration(minutes=EARLY_LANDING_MINUTES), pl.duration(minutes=LANDING_MINUTES)
            ),
        )
        .select(Touches.org_id, Touches.session_id)
    )
    return visits.drop(ContactSessions.utm_medium, ContactSessions.utm_source).join(
        landings, on=[Touches.org_id, Touches.session_id], how="anti"
    )


def _pair(touches: pl.LazyFrame, bought: pl.LazyFrame, until: pl.Expr) -> pl.LazyFrame:
    """Pair touches with their person's orders, from their own instant to the last that counts."""
    at = pl.col(Touches.touched_at)
    return (
        touches.join(bought, on=PERSON, how="inner", validate="m:m")
        .filter(pl.col(PricedOrders.credited_at).is_between(at, until))
        .drop(PERSON, PricedOrders.credited_at)
    )


def lookback_of(channel: pl.Expr, rules: AttributionSection) -> pl.Expr:
    """Tell a channel's own look-back in microseconds; null where it has none."""
    hours = rules.lookback_hours
    return channel.replace_strict(
        list(hours),
        [microseconds(length / 24) for length in hours.values()],
        default=None,
        return_dtype=pl.Int64,
    )


def _lookback(rules: AttributionSection, *, of_sessions: bool = False) -> pl.Expr:
    """How long before an order a touch counts: its channel's hours, else the general days.

    The hours of `web` hold for sessions without an ad whose channel group has none of its own.
    """
    channel, general = pl.col(Touches.channel), pl.lit(microseconds(rules.lookback_days))
    if not rules.lookback_hours:
        return pl.duration(microseconds=general)
    own = lookback_of(channel, rules)
    if of_sessions:
        is_web = channel != Channel.ADS
        own = pl.coalesce(own, lookback_of(pl.when(is_web).then(pl.lit(Channel.WEB)), rules))
    return pl.duration(microseconds=pl.coalesce(own, general))
