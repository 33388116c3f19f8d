"""The key columns of a run's sends and events, read from their files by group of buckets."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import polars_schema
from contracts.facts.send_keys import FeedEvents, FeedSends
from flows.catalog.canonical_tables import Catalog, ReadFile
from flows.ingest.send_key_files import WHOLE, scope_folder
from transforms.common.keys import BUCKETS
from transforms.messaging.send_keys import EventScope, recode_types

ROWS_A_GROUP = 1_250_000
"""How many rows are worked on at a time: so few that their hash tables stay in the cache."""
SENDS = polars_schema(FeedSends)
EVENTS = polars_schema(FeedEvents)


@dataclass(frozen=True)
class KeyFiles:
    """The key columns of a run's sends and events.

    Attributes:
        catalog: What was read.
        channels: The run's channels.
        groups: How many groups of buckets there are.
    """

    catalog: Catalog
    channels: RunChannels
    groups: int

    @classmethod
    def of(cls, catalog: Catalog, channels: RunChannels, most_rows: int) -> "KeyFiles":
        """Choose as many groups as keep one of them small.

        Args:
            catalog: What was read.
            channels: The run's channels.
            most_rows: How many rows of a group memory allows; where a bucket has more, each is cut
                into several groups.
        """
        rows = sum(
            got.valid
            for table in ("sends", "events")
            for file in catalog.feeding(table)
            if (got := file.of_table(table))
        )
        cuts = rows // (BUCKETS * most_rows) + 1
        groups = BUCKETS * cuts if cuts > 1 else min(BUCKETS, rows // ROWS_A_GROUP + 1)
        return cls(catalog, channels, groups)

    def has(self, scope: EventScope) -> bool:
        """Whether any event is of the scope."""
        return any(
            scope in got.scopes
            for file in self.catalog.feeding("events")
            if (got := file.of_table("events"))
        )

    def read_sends(self, group: int | None = None) -> pl.LazyFrame:
        """`FeedSends` in a group of buckets, or in all of them."""
        parts = [
            self.add_feed(self.catalog.leave_discarded(rows, file, "sends"), file)
            for file in self.catalog.feeding("sends")
            for rows in self._scan(file, "sends", EventScope.SEND, group)
        ]
        return pl.concat(parts).select(SENDS.names()) if parts else pl.LazyFrame(schema=SENDS)

    def read_events(self, scope: EventScope, group: int | None = None) -> pl.LazyFrame:
        """`FeedEvents` of a scope in a group of buckets, or in all of them."""
        parts = [
            recode_types(
                self.add_feed(self.catalog.leave_discarded(rows, file, "events"), file),
                got.own_channels,
                self.channels.codes,
            )
            for file in self.catalog.feeding("events")
            if (got := file.of_table("events"))
            for rows in self._scan(file, "events", scope, group)
        ]
        return pl.concat(parts).select(EVENTS.names()) if parts else pl.LazyFrame(schema=EVENTS)

    @staticmethod
    def add_feed(rows: pl.LazyFrame, file: ReadFile) -> pl.LazyFrame:
        """Give rows of a file the place of its feed in the configuration."""
        return rows.with_columns(pl.lit(file.raw.feed.place, pl.UInt16).alias(FeedSends.feed))

    def _scan(
        self, file: ReadFile, table: str, scope: EventScope, group: int | None
    ) -> Iterator[pl.LazyFrame]:
        folder = scope_folder(self.catalog.folder(file, table), scope)
        whole = folder / f"{WHOLE}.arrow"
        if whole.exists():
            rows = pl.scan_ipc(whole)
            is_all = group is None or self.groups == 1
            yield rows if is_all else rows.filter(self.in_group(FeedSends.send_key, group or 0))
        elif found := self._find_parts(folder, group):
            rows = pl.scan_ipc(found)
            is_cut = group is not None and self.groups > BUCKETS
            yield rows.filter(self.in_group(FeedSends.send_key, group)) if is_cut else rows

    def _find_parts(self, folder: Path, group: int | None) -> list[Path]:
        return [
            part
            for part in sorted(folder.glob("*.arrow"))
            if group is None or int(part.name[:2]) % self.groups == group % BUCKETS
        ]

    def in_group(self, key: str, group: int) -> pl.Expr:
        """Whether a key's bucket is in the group, or the key in the group's part of its bucket."""
        place = pl.col(key) if self.groups > BUCKETS else pl.col(key) % BUCKETS
        return place % self.groups == group
