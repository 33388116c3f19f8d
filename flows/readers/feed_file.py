"""Opening a raw feed file, whatever its format."""

from pathlib import Path

from flows.readers.compression import compression_of
from flows.readers.csv_files.csv_reader import CsvReader
from flows.readers.formats import CSV, JSON_ARRAY, JSON_LINES, detect_text_format, extension_of
from flows.readers.json_files.json_reader import JsonArrayReader, JsonLinesReader
from flows.readers.parquet_reader import ParquetReader, is_parquet
from flows.readers.raw_batch import FileOptions
from flows.readers.text import TextFile

BATCH_BYTES = 16 << 20
DEFAULT_OPTIONS = FileOptions()
Reader = CsvReader | JsonLinesReader | ParquetReader
"""An open file: its columns, and batches that account for every record."""
_TEXT_READERS = {
    CSV: CsvReader,
    JSON_LINES: JsonLinesReader,
    JSON_ARRAY: JsonArrayReader,
}


def open_feed(
    path: Path,
    options: FileOptions = DEFAULT_OPTIONS,
    batch_bytes: int = BATCH_BYTES,
    file_sha256: str = "",
) -> Reader:
    """Open a raw feed file: CSV, TSV, JSON Lines, JSON array or Parquet, also .gz or .zst.

    Args:
        batch_bytes: About how much content one batch holds.
        file_sha256: Hash of the file's bytes, where it is known: what is not compressed is then
            not hashed again.

    Raises:
        RefusedFile: The file as a whole cannot be read.
    """
    if is_parquet(path):
        return ParquetReader(path, options, batch_bytes)
    text = TextFile(path, options, file_sha256 if compression_of(path) is None else "")
    file_format = detect_text_format(extension_of(path), text.head, whole=text.head_is_all)
    return _TEXT_READERS[file_format](text, options, batch_bytes)
