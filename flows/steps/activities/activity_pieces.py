"""Activities in files that are kept: of a batch of files each, in the order of time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from contracts.columns import Held, Table, columns, no_rows
from contracts.facts.people.journey_slices import ActivityDays
from contracts.facts.people.numbered_activities import (
    KeyedEvents,
    KeyedOrders,
    KeyedSends,
    KeyedVisits,
)
from flows.kept.keepers import Keeper
from transforms.activities.activity_extracts import (
    find_last_instants,
    keep_clicks,
    leave_pages,
    sum_days,
)
from transforms.activities.activity_keys import place_sends
from transforms.activities.person_numbers import (
    CONTACT_KEY,
    PERSON_KEY,
    find_person,
    narrow_to_groups,
)
from transforms.people.first_sendings import keep_list_events

ROWS, BY_PERSON = "rows.parquet", "by-person.parquet"
ROWS_A_READ = 32_768
"""How many rows are read at least: few, since a slice of journeys is some rows of each file."""

Extract = Callable[[pl.LazyFrame], pl.LazyFrame]
PLACES, LISTS, LAST, DAYS = "places", "list events", "last instants", "days"
TOUCHING = "touching"


@dataclass(frozen=True)
class PieceKind:
    """A kind of activities.

    Attributes:
        at: The column of its instant.
        subject: The column with the key of what it is about.
        is_step: Whether a row is a step of a journey.
        touching: What of it orders are credited from, where any are.
        has_devices: Whether rows may name a device instead of a contact.
        own: What of it lies beside the rows of each piece, beside what does of all kinds.
    """

    table: type[Table]
    at: str
    subject: str | None
    is_step: pl.Expr
    touching: Extract | None = None
    has_devices: bool = True
    own: Mapping[str, Extract] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """The step that writes pieces."""
        return f"people {self.table.__name__}"

    @property
    def extracts(self) -> Mapping[str, Extract]:
        """What lies beside the rows of each piece."""
        return {
            LAST: partial(find_last_instants, at=self.at),
            DAYS: partial(sum_days, at=self.at, subject=self.subject, is_step=self.is_step),
            **({TOUCHING: self._count_touching} if self.touching is not None else {}),
            **self.own,
        }

    def select_touching(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows that orders are credited from."""
        return rows if self.touching is None else self.touching(rows)

    def _count_touching(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        return self.select_touching(rows).select(pl.len().alias(TOUCHING))


IS_KNOWN = pl.col(CONTACT_KEY).is_not_null()
EVENTS = PieceKind(
    KeyedEvents,
    KeyedEvents.occurred_at,
    KeyedEvents.message_key,
    IS_KNOWN,
    touching=keep_clicks,
    own={LISTS: keep_list_events},
)
SENDS = PieceKind(
    KeyedSends,
    KeyedSends.sent_at,
    KeyedSends.message_key,
    IS_KNOWN & ~pl.col(KeyedSends.is_holdout),
    has_devices=False,
    own={PLACES: place_sends},
)
SESSIONS = PieceKind(
    KeyedVisits, KeyedVisits.started_at, KeyedVisits.link_key, IS_KNOWN, touching=leave_pages
)
ORDERS = PieceKind(KeyedOrders, KeyedOrders.ordered_at, None, IS_KNOWN, touching=pl.LazyFrame.lazy)


@dataclass(frozen=True)
class Pieces:
    """All activities of a kind.

    Attributes:
        folders: Where they lie, a piece each.
        by_person: Where what orders are credited from lies in the order of people, a piece each;
            None where it does not lie so.
    """

    kind: PieceKind
    folders: tuple[Path, ...]
    by_person: tuple[Path, ...] | None = None

    def scan(self, groups: range | None = None, of: int = 1) -> pl.LazyFrame:
        """All of them, or those of some groups of people."""
        rows = self._concat([pl.scan_parquet(folder / ROWS) for folder in self.folders])
        return narrow_to_groups(rows, find_person(has_devices=self.kind.has_devices), groups, of)

    def scan_piece(self, place: int) -> pl.LazyFrame:
        """Those of a piece."""
        return pl.scan_parquet(self.folders[place] / ROWS)

    def scan_touching(self, groups: range | None = None, of: int = 1) -> pl.LazyFrame:
        """What orders are credited from, of all people or some groups.

        Args:
            groups: The groups; None for all. Where it lies in the order of people they are a
                stretch of each piece, else all rows are looked through for them.
        """
        if not self.by_person:
            return self.kind.select_touching(self.scan(groups, of))
        rows = pl.scan_parquet([folder / BY_PERSON for folder in self.by_person])
        return narrow_to_groups(rows, pl.col(PERSON_KEY), groups, of).drop(PERSON_KEY)

    def count_touching(self) -> int:
        """How many there are that orders are credited from."""
        return self.scan_extract(TOUCHING).select(pl.col(TOUCHING).sum()).collect().item()

    def scan_stretches(self, stretches: Iterable[tuple[int, int, int]]) -> pl.LazyFrame:
        """The rows of some stretches: of which piece, from which row on, and how many."""
        return self._concat(
            [
                pl.scan_parquet(self.folders[piece] / ROWS).slice(first, rows)
                for piece, first, rows in stretches
            ]
        )

    def scan_extract(self, name: str) -> pl.LazyFrame:
        """What was extracted from each piece, one below the other."""
        if not self.folders:
            return self.kind.extracts[name](self.scan())
        return pl.concat([pl.scan_ipc(folder / _file(name)) for folder in self.folders])

    def read_days(self) -> list[Held[ActivityDays]]:
        """The days of each piece."""
        return [pl.read_ipc(folder / _file(DAYS)) for folder in self.folders]

    def part(self, place: int) -> tuple["Pieces", "Pieces"]:
        """Those before a place among the pieces, and the others."""
        before, after = self.folders[:place], self.folders[place:]
        return Pieces(self.kind, before), Pieces(self.kind, after)

    def count(self) -> int:
        """How many there are."""
        return self.scan_extract(DAYS).select(pl.col(ActivityDays.rows).sum()).collect().item()

    def _concat(self, rows: list[pl.LazyFrame]) -> pl.LazyFrame:
        return pl.concat(rows) if rows else no_rows(self.kind.table)


def _file(extract: str) -> str:
    return f"{extract}.arrow"


def write_piece(kind: PieceKind, rows: pl.LazyFrame, folder: Path) -> None:
    """Write a batch of activities.

    Args:
        rows: They, in any order that follows from what decides them.
    """
    ordered = _sort(rows.select(columns(kind.table)).collect(), kind)
    for name, extract in kind.extracts.items():
        extract(ordered.lazy()).collect().write_ipc(folder / _file(name), compression="lz4")
    _write_small(ordered, folder / ROWS, has_statistics=False)


def lay_by_person(pieces: Pieces, keeper: Keeper) -> Pieces:
    """Have what orders are credited from in the order of people, too, piece by piece."""
    step = f"{pieces.kind.step} by person"
    inputs = [[folder.name] for folder in pieces.folders]
    kept = keeper.each(step, inputs, write_by_person, pieces.kind, pieces.folders)
    return replace(pieces, by_person=tuple(folder.open() for folder in kept))


def write_by_person(kind: PieceKind, piece: Path, folder: Path) -> None:
    """Write what orders are credited from in a piece, in the order of people."""
    touching = kind.select_touching(pl.scan_parquet(piece / ROWS))
    rows = touching.with_columns(find_person()).collect().rechunk()
    _write_small(rows.sort(PERSON_KEY), folder / BY_PERSON, has_statistics=True)


def _write_small(rows: pl.DataFrame, path: Path, *, has_statistics: bool) -> None:
    """Write rows that stay for years: they take two thirds of what lz4 makes of them."""
    rows.write_parquet(
        path,
        compression="zstd",
        compression_level=1,
        statistics=has_statistics,
        row_group_size=ROWS_A_READ,
    )


def _sort(rows: pl.DataFrame, kind: PieceKind) -> pl.DataFrame:
    """Rows in the order of time; those without one come first, by what they are about."""
    rows = rows.rechunk()
    rows = rows.sort(kind.at, maintain_order=True)
    undated = rows.get_column(kind.at).null_count()
    if kind.subject is None or not undated:
        return rows
    first = rows.head(undated).sort(kind.subject, maintain_order=True)
    return pl.concat([first, rows.slice(undated)])
