"""Who may be written to on which channel, and how the lists grow (SPEC §6.4)."""

from collections.abc import Sequence

import polars as pl

from contracts.channels import OTHER_CHANNEL
from contracts.columns import Rows, columns
from contracts.facts.people.described_activities import ContactSends, MessageEvents
from contracts.facts.people.lists import (
    STATUSES,
    STEPS,
    SubscriptionDays,
    SubscriptionStates,
    SubscriptionSteps,
)
from contracts.reports.people import ListGrowth, Subscriptions
from transforms.common.calendar import reporting_day
from transforms.common.joins import HELD

SENT, SUBSCRIBED, UNSUBSCRIBED, COMPLAINED = STEPS
RANKS = {step: rank for rank, step in enumerate(STEPS)}
PLACE = [SubscriptionSteps.org_id, SubscriptionSteps.contact_id, SubscriptionSteps.channel]
AT, STEP = SubscriptionSteps.occurred_at, SubscriptionSteps.step
STATUS = SubscriptionSteps.status
LIST, STRETCH, RANK, IS_NEW = "list", "stretch", "rank", "is_new"
DAY_KEY = [SubscriptionDays.org_id, SubscriptionDays.channel, SubscriptionDays.date_day]


def list_steps(events: Rows[MessageEvents], sends: Rows[ContactSends]) -> Rows[SubscriptionSteps]:
    """List what decided about each contact's subscription to a channel, and what it led to.

    A subscription, unsubscribe or complaint is a step, by a machine or not, and so is the first
    send, which may be one that only events show. An unsubscribe or complaint is in force until the
    contact subscribes to the same channel; a complaint outranks an unsubscribe in force, and of one
    instant the objection rules.

    Complete for any split of the rows by contact.

    Args:
        events: Contacts filled in.

    Returns:
        Sorted by contact, channel and time.
    """
    is_complaint, is_objection = pl.col(STEP) == COMPLAINED, pl.col(RANK) > RANKS[SUBSCRIBED]
    complained, objected = (
        kind.cum_max().over(LIST, STRETCH) for kind in (is_complaint, is_objection)
    )
    is_listed = (pl.col(RANK) <= RANKS[SUBSCRIBED]).cum_max().over(LIST)
    has_subscribed = (pl.col(STEP) == SUBSCRIBED).cum_max().over(LIST)
    status = (
        pl.when(complained)
        .then(pl.lit(COMPLAINED))
        .when(objected)
        .then(pl.lit(UNSUBSCRIBED))
        .when(has_subscribed)
        .then(pl.lit(SUBSCRIBED))
    )
    return (
        pl.concat([_select_events(events), _select_first_sends(events, sends)])
        .with_columns(pl.col(STEP).replace_strict(RANKS, return_dtype=pl.UInt8).alias(RANK))
        .sort(*PLACE, AT, RANK, SubscriptionSteps.event_id, nulls_last=False)
        .with_columns(pl.struct(PLACE).rle_id().alias(LIST))
        .with_columns((pl.col(STEP) == SUBSCRIBED).cum_sum().over(LIST).alias(STRETCH))
        .with_columns(
            status.alias(STATUS), (is_listed & ~objected).alias(SubscriptionSteps.is_listed)
        )
        .select(columns(SubscriptionSteps))
    )


def find_states(steps: Rows[SubscriptionSteps]) -> Rows[SubscriptionStates]:
    """Find the state in which each contact's subscription to a channel is now.

    Args:
        steps: In their order.

    Returns:
        One row per contact and channel with a subscription, an unsubscribe or a complaint.
    """
    changed = ~(_same_place() & (pl.col(STATUS) == pl.col(STATUS).shift(1))).fill_null(value=False)
    return (
        steps.filter(pl.col(STEP) != SENT)
        .with_columns((pl.col(STEP) == SUBSCRIBED).cum_sum().over(PLACE).alias(STRETCH))
        .with_columns(changed.alias("changed"))
        .group_by(PLACE, maintain_order=True)
        .agg(
            pl.col(STATUS).last(),
            pl.col(AT).filter("changed").last().alias(SubscriptionStates.since),
            pl.col(SubscriptionSteps.message_id)
            .filter("changed")
            .last()
            .alias(SubscriptionStates.message_id),
            pl.col(AT)
            .filter(pl.col(STEP) == UNSUBSCRIBED, pl.col(STRETCH) == pl.col(STRETCH).max())
            .min()
            .alias(SubscriptionStates.unsubscribed_at),
            pl.col(AT)
            .filter(pl.col(STEP) == COMPLAINED)
            .min()
            .alias(SubscriptionStates.complained_at),
        )
        .select(columns(SubscriptionStates))
    )


def report_subscriptions(states: Rows[SubscriptionStates]) -> Rows[Subscriptions]:
    """Set out the states of subscriptions.

    Returns:
        Sorted by its key.
    """
    return states.select(columns(Subscriptions)).sort(PLACE)


def sum_subscription_days(steps: Rows[SubscriptionSteps], timezone: str) -> Rows[SubscriptionDays]:
    """Sum by channel and day who came to be subscribed, unsubscribed or complained.

    Args:
        steps: In their order.

    Returns:
        Additive over any split of the contacts.
    """
    return (
        mark_changes(steps, timezone)
        .group_by(DAY_KEY)
        .agg(
            *(
                (pl.col(IS_NEW) & (pl.col(STATUS) == status)).sum().cast(pl.Int64).alias(status)
                for status in STATUSES
            ),
            pl.col(SubscriptionDays.size_change).sum(),
        )
        .filter(pl.any_horizontal(pl.col(*STATUSES, SubscriptionDays.size_change) != 0))
        .select(columns(SubscriptionDays))
    )


