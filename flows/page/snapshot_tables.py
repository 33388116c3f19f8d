"""The tables of a snapshot, as the page reads them: columns, sums and counts, never all rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from contracts.manifest import Manifest
from flows.folders import list_matching
from flows.storage.table_metadata import read_key

DAY = "date_day"


@dataclass(frozen=True)
class SnapshotTables:
    """A snapshot that is written, and not yet or already published.

    Attributes:
        manifest: What is known of the run.
        given: The tables and groups that may be read; all where there are none.
        hidden: Figures that are as if no table had them.
        blank: Figures -> the rows in which there is no such thing to count.
    """

    folder: Path
    manifest: Manifest
    workspace: str
    timezone: str
    currency: str
    given: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    blank: Mapping[str, pl.Expr] = field(default_factory=dict, repr=False, compare=False)
    _files: dict[str, list[Path]] = field(default_factory=dict, repr=False, compare=False)
    _columns: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)
    _keys: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    def only(self, *given: str) -> "SnapshotTables":
        """Only some tables (`group/table`) and groups: others are as if they were not written."""
        return replace(self, given=given, _files={}, _columns={}, _keys={})

    def without(self, hidden: frozenset[str]) -> "SnapshotTables":
        """The same tables without some figures."""
        return replace(self, hidden=hidden, _columns={})

    def blanking(self, blank: Mapping[str, pl.Expr]) -> "SnapshotTables":
        """The same tables with nothing instead of some figures in some rows."""
        return replace(self, blank=blank)

    @property
    def identity(self) -> list[list[str]]:
        """What all that is drawn from these tables hangs on: their names and hashes."""
        return [
            [one.path.removeprefix(f"reports/snapshots/{self.manifest.run_id}/"), one.sha256]
            for one in self.manifest.outputs
            if self._is_given(f"{one.group}/{one.table}")
        ]

    def files(self, table: str) -> list[Path]:
        """The files of `group/table`; none where it was not written."""
        if table not in self._files:
            self._files[table] = self._find(table) if self._is_given(table) else []
        return self._files[table]

    def has(self, table: str) -> bool:
        """Whether a table was written."""
        return bool(self.files(table))

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of a table that was written."""
        given = [name for name in self.columns(table) if name in self.blank]
        return pl.scan_parquet(self.files(table)).with_columns(
            pl.when(~self.blank[name]).then(name) for name in given
        )

    def columns(self, table: str) -> list[str]:
        """The columns of a table; none where it was not written."""
        if table not in self._columns:
            files = self.files(table)
            names = pl.read_parquet_schema(files[0]) if files else ()
            self._columns[table] = [name for name in names if name not in self.hidden]
        return self._columns[table]

    def key(self, table: str) -> list[str]:
        """The columns of a table's key, as its file tells them."""
        if table not in self._keys:
            self._keys[table] = read_key(self.files(table)[0])
        return self._keys[table]

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

    def _is_given(self, table: str) -> bool:
        return not self.given or table in self.given or table.partition("/")[0] in self.given

    def _find(self, table: str) -> list[Path]:
        file = self.folder / f"{table}.parquet"
        return [file] if file.exists() else list_matching(self.folder / table, "*.parquet")


def last_day(published: SnapshotTables, tables: Sequence[str]) -> date | None:
    """The last day of those of several tables that there are; None where none has a row."""
    days = [
        published.scan(table).select(pl.col(DAY).max()).collect().item()
        for table in tables
        if published.has(table) and DAY in published.columns(table)
    ]
    return max((day for day in days if day is not None), default=None)


def greatest_first(
    rows: pl.LazyFrame, by: Sequence[Any], keys: Sequence[str], *, nulls_last: bool = False
) -> pl.LazyFrame:
    """Rows by some figures, the greatest first, and where these are equal by their key."""
    falling = [True] * len(by) + [False] * len(keys)
    return rows.sort(*by, *keys, descending=falling, nulls_last=nulls_last)
