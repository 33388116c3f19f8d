"""One raw file to canonical parts, quarantine and key columns: pure, bounded, keyed by content."""

import hashlib
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
from pydantic import BaseModel

from contracts.columns import columns, key
from contracts.feeds import ADDITIVE, FEEDS, happened_at
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.code_version import hash_sources
from flows.ingest.feed_files import RawFile
from flows.ingest.repeated_columns import drop_repeated
from flows.ingest.required_columns import require_columns
from flows.ingest.send_key_files import SendKeyWriter
from flows.readers import ROW_NUMBER, RawBatch, open_feed
from transforms.ingest.column_mapping import ResolvedMapping, index_header, keep_rows_of_table
from transforms.ingest.deduplication import KEY_HASH
from transforms.ingest.restatements import restated_unit
from transforms.ingest.row_parsing import parse_rows
from transforms.ingest.setting_hints import hint_settings
from transforms.ingest.validation import explain_failures, is_suspect

RECEIPT = "receipt.json"
REJECTED_SCHEMA = pl.Schema(
    {
        "org_id": pl.String,
        ROW_NUMBER: pl.UInt32,
        "failed_checks": pl.List(pl.String),
        "raw": pl.String,
    }
)


class TableReceipt(BaseModel):
    """What one table got from a file."""

    table: str
    rows_read: int = 0
    valid: int = 0
    rejected: int = 0
    reasons: dict[str, int] = {}
    event_types: dict[str, int] = {}
    """Event type -> rows that bear it."""
    first_at: str | None = None
    """When its first row happened: a day, or an instant in UTC, in ISO 8601."""
    last_at: str | None = None
    scopes: list[str] = []
    """Of events: what names their sends."""
    own_channels: list[str] = []
    """The channels of the user's own that event types may name, in the order of their codes."""
    equal_rows: int = 0
    """Where rows of one key add up: those that say, cell by cell, what one before them says."""
    by_email: bool = False
    """Whether a row names its contact by e-mail address alone."""


class Receipt(BaseModel):
    """What reading one file gave; its parts lie beside it in the ledger's folder."""

    key: str
    sha256: str
    bytes: int
    tables: list[TableReceipt]
    notes: list[str] = []
    is_empty: bool = False
    columns: list[str] = []
    """The file's columns; of JSON, those that any record has."""
    has_fixed_columns: bool = True
    """Whether every row has the same columns, as those of JSON need not."""


@dataclass(frozen=True)
class SameBytes:
    """Files of one feed with the same bytes.

    Attributes:
        sha256: The hash of the bytes.
        files: The files.
    """

    sha256: str
    files: tuple[RawFile, ...]

    @property
    def key(self) -> str:
        """What identifies the reading of a file: its bytes, how they are read, and by what."""
        signature = (
            f"{self.sha256}|{self.files[0].feed.signature}|{pl.__version__}|{hash_sources()}"
        )
        return hashlib.sha256(signature.encode()).hexdigest()[:32]


