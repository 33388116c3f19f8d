"""Touches: what may have led a person to an order (SPEC §6.5)."""

import polars as pl

from contracts.columns import Rows, columns, no_rows, polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import MessageTouches, PathEnds, Touches, VisitTouches
from contracts.facts.people.described_activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.people.numbered_activities import (
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
)
from contracts.vocabulary import Action, Channel, SendStatus
from transforms.attribution.persons import PERSON
from transforms.common.calendar import (
    last_instant_before,
    microseconds,
    reporting_day,
    start_of_day,
)
from transforms.common.joins import HELD, STREAMED

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
MESSAGE_NO, OWN_MESSAGE = NumberedMessages.message_no, "own message"
IS_LANDING = MessageTouches.is_landing
AT, UNTIL = Touches.touched_at, Touches.counts_until
FIRST_END, LAST_END = "first end", "last end"


def touch_by_events(
    events: Rows[NumberedEvents], messages: Rows[NumberedMessages], rules: AttributionSection
) -> Rows[MessageTouches]:
    """Clicks, and opens and generic events as `rules` say; what machines did is never a touch.

    Args:
        events: With their `person`.
        rules: Which touches count, and for how long.
    """
    is_click, is_open = _is_action(Action.CLICKED), _is_action(Action.OPENED)
    # Opening a push message brings a person to the site, as a click does.
    is_landing = is_click | (is_open & (pl.col(MessageEvents.channel) == Channel.PUSH))
    own = messages.select(
        MESSAGE_NO,
        pl.col(NumberedMessages.message_id).alias(OWN_MESSAGE),
        Touches.dispatch_id,
        Touches.campaign_id,
    )
    return (
        events.filter(
            may_touch(rules), ~pl.col(MessageEvents.is_machine), pl.col(PERSON).is_not_null()
        )
        .join(own, on=MESSAGE_NO, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(
            pl.col(MessageEvents.occurred_at).alias(AT),
            pl.coalesce(MessageEvents.channel, EVENT_TYPE).alias(Touches.channel),
            pl.coalesce(OWN_MESSAGE, MessageEvents.message_id).alias(Touches.message_id),
            pl.col(MessageEvents.event_id).alias(Touches.touch_id),
            is_landing.alias(IS_LANDING),
        )
        .with_columns((pl.col(AT) + _lookback(rules)).alias(UNTIL), _group_of_channel())
        .pipe(_complete, MessageTouches)
    )


def may_touch(rules: AttributionSection) -> pl.Expr:
    """Whether an event may be a touch, by its type and channel: a click, and what `rules` name."""
    is_wanted = _is_action(Action.CLICKED) | pl.col(EVENT_TYPE).is_in(rules.touch_events)
    return (is_wanted | _is_action(Action.OPENED)) if rules.touch_opens else is_wanted


def touch_by_sessions(
    sessions: Rows[ContactSessions], rules: AttributionSection
) -> Rows[VisitTouches]:
    """People's sessions that an ad or anything else but a direct visit brought.

    Args:
        sessions: With their `person`.
        rules: For how long a touch counts.

    Returns:
        Landings of clicks are among them.
    """
    has_ad = (
        pl.col(ContactSessions.campaign_id).is_not_null()
        | pl.col(ContactSessions.ad_id).is_not_null()
    )
    group = pl.col(ContactSessions.channel_group).fill_null(UNASSIGNED_GROUP)
    return (
        sessions.filter(
            has_ad | (group != DIRECT_GROUP),
            ~pl.col(ContactSessions.is_bot).fill_null(value=False),
            pl.col(PERSON).is_not_null(),
        )
        .with_columns(
            pl.col(ContactSessions.started_at).alias(AT),
            pl.when(has_ad).then(pl.lit(Channel.ADS)).otherwise(group).alias(Touches.channel),
            group.alias(Touches.channel_group),
            pl.col(ContactSessions.session_id).alias(Touches.touch_id),
        )
        .with_columns((pl.col(AT) + _lookback(rules, of_sessions=True)).alias(UNTIL))
        .pipe(_complete, VisitTouches)
    )


def describe_mail(
    sends: Rows[NumberedSends], shown: Rows[ContactSends], mailed: Rows[NumberedMessages]
) -> Rows[ContactSends]:
    """Direct mail with its message, dispatch and campaign.

    Args:
        shown: With the number of their contact: mail that events alone show.

    Returns:
        But for names, with the number of their contact.
    """
    names = [name for name in columns(ContactSends) if name in polars_schema(NumberedMessages)]
    of_message = mailed.select(MESSAGE_NO, *(name for name in names if name != ContactSends.org_id))
    described = sends.join(
        of_message, on=MESSAGE_NO, how="inner", validate=STREAMED, build_side=HELD
    )
    return pl.concat([described, shown], how="diagonal")


def touch_by_direct_mail(
    sends: pl.LazyFrame, rules: AttributionSection, timezone: str
) -> Rows[Touches]:
    """Direct mail at the first instant of its window; without a window, of the day it was sent.

    What was held out, bounced or failed is not a touch.

    Args:
        sends: Direct mail (`describe_mail`) with the `person` it went to.
        rules: For how long a touch without a window counts.
        timezone: The reporting time zone, whose days a window counts.
    """
    first_day = pl.coalesce(
        ContactSends.window_start, reporting_day(pl.col(ContactSends.sent_at), timezone)
    )
    day_after = first_day.dt.offset_by(pl.format("{}d", pl.col(ContactSends.window_days)))
    last_instant = last_instant_before(day_after, timezone)
    return (
        sends.filter(
            pl.col(ContactSends.channel) == Channel.DIRECT_MAIL,
            ~pl.col(ContactSends.is_holdout).fill_null(value=False),
            ~pl.col(ContactSends.status).is_in(NEVER_ARRIVED).fill_null(value=False),
            pl.col(PERSON).is_not_null(),
        )
        .with_columns(
            start_of_day(first_day, timezone).alias(AT),
            pl.col(ContactSends.send_id).alias(Touches.touch_id),
        )
        .with_columns(
            pl.coalesce(last_instant, pl.col(AT) + _lookback(rules)).alias(UNTIL),
            _group_of_channel(),
        )
        .pipe(_complete, Touches)
    )


def span_ends(ends: Rows[PathEnds]) -> pl.LazyFrame:
    """Say of each person when the first and when the last of their paths ends."""
    at = pl.col(PathEnds.credited_at)
    return ends.group_by(PERSON).agg(at.min().alias(FIRST_END), at.max().alias(LAST_END))


def leave_pathless(touches: Rows[Touches], spans: pl.LazyFrame) -> Rows[Touches]:
    """Leave out touches that lie on no path: of years of visits, most count for nothing any more.

    Args:
        touches: Or more columns of them.
        spans: When paths end (`span_ends`).
    """
    may_count = (pl.col(UNTIL) >= pl.col(FIRST_END)) & (pl.col(AT) <= pl.col(LAST_END))
    return (
        touches.join(spans, on=PERSON, how="inner", validate=STREAMED, build_side=HELD)
        .filter(may_count)
        .drop(FIRST_END, LAST_END)
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


def _is_action(action: Action) -> pl.Expr:
    channel_of_type = pl.col(EVENT_TYPE).str.strip_suffix(f"_{action}")
    return (channel_of_type == pl.col(MessageEvents.channel)).fill_null(value=False)


def _group_of_channel() -> pl.Expr:
    return (
        pl.col(Touches.channel)
        .replace_strict(GROUPS_OF_CHANNELS, default=None, return_dtype=pl.String)
        .alias(Touches.channel_group)
    )


def _complete(rows: pl.LazyFrame, contract: type[Touches]) -> pl.LazyFrame:
    """The columns of a contract; those that rows of this kind do not have are null."""
    empty = no_rows(contract)
    return pl.concat([empty, rows], how="diagonal").select(columns(contract))
