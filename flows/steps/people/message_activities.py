"""Sends and events, each written once, in the order of their people."""

from dataclasses import dataclass
from functools import partial

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.numbered_activities import (
    Clicks,
    FirstSentEvents,
    KeyedEvents,
    PersonPlaces,
    SendPlaces,
)
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action
from flows.catalog.file_batches import MOST_ROWS, Batch, list_batches, pack_row
from flows.config.memory import fact_rows_at_once, sends_at_once
from flows.kept.identities import identify_rows
from flows.runtime.materialize import materialize
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.people.activity_pieces import EVENTS, SENDS, Pieces, keep_piece
from flows.steps.people.machine_signs import JudgedAgents, find_haste
from flows.steps.people.people_inputs import PeopleInputs
from flows.steps.people.placed_batches import Placing, identify_in_order, place_batches
from transforms.messaging.bot_detection import (
    flag_machines,
)
from transforms.messaging.send_keys import EventScope
from transforms.people.activity_keys import (
    add_first_sent,
    find_contacts,
    find_first_sent,
    key_sends,
    name_channels,
    name_keys_of_events,
    place_events,
    place_sends,
)

CLICKS_AT_ONCE = 2_000_000
"""How many clicks are looked at for haste at a time."""
ROWS_TOGETHER = 2 * MOST_ROWS
"""About how many rows of several batches find their sends and people at a time."""
NAMED = (Events.org_id, Events.contact_id, Events.email)
PLACE, ROW = "place", Clicks.event_row
SENT = (
    *(Sends.org_id, Sends.send_id, Sends.message_id, Sends.campaign_id, Sends.status),
    *(Sends.sent_at, Sends.created_at, Sends.is_holdout),
)
TEXTS = (
    *(Events.org_id, Events.event_id, Events.event_type, Events.occurred_at),
    *(Events.anonymous_id, Events.message_id, Events.url),
)
SIGNS = (Events.user_agent, Events.is_machine)


def write_sends(inputs: PeopleInputs, placing: Placing) -> Pieces:
    """Have every send written, as `KeyedSends`."""
    first_sent = _find_first_sent(inputs)

    def read(batch: Batch) -> pl.LazyFrame:
        rows = batch.scan().select(*NAMED, Sends.send_id)
        return find_contacts(rows, inputs.owners).drop(Sends.contact_id, Sends.email)

    def place(rows: pl.DataFrame) -> pl.LazyFrame:
        return add_first_sent(rows.lazy(), first_sent)

    def write(batch: Batch, placed: pl.DataFrame) -> pl.LazyFrame:
        rows = batch.scan().select(SENT).collect(engine="streaming")
        return key_sends(rows.hstack(_leave_out(placed, rows)).lazy())

    answers = [PersonPlaces.contact_key, FirstSentEvents.first_sent_at]
    pieces = [
        keep_piece(
            placing.keeper,
            SENDS,
            [batch.identity, identify_in_order(placed.select(answers))],
            partial(write, batch, placed),
        )
        for batch, placed in place_batches(list_batches(inputs.catalog, "sends"), read, place)
    ]
    return Pieces(SENDS, tuple(pieces))


def write_events(inputs: PeopleInputs, placing: Placing) -> Pieces:
    """Have every event written, as `KeyedEvents`."""
    sends, hasty, agents = _SendPlaces.of(inputs), find_haste(inputs), JudgedAgents()

    def read(batch: Batch) -> pl.LazyFrame:
        device = pl.when(pl.col(Events.contact_id).is_null()).then(Events.anonymous_id)
        rows = batch.scan().with_columns(device.alias(Events.anonymous_id))
        keyed = name_keys_of_events(find_contacts(rows, inputs.owners))
        return keyed.select(
            Events.org_id,
            Events.anonymous_id,
            Events.occurred_at,
            PersonPlaces.contact_key,
            KeyedEvents.message_key,
            SendPlaces.send_key,
        )

    def place(rows: pl.DataFrame) -> pl.LazyFrame:
        placed = place_events(rows.lazy(), sends.look_up(rows)).collect(engine="in-memory")
        return placing.place_linked(placed, Events.occurred_at)

    def write(batch: Batch, placed: pl.DataFrame, signs: pl.DataFrame) -> pl.LazyFrame:
        rows = batch.scan().select(*TEXTS, *SIGNS, pack_row()).collect(engine="streaming")
        machines = agents.judge(rows.get_column(Events.user_agent))
        flagged = flag_machines(rows.lazy().select(*SIGNS, ROW), machines, signs.lazy())
        reasons = flagged.select(KeyedEvents.is_machine, KeyedEvents.machine_reason).collect()
        whole = rows.drop(SIGNS).hstack(reasons).hstack(_leave_out(placed, rows))
        return name_channels(whole.lazy(), inputs.channels)

    answers = [PersonPlaces.contact_key, KeyedEvents.message_key, KeyedEvents.of_holdout]
    pieces = []
    for batch, placed in place_batches(list_batches(inputs.catalog, "events"), read, place):
        signs = batch.select_own(hasty)
        decided = [
            batch.identity,
            inputs.channels.own,
            identify_in_order(placed.select(answers)),
            identify_rows(batch.number_files(signs).lazy()),
        ]
        pieces.append(
            keep_piece(placing.keeper, EVENTS, decided, partial(write, batch, placed, signs))
        )
    return Pieces(EVENTS, tuple(pieces))


def _leave_out(placed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What rows of a batch were given that they have not themselves, in their order."""
    return placed.select(pl.exclude(rows.columns))


@dataclass(frozen=True)
class _SendPlaces:
    """In which events find their sends: all held, or looked through for some events at a time.

    Attributes:
        sends: `SendPlaces`.
        is_held: Whether they are in memory.
    """

    sends: pl.LazyFrame
    is_held: bool

    @classmethod
    def of(cls, inputs: PeopleInputs) -> "_SendPlaces":
        """Hold them if memory allows."""
        sends = place_sends(_open_keys(inputs).read_sends(), inputs.owners)
        count = sum(file.count_valid("sends") for file in inputs.catalog.feeding("sends"))
        is_held = count <= sends_at_once(inputs.config.run)
        return cls(materialize(sends, SendPlaces) if is_held else sends, is_held)

    def look_up(self, events: pl.DataFrame) -> pl.LazyFrame:
        """The sends that events name, perhaps among others."""
        if self.is_held:
            return self.sends
        named = events.lazy().select(SendPlaces.send_key).drop_nulls().unique()
        own = self.sends.join(named, on=SendPlaces.send_key, how="semi")
        return materialize(own, SendPlaces)


def _open_keys(inputs: PeopleInputs) -> KeyFiles:
    """The key columns of sends and events."""
    most_rows = fact_rows_at_once(inputs.config.run)
    return KeyFiles.of(inputs.catalog, inputs.channels, most_rows)


def _find_first_sent(inputs: PeopleInputs) -> pl.LazyFrame:
    """`FirstSentEvents`."""
    if not inputs.has_events_of(Action.SENT):
        return pl.LazyFrame(schema=polars_schema(FirstSentEvents))
    keys = _open_keys(inputs)
    found = find_first_sent(keys.read_events(EventScope.SEND), keys.read_sends())
    return materialize(found, FirstSentEvents)
