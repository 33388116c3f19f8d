"""What each batch of events asks of what lies outside it, kept beside it.

By this a night knows which batches can be decided otherwise than before, and looks at no other's
rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, polars_schema
from contracts.facts.messaging.send_keys import AddressOwners
from contracts.facts.people.numbered_activities import Clicks, Deliveries, DeviceSpans, SendPlaces
from contracts.feeds import Events
from contracts.vocabulary import Action
from flows.catalog.file_batches import Batch, pack_row
from flows.kept.keepers import Folder
from flows.steps.activities.people_inputs import PeopleInputs
from transforms.activities.activity_keys import add_unit_key, list_asked_sends, name_contacts
from transforms.activities.linked_rows import span_devices
from transforms.messaging.hasty_clicks import is_type_of, select_clicks, select_deliveries

SENDS, DEVICES, CLICKS, DELIVERIES = "sends", "devices", "clicks", "deliveries"


@dataclass(frozen=True)
class Questions:
    """What a batch of events asks."""

    batch: Batch
    kept: Folder

    @property
    def identity(self) -> str:
        """What is asked."""
        return self.kept.identity

    @property
    def sends(self) -> pl.LazyFrame:
        """The sends that events name, each once: their `send_key`."""
        return self._scan(SENDS)

    @property
    def devices(self) -> Rows[DeviceSpans]:
        """The devices of events that name no contact."""
        return self._scan(DEVICES)

    @property
    def clicks(self) -> Rows[Clicks]:
        """Clicks, their files numbered within the batch."""
        return self._scan(CLICKS)

    @property
    def deliveries(self) -> Rows[Deliveries]:
        """What events tell of deliveries."""
        return self._scan(DELIVERIES)

    def _scan(self, name: str) -> pl.LazyFrame:
        return pl.scan_ipc(self.kept.open() / _file(name))


def keep_questions(inputs: PeopleInputs, batches: Sequence[Batch]) -> list[Questions]:
    """Have the questions of batches of events written, each once."""
    decided = [[batch.identity, inputs.identify_owners(batch)] for batch in batches]
    kept = inputs.keeper.each(
        "questions of events", decided, write_questions, inputs.names.owners, batches
    )
    return [Questions(batch, folder) for batch, folder in zip(batches, kept, strict=True)]


def write_questions(owners: Held[AddressOwners], batch: Batch, folder: Path) -> None:
    """Write what a batch of events asks."""
    rows = batch.scan()
    told = rows.filter(is_type_of(Action.CLICKED) | is_type_of(Action.DELIVERED))
    named = name_contacts(told.with_columns(pack_row()), owners).pipe(add_unit_key)
    nameless = rows.filter(pl.col(Events.contact_id).is_null())
    found = {
        SENDS: (list_asked_sends(rows), pl.Schema({SendPlaces.send_key: pl.UInt64()})),
        DEVICES: (span_devices(nameless, Events.occurred_at), polars_schema(DeviceSpans)),
        CLICKS: (select_clicks(named), polars_schema(Clicks)),
        DELIVERIES: (select_deliveries(named), polars_schema(Deliveries)),
    }
    frames = pl.collect_all(
        [frame.select(schema.names()) for frame, schema in found.values()], engine="streaming"
    )
    for name, frame in zip(found, frames, strict=True):
        whole = batch.number_files(frame) if name == CLICKS else frame
        whole.write_ipc(folder / _file(name), compression="lz4")


def _file(name: str) -> str:
    return f"{name}.arrow"