def ingest_file(same: SameBytes, ledger: Path) -> Receipt:
    """Read one file into the ledger, unless the ledger has it already.

    Args:
        same: The file, and others with its bytes.
        ledger: The folder that holds one folder per file read.

    Returns:
        What was read. Parts lie in `ledger/<key>/<table>`.

    Raises:
        RefusedFile: The file cannot be read as a whole.
    """
    raw = same.files[0]
    kept = ledger / same.key
    if (kept / RECEIPT).exists():
        return Receipt.model_validate_json((kept / RECEIPT).read_text())
    shutil.rmtree(kept, ignore_errors=True)
    home = ledger / f"{same.key}.reading"
    shutil.rmtree(home, ignore_errors=True)
    opened = open_feed(raw.location, raw.feed.options, file_sha256=same.sha256)
    tables = [
        TableWriter(home, raw.feed, resolved, opened.header.columns)
        for resolved in raw.feed.mappings
    ]
    header = opened.header.columns
    if opened.has_fixed_columns and not opened.is_empty:
        require_columns(raw.feed, header, opened.preamble)
    for number, batch in enumerate(drop_repeated(opened.batches(), raw.feed, opened.header)):
        header = tuple(name for name in batch.rows.columns if name != ROW_NUMBER)
        taken = [table.take(batch, header, number) for table in tables]
        if not raw.feed.leaves_other_rows:
            _quarantine_unclaimed(tables[0], batch, taken, number)
    if not opened.has_fixed_columns and header:
        require_columns(raw.feed, header)
    receipt = Receipt(
        key=same.key,
        sha256=opened.content_sha256,
        bytes=raw.location.stat().st_size,
        tables=[table.finish() for table in tables],
        notes=list(opened.notes),
        is_empty=opened.is_empty,
        columns=list(header),
        has_fixed_columns=opened.has_fixed_columns,
    )
    home.mkdir(parents=True, exist_ok=True)
    (home / RECEIPT).write_text(receipt.model_dump_json())
    home.rename(kept)
    return receipt


def _quarantine_unclaimed(
    first: "TableWriter", batch: RawBatch, taken: list[pl.Series], number: int
) -> None:
    """A row that no table of a flat file takes is rejected, so that none goes missing."""
    claimed = pl.concat(taken).unique() if len(taken) > 1 else taken[0]
    if claimed.len() == batch.rows.height:
        return
    unclaimed = batch.rows.filter(~pl.col(ROW_NUMBER).is_in(claimed.implode()))
    reason = f"no row of {', '.join(sorted({first.resolved.mapping.table}))}"
    first.reject_whole(unclaimed, f"{reason}: its ids are empty", number)


