"""The canonical tables of a run: the rows of the files read that count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

import polars as pl

from contracts.columns import columns, no_rows
from contracts.feeds import FEEDS
from flows.catalog.feed_contents import FeedContents
from flows.catalog.read_files import ReadFile, scan_together
from flows.catalog.row_status import RowStatus
from flows.kept.identities import identify
from transforms.ingest.deduplication import FILE, ROW_NUMBER


@dataclass(frozen=True)
class Catalog:
    """What a run reads its tables from.

    Attributes:
        files: Every file that was read, in the order of their paths.
        feeds: The feeds, and what their files were seen to hold.
        status: Which rows of the files do not count.
        tables: The tables that may be asked for; any other is an error.
    """

    files: tuple[ReadFile, ...]
    feeds: FeedContents
    status: RowStatus
    tables: frozenset[str] = frozenset(FEEDS)
    _identified: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """What `identify` found, for all parts of one catalog."""

    def only(self, *tables: str) -> "Catalog":
        """The part of the catalog that a step may read, which therefore decides its result.

        Args:
            tables: The tables; asking the part for another raises KeyError.
        """
        for table in tables:
            self._require(table)
        feeds = self.feeds.only(tables)
        return Catalog(feeds.files, feeds, self.status, feeds.tables, self._identified)

    @cached_property
    def identity(self) -> str:
        """What the tables hold, and what is configured of all feeds; no path of a file."""
        feeds = [
            (feed.place, feed.name, feed.signature, feed.conversions, feed.section.conversions)
            for feed in self.feeds
        ]
        return identify(feeds, {table: self.identify(table) for table in sorted(self.tables)})

    def identify(self, table: str) -> str:
        """What the rows of a table are: of which files, in their order, less those discarded."""
        if table not in self._identified:
            discarded = self.status.identify(table)
            self._identified[table] = identify(
                *(
                    (file.identity, file.raw.feed.place, discarded.get(file.order, ""))
                    for file in self.files
                    if file.of_table(table) and not file.is_copy
                )
            )
        return self._identified[table]

    def feeding(self, table: str) -> list[ReadFile]:
        """The files whose rows of the table may count."""
        self._require(table)
        return [file for file in self.files if file.count_valid(table)]

    def _require(self, table: str) -> None:
        if table not in self.tables:
            raise KeyError(table)

    def has_rows(self, *tables: str) -> bool:
        """Whether any file gives a row of one of the tables."""
        return any(self.feeding(table) for table in tables)

    def count(self, table: str) -> int:
        """How many rows the canonical table has: the accepted ones."""
        return sum(
            file.count_valid(table) - self.status.list_discarded(file, table).len()
            for file in self.feeding(table)
        )

    def folder(self, file: ReadFile, table: str) -> Path:
        """Where a file's parts of a table lie."""
        self._require(table)
        return file.folder / table

    def scan(self, table: str) -> pl.LazyFrame:
        """The canonical table: one row per key, the latest version of each."""
        return self._scan(table)

    def scan_file(self, file: ReadFile, table: str) -> pl.LazyFrame:
        """A file's rows of a table that count, with their `row_number`."""
        return self.leave_discarded(pl.scan_parquet(file.list_parts(table)), file, table)

    def group_files(self, table: str) -> Iterator[list[ReadFile]]:
        """The files that feed a table, in order: such of one feed whose rows all count together.

        Files that are read together cost less than each for itself, by far where they are small.
        """
        discarded = self.status.list_files(table)

        def tell_apart(file: ReadFile) -> tuple[int, int | None]:
            return file.raw.feed.place, file.order if file.order in discarded else None

        for _, files in groupby(self.feeding(table), key=tell_apart):
            yield list(files)

    def scan_group(self, files: list[ReadFile], table: str) -> pl.LazyFrame:
        """The rows of files read together that count, with their `file` and `row_number`."""
        rows = scan_together(files, table)
        return self.leave_discarded(rows, files[0], table) if len(files) == 1 else rows

    def scan_numbered(self, table: str) -> pl.LazyFrame:
        """The canonical table with each row's `file` and `row_number`."""
        return self._scan(table, ROW_NUMBER, FILE)

    def _scan(self, table: str, *places: str) -> pl.LazyFrame:
        contract = FEEDS[table]
        parts = [self.scan_group(files, table) for files in self.group_files(table)]
        if not parts:
            return no_rows(contract).with_columns(pl.lit(None, pl.UInt32).alias(n) for n in places)
        return pl.concat(parts).select(*columns(contract), *places)

    def leave_discarded(self, rows: pl.LazyFrame, file: ReadFile, table: str) -> pl.LazyFrame:
        """A file's rows that count; the rows bear their `row_number`."""
        self._require(table)
        discarded = self.status.list_discarded(file, table)
        if discarded.is_empty():
            return rows
        return rows.filter(~pl.col(ROW_NUMBER).is_in(discarded.implode()))
