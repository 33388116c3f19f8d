"""Parquet files, a batch of rows at a time."""

import hashlib
import json
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from flows.readers.compression import compression_of, open_content, open_file
from flows.readers.formats import extension_of, is_known_extension
from flows.readers.header import ROW_NUMBER, name_columns
from flows.readers.json_files.json_values import value_at
from flows.readers.raw_batch import BrokenRecords, FileOptions, RawBatch
from flows.readers.refusal import RefusedFile, require_few_columns, require_small_expansion

_MAGIC = b"PAR1"
_MIN_BATCH_ROWS = 1_000
_MAX_BATCH_ROWS = 125_000
"""However small they are in the file, where equal cells take next to nothing."""
_COPY_BYTES = 1 << 20
_MAX_DECIMAL_DIGITS = 38
_CELL_BYTES = 8
"""What a cell takes in memory at least: equal ones take next to nothing in the file."""


def is_parquet(path: Path) -> bool:
    """Tell whether a file is Parquet by its name, or by content where the name says nothing."""
    extension = extension_of(path)
    if is_known_extension(extension):
        return extension in (".parquet", ".pq")
    with open_content(path) as content:
        return content.read(len(_MAGIC)) == _MAGIC


class ParquetReader:
    """One Parquet file.

    Numbers, dates, times, decimals and booleans keep their types; text that was written without
    being marked as text becomes text (`0x…` where it is none), nested values become JSON text,
    durations become ISO 8601's.
    What stands at a path that is asked for in a nested column becomes a column of that name.

    Attributes:
        header: The names of the top-level columns, then the paths into them.
        is_empty: Whether it has no rows.
        notes: What was renamed.
        content_sha256: Hash of the Parquet bytes, once the batches are exhausted.
    """

    has_fixed_columns = True

    def __init__(self, path: Path, options: FileOptions, batch_bytes: int) -> None:
        """Read a file's footer.

        Args:
            options: What is known about it; dotted paths into nested columns become columns.

        Raises:
            RefusedFile: The file is not readable Parquet.
        """
        self._path = path
        self._batch_bytes = batch_bytes
        self._max_expansion = options.max_expansion
        self.content_sha256 = ""
        with _open_file(path, options.max_expansion) as file, _refusing_damage():
            schema = pq.ParquetFile(file).schema_arrow
            rows = _count_rows(file)
        self.is_empty = rows == 0
        require_few_columns(len(schema.names), options.max_columns)
        content_bytes = rows * len(schema.names) * _CELL_BYTES
        require_small_expansion(content_bytes, path.stat().st_size, options.max_expansion)
        self._names = name_columns(schema.names).columns
        self._paths = {
            name: [
                p
                for p in sorted(options.flatten)
                if p.startswith(f"{name}.") and p not in self._names
            ]
            for name, kind in zip(self._names, schema.types, strict=True)
            if pa.types.is_nested(kind)
        }
        paths = [path for found in self._paths.values() for path in found]
        self.header = name_columns([*schema.names, *paths])
        self.notes = list(self.header.notes)
        self.preamble: tuple[str, ...] = ()

    def batches(self) -> Iterator[RawBatch]:
        """Yield every row in order.

        Raises:
            RefusedFile: A page is damaged, or there are not as many rows as the footer says.
        """
        before = 0
        with _open_file(self._path, self._max_expansion) as file:
            tables = self._tables(file)
            while True:
                with _refusing_damage():
                    table = next(tables, None)
                    frame = None if table is None else self._frame(table)
                if frame is None:
                    break
                rows = frame.with_columns(pl.col(pl.String).replace("", None)).with_row_index(
                    ROW_NUMBER, offset=before + 1
                )
                before += rows.height
                yield RawBatch(rows, BrokenRecords().to_frame())
            with _refusing_damage():
                promised = _count_rows(file)
            if before != promised:
                raise _damaged()
            self.content_sha256 = _hash_file(file)

    def _tables(self, file: BinaryIO) -> Iterator[pa.RecordBatch]:
        parquet = pq.ParquetFile(
            file, coerce_int96_timestamp_unit="us", page_checksum_verification=True
        )
        groups = [parquet.metadata.row_group(i) for i in range(parquet.num_row_groups)]
        row_bytes = sum(group.total_byte_size for group in groups) // max(
            1, sum(group.num_rows for group in groups)
        )
        wanted = self._batch_bytes // max(1, row_bytes)
        batch_rows = min(_MAX_BATCH_ROWS, max(_MIN_BATCH_ROWS, wanted))
        for batch in parquet.iter_batches(batch_size=batch_rows):
            if batch.num_rows:
                yield batch

    def _frame(self, batch: pa.RecordBatch) -> pl.DataFrame:
        columns = dict(zip(self._names, batch.columns, strict=True))
        series = [_to_series(name, column) for name, column in columns.items()]
        for name, paths in self._paths.items():
            values = columns[name].to_pylist() if paths else []
            series += [
                pl.Series(path, [_to_cell(value_at({name: v}, path)) for v in values], pl.String)
                for path in paths
            ]
        return pl.DataFrame(series)


