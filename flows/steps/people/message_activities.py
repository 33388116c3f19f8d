"""Sends and events, each written once, in the order of their people."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.numbered_activities import (
    Clicks,
    FirstSentEvents,
    HastyClicks,
    KeyedEvents,
    KeyedSends,
    MachineAgents,
    PlacedRows,
    SendPlaces,
)
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action
from flows.config.memory import fact_rows_at_once, sends_at_once
from flows.kept.identities import identify_rows
from flows.runtime.materialize import materialize
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.people.activity_batches import MOST_ROWS, Batch, list_batches, pack_row
from flows.steps.people.activity_pieces import Keeper, Pieces, keep_piece
from flows.steps.people.people_inputs import PeopleInputs
from transforms.messaging.bot_detection import (
    find_hasty_clicks,
    flag_machines,
    is_type_of,
    judge_agents,
    select_clicks,
    select_deliveries,
)
from transforms.messaging.send_keys import EventScope
from transforms.people.activity_keys import (
    add_first_sent,
    add_unit_key,
    find_contacts,
    find_first_sent,
    key_sends,
    list_deliveries,
    name_channels,
    name_keys_of_events,
    place_events,
    place_sends,
)
from transforms.people.identity import fill_in_order
from transforms.people.person_numbers import place_people

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


@dataclass(frozen=True)
class Placing:
    """By what the people of rows are found, and where these are written.

    Attributes:
        people: `People`.
        parts: Into how many ranges the contacts are cut.
        links: `IdentityLinks` with the key of their contact.
        keeper: Has activities written that are not there yet.
    """

    people: pl.LazyFrame
    parts: int
    links: pl.DataFrame
    keeper: Keeper

    def place(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Add `PlacedRows` to rows in memory that have the key of their contact, in their order."""
        return place_people(rows, self.people, self.parts)


def write_sends(inputs: PeopleInputs, placing: Placing) -> Pieces:
    """Have every send written, as `KeyedSends`."""
    first_sent = _find_first_sent(inputs)

    def read(batch: Batch) -> pl.LazyFrame:
        nothing = pl.lit(None, pl.String).alias(Events.anonymous_id)
        rows = batch.scan().select(*NAMED, Sends.send_id, nothing)
        return find_contacts(rows, inputs.owners).drop(Sends.contact_id, Sends.email)

    def place(rows: pl.DataFrame) -> pl.LazyFrame:
        return add_first_sent(rows.lazy(), first_sent).pipe(placing.place)

    def write(batch: Batch, placed: pl.DataFrame) -> pl.LazyFrame:
        rows = batch.scan().select(SENT).collect(engine="streaming")
        return key_sends(rows.hstack(_leave_out(placed, rows)).lazy())

    answers = [PlacedRows.contact_key, FirstSentEvents.first_sent_at]
    pieces = [
        keep_piece(
            placing.keeper,
            KeyedSends,
            [batch.identity, _identify_in_order(placed.select(answers))],
            placed,
            partial(write, batch, placed),
        )
        for batch, placed in _place_batches(list_batches(inputs.catalog, "sends"), read, place)
    ]
    return Pieces(KeyedSends, tuple(pieces))


