"""Activities in files that are kept: of a batch of files each, in the order of their people."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from contracts.columns import Table, columns, polars_schema
from contracts.facts.numbered_activities import KeyedEvents, KeyedSends
from flows.kept.identities import identify
from flows.kept.keepers import Keeper
from transforms.people.activity_extracts import find_last_instants, keep_clicks
from transforms.people.person_numbers import find_slices, sort_by_person

ROWS = "rows.parquet"
ROWS_A_READ = 4_096
"""How many rows are read at least: few, since each range of people is some rows of each file."""

Extract = Callable[[pl.LazyFrame], pl.LazyFrame]
CLICKS, LAST = "clicks", "last instants"
OF_EVENTS: Mapping[str, Extract] = {
    CLICKS: keep_clicks,
    LAST: partial(find_last_instants, at=KeyedEvents.occurred_at),
}
OF_SENDS: Mapping[str, Extract] = {LAST: partial(find_last_instants, at=KeyedSends.sent_at)}
"""What of events and of sends lies beside them."""


@dataclass(frozen=True)
class Piece:
    """Activities of a batch of files.

    Attributes:
        path: The rows, in the order of people.
        identity: What the rows are.
        slices: Range of contacts -> the first row and the number of rows of each stretch.
    """

    path: Path
    identity: str
    slices: Mapping[int, list[tuple[int, int]]]


@dataclass(frozen=True)
class Pieces:
    """All activities of a kind.

    Attributes:
        table: What a row is.
        pieces: Where they lie.
        extracts: What lies beside the rows of each, by name.
    """

    table: type[Table]
    pieces: tuple[Piece, ...]
    extracts: Mapping[str, Extract] = field(default_factory=dict)

    def scan(self, group: int | None = None) -> pl.LazyFrame:
        """All of them, or those in a range of contacts."""
        if group is None:
            found = [pl.scan_parquet(piece.path) for piece in self.pieces]
        else:
            found = [
                pl.scan_parquet(piece.path).slice(first, rows)
                for piece in self.pieces
                for first, rows in piece.slices.get(group, ())
            ]
        return pl.concat(found) if found else pl.LazyFrame(schema=polars_schema(self.table))

    def scan_extract(self, name: str) -> pl.LazyFrame:
        """What was extracted from each piece, one below the other."""
        if not self.pieces:
            return self.extracts[name](self.scan())
        return pl.concat([pl.scan_ipc(piece.path.with_name(_file(name))) for piece in self.pieces])

    def identify(self, group: int) -> str:
        """What the activities in a range of contacts are."""
        own = [
            (piece.identity, piece.slices[group]) for piece in self.pieces if group in piece.slices
        ]
        return identify(own)


def _file(extract: str) -> str:
    """The file of an extract."""
    return f"{extract}.arrow"


def keep_piece(
    keeper: Keeper,
    table: type[Table],
    inputs: Iterable[object],
    placed: pl.DataFrame,
    read: Callable[[], pl.LazyFrame],
    extracts: Mapping[str, Extract],
) -> Piece:
    """Have a batch of activities in a file.

    Args:
        keeper: Has it written where it is not there yet.
        table: What a row is.
        inputs: All that decides the rows.
        placed: `PersonPlaces` of the batch.
        read: Gives its rows with their `contact_no` and `device_key`, in any order.
        extracts: What few rows of it are looked for often, by name: they lie in files of their own.
    """

    def write(folder: Path) -> str:
        rows = sort_by_person(read()).select(columns(table)).collect()
        for name, extract in extracts.items():
            extract(rows.lazy()).collect().write_ipc(folder / _file(name), compression="lz4")
        rows.write_parquet(
            folder / ROWS,
            compression="lz4",
            statistics=False,
            row_group_size=ROWS_A_READ,
        )
        return identify(table.__name__, inputs)

    kept = keeper.folder(f"people {table.__name__}", inputs, write)
    return Piece(kept.open() / ROWS, kept.identity, find_slices(placed))
