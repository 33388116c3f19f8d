"""Subscriptions: who may be written to on which channel, from the few rows that decide."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, columns, no_rows
from contracts.facts.people.described_activities import MessageEvents
from contracts.facts.people.journey_slices import ActivityDays
from contracts.facts.people.lists import (
    FirstSendings,
    HeldOut,
    SubscriptionDays,
    SubscriptionStates,
    SubscriptionSteps,
)
from contracts.facts.people.numbered_activities import NumberedMessages, SendPlaces
from flows.kept.identities import identify, identify_rows
from flows.kept.keepers import Keeper
from flows.kept.kept_frames import scan_frame, write_frame
from flows.runtime.materialize import materialize
from flows.steps.activities.activity_pieces import LISTS, PLACES, Pieces
from flows.steps.activities.write_activities import SHOWN_MAIL, Activities
from flows.steps.step_inputs import StepInputs
from transforms.activities.described_activities import describe_events
from transforms.activities.person_numbers import key_contacts, restore_contacts
from transforms.common.joins import HELD
from transforms.common.shared_texts import SHARED
from transforms.messaging.messages.implied_messages import list_claimed, name_claimed
from transforms.people.first_sendings import (
    PLACED_AT_ONCE,
    find_firsts,
    list_mail,
    list_sendings,
    list_shown_sendings,
    restore_firsts,
    sum_first_days,
)
from transforms.people.subscriptions import (
    find_held_out,
    find_states,
    list_steps,
    sum_subscription_days,
)

FIRSTS = "first sendings"
LAST_PIECES = 4
"""Of how many pieces, the last ones, the first sendings are looked for in every run."""
PLACE = [FirstSendings.contact_key, FirstSendings.channel]


@dataclass(frozen=True)
class SubscriptionFacts:
    """The subscriptions of a run.

    Attributes:
        days: Rows of one day add up.
    """

    states: Rows[SubscriptionStates]
    days: Rows[SubscriptionDays]


@dataclass(frozen=True)
class OfMessages:
    """What sendings are found by beside their rows.

    Attributes:
        messages: Their channels, and when they were planned.
        held_out: Whom they were kept from, where that decides.
    """

    messages: Held[NumberedMessages]
    held_out: Held[HeldOut] = field(default_factory=lambda: no_rows(HeldOut).collect())


def build_subscriptions(inputs: StepInputs, activities: Activities) -> SubscriptionFacts:
    """Find the state of every subscription.

    The keeper has the first sendings of the pieces that stay as they are.
    """
    people, places = activities.people, activities.places
    timezone, channel = inputs.config.workspace.timezone, pl.col(FirstSendings.channel).cast(SHARED)
    firsts, happened = _find_firsts(activities, inputs.keeper), _list_events(activities)
    keys = key_contacts(happened).select(FirstSendings.contact_key, channel)
    of_lists = keys.unique().collect(engine="streaming").lazy()
    few = firsts.join(of_lists, on=PLACE, how="semi", build_side=HELD)
    told = restore_firsts(few, people, places)
    steps = materialize(list_steps(happened, told), SubscriptionSteps)
    del happened, keys  # Not held beside all that follows.
    rest = firsts.join(of_lists, on=PLACE, how="anti", build_side=HELD)
    others = sum_first_days(rest, people, places, timezone)
    days = materialize(
        pl.concat([sum_subscription_days(steps, timezone), others]), SubscriptionDays
    )
    return SubscriptionFacts(materialize(find_states(steps), SubscriptionStates), days)


def _list_events(activities: Activities) -> Rows[MessageEvents]:
    kept = activities.pieces["events"].scan_extract(LISTS)
    rows = activities.number("events", kept)
    events = restore_contacts(rows, activities.people)
    return materialize(describe_events(events, activities.messages.lazy()), MessageEvents)


def _find_firsts(activities: Activities, keeper: Keeper) -> Rows[FirstSendings]:
    """The first of all that people were sent, or that shows it."""
    of = {
        "sends": OfMessages(_select_messages(activities)),
        "events": OfMessages(_select_messages(activities), _find_held_out(activities)),
    }
    parts = [list_mail(activities.scan_numbered(SHOWN_MAIL), activities.people)]
    for kind, known in of.items():
        before, last = activities.pieces[kind].part(-LAST_PIECES)
        if before.folders:
            parts += _cut(_keep_firsts(activities, kind, before, known, keeper))
        parts += _list_sendings(activities, kind, last, known)
    return _find(parts, activities)


def _select_messages(activities: Activities) -> Held[NumberedMessages]:
    return activities.messages.select(
        NumberedMessages.message_key, NumberedMessages.channel, NumberedMessages.planned_at
    )


def _find_held_out(activities: Activities) -> Held[HeldOut]:
    """The contacts and messages of which all sends are hold-outs."""
    sends = activities.pieces["sends"].scan_extract(PLACES)
    if not sends.select(pl.col(SendPlaces.is_holdout).any()).collect().item():
        return no_rows(HeldOut).collect()
    is_own = pl.col(NumberedMessages.message_key) != pl.col(NumberedMessages.implied_key)
    named = name_claimed(sends, list_claimed(activities.messages.filter(is_own)))
    return materialize(find_held_out(named, columns(HeldOut)), HeldOut).collect()


def _keep_firsts(
    activities: Activities, kind: str, pieces: Pieces, of: OfMessages, keeper: Keeper
) -> Rows[FirstSendings]:
    """The first sendings of the pieces that stay as they are."""
    days = pl.concat([day.select(ActivityDays.subject) for day in pieces.read_days()])
    of_pieces = pl.col(NumberedMessages.message_key).is_in(days.to_series().implode())
    own = [identify_rows(rows.lazy().filter(of_pieces)) for rows in (of.messages, of.held_out)]
    decided = [kind, [folder.name for folder in pieces.folders], activities.has_bare, *own]

    def write(folder: Path) -> str:
        parts = _list_sendings(activities, kind, pieces, of)
        write_frame(folder, FIRSTS, _find(parts, activities).collect())
        return identify(decided)

    kept = keeper.folder(FIRSTS, decided, write)
    return scan_frame(kept.open(), FIRSTS, FirstSendings)


def _cut(kept: Rows[FirstSendings]) -> list[pl.LazyFrame]:
    """Rows that are kept, some at a time: of millions of contacts all would be held once more."""
    height = kept.select(pl.len()).collect().item()
    return [kept.slice(first, PLACED_AT_ONCE) for first in range(0, height, PLACED_AT_ONCE)]


def _list_sendings(
    activities: Activities, kind: str, pieces: Pieces, of: OfMessages
) -> list[pl.LazyFrame]:
    """What people were sent by pieces, or what shows it, piece by piece."""
    rows = [pieces.scan_piece(place) for place in range(len(pieces.folders))]
    messages, held_out = of.messages.lazy(), of.held_out.lazy()
    if kind == "sends":
        return [list_sendings(own, messages) for own in rows]
    bare = activities.has_bare
    return [list_shown_sendings(own, messages, held_out, has_bare=bare) for own in rows]


def _find(parts: Iterable[pl.LazyFrame], activities: Activities) -> Rows[FirstSendings]:
    held = (part.collect(engine="streaming") for part in parts)
    return materialize(find_firsts(held, activities.people, activities.places), FirstSendings)