def mark_changes(steps: Rows[SubscriptionSteps], timezone: str) -> pl.LazyFrame:
    """Say of each step what it changed.

    Args:
        steps: In their order.

    Returns:
        The same rows with their `date_day`, whether their status `is_new`, and `size_change`: 1
        where the contact came onto the list, -1 where it left it, else 0.
    """
    before = pl.when(_same_place()).then(pl.col(STATUS).shift(1))
    was_listed = (_same_place() & pl.col(SubscriptionSteps.is_listed).shift(1)).fill_null(
        value=False
    )
    change = pl.col(SubscriptionSteps.is_listed).cast(pl.Int64) - was_listed.cast(pl.Int64)
    return steps.with_columns(
        reporting_day(pl.col(AT), timezone).alias(SubscriptionDays.date_day),
        pl.col(STATUS).ne_missing(before).alias(IS_NEW),
        change.alias(SubscriptionDays.size_change),
    )


def report_list_growth(days: Rows[SubscriptionDays]) -> Rows[ListGrowth]:
    """Sum the days of each channel's list, and add up its size.

    Returns:
        Sorted by its key: one row per day on which the list changed.
    """
    list_key = [ListGrowth.org_id, ListGrowth.channel]
    return (
        days.group_by(DAY_KEY)
        .agg(pl.exclude(DAY_KEY).sum())
        .sort(DAY_KEY)
        .with_columns(
            (pl.col(SUBSCRIBED) - pl.col(UNSUBSCRIBED) - pl.col(COMPLAINED)).alias(ListGrowth.net),
            pl.col(SubscriptionDays.size_change).cum_sum().over(list_key).alias(ListGrowth.size),
        )
        .select(columns(ListGrowth))
    )


def _select_events(events: Rows[MessageEvents]) -> pl.LazyFrame:
    """Subscriptions, unsubscribes and complaints of known contacts."""
    channel = pl.col(MessageEvents.channel)
    steps = {
        status: pl.col(MessageEvents.event_type) == pl.format(f"{{}}_{status}", channel)
        for status in STATUSES
    }
    step = pl.coalesce(pl.when(is_step).then(pl.lit(name)) for name, is_step in steps.items())
    return (
        events.with_columns(step.alias(STEP))
        .filter(pl.col(STEP).is_not_null(), pl.col(MessageEvents.contact_id).is_not_null())
        .select(
            *PLACE,
            MessageEvents.occurred_at,
            MessageEvents.event_id,
            MessageEvents.message_id,
            STEP,
        )
    )


def list_sendings(events: Rows[MessageEvents], sends: Rows[ContactSends]) -> pl.LazyFrame:
    """List what shows a send to a contact on a channel: its row, or an event of any send.

    Args:
        events: Contacts filled in.

    Returns:
        Organization, contact, channel and `occurred_at`, with the `send_id` of a row and the
        `event_id` of an event. Hold-outs were not sent, and what has no time or no contact is not
        here.
    """
    of_message = [ContactSends.org_id, ContactSends.contact_id, ContactSends.message_id]
    is_held_out = pl.col(ContactSends.is_holdout).fill_null(value=False)
    of_list = [pl.format(f"{{}}_{status}", MessageEvents.channel) for status in STATUSES]
    is_of_list = pl.any_horizontal(pl.col(MessageEvents.event_type) == kind for kind in of_list)
    shown = events.filter(
        pl.col(MessageEvents.channel).is_not_null(), ~is_of_list, ~pl.col(MessageEvents.of_holdout)
    ).join(find_held_out(sends, of_message), on=of_message, how="anti")
    told = sends.filter(~is_held_out).with_columns(
        pl.col(ContactSends.channel).fill_null(OTHER_CHANNEL)
    )
    send_id, is_of_event = pl.col(ContactSends.send_id), pl.col(ContactSends.is_of_event)
    return pl.concat(
        [
            told.select(
                *PLACE,
                pl.col(ContactSends.sent_at).alias(AT),
                pl.when(~is_of_event).then(send_id).alias(ContactSends.send_id),
                pl.when(is_of_event).then(send_id).alias(SubscriptionSteps.event_id),
            ),
            shown.select(
                *PLACE,
                pl.col(MessageEvents.occurred_at).alias(AT),
                pl.lit(None, pl.String).alias(ContactSends.send_id),
                SubscriptionSteps.event_id,
            ),
        ]
    ).filter(pl.col(AT).is_not_null(), pl.col(ContactSends.contact_id).is_not_null())


def find_held_out(sends: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """Find the contacts and messages of which all sends are hold-outs: no event shows one.

    Args:
        sends: Any that say of themselves whether they are.
        by: What names contact and message.

    Returns:
        Each once.
    """
    is_held_out = pl.col(ContactSends.is_holdout).fill_null(value=False)
    held = sends.filter(is_held_out).select(by).drop_nulls().unique()
    again = sends.filter(~is_held_out).select(by).join(held, on=by, how="semi", build_side=HELD)
    return held.join(again, on=by, how="anti")


def _select_first_sends(events: Rows[MessageEvents], sends: Rows[ContactSends]) -> pl.LazyFrame:
    """The first send to each contact on each channel, that only events show too."""
    ids = (SubscriptionSteps.event_id, SubscriptionSteps.message_id)
    no_ids = (pl.lit(None, pl.String).alias(name) for name in ids)
    return (
        list_sendings(events, sends)
        .group_by(PLACE)
        .agg(pl.col(AT).min())
        .with_columns(*no_ids, pl.lit(SENT).alias(STEP))
        .select(*PLACE, AT, SubscriptionSteps.event_id, SubscriptionSteps.message_id, STEP)
    )


def _same_place() -> pl.Expr:
    return pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in PLACE).fill_null(
        value=False
    )
