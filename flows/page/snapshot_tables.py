"""The tables of a snapshot, as the page reads them: columns, sums and counts, never all rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from contracts.manifest import Manifest

DAY = "date_day"
KEY = b"campaign_reports.key"


@dataclass(frozen=True)
class SnapshotTables:
    """A snapshot that is written, and not yet or already published.

    Attributes:
        folder: The snapshot.
        manifest: What is known of the run.
        workspace: What the workspace is called.
        timezone: The reporting time zone.
        currency: The reporting currency.
    """

    folder: Path
    manifest: Manifest
    workspace: str
    timezone: str
    currency: str

    def files(self, table: str) -> list[Path]:
        """The files of `group/table`; none where it was not written."""
        file = self.folder / f"{table}.parquet"
        return [file] if file.exists() else sorted((self.folder / table).glob("*.parquet"))

    def has(self, table: str) -> bool:
        """Whether a table was written."""
        return bool(self.files(table))

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of a table that was written."""
        return pl.scan_parquet(self.files(table))

    def columns(self, table: str) -> list[str]:
        """The columns of a table; none where it was not written."""
        return self.scan(table).collect_schema().names() if self.has(table) else []

    def key(self, table: str) -> list[str]:
        """The columns of a table's key, as its file tells them."""
        metadata = pq.read_metadata(self.files(table)[0]).metadata or {}
        return json.loads(metadata.get(KEY, b"[]"))

    def groups(self) -> list[str]:
        """The groups that have a table, in the order of their names."""
        return sorted(
            {path.name for path in self.folder.iterdir() if any(path.glob("**/*.parquet"))}
        )

    def count(self, table: str, *conditions: pl.Expr) -> int:
        """How many rows of a table meet all conditions; 0 where it was not written."""
        if not self.has(table):
            return 0
        return self.scan(table).filter(*conditions).select(pl.len()).collect().item()


def last_day(published: SnapshotTables, tables: Sequence[str]) -> date | None:
    """The last day of several tables that have days; None where none has a row."""
    days = [
        published.scan(table).select(pl.col(DAY).max()).collect().item()
        for table in tables
        if DAY in published.columns(table)
    ]
    return max((day for day in days if day is not None), default=None)
