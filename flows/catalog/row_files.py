"""The files that give rows of a table, each with its rows that count."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import FEEDS
from flows.catalog.canonical_tables import Catalog
from flows.folders import list_matching
from transforms.ingest.deduplication import ROW_NUMBER


@dataclass(frozen=True)
class RowFile:
    """One file's rows of a table.

    Attributes:
        feed: The place of its feed in the configuration.
        order: Its place among the files read.
        rows: How many rows it has, those that do not count among them.
        identity: What reading the file gave.
        scopes: Of events: what names their sends.
        own_channels: The channels that event types may name, in the order of their codes.
        listed: The numbers of those of its rows that do not count; None where all count.
        is_chosen: Whether the rows that are listed are instead all that count.
    """

    folder: Path
    table: str
    feed: int
    order: int
    rows: int
    identity: str
    scopes: tuple[str, ...] = ()
    own_channels: tuple[str, ...] = ()
    listed: pl.Series | None = None
    is_chosen: bool = False

    @property
    def ledger(self) -> Path:
        """The folder with one folder per file read."""
        return self.folder.parents[1]

    def leave_uncounted(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The file's rows that count."""
        if self.listed is None:
            return rows
        is_listed = pl.col(ROW_NUMBER).is_in(self.listed.implode())
        return rows.filter(is_listed if self.is_chosen else ~is_listed)


def list_row_files(catalog: Catalog, *tables: str) -> list[RowFile]:
    """The files that give rows of some tables."""
    return [
        RowFile(
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


def scan_rows(files: Iterable[RowFile], table: str) -> pl.LazyFrame:
    """The canonical rows of a table that count in some files."""
    rows = [
        file.leave_uncounted(pl.scan_parquet(list_matching(file.folder, "part-*.parquet")))
        for file in files
    ]
    schema = polars_schema(FEEDS[table])
    return pl.concat([pl.LazyFrame(schema=schema), *(one.select(schema.names()) for one in rows)])