class TableWriter:
    """Writes what one table gets from a file, batch by batch."""

    def __init__(
        self, home: Path, feed: ConfiguredFeed, resolved: ResolvedMapping, header: tuple[str, ...]
    ) -> None:
        """Prepare to write below `home`."""
        self.resolved = resolved
        self.table = FEEDS[resolved.mapping.table]
        self.home = home / resolved.mapping.table
        self.receipt = TableReceipt(table=resolved.mapping.table)
        self.reasons: Counter[str] = Counter()
        self.event_types: Counter[str] = Counter()
        self.happened: list[date | datetime] = []
        self.keys = SendKeyWriter(self.home, resolved.mapping.table)
        self.records = pl.Series(dtype=pl.UInt64)
        self.feed = feed
        self.header = header

    def take(self, batch: RawBatch, header: tuple[str, ...], number: int) -> pl.Series:
        """Write a batch's rows of this table; return the numbers of the rows that are its own."""
        rows = keep_rows_of_table(batch.rows.lazy(), self.resolved, header)
        mine = rows.collect(engine="in-memory")
        parsed = parse_rows(mine.lazy(), self.resolved, header).collect(engine="in-memory")
        suspects = parsed.filter(is_suspect(self.table))
        if suspects.height:
            hints = hint_settings(parsed, self.resolved, index_header(header, self.resolved))
            failures = explain_failures(suspects, self.table, hints)
            parsed = parsed.join(failures, on=ROW_NUMBER, how="anti")
            self._write_rejected(mine, suspects, failures, number)
        self._write_broken(batch.broken, number)
        self._write_valid(self._with_key(parsed, mine), number)
        self.receipt.rows_read += mine.height + batch.broken.height
        return mine.get_column(ROW_NUMBER)

    def _with_key(self, parsed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """Add the hash by which repeated rows are found."""
        if self.receipt.table not in ADDITIVE:
            return parsed.with_columns(pl.struct(key(self.table)).hash().alias(KEY_HASH))
        self._count_equal(rows.join(parsed, on=ROW_NUMBER, how="semi"))
        return parsed.with_columns(pl.struct(restated_unit(self.table)).hash().alias(KEY_HASH))

    def _count_equal(self, rows: pl.DataFrame) -> None:
        """Count the rows that say, cell by cell, what a row before them says."""
        records = rows.select(pl.struct(pl.exclude(ROW_NUMBER)).hash()).to_series()
        met = self.records
        self.records = pl.concat([met, records]).unique()
        self.receipt.equal_rows += len(met) + len(records) - len(self.records)

    def reject_whole(self, rows: pl.DataFrame, reason: str, number: int) -> None:
        """Reject rows for one reason."""
        failures = rows.select(ROW_NUMBER, failed_checks=pl.lit([reason], pl.List(pl.String)))
        parsed = rows.select(ROW_NUMBER, org_id=pl.lit(None, pl.String))
        self.receipt.rows_read += rows.height
        self._write_rejected(rows, parsed, failures, number, suffix="-unclaimed")

    def finish(self) -> TableReceipt:
        """Flush, and say what was written."""
        self.keys.finish()
        self.receipt.scopes = sorted(self.keys.scopes)
        self.receipt.own_channels = self.keys.own_channels
        self.receipt.reasons = dict(self.reasons.most_common())
        self.receipt.event_types = dict(sorted(self.event_types.items()))
        if self.happened:
            self.receipt.first_at = _in_iso(min(self.happened))
            self.receipt.last_at = _in_iso(max(self.happened))
        return self.receipt

    def _write_valid(self, parsed: pl.DataFrame, number: int) -> None:
        valid = parsed.select(*columns(self.table), ROW_NUMBER, KEY_HASH)
        self.receipt.valid += valid.height
        if valid.height == 0:
            return
        if self.receipt.table == "events":
            counted = valid.get_column("event_type").value_counts()
            self.event_types.update(dict(counted.iter_rows()))
        self._note_days(valid)
        if {"email", "contact_id"} <= set(valid.columns) and self.receipt.table != "contacts":
            named = pl.col("contact_id").is_null() & pl.col("email").is_not_null()
            self.receipt.by_email |= valid.select(named.any()).item()
        self.keys.write(valid)
        self._write(valid, f"part-{number:05}.parquet")

    def _note_days(self, valid: pl.DataFrame) -> None:
        """Note between which days or instants the rows happened."""
        known = happened_at(self.receipt.table)
        if not known:
            return
        at = pl.coalesce(known)
        self.happened = [
            one
            for one in (*self.happened, *valid.select(at.min(), last=at.max()).row(0))
            if one is not None
        ]

    def _write_rejected(
        self,
        rows: pl.DataFrame,
        parsed: pl.DataFrame,
        failures: pl.DataFrame,
        number: int,
        suffix: str = "",
    ) -> None:
        for reason in failures.get_column("failed_checks").explode():
            self.reasons[reason] += 1
        raw = rows.select(ROW_NUMBER, raw=pl.struct(pl.exclude(ROW_NUMBER)).struct.json_encode())
        rejected = (
            failures.join(raw, on=ROW_NUMBER, how="left", validate="1:1")
            .join(parsed.select(ROW_NUMBER, "org_id"), on=ROW_NUMBER, how="left", validate="1:1")
            .select(REJECTED_SCHEMA.names())
        )
        self.receipt.rejected += rejected.height
        self._write(rejected, f"rejected-{number:05}{suffix}.parquet")

    def _write_broken(self, broken: pl.DataFrame, number: int) -> None:
        if broken.height == 0:
            return
        self.reasons.update(broken.get_column("reason"))
        rejected = broken.select(
            org_id=pl.lit(None, pl.String),
            row_number=ROW_NUMBER,
            failed_checks=pl.concat_list("reason"),
            raw="raw",
        )
        self.receipt.rejected += rejected.height
        self._write(rejected, f"rejected-{number:05}-broken.parquet")

    def _write(self, frame: pl.DataFrame, name: str) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(
            self.home / name, compression="zstd", compression_level=1, statistics=False
        )


def _in_iso(at: date | datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
