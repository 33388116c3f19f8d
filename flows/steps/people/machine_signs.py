"""The signs of machines: their user agents, and the haste of clicks."""

from dataclasses import dataclass, field

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.numbered_activities import Clicks, HastyClicks, MachineAgents
from contracts.feeds import Events
from contracts.vocabulary import Action
from flows.catalog.file_batches import pack_row
from flows.runtime.materialize import materialize
from flows.steps.people.people_inputs import PeopleInputs
from transforms.messaging.bot_detection import (
    find_hasty_clicks,
    is_type_of,
    judge_agents,
    select_clicks,
    select_deliveries,
)
from transforms.people.activity_keys import add_unit_key, list_deliveries

CLICKS_AT_ONCE = 2_000_000
"""How many clicks are looked at for haste at a time."""


@dataclass
class JudgedAgents:
    """The user agents that are machines', each judged once.

    Attributes:
        met: The agents that were judged.
        machines: `MachineAgents` among them.
    """

    met: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    machines: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=polars_schema(MachineAgents))
    )

    def judge(self, agents: pl.Series) -> pl.LazyFrame:
        """`MachineAgents`, those of some agents among them."""
        new = agents.drop_nulls().unique()
        new = new.filter(~new.is_in(self.met.implode())).alias(Events.user_agent)
        if len(new):
            found = judge_agents(new.to_frame().lazy()).collect()
            self.met = pl.concat([self.met, new])
            self.machines = pl.concat([self.machines, found])
        return self.machines.lazy()


def find_haste(inputs: PeopleInputs) -> pl.DataFrame:
    """The clicks that bear a sign of haste (`HastyClicks`), some sends' at a time."""
    given = inputs.catalog.given
    clicks = sum(
        count
        for file in inputs.catalog.feeding("events")
        if (got := file.of_table("events"))
        for name, count in got.event_types.items()
        if name.endswith(str(Action.CLICKED))
    )
    if not clicks:
        return pl.DataFrame(schema=polars_schema(HastyClicks))
    clicked, delivered = (
        _scan_type(inputs, action) for action in (Action.CLICKED, Action.DELIVERED)
    )
    deliveries = list_deliveries(
        inputs.scan_named("sends"), of_messages=given.names_message_and_contact()
    )
    if inputs.has_events_of(Action.DELIVERED):
        deliveries = pl.concat([deliveries, select_deliveries(delivered)])
    turns = clicks // CLICKS_AT_ONCE + 1
    hasty = []
    for turn in range(turns):
        is_of = pl.col(Clicks.unit_key).fill_null(0) % turns == turn
        looked_at = materialize(select_clicks(clicked).filter(is_of), Clicks)
        hasty.append(materialize(find_hasty_clicks(looked_at, deliveries), HastyClicks).collect())
    return pl.concat(hasty)


def _scan_type(inputs: PeopleInputs, action: Action) -> pl.LazyFrame:
    """The events of an action, with their row and the key of their send."""
    own = inputs.catalog.scan_numbered("events").filter(is_type_of(action))
    return inputs.name(own.with_columns(pack_row())).pipe(add_unit_key)
