"""What one table gets from a file: canonical parts, rejected rows and key columns."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from contracts.columns import columns, key, required
from contracts.feeds import (
    ADDITIVE,
    FEEDS,
    Ads,
    Contacts,
    Events,
    Sends,
    happened_at,
)
from contracts.manifest import write_instant
from contracts.quarantine import Quarantine
from flows.catalog.ledger import TableReceipt
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.doubtful_cells import FIRST_ROWS, LAST_ROWS, count_doubts, count_totals
from flows.ingest.part_files import write_part
from flows.ingest.refused_people import Erasing, show_refused
from flows.ingest.send_key_files import SendKeyWriter
from flows.readers import ROW_NUMBER, RawBatch
from transforms.common.keys import hash_cells
from transforms.ingest.column_mapping import ResolvedMapping, index_header, keep_rows_of_table
from transforms.ingest.deduplication import KEY_HASH
from transforms.ingest.parsing.cell_parsing import show_impossible
from transforms.ingest.restatements import restated_unit
from transforms.ingest.row_ids import bare_ids, count_bared
from transforms.ingest.row_parsing import parse_rows
from transforms.ingest.setting_hints import hint_settings, hint_totals
from transforms.ingest.validation import explain_failures, is_suspect

REJECTED_SCHEMA = pl.Schema(
    {
        Quarantine.org_id: pl.String,
        ROW_NUMBER: pl.UInt32,
        Quarantine.failed_checks: pl.List(pl.String),
        Quarantine.raw: pl.String,
    }
)


SUSPECT = "suspect"
"""Whether a row may break its contract."""


@cache
def hash_key(table: str) -> pl.Expr:
    """The hash by which repeated rows of a table are found."""
    contract = FEEDS[table]
    unit = restated_unit(contract) if table in ADDITIVE else map(pl.col, key(contract))
    return hash_cells(unit).alias(KEY_HASH)


class TableWriter:
    """Writes what one table gets from a file, batch by batch."""

    def __init__(
        self,
        home: Path,
        feed: ConfiguredFeed,
        resolved: ResolvedMapping,
        erasing: Erasing,
    ) -> None:
        """Prepare to write below `home`."""
        self.resolved = resolved
        self.table = FEEDS[resolved.mapping.table]
        self.home = home / resolved.mapping.table
        self.receipt = TableReceipt(table=resolved.mapping.table)
        self.happened: list[date | datetime] = []
        self.keys = SendKeyWriter(self.home, resolved.mapping.table)
        self.records: list[pl.Series] = []
        self.feed = feed
        self.erasing = erasing

    def take(
        self, batch: RawBatch, header: tuple[str, ...], number: int, *, is_last: bool = False
    ) -> pl.Series:
        """Write a batch's rows of this table; return the numbers of the rows that are its own."""
        rows = bare_ids(batch.rows, self.resolved, header)
        own = keep_rows_of_table(rows.lazy(), self.resolved, header).collect(engine="in-memory")
        mine = own if rows is batch.rows else self._as_written(batch.rows, own, header)
        parsed = (
            parse_rows(own.lazy(), self.resolved, header)
            .with_columns(is_suspect(self.table).alias(SUSPECT), hash_key(self.receipt.table))
            .collect(engine="in-memory")
        )
        if self.erasing.erasures is not None:
            parsed = self._refuse_erased(parsed, number)
        if parsed.get_column(SUSPECT).any():
            suspects = parsed.filter(SUSPECT)
            hints = hint_settings(parsed, self.resolved, index_header(header, self.resolved))
            failures = explain_failures(suspects, self.table, hints)
            parsed = parsed.join(failures, on=ROW_NUMBER, how="anti")
            if is_last and self.receipt.table in ADDITIVE:
                failures = hint_totals(failures, parsed.get_column(ROW_NUMBER))
            self._write_rejected(mine, suspects, failures, number)
        self._write_broken(batch.broken, number)
        if self.erasing.erasures is not None:
            parsed = self._forget_ids(parsed)
        if self.receipt.table in ADDITIVE:
            is_whole = mine.height == parsed.height
            self._note_records(mine if is_whole else mine.join(parsed, on=ROW_NUMBER, how="semi"))
        if number == 0:
            count_totals(self.receipt, parsed.head(FIRST_ROWS))
        if is_last:
            count_totals(self.receipt, parsed[FIRST_ROWS if number == 0 else 0 :].tail(LAST_ROWS))
        self._write_valid(parsed, number)
        self.receipt.rows_read += mine.height + batch.broken.height
        return mine.get_column(ROW_NUMBER)

    def _as_written(
        self, rows: pl.DataFrame, bare: pl.DataFrame, header: tuple[str, ...]
    ) -> pl.DataFrame:
        """The rows of this table as the file has them; count whose ids it has otherwise."""
        written = rows.join(bare, on=ROW_NUMBER, how="semi", maintain_order="left")
        self.receipt.bared_ids.update(count_bared(written, bare, self.resolved, header))
        return written

    def _refuse_erased(self, parsed: pl.DataFrame, number: int) -> pl.DataFrame:
        """Reject the rows of people who were erased; what they said is written nowhere."""
        refused = self.erasing.find_refused(parsed, self.receipt.table)
        if refused.is_empty():
            return parsed
        self._write_refused(show_refused(refused), f"{number:05}-erased")
        return parsed.join(refused, on=ROW_NUMBER, how="anti")

    def _forget_ids(self, parsed: pl.DataFrame) -> pl.DataFrame:
        """Keep the facts of people who were erased without what tells the person."""
        erased = self.erasing.find_forgotten(parsed, self.receipt.table)
        self.receipt.forgotten += int(erased.sum())
        return self.erasing.forget_ids(parsed, erased, required(self.table))

    def _note_records(self, rows: pl.DataFrame) -> None:
        """Note what rows say, cell by cell, to count those that say what another does."""
        cells = (pl.col(name) for name in rows.columns if name != ROW_NUMBER)
        self.records.append(rows.select(hash_cells(cells)).to_series())

    def reject_whole(self, rows: pl.DataFrame, reason: str, number: int) -> None:
        """Reject rows for one reason."""
        failures = rows.select(ROW_NUMBER, failed_checks=pl.lit([reason], pl.List(pl.String)))
        parsed = rows.select(ROW_NUMBER, org_id=pl.lit(None, pl.String))
        self.receipt.rows_read += rows.height
        self._write_rejected(rows, parsed, failures, number, suffix="-unclaimed")

    def finish(self) -> TableReceipt:
        """Flush, and say what was written."""
        self.keys.finish()
        if self.records:
            records = pl.concat(self.records)
            self.receipt.equal_rows = len(records) - records.n_unique()
        self.receipt.scopes = sorted(self.keys.scopes)
        self.receipt.own_channels = self.keys.own_channels
        if self.happened:
            self.receipt.first_at = write_instant(min(self.happened))
            self.receipt.last_at = write_instant(max(self.happened))
        return self.receipt.in_order()

    def _write_valid(self, parsed: pl.DataFrame, number: int) -> None:
        valid = parsed[[*columns(self.table), ROW_NUMBER, KEY_HASH]]
        self.receipt.valid += valid.height
        if valid.height == 0:
            return
        types: Iterable[str] = ()
        if self.receipt.table == "events":
            counted = valid.get_column(Events.event_type).value_counts()
            self.receipt.event_types.update(dict(counted.iter_rows()))
            types = counted.get_column(Events.event_type)
        if Ads.platform in valid.columns:
            counted = valid.get_column(Ads.platform).value_counts()
            self.receipt.platforms.update(dict(counted.iter_rows()))
        self._note_days(valid)
        count_doubts(self.receipt, self.feed, self.resolved, parsed)
        by_email = self._names_by_email(valid)
        self.receipt.by_email |= by_email
        self.keys.write(valid, types, by_email=by_email)
        self.home.mkdir(parents=True, exist_ok=True)
        write_part(valid, self.home / f"part-{number:05}.parquet")

    def _names_by_email(self, valid: pl.DataFrame) -> bool:
        if not {Sends.email, Sends.contact_id} <= {*valid.columns} or self.table is Contacts:
            return False
        address, contact = valid.get_column(Sends.email), valid.get_column(Sends.contact_id)
        is_named = address.null_count() < len(address) and contact.has_nulls()
        return is_named and (address.is_not_null() & contact.is_null()).any()

    def _note_days(self, valid: pl.DataFrame) -> None:
        known = happened_at(self.receipt.table)
        if not known:
            return
        at = valid.get_column(known[0])
        if at.has_nulls() and len(known) > 1:
            at = valid.select(pl.coalesce(known)).to_series()
        ends: list[Any] = [at.min(), at.max()]
        self.happened = [one for one in (*self.happened, *ends) if one is not None]

    def _write_rejected(
        self,
        rows: pl.DataFrame,
        parsed: pl.DataFrame,
        failures: pl.DataFrame,
        number: int,
        suffix: str = "",
    ) -> None:
        shown = rows.with_columns(show_impossible(column) for column in rows.get_columns())
        raw = shown.select(ROW_NUMBER, raw=pl.struct(pl.exclude(ROW_NUMBER)).struct.json_encode())
        rejected = (
            failures.join(raw, on=ROW_NUMBER, how="left", validate="1:1")
            .join(
                parsed.select(ROW_NUMBER, Quarantine.org_id),
                on=ROW_NUMBER,
                how="left",
                validate="1:1",
            )
            .select(REJECTED_SCHEMA.names())
        )
        rejected = self.erasing.hide_rejected(rejected, parsed)
        self._write_refused(rejected, f"{number:05}{suffix}")

    def _write_broken(self, broken: pl.DataFrame, number: int) -> None:
        if broken.height == 0:
            return
        rejected = self.erasing.hide_broken(broken).select(
            org_id=pl.lit(None, pl.String),
            row_number=ROW_NUMBER,
            failed_checks=pl.concat_list("reason"),
            raw="raw",
        )
        self._write_refused(rejected, f"{number:05}-broken")

    def _write_refused(self, rejected: pl.DataFrame, name: str) -> None:
        self.receipt.reasons.update(rejected.get_column(Quarantine.failed_checks).explode())
        self.receipt.rejected += rejected.height
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / f"rejected-{name}.parquet"
        rejected.write_parquet(path, compression="zstd", compression_level=1, statistics=False)
