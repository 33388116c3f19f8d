"""Batches of rows with the people whose they are."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from contracts.facts.numbered_activities import PersonPlaces
from flows.catalog.file_batches import MOST_ROWS, Batch
from flows.kept.identities import identify_rows
from flows.kept.keepers import Keeper
from transforms.people.linked_rows import fill_in_order
from transforms.people.person_numbers import DEVICE

ROWS_TOGETHER = 2 * MOST_ROWS
"""About how many rows of several batches find their sends and people at a time."""
PLACE = "place"


@dataclass(frozen=True)
class Placing:
    """By what the people of rows are found, and where these are written.

    Attributes:
        links: `IdentityLinks` with the key of their contact.
        keeper: Has activities written that are not there yet.
    """

    links: pl.DataFrame
    keeper: Keeper

    def place_linked(self, rows: pl.DataFrame, at: str) -> pl.LazyFrame:
        """Give rows of a device without a contact the one whose it was then.

        Args:
            rows: Any with organization, device, and the key of their contact.
            at: The column of their instant.
        """
        is_open = pl.col(PersonPlaces.contact_key).is_null() & pl.col(DEVICE).is_not_null()
        if not (self.links.height and rows.select(is_open.any()).item()):
            return rows.lazy()
        return fill_in_order(rows.lazy(), self.links.lazy(), at, PersonPlaces.contact_key)


def place_batches(
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


def identify_in_order(rows: pl.DataFrame) -> str:
    """The hash of rows and of their order."""
    return identify_rows(rows.with_row_index(PLACE).lazy())
