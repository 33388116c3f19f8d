"""Subscriptions: who may be written to on which channel, group of people by group."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.activities import ContactSends, MessageEvents
from contracts.facts.lists import (
    SubscriptionDays,
    SubscriptionStates,
    SubscriptionSteps,
)
from contracts.facts.numbered_activities import NumberedSends
from flows.runtime.materialize import materialize
from flows.steps.people.activities import Activities
from transforms.people.activities import describe_events, describe_sends
from transforms.people.deciding_rows import READ, pick_events, pick_sends
from transforms.people.person_numbers import restore_contacts
from transforms.people.subscriptions import find_states, list_steps, sum_subscription_days


@dataclass(frozen=True)
class SubscriptionFacts:
    """The subscriptions of a run.

    Attributes:
        states: `SubscriptionStates`.
        days: `SubscriptionDays`; rows of one day add up.
    """

    states: pl.LazyFrame
    days: pl.LazyFrame


def build_subscriptions(activities: Activities, config: Workspace) -> SubscriptionFacts:
    """Find the state of every subscription, group of people by group."""
    states = [pl.LazyFrame(schema=polars_schema(SubscriptionStates))]
    days = [pl.LazyFrame(schema=polars_schema(SubscriptionDays))]
    for group in range(activities.groups):
        steps = materialize(
            list_steps(*_list_deciding(activities, range(group, group + 1))), SubscriptionSteps
        )
        states.append(materialize(find_states(steps), SubscriptionStates))
        growth = sum_subscription_days(steps, config.workspace.timezone)
        days.append(materialize(growth, SubscriptionDays))
    return SubscriptionFacts(pl.concat(states), pl.concat(days))


def _list_deciding(activities: Activities, groups: range) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Of the `MessageEvents` and `ContactSends` of some groups of people those that decide."""
    people, messages = activities.list_people(groups), activities.messages.lazy()
    happened = activities.scan_numbered("events", groups).select(READ).collect(engine="streaming")
    events = restore_contacts(pick_events(happened.lazy()), people)
    told = pick_sends(activities.scan_numbered("sends", groups), messages)
    sends = restore_contacts(materialize(told, NumberedSends), people)
    shown = restore_contacts(activities.scan_numbered("shown mail", groups), people)
    all_sends = [describe_sends(sends, messages), shown.select(columns(ContactSends))]
    return materialize(describe_events(events, messages), MessageEvents), pl.concat(all_sends)
