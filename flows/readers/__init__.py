"""Raw feed files of every supported format, as batches that account for every record."""

from flows.readers.feed_file import FeedFile, open_feed
from flows.readers.models import ROW_NUMBER, FileOptions, RawBatch, RefusedFile

__all__ = ["ROW_NUMBER", "FeedFile", "FileOptions", "RawBatch", "RefusedFile", "open_feed"]
