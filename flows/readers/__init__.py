"""Raw feed files of every supported format, as batches that account for every record."""

from flows.readers.feed_file import FeedFile, open_feed
from flows.readers.header import ROW_NUMBER, Header
from flows.readers.raw_batch import LIMITS, FileOptions, RawBatch
from flows.readers.refusal import RefusedFile

__all__ = [
    "LIMITS",
    "ROW_NUMBER",
    "FeedFile",
    "FileOptions",
    "Header",
    "RawBatch",
    "RefusedFile",
    "open_feed",
]
