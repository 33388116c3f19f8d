"""Raw feed files of every supported format, as batches that account for every record."""

from flows.readers.feed_file import FeedFile, open_feed
from flows.readers.header import ROW_NUMBER, Header
from flows.readers.raw_batch import FileOptions, RawBatch, RefusedFile

__all__ = [
    "ROW_NUMBER",
    "FeedFile",
    "FileOptions",
    "Header",
    "RawBatch",
    "RefusedFile",
    "open_feed",
]
