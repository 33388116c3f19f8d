"""Audiences: contacts by what they did and what they never did."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from contracts.columns import Rows
from contracts.config.workspace import AudienceSection
from contracts.facts.people.described_activities import ContactSends, MessageEvents
from contracts.facts.people.lists import SegmentMembers, SubscriptionStates
from contracts.feeds import Contacts
from contracts.vocabulary import Action, SendStatus
from transforms.people.subscriptions import SUBSCRIBED

PERSON = [Contacts.org_id, Contacts.contact_id]
PROVEN = {
    SendStatus.SENT: (Action.SENT,),
    SendStatus.DELIVERED: (Action.SENT, Action.DELIVERED),
    SendStatus.BOUNCED: (Action.SENT, Action.BOUNCED),
    SendStatus.FAILED: (Action.FAILED,),
}
"""State of a send -> what it proves to have happened, where no event says so."""

OBJECTIONS = rf"_({Action.UNSUBSCRIBED}|{Action.COMPLAINED})$"
"""Ends of the event types by which a contact asks to be left alone."""


def select_audience(
    contacts: Rows[Contacts],
    events: Rows[MessageEvents],
    sends: Rows[ContactSends],
    segment_members: Rows[SegmentMembers],
    subscriptions: Rows[SubscriptionStates],
    audience: AudienceSection,
    timezone: str,
) -> pl.LazyFrame:
    """Select the contacts of an audience.

    `performed`, `campaign`, `message`, `from` and `to` refine one another: there must be one event
    (not a machine's), or one send, that meets them all. Campaigns and messages are named by id or
    name; without `performed` any activity counts. A send counts as the event that its state proves
    (`email_sent`, `email_delivered`). `never` asks about all time, and takes an unsubscribe or a
    complaint for one even if a machine made it; `segment` asks about membership, `subscribed` about
    the subscription to a channel as it is now.

    Args:
        contacts: Nobody else is in an audience.
        events: Contacts filled in.
        audience: who is meant.
        timezone: in which the days of `from` and `to` begin and end.

    Returns:
        One row per organization and contact, sorted.

    Raises:
        ValueError: `from` or `to` is not a date.
    """
    activities = _list_activities(events, sends)
    asked = _refine(audience, timezone)
    chosen = contacts.select(PERSON).unique()
    if asked:
        chosen = chosen.join(
            activities.filter(~pl.col(MessageEvents.is_machine), *asked), on=PERSON, how="semi"
        )
    if audience.segment is not None:
        is_meant = _names(audience.segment, SegmentMembers.segment_id, SegmentMembers.segment_name)
        chosen = chosen.join(segment_members.filter(is_meant), on=PERSON, how="semi")
    if audience.subscribed is not None:
        is_subscribed = (pl.col(SubscriptionStates.channel) == audience.subscribed) & (
            pl.col(SubscriptionStates.status) == SUBSCRIBED
        )
        chosen = chosen.join(subscriptions.filter(is_subscribed), on=PERSON, how="semi")
    if audience.never is not None:
        is_objection = pl.col(MessageEvents.event_type).str.contains(OBJECTIONS)
        counts = ~pl.col(MessageEvents.is_machine) | is_objection
        done = activities.filter(_is_type(audience.never), counts)
        chosen = chosen.join(done, on=PERSON, how="anti")
    return chosen.sort(PERSON)


def read_moment(text: str, timezone: str, *, end: bool = False) -> datetime:
    """Read a date or a time of day as a UTC instant.

    Args:
        text: ISO 8601; without an offset it is of the time zone.
        end: whether the instant after the whole of it is meant: a date's next midnight.

    Raises:
        ValueError: the text is neither.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            msg = f"{text!r} is neither a date (2026-01-31) nor a time (2026-01-31T12:00)"
            raise ValueError(msg) from error
        local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
        return local.astimezone(UTC) + timedelta(microseconds=int(end))
    first = day + timedelta(days=int(end))
    return datetime.combine(first, time(), tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def _list_activities(events: Rows[MessageEvents], sends: Rows[ContactSends]) -> pl.LazyFrame:
    """Events, and what the state of sends proves, of known contacts."""
    needed = [
        *PERSON,
        MessageEvents.event_type,
        MessageEvents.occurred_at,
        MessageEvents.campaign_id,
        MessageEvents.campaign_name,
        MessageEvents.message_id,
        MessageEvents.message_name,
        MessageEvents.is_machine,
    ]
    proven = [
        sends.filter(
            pl.col(ContactSends.status) == status,
            ~pl.col(ContactSends.is_holdout).fill_null(value=False),
        )
        .with_columns(
            pl.format(f"{{}}_{action}", ContactSends.channel).alias(MessageEvents.event_type),
            pl.col(ContactSends.sent_at).alias(MessageEvents.occurred_at),
            pl.lit(value=False).alias(MessageEvents.is_machine),
        )
        .select(needed)
        for status, actions in PROVEN.items()
        for action in actions
    ]
    return pl.concat([events.select(needed), *proven]).filter(
        pl.col(Contacts.contact_id).is_not_null()
    )


def _refine(audience: AudienceSection, timezone: str) -> list[pl.Expr]:
    """What one and the same activity must meet."""
    asked = []
    if audience.performed is not None:
        asked.append(_is_type(audience.performed))
    if audience.campaign is not None:
        named = (MessageEvents.campaign_id, MessageEvents.campaign_name)
        asked.append(_names(audience.campaign, *named))
    if audience.message is not None:
        named = (MessageEvents.message_id, MessageEvents.message_name)
        asked.append(_names(audience.message, *named))
    at = pl.col(MessageEvents.occurred_at)
    if audience.start is not None:
        asked.append(at >= read_moment(audience.start, timezone))
    if audience.until is not None:
        asked.append(at < read_moment(audience.until, timezone, end=True))
    return asked


def _names(wanted: str, by_id: str, by_name: str) -> pl.Expr:
    """Whether a row is of what is named, by id or by name."""
    return pl.any_horizontal(
        (pl.col(column) == wanted).fill_null(value=False) for column in (by_id, by_name)
    )


def _is_type(wanted: str) -> pl.Expr:
    return pl.col(MessageEvents.event_type) == wanted
