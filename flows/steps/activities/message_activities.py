"""Sends and events, each written once, in files that many nights read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Held, Rows, polars_schema
from contracts.facts.messaging.send_keys import AddressOwners
from contracts.facts.people.numbered_activities import (
    Clicks,
    FirstSentEvents,
    HastyClicks,
    KeyedEvents,
    SendPlaces,
)
from contracts.feeds import Events, Sends
from contracts.reports.journeys import IdentityLinks
from contracts.vocabulary import Action
from flows.catalog.file_batches import Batch, list_batches, pack_row
from flows.config.memory import SHARED_KEYS, count_at_once
from flows.kept.identities import identify_rows
from flows.kept.keepers import Keeper
from flows.runtime.materialize import materialize, write_whole
from flows.steps.activities.activity_pieces import EVENTS, PLACES, SENDS, Pieces, write_piece
from flows.steps.activities.event_questions import Questions, keep_questions
from flows.steps.activities.linked_pieces import LinkedPieces, fill_device_contacts
from flows.steps.activities.machine_signs import find_haste
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.shared_keys import find_shared_keys
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
from transforms.common.joins import HELD
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
GIVEN = (
    *(KeyedEvents.contact_key, KeyedEvents.message_key),
    *(KeyedEvents.of_send, KeyedEvents.of_holdout),
)
"""What an event is given that it has not itself."""


@dataclass(frozen=True)
class EventBatch:
    """A batch of events, and what decides beside it whose they are.

    Attributes:
        sends: The pieces of sends that have any send that it names.
        placed: The file in which it is noted, for the run, whose each event is.
    """

    batch: Batch
    sends: tuple[Path, ...]
    signs: Held[HastyClicks]
    placed: Path


@dataclass(frozen=True)
class EventInputs:
    """What all batches of events are placed and described by.

    Attributes:
        links: With keys.
    """

    owners: Held[AddressOwners]
    links: Held[IdentityLinks]
    channels: RunChannels


def write_sends(inputs: PeopleInputs, linked: LinkedPieces) -> Pieces:
    """Have every send written, as `KeyedSends`."""
    first_sent = _find_first_sent(inputs)
    batches = [
        (batch, _select_own(first_sent, batch)) for batch in list_batches(inputs.catalog, "sends")
    ]
    decided = [
        [batch.identity, inputs.identify_owners(batch), identify_rows(own.lazy())]
        for batch, own in batches
    ]
    return linked.keep_pieces(SENDS, decided, write_send_piece, inputs.names.owners, batches)


def write_send_piece(
    owners: Held[AddressOwners], of: tuple[Batch, Held[FirstSentEvents]], folder: Path
) -> None:
    """Write a batch of sends, as `KeyedSends`."""
    batch, first_sent = of
    rows = find_contacts(batch.scan().select(SENT), owners)
    write_piece(SENDS, key_sends(add_first_sent(rows, first_sent.lazy())), folder)


def write_events(inputs: PeopleInputs, linked: LinkedPieces, sends: Pieces) -> Pieces:
    """Have every event written, as `KeyedEvents`.

    Whose an event is and of which message hangs on its row, on its send and on the links of its
    device. Its batch is looked at again only where the batch itself, a piece of sends that has any
    send that it names, or what links say of its devices in its time is another than before.
    """
    of = EventInputs(inputs.names.owners, linked.links, inputs.names.channels)
    asked = keep_questions(inputs, [*list_batches(inputs.catalog, "events")])
    named = _find_named_sends(inputs, linked.keeper, asked, sends)
    links = linked.identify_links([one.devices for one in asked])
    by_place = [
        [one.identity, [folder.name for folder in folders], said]
        for one, folders, said in zip(asked, named, links, strict=True)
    ]
    linked.scratch.mkdir(parents=True, exist_ok=True)
    batches = [
        EventBatch(one.batch, folders, signs, linked.scratch / f"{at}.arrow")
        for at, (one, folders, signs) in enumerate(
            zip(asked, named, find_haste(inputs, asked), strict=True)
        )
    ]
    places = linked.keeper.each("places of events", by_place, place_event_batch, of, batches)
    by_row = [
        [one.batch.identity, of.channels.own, place.identity, identify_rows(one.signs.lazy())]
        for one, place in zip(batches, places, strict=True)
    ]
    return linked.keep_pieces(EVENTS, by_row, write_event_piece, of, batches)


def _find_named_sends(
    inputs: PeopleInputs, keeper: Keeper, asked: Sequence[Questions], sends: Pieces
) -> list[tuple[Path, ...]]:
    """The pieces of sends that have any send that a batch of events names, for each batch."""
    pieces = {folder.name: folder for folder in sends.folders}
    sharing = find_shared_keys(
        keeper,
        "keys that events and sends share",
        {one.identity: one.sends for one in asked},
        {name: _scan_places([folder]).select(SENT_KEY) for name, folder in pieces.items()},
        count_at_once(inputs.config.run, SHARED_KEYS),
    )
    return [tuple(pieces[name] for name in sharing[one.identity]) for one in asked]


def place_event_batch(of: EventInputs, one: EventBatch, _: Path) -> str:
    """Note for the run whose each event of a batch is; tells what was noted, in which order."""
    placed = _place(of, one)
    write_whole(placed.select(GIVEN), one.placed)
    return identify_rows(placed.select(GIVEN).with_row_index(PLACE).lazy())


def write_event_piece(of: EventInputs, one: EventBatch, folder: Path) -> None:
    """Write a batch of events, as `KeyedEvents`."""
    rows = _describe_events(of, one)
    one.placed.unlink(missing_ok=True)
    write_piece(EVENTS, name_channels(rows.lazy(), of.channels), folder)


def _describe_events(of: EventInputs, one: EventBatch) -> pl.DataFrame:
    """The events of a batch, whose each is and whether it is a machine's; what else is read goes.

    They are in one chunk: else putting them in order would hold them in several, in one and sorted.
    """
    placed = _recall_placed(of, one)
    scanned = one.batch.scan().select(*TEXTS, *SIGNS, pack_row()).collect(engine="streaming")
    rows = one.batch.number_files(scanned)
    flagged = flag_machines(rows.lazy().select(*SIGNS, ROW), one.signs)
    reasons = flagged.select(KeyedEvents.is_machine, KeyedEvents.machine_reason).collect()
    return rows.drop(SIGNS).hstack(reasons).hstack(placed).rechunk()


def _recall_placed(of: EventInputs, one: EventBatch) -> pl.DataFrame:
    """What was noted of a batch; found anew where its place is kept, or another attempt had it."""
    try:
        return pl.read_ipc(one.placed)
    except FileNotFoundError:
        return _place(of, one).select(GIVEN)


def _place(of: EventInputs, one: EventBatch) -> pl.DataFrame:
    """Whose each event of a batch is, and of which message, in the order of the batch."""
    device = pl.when(pl.col(Events.contact_id).is_null()).then(Events.anonymous_id)
    rows = one.batch.scan().with_columns(device.alias(Events.anonymous_id))
    keyed = (
        name_keys_of_events(find_contacts(rows, of.owners))
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
    own = _scan_places(one.sends).join(keyed.lazy(), on=SENT_KEY, how="semi", build_side=HELD)
    places = materialize(own, SendPlaces)
    placed = place_events(keyed.lazy(), places).collect(engine="in-memory")
    return fill_device_contacts(of.links, placed, Events.occurred_at).collect(engine="in-memory")


def _scan_places(sends: Sequence[Path]) -> Rows[SendPlaces]:
    """Whose the sends of some pieces are, and of which message."""
    return Pieces(SENDS, tuple(sends)).scan_extract(PLACES)


def _find_first_sent(inputs: PeopleInputs) -> Held[FirstSentEvents]:
    if not any(name.endswith(str(Action.SENT)) for name in inputs.catalog.feeds.event_types()):
        return pl.DataFrame(schema=polars_schema(FirstSentEvents))
    keys = inputs.open_keys()
    found = find_first_sent(keys.read_events(EventScope.SEND), keys.read_sends())
    return materialize(found, FirstSentEvents).collect()


def _select_own(first_sent: pl.DataFrame, batch: Batch) -> Held[FirstSentEvents]:
    if first_sent.is_empty():
        return first_sent
    timeless = batch.scan().filter(
        pl.all_horizontal(pl.col(Sends.sent_at, Sends.created_at).is_null())
    )
    own = list_asked_sends(timeless).collect(engine="streaming")
    return first_sent.join(own, on=FirstSentEvents.send_key, how="semi")
