"""The haste of clicks, some sends' at a time: a sign of machines."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

import polars as pl

from contracts.columns import Held, Rows, polars_schema
from contracts.facts.people.numbered_activities import Clicks, Deliveries, HastyClicks
from flows.runtime.materialize import hold, materialize
from flows.steps.activities.event_questions import Questions
from flows.steps.activities.people_inputs import PeopleInputs
from transforms.activities.activity_keys import list_deliveries, list_deliveries_of_messages
from transforms.common.joins import HELD
from transforms.messaging.hasty_clicks import find_hasty_clicks, list_soon_units

PLACE = "place"
CLICKS_AT_ONCE = 2_000_000
"""How many clicks are looked at for haste at a time."""


def find_haste(inputs: PeopleInputs, asked: Sequence[Questions]) -> list[Held[HastyClicks]]:
    """The clicks of each batch of events that bear a sign of haste, some sends' at a time.

    Returns:
        Those of each batch, their files numbered within it.
    """
    counts = [one.clicks.select(pl.len()).collect().item() for one in asked]
    nothing = pl.DataFrame(schema=polars_schema(HastyClicks))
    if not sum(counts):
        return [nothing for _ in asked]
    clicks = pl.concat([one.clicks for one in asked]).drop(Clicks.event_row)
    placed = clicks.with_row_index(PLACE).with_columns(
        pl.col(PLACE).cast(pl.UInt64).alias(Clicks.event_row)
    )
    deliveries = pl.concat([*_list_told(inputs), *(one.deliveries for one in asked)])
    turns = sum(counts) // CLICKS_AT_ONCE + 1
    found = [nothing]
    for turn in range(turns):
        is_of = pl.col(Clicks.unit_key) % turns == turn
        looked_at = materialize(placed.filter(is_of), Clicks)
        soon = list_soon_units(looked_at, deliveries).collect(engine="streaming").lazy()
        told = deliveries.join(soon, on=Clicks.unit_key, how="semi", build_side=HELD)
        hasty = find_hasty_clicks(looked_at, materialize(told, Deliveries))
        found.append(hold(hasty, HastyClicks).collect())
    hasty, firsts = pl.concat(found), accumulate(counts, initial=0)
    return [_select_own(hasty, one, first) for one, first in zip(asked, firsts, strict=False)]


def _select_own(hasty: Held[HastyClicks], one: Questions, first: int) -> pl.DataFrame:
    """The hasty clicks of a batch, by their rows there and not by their places among all clicks."""
    rows = one.clicks.select(Clicks.event_row).collect().to_series()
    place = pl.col(Clicks.event_row) - first
    own = hasty.filter(pl.col(Clicks.event_row) >= first, place < len(rows))
    return own.with_columns(rows.gather(own.select(place).to_series()))


def _list_told(inputs: PeopleInputs) -> Iterator[Rows[Deliveries]]:
    """When sends say they were delivered."""
    yield list_deliveries(inputs.open_keys().read_sends())
    if inputs.catalog.feeds.names_message_and_contact():
        yield list_deliveries_of_messages(inputs.scan_named("sends"))
