"""Subscriptions: who may be written to on which channel, from the few rows that decide."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.config.workspace import Workspace
from contracts.facts.people.described_activities import MessageEvents
from contracts.facts.people.journey_slices import ActivityDays
from contracts.facts.people.lists import (
    FirstSendings,
    SubscriptionDays,
    SubscriptionStates,
    SubscriptionSteps,
)
from contracts.facts.people.numbered_activities import NumberedMessages
from flows.kept.identities import identify, identify_rows
from flows.kept.keepers import Keeper
from flows.kept.kept_frames import read_frame, write_frame
from flows.runtime.materialize import materialize
from flows.steps.activities.activity_pieces import LISTS, Pieces
from flows.steps.activities.write_activities import SHOWN_MAIL, Activities
from transforms.activities.described_activities import describe_events
from transforms.activities.person_numbers import is_in_groups, key_contacts, restore_contacts
from transforms.people.first_sendings import (
    find_first_events,
    find_first_sends,
    key_mail,
    merge_firsts,
    restore_firsts,
    sum_first_days,
)
from transforms.people.subscriptions import find_states, list_steps, sum_subscription_days

FIRSTS = "first sendings"
LAST_PIECES = 4
"""Of how many pieces, the last ones, the first sendings are looked for in every run."""
CONTACTS_AT_A_TIME = 500_000
"""Of how many contacts the first sendings are looked for at a time."""
PLACE = [FirstSendings.contact_key, FirstSendings.channel]


@dataclass(frozen=True)
class SubscriptionFacts:
    """The subscriptions of a run.

    Attributes:
        states: `SubscriptionStates`.
        days: `SubscriptionDays`; rows of one day add up.
    """

    states: pl.LazyFrame
    days: pl.LazyFrame


def build_subscriptions(
    activities: Activities, config: Workspace, keeper: Keeper
) -> SubscriptionFacts:
    """Find the state of every subscription.

    Args:
        activities: What people did.
        config: The workspace's configuration.
        keeper: Keeps the first sendings of the pieces that stay as they are.
    """
    people, timezone = activities.list_people(), config.workspace.timezone
    happened = _list_events(activities)
    of_lists = key_contacts(happened).select(PLACE).unique()
    firsts = _find_firsts(activities, keeper)
    told = restore_firsts(firsts.join(of_lists, on=PLACE, how="semi"), people)
    steps = materialize(list_steps(happened, told), SubscriptionSteps)
    others = sum_first_days(firsts.join(of_lists, on=PLACE, how="anti"), people, timezone)
    days = pl.concat([sum_subscription_days(steps, timezone), others])
    return SubscriptionFacts(
        materialize(find_states(steps), SubscriptionStates), materialize(days, SubscriptionDays)
    )


def _list_events(activities: Activities) -> pl.LazyFrame:
    """`MessageEvents` that may be a list's own."""
    kept = activities.pieces["events"].scan_extract(LISTS)
    rows = activities.number("events", kept)
    events = restore_contacts(rows, activities.list_people())
    return materialize(describe_events(events, activities.messages.lazy()), MessageEvents)


def _find_firsts(activities: Activities, keeper: Keeper) -> pl.LazyFrame:
    """`FirstSendings` of all that people were sent, or that shows it."""
    messages, has_bare = activities.messages, activities.has_bare
    cuts = _cut_contacts(activities.people.height)
    own = messages.select(
        NumberedMessages.message_key, NumberedMessages.channel, NumberedMessages.planned_at
    )

    def find(kind: str, pieces: Pieces, some: pl.Expr) -> pl.LazyFrame:
        rows = pieces.scan().filter(some)
        if kind == "sends":
            return find_first_sends(rows, own.lazy())
        return find_first_events(rows, own.lazy(), has_bare=has_bare)

    def keep(kind: str, pieces: Pieces) -> pl.LazyFrame:
        days = pl.concat([day.select(ActivityDays.subject) for day in pieces.read_days()])
        named = own.filter(pl.col(NumberedMessages.message_key).is_in(days.to_series().implode()))
        names = [folder.name for folder in pieces.folders]
        decided = [kind, names, has_bare, identify_rows(named.lazy())]

        def write(folder: Path) -> str:
            found = [materialize(find(kind, pieces, some), FirstSendings) for some in cuts]
            write_frame(folder, FIRSTS, pl.concat(found).collect())
            return identify(decided)

        kept = keeper.folder(FIRSTS, decided, write)
        return read_frame(kept.open(), FIRSTS, FirstSendings).lazy()

    mail = key_mail(activities.scan_numbered(SHOWN_MAIL), activities.list_people())
    settled, last = [materialize(mail, FirstSendings)], {}
    for kind in ("sends", "events"):
        before, last[kind] = activities.pieces[kind].part(-LAST_PIECES)
        settled += [keep(kind, before)] if before.folders else []
    found = [
        merge_firsts(
            pl.concat(
                [
                    *(rows.filter(some) for rows in settled),
                    *(find(kind, pieces, some) for kind, pieces in last.items()),
                ]
            )
        )
        for some in cuts
    ]
    return pl.concat([materialize(rows, FirstSendings) for rows in found])


def _cut_contacts(contacts: int) -> list[pl.Expr]:
    """Whether a row is of some of the contacts, so many that their first sendings can be found."""
    cuts = contacts // CONTACTS_AT_A_TIME + 1
    key = pl.col(FirstSendings.contact_key)
    return [is_in_groups(key, range(cut, cut + 1), cuts) for cut in range(cuts)]
