"""Opening a raw feed file, whatever its format."""

from collections.abc import Iterator
from pathlib import Path

from flows.readers.compression import compression_of
from flows.readers.csv_files.csv_reader import CsvReader
from flows.readers.formats import (
    CSV,
    JSON_ARRAY,
    JSON_LINES,
    PARQUET,
    detect_text_format,
    extension_of,
)
from flows.readers.json_files.json_reader import JsonArrayReader, JsonLinesReader
from flows.readers.parquet_reader import ParquetReader, is_parquet
from flows.readers.raw_batch import FileOptions, RawBatch, Reader
from flows.readers.text import TextFile

BATCH_BYTES = 16 << 20
DEFAULT_OPTIONS = FileOptions()
_TEXT_READERS = {
    CSV: CsvReader,
    JSON_LINES: JsonLinesReader,
    JSON_ARRAY: JsonArrayReader,
}


class FeedFile:
    """One raw feed file.

    Attributes:
        format: "csv", "json lines", "json array" or "parquet".
        header: The file's columns; of JSON, those of the first records.
        preamble: The lines above the header, where the format has one.
        is_empty: Whether it has no data: it is empty or has only a header.
        notes: What was skipped, renamed or detected, without values of the data.
        content_sha256: Hash of the decompressed content, once the batches are exhausted.
        rows_read: Records in all batches, once they are exhausted, broken ones among them.
    """

    def __init__(self, file_format: str, reader: Reader) -> None:
        """Wrap a reader; `open_feed` makes these."""
        self.format = file_format
        self.header = reader.header
        self.preamble = reader.preamble
        self.is_empty = reader.is_empty
        self.notes = reader.notes
        self.content_sha256 = ""
        self.rows_read = 0
        self._reader = reader

    @property
    def has_fixed_columns(self) -> bool:
        """Whether all columns are known before the first record, as those of JSON are not."""
        return self.format in (CSV, PARQUET)

    def batches(self) -> Iterator[RawBatch]:
        """Yield every record of the file, in order.

        Raises:
            RefusedFile: The file turns out to be damaged as a whole.
        """
        self.rows_read = 0
        for batch in self._reader.batches():
            self.rows_read += batch.height
            yield batch
        self.content_sha256 = self._reader.content_sha256


def open_feed(
    path: Path,
    options: FileOptions = DEFAULT_OPTIONS,
    batch_bytes: int = BATCH_BYTES,
    file_sha256: str = "",
) -> FeedFile:
    """Open a raw feed file: CSV, TSV, JSON Lines, JSON array or Parquet, also .gz or .zst.

    Args:
        batch_bytes: About how much content one batch holds.
        file_sha256: Hash of the file's bytes, where it is known: what is not compressed is then
            not hashed again.

    Raises:
        RefusedFile: The file as a whole cannot be read.
    """
    if is_parquet(path):
        return FeedFile(PARQUET, ParquetReader(path, options, batch_bytes))
    text = TextFile(path, options, file_sha256 if compression_of(path) is None else "")
    file_format = detect_text_format(extension_of(path), text.head, whole=text.head_is_all)
    reader = _TEXT_READERS[file_format](text, options, batch_bytes)
    return FeedFile(file_format, reader)