def write_events(inputs: PeopleInputs, placing: Placing) -> Pieces:
    """Have every event written, as `KeyedEvents`."""
    sends, hasty, agents = _SendPlaces.of(inputs), _find_hasty_clicks(inputs), _Agents()

    def read(batch: Batch) -> pl.LazyFrame:
        device = pl.when(pl.col(Events.contact_id).is_null()).then(Events.anonymous_id)
        rows = batch.scan().with_columns(device.alias(Events.anonymous_id))
        keyed = name_keys_of_events(find_contacts(rows, inputs.owners))
        return keyed.select(
            Events.org_id,
            Events.anonymous_id,
            Events.occurred_at,
            PlacedRows.contact_key,
            KeyedEvents.message_key,
            SendPlaces.send_key,
        )

    def place(rows: pl.DataFrame) -> pl.LazyFrame:
        placed = place_events(rows.lazy(), sends.look_up(rows))
        if placing.links.height and rows.get_column(Events.anonymous_id).count():
            placed = fill_in_order(
                placed.collect(engine="in-memory").lazy(),
                placing.links.lazy(),
                Events.occurred_at,
                PlacedRows.contact_key,
            )
        return placing.place(placed)

    def write(batch: Batch, placed: pl.DataFrame, signs: pl.DataFrame) -> pl.LazyFrame:
        rows = batch.scan().select(*TEXTS, *SIGNS, pack_row()).collect(engine="streaming")
        machines = agents.judge(rows.get_column(Events.user_agent))
        flagged = flag_machines(rows.lazy().select(*SIGNS, ROW), machines, signs.lazy())
        reasons = flagged.select(KeyedEvents.is_machine, KeyedEvents.machine_reason).collect()
        whole = rows.drop(SIGNS).hstack(reasons).hstack(_leave_out(placed, rows))
        return name_channels(whole.lazy(), inputs.channels)

    answers = [PlacedRows.contact_key, KeyedEvents.message_key, KeyedEvents.of_holdout]
    pieces = []
    for batch, placed in _place_batches(list_batches(inputs.catalog, "events"), read, place):
        signs = batch.select_own(hasty)
        decided = [
            batch.identity,
            inputs.channels.own,
            _identify_in_order(placed.select(answers)),
            identify_rows(batch.number_files(signs).lazy()),
        ]
        pieces.append(
            keep_piece(
                placing.keeper,
                KeyedEvents,
                decided,
                placed,
                partial(write, batch, placed, signs),
            )
        )
    return Pieces(KeyedEvents, tuple(pieces))


def _place_batches(
    batches: Iterable[Batch],
    read: Callable[[Batch], pl.LazyFrame],
    place: Callable[[pl.DataFrame], pl.LazyFrame],
) -> Iterator[tuple[Batch, pl.DataFrame]]:
    """Each batch with what its rows were given, some batches at a time.

    Args:
        batches: The batches.
        read: Gives the rows of a batch, in their order.
        place: Gives rows what decides where they lie; keeps their order.
    """
    held: list[tuple[Batch, pl.DataFrame]] = []

    def settle() -> Iterator[tuple[Batch, pl.DataFrame]]:
        whole = place(pl.concat([rows for _, rows in held])).collect(engine="in-memory")
        first = 0
        for batch, rows in held:
            yield batch, whole.slice(first, rows.height)
            first += rows.height
        held.clear()

    for batch in batches:
        held.append((batch, read(batch).collect(engine="streaming")))
        if sum(rows.height for _, rows in held) >= ROWS_TOGETHER:
            yield from settle()
    if held:
        yield from settle()


def _leave_out(placed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What rows of a batch were given that they have not themselves, in their order."""
    return placed.select(pl.exclude(rows.columns))


def _identify_in_order(rows: pl.DataFrame) -> str:
    """The hash of rows and of their order."""
    return identify_rows(rows.with_row_index(PLACE).lazy())


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


@dataclass
class _Agents:
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


def _open_keys(inputs: PeopleInputs) -> KeyFiles:
    """The key columns of sends and events."""
    most_rows = fact_rows_at_once(inputs.config.run)
    return KeyFiles.of(inputs.catalog, inputs.channels, most_rows)


def _find_first_sent(inputs: PeopleInputs) -> pl.LazyFrame:
    """`FirstSentEvents`."""
    if not _lists_types(inputs, Action.SENT):
        return pl.LazyFrame(schema=polars_schema(FirstSentEvents))
    keys = _open_keys(inputs)
    found = find_first_sent(keys.read_events(EventScope.SEND), keys.read_sends())
    return materialize(found, FirstSentEvents)


def _find_hasty_clicks(inputs: PeopleInputs) -> pl.DataFrame:
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
    if _lists_types(inputs, Action.DELIVERED):
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


def _lists_types(inputs: PeopleInputs, action: Action) -> bool:
    """Whether any event is of an action."""
    return any(name.endswith(str(action)) for name in inputs.catalog.given.event_types())
