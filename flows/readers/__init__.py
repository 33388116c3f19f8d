"""Raw feed files of every supported format, as batches that account for every record.

`feed_file` opens a file whatever its format (`formats`, `compression`), and gives its `header` and
batches (`raw_batch`), or says that it cannot be read as a whole (`refusal`). Text (`text`,
`encodings`) is read by `csv_files` and `json_files`, all else by `parquet_reader`. `rewriting`
writes a file anew without some of its records.
"""

from flows.readers.feed_file import Reader, open_feed
from flows.readers.header import ROW_NUMBER, Header
from flows.readers.raw_batch import LIMITS, FileOptions, RawBatch
from flows.readers.refusal import RefusedFile

__all__ = [
    "LIMITS",
    "ROW_NUMBER",
    "FileOptions",
    "Header",
    "RawBatch",
    "Reader",
    "RefusedFile",
    "open_feed",
]
