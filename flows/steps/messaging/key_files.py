"""The key columns of a run's sends and events, read from their files by group of buckets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Self

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import polars_schema
from contracts.facts.send_keys import FeedEvents, FeedSends
from contracts.feeds import FEEDS
from flows.catalog.canonical_tables import Catalog
from flows.folders import list_matching
from flows.ingest.send_key_files import WHOLE, scope_folder
from transforms.common.keys import BUCKETS
from transforms.messaging.send_keys import EventScope, recode_types

ROWS_A_GROUP = 1_250_000
"""How many rows are worked on at a time: so few that their hash tables stay in the cache."""
SENDS = polars_schema(FeedSends)
EVENTS = polars_schema(FeedEvents)
ROW = FeedSends.row_number
PATH = "path"


@dataclass(frozen=True)
class KeyFile:
    """The key columns of one file's sends or events.

    Attributes:
        folder: Where they lie.
        table: `sends` or `events`.
        feed: The place of its feed in the configuration.
        order: Its place among the files read.
        rows: How many rows it has, those that do not count among them.
        identity: What reading the file gave.
        scopes: Of events: what names their sends.
        own_channels: The channels that event types may name, in the order of their codes.
        counts: Of its rows, the numbers of those that count, or do not; None where all count.
        is_chosen: Whether `counts` are the numbers of those that count.
    """

    folder: Path
    table: str
    feed: int
    order: int
    rows: int
    identity: str
    scopes: tuple[str, ...] = ()
    own_channels: tuple[str, ...] = ()
    counts: pl.Series | None = None
    is_chosen: bool = False

    @property
    def ledger(self) -> Path:
        """The folder with one folder per file read."""
        return self.folder.parents[1]

    def leave_uncounted(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The file's rows that count."""
        if self.counts is None:
            return rows
        is_listed = pl.col(ROW).is_in(self.counts.implode())
        return rows.filter(is_listed if self.is_chosen else ~is_listed)


def list_key_files(catalog: Catalog, *tables: str) -> list[KeyFile]:
    """The files that give sends or events.

    Args:
        catalog: What was read.
        tables: More tables whose files are listed.
    """
    return list_row_files(catalog, "sends", "events", *tables)


def list_row_files(catalog: Catalog, *tables: str) -> list[KeyFile]:
    """The files that give rows of some tables.

    Args:
        catalog: What was read.
        tables: The tables.
    """
    return [
        KeyFile(
            catalog.folder(file, table),
            table,
            file.raw.feed.place,
            file.order,
            got.valid,
            file.identity,
            tuple(got.scopes),
            tuple(got.own_channels),
            None if discarded.is_empty() else discarded,
        )
        for table in tables
        for file in catalog.feeding(table)
        if (got := file.of_table(table))
        for discarded in [catalog.status.list_discarded(file, table)]
    ]


def scan_rows(files: Iterable[KeyFile], table: str) -> pl.LazyFrame:
    """The canonical rows of a table that count in some files."""
    rows = [
        file.leave_uncounted(pl.scan_parquet(list_matching(file.folder, "part-*.parquet")))
        for file in files
    ]
    schema = polars_schema(FEEDS[table])
    return pl.concat([pl.LazyFrame(schema=schema), *(one.select(schema.names()) for one in rows)])


@dataclass(frozen=True)
class KeyFiles:
    """The key columns of sends and events.

    Attributes:
        files: The files that give them.
        channels: The run's channels.
        groups: How many groups of buckets there are.
    """

    files: tuple[KeyFile, ...]
    channels: RunChannels
    groups: int = 1

    @classmethod
    def whole(cls, catalog: Catalog, channels: RunChannels) -> Self:
        """All that was read, in one group."""
        return cls(tuple(list_key_files(catalog)), channels)

    @classmethod
    def of(cls, catalog: Catalog, channels: RunChannels, most_rows: int) -> Self:
        """Choose as many groups as keep one of them small.

        Args:
            catalog: What was read.
            channels: The run's channels.
            most_rows: How many rows of a group memory allows; where a bucket has more, each is cut
                into several groups.
        """
        files = list_key_files(catalog)
        rows = cls(tuple(files), channels).rows
        cuts = rows // (BUCKETS * most_rows) + 1
        groups = BUCKETS * cuts if cuts > 1 else min(BUCKETS, rows // ROWS_A_GROUP + 1)
        return cls(tuple(files), channels, groups)

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

    def read_sends(self, group: int | None = None) -> pl.LazyFrame:
        """`FeedSends` in a group of buckets, or in all of them."""
        parts = list(self._read("sends", EventScope.SEND, group))
        return pl.concat(parts).select(SENDS.names()) if parts else pl.LazyFrame(schema=SENDS)

    def read_events(self, scope: EventScope, group: int | None = None) -> pl.LazyFrame:
        """`FeedEvents` of a scope in a group of buckets, or in all of them."""
        parts = list(self._read("events", scope, group))
        return pl.concat(parts).select(EVENTS.names()) if parts else pl.LazyFrame(schema=EVENTS)

    def list_of(self, table: str, scope: EventScope) -> list[KeyFile]:
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
            rows.join(keys.lazy(), on=FeedSends.send_key, how="semi").select(pl.col(PATH).unique())
            for table in ("sends", "events")
            for rows in self._scan(self.list_of(table, EventScope.SEND), EventScope.SEND, None)
        ]
        paths = pl.collect_all(found, engine="streaming")
        folders = {Path(path).parents[1] for one in paths for path in one.to_series()}
        return replace(self, files=tuple(file for file in self.files if file.folder in folders))

    @staticmethod
    def name_run(file: KeyFile) -> object:
        """What neighbouring files must share to be read together.

        Files that are read together cost less than each for itself, by far where they are small.
        """
        return file.feed, file.own_channels, None if file.counts is None else file.order

    @staticmethod
    def add_feed(rows: pl.LazyFrame, file: KeyFile) -> pl.LazyFrame:
        """Give rows of a file the place of its feed in the configuration."""
        return rows.with_columns(pl.lit(file.feed, pl.UInt16).alias(FeedSends.feed))

    def _read(self, table: str, scope: EventScope, group: int | None) -> Iterator[pl.LazyFrame]:
        own = self.list_of(table, scope)
        for _, files in groupby(own, key=self.name_run):
            run = list(files)
            for scanned in self._scan(run, scope, group):
                rows = self.add_feed(run[0].leave_uncounted(scanned), run[0])
                own_channels = run[0].own_channels if table == "events" else ()
                yield recode_types(rows, own_channels, self.channels.codes)

    def _scan(
        self, files: Iterable[KeyFile], scope: EventScope, group: int | None
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
