"""Text tables: one batch a stretch of text, read fast where that is provably exact."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator

import numpy as np
import polars as pl

from contracts.manifest import count_of
from flows.readers.csv_files.csv_header import TotalRows, find_header
from flows.readers.csv_files.csv_records import TOO_FEW, TOO_MANY, Grammar, Records
from flows.readers.csv_files.csv_window import (
    find_quotes,
    last_record_end,
    read_well_formed,
)
from flows.readers.header import ROW_NUMBER, Header
from flows.readers.raw_batch import BrokenRecords, FileOptions, RawBatch, nullify
from flows.readers.refusal import require_few_columns
from flows.readers.text import TextFile, check_record_length
from transforms.common.cell_ends import read_byte

BOM = BOM_UTF8.decode()


class CsvReader:
    """One text table with a header.

    Attributes:
        header: The names of its columns.
        has_fixed_columns: All are known before the first record.
        is_empty: Whether no data follows the header.
        notes: What was skipped or renamed.
        preamble: The lines above the header.
    """

    has_fixed_columns = True

    def __init__(self, text: TextFile, options: FileOptions, batch_bytes: int) -> None:
        """Find the table in a text.

        Raises:
            RefusedFile: The header cannot be read.
        """
        self._text = text
        self._options = options
        self._batch_bytes = batch_bytes
        self.header = Header()
        self.notes = list(text.notes)
        self.preamble: tuple[str, ...] = ()
        self.is_empty = text.head_is_all and not text.head.strip(b"\r\n")
        if self.is_empty:
            return
        found = find_header(text.head, options, final=text.head_is_all)
        self._start = found.start
        self._grammar = Grammar(found.delimiter)
        self.preamble = found.preamble
        if found.has_no_data and text.head_is_all:
            self.notes.append("the file says that it has no data")
            self.is_empty = True
            return
        require_few_columns(len(found.header.columns), options.max_columns)
        self.header = found.header
        self._columns = found.header.columns
        self.notes += found.notes
        self.is_empty = text.head_is_all and not text.head[found.start :].strip(b"\r\n")

    @property
    def content_sha256(self) -> str:
        """Hash of the decompressed content, once the batches are exhausted."""
        return self._text.content_sha256

    def batches(self) -> Iterator[RawBatch]:
        """Yield every record in order; total rows at the end are left out and noted.

        So are rows that say nothing: without a filled cell, or the header once more.
        """
        if self._options.total_row_prefixes or self._options.naming_columns:
            yield from self._leave_out_totals()
        else:
            yield from self._batches_of_data()

    def _leave_out_totals(self) -> Iterator[RawBatch]:
        held: list[RawBatch] = []
        for batch in self._batches_of_data():
            if held and len(self._trailing_totals(batch)) < batch.height:
                yield from held
                held = []
            held.append(batch)
        totals = {number for batch in held for number in self._trailing_totals(batch)}
        self._note_skipped(len(totals), "total row", "at the end")
        for batch in held:
            is_data = ~pl.col(ROW_NUMBER).is_in(totals)
            kept = RawBatch(batch.rows.filter(is_data), batch.broken.filter(is_data))
            if kept.height:
                yield kept

    def _batches_of_data(self) -> Iterator[RawBatch]:
        """Leave out the rows that say nothing; the numbers of the others stay."""
        empty = repeated = 0
        for batch in self._all_batches():
            rows = batch.rows
            if len(self.header.columns) > 1 and rows.to_series(1).null_count():
                rows = rows.filter(~pl.all_horizontal(pl.exclude(ROW_NUMBER).is_null()))
                empty += batch.rows.height - rows.height
            data = self._leave_out_headers(rows)
            repeated += rows.height - data.height
            kept = RawBatch(data, batch.broken)
            if kept.height:
                yield kept
        self._note_skipped(empty, "empty row")
        verb = "repeats" if repeated == 1 else "repeat"
        self._note_skipped(repeated, "row", f"that {verb} the header")

    def _leave_out_headers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave out the header where it stands again, as in files that were put together."""
        names = [name.strip() for name in self.header.columns]
        first = rows.to_series(1)
        if not ((first == names[0]).any() or (read_byte(first, 0) == BOM_UTF8[0]).any()):
            return rows
        cells = (
            pl.col(column).str.strip_prefix(BOM).str.strip_chars() == name
            for column, name in zip(self.header.columns, names, strict=True)
        )
        return rows.filter(~pl.all_horizontal(cells).fill_null(value=False))

    def _note_skipped(self, rows: int, what: str, where: str = "") -> None:
        note = f"skipped {count_of(rows, what)} {where}".rstrip()
        if rows and note not in self.notes:
            self.notes.append(note)

    def _all_batches(self) -> Iterator[RawBatch]:
        if not self.header.columns:
            for _ in self._text.blocks(self._batch_bytes):
                pass
            return
        carry = b""
        before = 0
        skip = self._start
        for piece, final in self._text.blocks(self._batch_bytes, self._start):
            block = piece
            if skip:
                block, skip = block[skip:], max(0, skip - len(block))
            if not block and not final:
                continue
            if b'"' in carry:
                block, carry = carry + block, b""
            quotes = find_quotes(block)
            end = len(block) if final else last_record_end(block, quotes)
            frame = self._read_fast(carry, block, quotes, end) if end else None
            if frame is not None:
                rows = frame.with_row_index(ROW_NUMBER, offset=before + 1)
                batch = RawBatch(rows, BrokenRecords().to_frame())
                carry = block[end:]
            else:
                text = carry + block
                records = self._grammar.records(text, len(self._columns), final=final)
                batch = self._read_exactly(records, before)
                carry = text[records.consumed :]
            check_record_length(carry)
            before += batch.height
            if batch.height:
                yield batch

    def _read_fast(
        self, carry: bytes, block: bytes, quotes: np.ndarray, end: int
    ) -> pl.DataFrame | None:
        """Read what was carried, which has no quotes, and a block up to an end of a record."""
        is_whole = not carry and end == len(block)
        window = block if is_whole else b"".join((carry, memoryview(block)[:end]))
        text = window.lstrip(b"\r\n")
        if not text:
            return None
        inside = quotes[: np.searchsorted(quotes, end)] + (len(text) - end)
        frame = read_well_formed(text, inside, self._grammar.delimiter, self._columns)
        return frame if frame is None else nullify(frame, self._options)

    def _read_exactly(self, records: Records, before: int) -> RawBatch:
        frame = pl.DataFrame(schema=dict.fromkeys(self._columns, pl.String))
        if records.good:
            text = b"\n".join(records.good) + b"\n"
            read = read_well_formed(text, find_quotes(text), self._grammar.delimiter, self._columns)
            frame = read if read is not None else self._read_cells(records.good)
        places = pl.Series(ROW_NUMBER, records.places, pl.UInt32) + (before + 1)
        broken = BrokenRecords()
        for record in records.broken:
            raw: dict[str, object] = {"line": record.raw.decode(errors="replace")}
            if record.reason in (TOO_FEW, TOO_MANY):
                raw = {"cells": [c.decode(errors="replace") for c in self._cells(record.raw)]}
            broken.add(before + 1 + record.place, record.reason, raw)
        rows = nullify(frame, self._options).select(places, pl.all())
        return RawBatch(rows, broken.to_frame())

    def _cells(self, record: bytes) -> list[bytes]:
        return self._grammar.cells(record)

    def _read_cells(self, records: list[bytes]) -> pl.DataFrame:
        rows = [[cell.decode() or None for cell in self._cells(record)] for record in records]
        return pl.DataFrame(rows, schema=dict.fromkeys(self._columns, pl.String), orient="row")

    def _trailing_totals(self, batch: RawBatch) -> list[int]:
        """The numbers of the total rows at a batch's end, of its rows and its broken records."""
        rows, broken = batch.rows, batch.broken
        only_adds_up = TotalRows.of(self.header.columns, self._options)
        numbers = []
        row, bad = rows.height - 1, broken.height - 1
        while row >= 0 or bad >= 0:
            is_row = bad < 0 or (row >= 0 and rows[row, 0] > broken[bad, 0])
            if is_row:
                cells = [cell or "" for cell in rows.row(row)[1:]]
            else:
                raw = json.loads(broken[bad, "raw"])
                cells = raw.get("cells") or [raw.get("line", "")]
            if not only_adds_up.matches(cells):
                break
            numbers.append(rows[row, 0] if is_row else broken[bad, 0])
            row, bad = (row - 1, bad) if is_row else (row, bad - 1)
        return numbers
