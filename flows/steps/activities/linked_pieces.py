"""Activities of people, those of devices by whose each device was, in files that are kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.people.numbered_activities import DeviceSpans, KeyedEvents
from contracts.reports.journeys import IdentityLinks
from flows.kept.identities import identify_each
from flows.kept.keepers import Keeper
from flows.steps.activities.activity_pieces import PieceKind, Pieces
from transforms.activities.linked_rows import clip_links, fill_contacts
from transforms.activities.person_numbers import DEVICE, DEVICE_KEY, key_device

BATCH = "batch"


@dataclass(frozen=True)
class LinkedPieces:
    """By what the contacts of activities are found, and where these are written.

    Attributes:
        links: With the keys of their device and contact (`fill_device_contacts`).
        scratch: A folder that every worker sees, for what lasts as long as the run.
    """

    links: Held[IdentityLinks]
    keeper: Keeper
    scratch: Path

    def keep_pieces(
        self,
        kind: PieceKind,
        inputs: Sequence[Sequence[object]],
        task: Callable[[Any, Any, Path], None],
        shared: object,
        items: Sequence[object],
    ) -> Pieces:
        """Have batches of activities in folders, each written by a task.

        Args:
            inputs: All that decides the rows of each batch.
            task: Writes a batch: of what is shared, of an item and of a folder.
        """
        kept = self.keeper.each(kind.step, inputs, task, shared, items)
        return Pieces(kind, tuple(folder.open() for folder in kept))

    def identify_links(self, batches: Sequence[Rows[DeviceSpans]]) -> list[str]:
        """What the links say of the devices of batches: it decides `fill_device_contacts`.

        Args:
            batches: Of rows without a contact, a frame each.
        """
        if not (self.links.height and batches):
            return ["" for _ in batches]
        numbered = [
            devices.with_columns(pl.lit(number, pl.UInt32).alias(BATCH))
            for number, devices in enumerate(batches)
        ]
        found = identify_each(clip_links(self.links.lazy(), pl.concat(numbered)), BATCH)
        return [found.get(number, "") for number in range(len(batches))]


def fill_device_contacts(links: Held[IdentityLinks], rows: pl.DataFrame, at: str) -> pl.LazyFrame:
    """Give rows of a device without a contact the one whose it was then.

    Args:
        links: With the keys of their device and contact.
        rows: Any with organization, device, and the key of their contact.
        at: The column of their instant.
    """
    is_open = pl.col(KeyedEvents.contact_key).is_null() & pl.col(DEVICE).is_not_null()
    devices = rows.lazy().filter(is_open).select(key_device().alias(DEVICE_KEY)).unique()
    own = links.lazy().join(devices, on=DEVICE_KEY, how="semi").collect()
    if own.is_empty():
        return rows.lazy()
    return fill_contacts(rows.lazy(), own.lazy(), at, KeyedEvents.contact_key)
