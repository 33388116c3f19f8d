"""Sends and events, each written once, in files that many nights read."""

from functools import partial

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.people.numbered_activities import (
    Clicks,
    FirstSentEvents,
    KeyedEvents,
    SendPlaces,
)
from contracts.feeds import Events, Sends
from contracts.vocabulary import Action
from flows.catalog.file_batches import Batch, list_batches, pack_row
from flows.kept.deferred import Deferred
from flows.kept.identities import identify_rows
from flows.runtime.materialize import materialize
from flows.steps.activities.activity_pieces import EVENTS, PLACES, SENDS, Pieces, keep_piece
from flows.steps.activities.event_questions import keep_questions
from flows.steps.activities.machine_signs import JudgedAgents, find_haste
from flows.steps.activities.meetings import find_meetings
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.placing import Placing
from transforms.activities.activity_keys import (
    add_first_sent,
    find_contacts,
    find_first_sent,
    key_sends,
    list_asked_sends,
    name_channels,
    name_keys_of_events,
    place_events,
)
from transforms.messaging.bot_detection import flag_machines
from transforms.messaging.send_keys import EventScope

PLACE, ROW, SENT_KEY = "place", Clicks.event_row, SendPlaces.send_key
SENT = (
    *(Sends.org_id, Sends.send_id, Sends.message_id, Sends.campaign_id, Sends.status),
    *(Sends.sent_at, Sends.created_at, Sends.is_holdout, Sends.contact_id, Sends.email),
)
TEXTS = (
    *(Events.org_id, Events.event_id, Events.event_type, Events.occurred_at),
    *(Events.anonymous_id, Events.message_id, Events.url),
)
SIGNS = (Events.user_agent, Events.is_machine)


def write_sends(inputs: PeopleInputs, placing: Placing) -> Pieces:
    """Have every send written, as `KeyedSends`."""
    first_sent, folders = _find_first_sent(inputs), []

    def read(batch: Batch, own: pl.LazyFrame) -> pl.LazyFrame:
        rows = find_contacts(batch.scan().select(SENT), inputs.owners)
        return key_sends(add_first_sent(rows, own))

    for batch in list_batches(inputs.catalog, "sends"):
        own = _select_own(first_sent, batch).lazy()
        decided = [batch.identity, inputs.identify_owners(batch), identify_rows(own)]
        folders.append(keep_piece(placing.keeper, SENDS, decided, partial(read, batch, own)))
    return Pieces(SENDS, tuple(folders))


def write_events(inputs: PeopleInputs, placing: Placing, sends: Pieces) -> Pieces:
    """Have every event written, as `KeyedEvents`.

    Whose an event is and of which message hangs on its row, on its send and on the links of its
    device. Its batch is looked at again only where the batch itself, a piece of sends that has any
    send that it names, or what links say of its devices in its time is another than before.

    Args:
        inputs: What was read.
        placing: Whose devices were, and where to write.
        sends: Every send.
    """
    asked = keep_questions(inputs, list_batches(inputs.catalog, "events"), placing.keeper)
    pieces = {folder.name: Pieces(SENDS, (folder,)) for folder in sends.folders}
    met = find_meetings(
        placing.keeper,
        "meetings of events and sends",
        {one.identity: one.sends for one in asked},
        {name: piece.scan_extract(PLACES).select(SENT_KEY) for name, piece in pieces.items()},
    )
    links, hasty = placing.identify_links([one.devices for one in asked]), find_haste(inputs, asked)
    nothing = pl.LazyFrame(schema=polars_schema(SendPlaces))
    agents, folders = JudgedAgents(), []

    def write(batch: Batch, placed: Deferred[pl.DataFrame], signs: pl.DataFrame) -> pl.LazyFrame:
        scanned = batch.scan().select(*TEXTS, *SIGNS, pack_row()).collect(engine="streaming")
        rows = batch.number_files(scanned)
        machines = agents.judge(rows.get_column(Events.user_agent))
        flagged = flag_machines(rows.lazy().select(*SIGNS, ROW), machines, signs)
        reasons = flagged.select(KeyedEvents.is_machine, KeyedEvents.machine_reason).collect()
        whole = rows.drop(SIGNS).hstack(reasons).hstack(_leave_out(placed.value, rows))
        return name_channels(whole.lazy(), inputs.channels)

    for one, linked, signs in zip(asked, links, hasty, strict=True):
        own = pl.concat(
            [nothing, *(pieces[name].scan_extract(PLACES) for name in met[one.identity])]
        )
        decided = [one.identity, met[one.identity], linked]
        placed = Deferred("", partial(_place, inputs, placing, one.batch, own))
        places = placing.keeper.folder(
            "places of events", decided, lambda _, placed=placed: identify_places(placed.value)
        )
        inputs_of_piece = [
            one.batch.identity,
            inputs.channels.own,
            places.identity,
            identify_rows(signs.lazy()),
        ]
        folders.append(
            keep_piece(
                placing.keeper, EVENTS, inputs_of_piece, partial(write, one.batch, placed, signs)
            )
        )
    return Pieces(EVENTS, tuple(folders))


def _place(
    inputs: PeopleInputs, placing: Placing, batch: Batch, sends: pl.LazyFrame
) -> pl.DataFrame:
    """Whose each event of a batch is, and of which message, in the order of the batch.

    Args:
        inputs: What was read.
        placing: Whose devices were.
        batch: The batch.
        sends: `SendPlaces`, those that it names among them.
    """
    device = pl.when(pl.col(Events.contact_id).is_null()).then(Events.anonymous_id)
    rows = batch.scan().with_columns(device.alias(Events.anonymous_id))
    keyed = (
        name_keys_of_events(find_contacts(rows, inputs.owners))
        .select(
            Events.org_id,
            Events.anonymous_id,
            Events.occurred_at,
            KeyedEvents.contact_key,
            KeyedEvents.message_key,
            SENT_KEY,
        )
        .collect(engine="streaming")
    )
    named = keyed.lazy().select(SENT_KEY).drop_nulls().unique()
    own = sends.join(named, on=SENT_KEY, how="semi")
    places = materialize(own, SendPlaces).collect()
    placed = place_events(keyed.lazy(), places).collect(engine="streaming")
    return placing.place_linked(placed, Events.occurred_at).collect(engine="in-memory")


def identify_places(placed: pl.DataFrame) -> str:
    """The hash of what the events of a batch were given, and of their order."""
    given = (KeyedEvents.contact_key, KeyedEvents.message_key, KeyedEvents.of_holdout)
    return identify_rows(placed.select(given).with_row_index(PLACE).lazy())


def _leave_out(placed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What rows of a batch were given that they have not themselves, in their order."""
    return placed.select(pl.exclude(rows.columns))


def _find_first_sent(inputs: PeopleInputs) -> pl.DataFrame:
    """`FirstSentEvents`."""
    if not inputs.has_events_of(Action.SENT):
        return pl.DataFrame(schema=polars_schema(FirstSentEvents))
    keys = inputs.open_keys()
    found = find_first_sent(keys.read_events(EventScope.SEND), keys.read_sends())
    return materialize(found, FirstSentEvents).collect()


def _select_own(first_sent: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """`FirstSentEvents` of a batch of sends."""
    if first_sent.is_empty():
        return first_sent
    timeless = batch.scan().filter(pl.col(Sends.sent_at).is_null())
    own = list_asked_sends(timeless).collect(engine="streaming")
    return first_sent.join(own, on=FirstSentEvents.send_key, how="semi")
