"""The key columns of a run's sends and events, read from their files by group of buckets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Self

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import Held, Rows, polars_schema
from contracts.facts.messaging.send_keys import FeedEvents, FeedSends
from flows.catalog.canonical_tables import Catalog
from flows.catalog.row_files import RowFile, list_row_files
from flows.folders import list_matching
from flows.ingest.send_key_files import WHOLE, scope_folder
from transforms.common.joins import HELD
from transforms.common.keys import BUCKETS
from transforms.messaging.messages.implied_messages import name_claimed
from transforms.messaging.send_keys import EventScope, recode_types

ROWS_A_GROUP = 2_000_000
"""How many rows are worked on at a time: of half as many, whose hash tables stay in the cache, the
groups cost more than that saves."""
SENDS = polars_schema(FeedSends)
EVENTS = polars_schema(FeedEvents)
PATH = "path"


def list_key_files(catalog: Catalog, *tables: str) -> list[RowFile]:
    """The files that give sends or events."""
    return list_row_files(catalog, "sends", "events", *tables)


@dataclass(frozen=True)
class KeyFiles:
    """The key columns of sends and events.

    Attributes:
        claimed: The messages whose sends may name their campaign alone (`list_claimed`).
    """

    files: tuple[RowFile, ...]
    channels: RunChannels
    claimed: pl.DataFrame
    groups: int = 1

    @classmethod
    def whole(cls, catalog: Catalog, channels: RunChannels, claimed: pl.DataFrame) -> Self:
        """All that was read, in one group."""
        return cls(tuple(list_key_files(catalog)), channels, claimed)

    @classmethod
    def of(
        cls, catalog: Catalog, channels: RunChannels, claimed: pl.DataFrame, most_rows: int
    ) -> Self:
        """Choose as many groups as keep one of them small.

        Args:
            most_rows: How many rows of a group memory allows; where a bucket has more, each is cut
                into several groups. Where there are no rows, there is no group.
        """
        whole = cls.whole(catalog, channels, claimed)
        cuts = whole.rows // (BUCKETS * most_rows) + 1
        groups = min(BUCKETS, whole.rows // min(ROWS_A_GROUP, most_rows) + 1) if whole.rows else 0
        return replace(whole, groups=BUCKETS * cuts if cuts > 1 else groups)

    @property
    def rows(self) -> int:
        """How many rows they have at most."""
        return sum(file.rows for file in self.files)

    def has(self, scope: EventScope) -> bool:
        """Whether any event is of the scope."""
        return any(scope in file.scopes for file in self.files)

    @property
    def has_sends(self) -> bool:
        """Whether there is any send."""
        return any(file.table == "sends" for file in self.files)

    def read_sends(self, group: int | None = None) -> Rows[FeedSends]:
        """The sends in a group of buckets, or in all of them."""
        parts = list(self._read("sends", EventScope.SEND, group))
        if not parts:
            return pl.LazyFrame(schema=SENDS)
        return name_claimed(pl.concat(parts).select(SENDS.names()), self.claimed)

    def read_events(self, scope: EventScope, group: int | None = None) -> Rows[FeedEvents]:
        """The events of a scope in a group of buckets, or in all of them."""
        parts = list(self._read("events", scope, group))
        return pl.concat(parts).select(EVENTS.names()) if parts else pl.LazyFrame(schema=EVENTS)

    def list_of(self, table: str, scope: EventScope) -> list[RowFile]:
        """The files that give sends, or events of a scope."""
        return [
            file
            for file in self.files
            if file.table == table and (table == "sends" or scope in file.scopes)
        ]

    def find_sends(self, keys: pl.DataFrame) -> Self:
        """The files alone that have sends, or events of them, of some keys (`send_key`).

        To look at keys alone costs a tenth of reading whole rows, and most files have none.
        """
        found = [
            rows.join(keys.lazy(), on=FeedSends.send_key, how="semi", build_side=HELD).select(
                pl.col(PATH).unique()
            )
            for table in ("sends", "events")
            for rows in self._scan(self.list_of(table, EventScope.SEND), EventScope.SEND, None)
        ]
        paths = pl.collect_all(found, engine="streaming")
        folders = {Path(path).parents[1] for one in paths for path in one.to_series()}
        return replace(self, files=tuple(file for file in self.files if file.folder in folders))

    @staticmethod
    def tell_apart(file: RowFile) -> object:
        """What neighbouring files must share to be read together.

        Files that are read together cost less than each for itself, by far where they are small.
        """
        return file.feed, file.own_channels, None if file.listed is None else file.order

    @staticmethod
    def add_feed(rows: pl.LazyFrame, file: RowFile) -> pl.LazyFrame:
        """Give rows of a file the place of its feed in the configuration."""
        return rows.with_columns(pl.lit(file.feed, pl.UInt16).alias(FeedSends.feed))

    def _read(self, table: str, scope: EventScope, group: int | None) -> Iterator[pl.LazyFrame]:
        own = self.list_of(table, scope)
        for _, files in groupby(own, key=self.tell_apart):
            run = list(files)
            for scanned in self._scan(run, scope, group):
                rows = self.add_feed(run[0].leave_uncounted(scanned), run[0])
                own_channels = run[0].own_channels if table == "events" else ()
                yield recode_types(rows, own_channels, self.channels.codes)

    def _scan(
        self, files: Iterable[RowFile], scope: EventScope, group: int | None
    ) -> Iterator[pl.LazyFrame]:
        wholes, parts = [], []
        for file in files:
            folder = scope_folder(file.folder, scope)
            whole = folder / f"{WHOLE}.arrow"
            if whole.exists():
                wholes.append(whole)
            else:
                parts += self._find_parts(folder, group)
        if wholes:
            rows = pl.scan_ipc(wholes, include_file_paths=PATH)
            is_all = group is None or self.groups == 1
            yield rows if is_all else rows.filter(self.in_group(FeedSends.send_key, group or 0))
        if parts:
            rows = pl.scan_ipc(parts, include_file_paths=PATH)
            is_cut = group is not None and self.groups > BUCKETS
            yield rows.filter(self.in_group(FeedSends.send_key, group or 0)) if is_cut else rows

    def _find_parts(self, folder: Path, group: int | None) -> list[Path]:
        return [
            part
            for part in list_matching(folder, "*.arrow")
            if group is None or int(part.name[:2]) % self.groups == group % BUCKETS
        ]

    def in_group(self, key: str, group: int) -> pl.Expr:
        """Whether a key's bucket is in the group, or the key in the group's part of its bucket."""
        place = pl.col(key) if self.groups > BUCKETS else pl.col(key) % BUCKETS
        return place % self.groups == group


@dataclass(frozen=True)
class HeldKeys:
    """Key columns in memory, of one group.

    Attributes:
        events: By scope.
    """

    sends: Held[FeedSends]
    events: dict[EventScope, Held[FeedEvents]]
    groups: int = 1

    @property
    def has_sends(self) -> bool:
        """Whether there is any send."""
        return self.sends.height > 0

    @property
    def rows(self) -> int:
        """How many rows are held."""
        return self.sends.height + sum(rows.height for rows in self.events.values())

    def has(self, scope: EventScope) -> bool:
        """Whether any event is of the scope."""
        return self.events[scope].height > 0

    def read_sends(self, group: int | None = None) -> Rows[FeedSends]:  # noqa: ARG002 - there is one
        """The sends."""
        return self.sends.lazy()

    def read_events(
        self,
        scope: EventScope,
        group: int | None = None,  # noqa: ARG002 - there is one
    ) -> Rows[FeedEvents]:
        """The events of a scope."""
        return self.events[scope].lazy()

    def in_group(self, key: str, group: int) -> pl.Expr:  # noqa: ARG002 - there is one
        """All rows are."""
        return pl.lit(value=True)

    def beside(self, other: "HeldKeys") -> "HeldKeys":
        """These rows, and others."""
        events = {
            scope: pl.concat([rows, other.events[scope]]) for scope, rows in self.events.items()
        }
        return HeldKeys(pl.concat([self.sends, other.sends]), events)