def _count_rows(file: BinaryIO) -> int:
    """Count the rows that the row groups promise; old writers left the file's own count at 0."""
    metadata = pq.read_metadata(file)
    return sum(metadata.row_group(i).num_rows for i in range(metadata.num_row_groups))


def _to_series(name: str, column: pa.Array) -> pl.Series:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    column.validate(full=True)
    kind = column.type
    if pa.types.is_nested(kind):
        texts = [None if value is None else _to_json(value) for value in column.to_pylist()]
        return pl.Series(name, texts, pl.String)
    if (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    ):
        return pl.Series(name, list(map(_bytes_to_text, column.to_pylist())), pl.String)
    if pa.types.is_null(kind):
        return pl.Series(name, [None] * len(column), pl.String)
    if pa.types.is_duration(kind):
        return pl.Series(name, pl.from_arrow(column)).dt.to_string("iso")
    if pa.types.is_float16(kind):
        column = column.cast(pa.float32())
    if pa.types.is_decimal(kind) and kind.precision > _MAX_DECIMAL_DIGITS:
        column = column.cast(pa.string())
    return pl.Series(name, pl.from_arrow(column))


def _bytes_to_text(value: bytes | None) -> str | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"


def _to_cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _bytes_to_text(value) if isinstance(value, bytes) else _to_json(value)


def _to_json(value: object) -> str:
    def encode(leaf: object) -> str:
        if isinstance(leaf, bytes):
            return _bytes_to_text(leaf) or ""
        return leaf.isoformat() if isinstance(leaf, date | time) else str(leaf)

    return json.dumps(value, default=encode, ensure_ascii=False, separators=(",", ":"))


def _hash_file(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_COPY_BYTES):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def _open_file(path: Path, max_expansion: int) -> Generator[BinaryIO]:
    """Open the Parquet bytes for reading anywhere, decompressed into a nameless file if need be."""
    if compression_of(path) is None:
        with open_file(path) as file:
            yield file
        return
    with (
        tempfile.TemporaryFile() as file,
        open_content(path, max_expansion=max_expansion) as content,
    ):
        while block := content.read(_COPY_BYTES):
            file.write(block)
        file.seek(0)
        yield file


@contextmanager
def _refusing_damage() -> Generator[None]:
    """Turn whatever the libraries raise on bad Parquet into a refusal.

    Bad files make them raise anything, Rust panics among it, which are no `Exception`.
    """
    try:
        yield
    except RefusedFile:
        raise
    except (Exception, pl.exceptions.PanicException):  # noqa: BLE001
        raise _damaged() from None


def _damaged() -> RefusedFile:
    msg = "no readable Parquet: damaged, truncated, encrypted or with types that have no table form"
    return RefusedFile(msg, "deliver the file again, as plain Parquet")
