"""What was read in a run: every file with its receipt, and the canonical tables that they make."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.feeds import ADDITIVE, FEEDS
from flows.config.feeds import ConfiguredFeed
from flows.ingest.feed_files import RawFile
from flows.ingest.file_ingest import Receipt, TableReceipt
from transforms.ingest.deduplication import (
    DUPLICATE,
    FILE,
    KEY_HASH,
    ROW_NUMBER,
    find_repeated,
    judge_versions,
)

REJECTED = "rejected"
FATES = pl.Schema({FILE: pl.UInt32, ROW_NUMBER: pl.UInt32, "fate": pl.String})
ROWS_AT_ONCE = 60_000_000
"""How many key hashes are sorted in memory at a time."""


@dataclass(frozen=True)
class ReadFile:
    """A file that was read; `order` is its place in the order of the paths."""

    raw: RawFile
    sha256: str
    receipt: Receipt
    order: int
    is_copy: bool

    def of_table(self, table: str) -> TableReceipt | None:
        """What the table got from the file, if it feeds it."""
        return next((t for t in self.receipt.tables if t.table == table), None)


@dataclass
class Catalog:
    """The files of a run, and which of their rows count.

    Attributes:
        ledger: The folder with one folder per file read.
        feeds: As configured, those without a file too.
        files: In the order of their paths.
        fates: Table -> the rows of it that do not count (`versions.judge_versions`).
        late: Table -> the rows rejected after all files were read, for quarantine.
    """

    ledger: Path
    feeds: list[ConfiguredFeed]
    files: list[ReadFile]
    fates: dict[str, pl.DataFrame] = field(default_factory=dict)
    late: dict[str, pl.DataFrame] = field(default_factory=dict)

    @classmethod
    def of(
        cls, ledger: Path, feeds: list[ConfiguredFeed], read: list[tuple[RawFile, str, Receipt]]
    ) -> "Catalog":
        """Order the files by path and mark those whose content was delivered before."""
        seen: set[tuple[str, str]] = set()
        files = []
        for order, (raw, sha256, receipt) in enumerate(
            sorted(read, key=lambda item: (item[0].path, item[0].feed.place))
        ):
            content = (receipt.sha256, raw.feed.signature)
            files.append(ReadFile(raw, sha256, receipt, order, is_copy=content in seen))
            seen.add(content)
        catalog = cls(ledger, feeds, files)
        catalog.fates = {table: catalog._judge(table) for table in FEEDS}
        return catalog

    def feeding(self, table: str) -> list[ReadFile]:
        """The files whose rows of the table may count."""
        return [
            file
            for file in self.files
            if not file.is_copy and (got := file.of_table(table)) is not None and got.valid
        ]

    def has_rows(self, table: str) -> bool:
        """Whether any row of the table counts."""
        return bool(self.feeding(table))

    def is_configured(self, *tables: str) -> bool:
        """Whether a feed gives one of the tables, be it without a row."""
        given = {resolved.mapping.table for feed in self.feeds for resolved in feed.mappings}
        return bool(given.intersection(tables))

    def constant_event_types(self) -> set[str]:
        """The event types that feeds give to all of their rows."""
        mappings = [resolved.mapping for feed in self.feeds for resolved in feed.mappings]
        return {m.constants["event_type"] for m in mappings if "event_type" in m.constants}

    def folder(self, file: ReadFile, table: str) -> Path:
        """Where a file's parts of a table lie."""
        return self.ledger / file.receipt.key / table

    def losers(self, file: ReadFile, table: str) -> pl.Series:
        """The numbers of a file's rows that do not count."""
        fates = self.fates.get(table, pl.DataFrame(schema=FATES))
        return fates.filter(pl.col(FILE) == file.order).get_column(ROW_NUMBER)

    def scan(self, table: str) -> pl.LazyFrame:
        """The canonical table: one row per key, the latest version of each."""
        parts = [self.scan_file(file, table) for file in self.feeding(table)]
        schema = polars_schema(FEEDS[table])
        if not parts:
            return pl.LazyFrame(schema=schema)
        return pl.concat(parts).select(schema.names())

    def scan_file(self, file: ReadFile, table: str) -> pl.LazyFrame:
        """A file's rows of a table that count."""
        return self.without_losers(pl.scan_parquet(self._parts(file, table)), file, table)

    def scan_chunks(self, table: str, rows: int) -> Iterator[pl.LazyFrame]:
        """The canonical table in pieces of about so many rows, or less."""
        schema = polars_schema(FEEDS[table])
        for file in self.feeding(table):
            parts, got = self._parts(file, table), file.of_table(table)
            step = max(1, rows * len(parts) // max(1, got.valid if got else 0))
            for start in range(0, len(parts), step):
                piece = pl.scan_parquet(parts[start : start + step])
                yield self.without_losers(piece, file, table).select(schema.names())

    def names_pairs(self) -> bool:
        """Whether any event names its message and contact rather than its send."""
        got = [file.of_table("events") for file in self.feeding("events")]
        return any({"pair", "email"} & set(receipt.families) for receipt in got if receipt)

    def scan_numbered(self, table: str) -> pl.LazyFrame:
        """The canonical table with each row's `file` and `row_number`."""
        parts = [
            self.scan_file(file, table)
            .select(*columns(FEEDS[table]), ROW_NUMBER)
            .with_columns(pl.lit(file.order, pl.UInt32).alias(FILE))
            for file in self.feeding(table)
        ]
        return pl.concat(parts)

    def reject(self, table: str, rows: pl.DataFrame, reason: str) -> None:
        """Reject rows that only the other feeds show to be wrong.

        Args:
            table: Their table.
            rows: `file`, `row_number` and the table's columns.
            reason: What is wrong with them.
        """
        fates = rows.select(FILE, ROW_NUMBER, fate=pl.lit(REJECTED))
        self.fates[table] = pl.concat([self.fates[table], fates]).sort(FILE, ROW_NUMBER)
        raw = pl.struct(columns(FEEDS[table])).struct.json_encode()
        self.late[table] = rows.select(
            FILE,
            ROW_NUMBER,
            "org_id",
            failed_checks=pl.concat_list(pl.lit(reason)),
            raw=raw,
        ).sort(FILE, ROW_NUMBER)

    def without_losers(self, rows: pl.LazyFrame, file: ReadFile, table: str) -> pl.LazyFrame:
        """A file's rows that count."""
        losers = self.losers(file, table)
        return rows.filter(~pl.col(ROW_NUMBER).is_in(losers.implode())) if len(losers) else rows

    def count_fates(self, file: ReadFile, table: str) -> Counter[str]:
        """How many of a file's rows of a table are superseded or duplicates."""
        got = file.of_table(table)
        if file.is_copy and got is not None:
            return Counter({DUPLICATE: got.rows_read})
        fates = self.fates[table].filter(pl.col(FILE) == file.order)
        return Counter(fates.get_column("fate"))

    def names_by_email(self) -> bool:
        """Whether any row names its contact by e-mail address alone."""
        return any(got.by_email for file in self.files for got in file.receipt.tables)

    def event_types(self) -> set[str]:
        """Every event type that a row bears."""
        got = [file.of_table("events") for file in self.feeding("events")]
        return {name for receipt in got if receipt for name in receipt.event_types}

    def _parts(self, file: ReadFile, table: str) -> list[Path]:
        return sorted(self.folder(file, table).glob("part-*.parquet"))

    def _judge(self, table: str) -> pl.DataFrame:
        """Find the rows that share a key, and say which of them do not count."""
        files = self.feeding(table)
        if not files:
            return pl.DataFrame(schema=FATES)
        rows = sum(got.valid for file in files if (got := file.of_table(table)))
        passes = rows // ROWS_AT_ONCE + 1
        judged = [self._judge_pass(files, table, place, passes) for place in range(passes)]
        return pl.concat(judged).sort(FILE, ROW_NUMBER)

    def _judge_pass(
        self, files: list[ReadFile], table: str, place: int, passes: int
    ) -> pl.DataFrame:
        def scan(file: ReadFile) -> pl.LazyFrame:
            rows = pl.scan_parquet(self._parts(file, table))
            return rows.filter(pl.col(KEY_HASH) % passes == place) if passes > 1 else rows

        if table in ADDITIVE:
            repeated = [find_repeated(scan(file).select(KEY_HASH)) for file in files]
            found = pl.concat(pl.collect_all(repeated)).unique()
        else:
            keys = pl.concat([scan(file).select(KEY_HASH) for file in files])
            found = find_repeated(keys).collect()
        if found.is_empty():
            return pl.DataFrame(schema=FATES)
        candidates = [
            scan(file)
            .join(found.lazy(), on=KEY_HASH, how="semi")
            .select(
                *columns(FEEDS[table]),
                ROW_NUMBER,
                KEY_HASH,
                pl.lit(file.order, pl.UInt32).alias(FILE),
            )
            for file in files
        ]
        return (
            judge_versions(pl.concat(candidates), table)
            .select(pl.col(name).cast(dtype) for name, dtype in FATES.items())
            .collect()
        )
