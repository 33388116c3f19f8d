"""A raw file written anew without some of its records, in its own format and compression."""

import gzip
from collections.abc import Callable, Collection
from pathlib import Path

import polars as pl
import pyarrow as pa

from flows.readers.compression import compression_of
from flows.readers.csv_files.csv_header import find_header
from flows.readers.csv_files.csv_records import Grammar
from flows.readers.formats import CSV, JSON_ARRAY, detect_text_format, extension_of
from flows.readers.json_files.json_array import array_to_lines
from flows.readers.parquet_reader import is_parquet
from flows.readers.raw_batch import FileOptions
from flows.readers.text import TextFile

BLOCK_BYTES = 1 << 24
BLANKS = b" \t\r\n"
Suspect = Callable[[str], bool]


class WrongRecordError(ValueError):
    """A record that was to go does not say what it should: nothing is written."""


def write_without(
    path: Path, options: FileOptions, numbers: Collection[int], target: Path, must_say: Suspect
) -> None:
    """Write a raw file without the records of these numbers.

    Args:
        numbers: The numbers of the records, as batches number them.
        must_say: Whether a record's text is one that is to go: what proves the numbers right.

    Raises:
        WrongRecordError: A record of these numbers is not of that kind.
    """
    if is_parquet(path):
        _write_parquet(path, numbers, target)
        return
    text = TextFile(path, options)
    content = b"".join(block for block, _ in text.blocks(BLOCK_BYTES))
    file_format = detect_text_format(extension_of(path), text.head, whole=text.head_is_all)
    if file_format == CSV:
        kept = _drop_from_csv(content, text, options, numbers, must_say)
    elif file_format == JSON_ARRAY:
        lines = b"".join(part for part, _ in array_to_lines(iter([(content, True)])))
        kept = b"[" + b",\n".join(_drop_lines(lines, numbers, must_say)) + b"]\n"
    else:
        kept = b"\n".join(_drop_lines(content, numbers, must_say)) + b"\n"
    target.write_bytes(_compress(text.encode(kept), compression_of(path)))


def _write_parquet(path: Path, numbers: Collection[int], target: Path) -> None:
    rows = pl.read_parquet(path).with_row_index("record", offset=1)
    rows.filter(~pl.col("record").is_in(list(numbers))).drop("record").write_parquet(target)


def _drop_from_csv(
    content: bytes,
    text: TextFile,
    options: FileOptions,
    numbers: Collection[int],
    must_say: Suspect,
) -> bytes:
    found = find_header(text.head, options, final=text.head_is_all)
    body = content[found.start :]
    records = Grammar(found.delimiter).records(body, None, final=True)
    in_order = dict(zip(records.places, records.good, strict=True))
    in_order |= {one.place: one.raw for one in records.broken}
    lines = [in_order[place] for place in sorted(in_order)]
    above = content[: found.start].rstrip(b"\r\n")
    return b"".join(line + b"\n" for line in (above, *_keep(lines, numbers, must_say)))


def _drop_lines(content: bytes, numbers: Collection[int], must_say: Suspect) -> list[bytes]:
    return _keep([line for line in content.splitlines() if line.strip(BLANKS)], numbers, must_say)


def _keep(records: list[bytes], numbers: Collection[int], must_say: Suspect) -> list[bytes]:
    going = set(numbers)
    for number in going:
        if number > len(records) or not must_say(records[number - 1].decode(errors="replace")):
            msg = f"record {number} is not the one that was read"
            raise WrongRecordError(msg)
    return [record for number, record in enumerate(records, start=1) if number not in going]


def _compress(content: bytes, compression: str | None) -> bytes:
    if compression is None:
        return content
    if compression == "gzip":
        return gzip.compress(content, mtime=0)
    return pa.Codec("zstd").compress(content, asbytes=True)
