"""Subscriptions: who may be written to on which channel, group of people by group."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.lists import (
    SubscriptionDays,
    SubscriptionStates,
    SubscriptionSteps,
)
from flows.runtime.materialize import materialize
from flows.steps.people.activities import Activities
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
            list_steps(activities.scan("events", group), activities.scan("sends", group)),
            SubscriptionSteps,
        )
        states.append(materialize(find_states(steps), SubscriptionStates))
        growth = sum_subscription_days(steps, config.workspace.timezone)
        days.append(materialize(growth, SubscriptionDays))
    return SubscriptionFacts(pl.concat(states), pl.concat(days))
