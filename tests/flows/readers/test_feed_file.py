"""Opening files: formats, compression, refusals and what is known at the end."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from flows.readers import Reader, RefusedFile, open_feed
from flows.readers.parquet_reader import ParquetReader

CSV = b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i * 7919) for i in range(3000))
ARRAY = b'[{"id": "1"}, {"id": "2"}]'
LINES = b'{"id": "1"}\n{"id": "2"}\n'


def zstd(content: bytes) -> bytes:
    return pa.Codec("zstd").compress(content, asbytes=True)


def parquet(folder: Path) -> bytes:
    path = folder / "made.parquet"
    pl.DataFrame({"id": ["1", "2"]}).write_parquet(path)
    return path.read_bytes()


def drain(feed: Reader) -> int:
    return sum(batch.height for batch in feed.batches())


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"id\n1\n2\n", "CsvReader"),
        ("a.tsv", b"id\tb\n1\t\n2\t\n", "CsvReader"),
        ("a.TXT", b"id\n1\n2\n", "CsvReader"),
        ("a.jsonl", LINES, "JsonLinesReader"),
        ("a.ndjson", LINES, "JsonLinesReader"),
        ("a.json", LINES, "JsonLinesReader"),
        ("a.json", ARRAY, "JsonArrayReader"),
        ("export", ARRAY, "JsonArrayReader"),
        ("export", LINES, "JsonLinesReader"),
        ("export.2024", b"id\n1\n2\n", "CsvReader"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_every_format_plain_and_compressed(
    read: Callable, name: str, content: bytes, expected: str, ending: str
) -> None:
    compress = {"": bytes, ".gz": gzip.compress, ".zst": zstd}[ending]
    feed, rows, _ = read(compress(content), name + ending)
    assert type(feed).__name__ == expected
    assert rows["id"].to_list() == ["1", "2"]
    assert feed.content_sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ["a.parquet", "a.pq", "export"])
def test_parquet(read: Callable, tmp_path: Path, name: str) -> None:
    feed, rows, _ = read(parquet(tmp_path), name)
    assert isinstance(feed, ParquetReader)
    assert rows["id"].to_list() == ["1", "2"]


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd)])
def test_compressed_parquet(
    read: Callable, tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    content = parquet(tmp_path)
    feed, rows, _ = read(compress(content), f"a.parquet{ending}")
    assert rows["id"].to_list() == ["1", "2"]
    assert feed.content_sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd)])
@pytest.mark.parametrize("batch_bytes", [100, 1 << 20])
def test_a_file_compressed_in_parts_is_read_whole(
    read: Callable, ending: str, compress: Callable[[bytes], bytes], batch_bytes: int
) -> None:
    stored = b"".join(compress(CSV[i : i + 5000]) for i in range(0, len(CSV), 5000))
    feed, rows, _ = read(stored, f"a.csv{ending}", batch_bytes=batch_bytes)
    assert rows.height == 3000
    assert feed.content_sha256 == hashlib.sha256(CSV).hexdigest()


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd)])
@pytest.mark.parametrize("kept", [0, 1, 3, 9, 100, -9, -8, -4, -1])
def test_a_truncated_file_is_refused(
    read: Callable, ending: str, compress: Callable[[bytes], bytes], kept: int
) -> None:
    with pytest.raises(RefusedFile, match=r"truncated|not (gzip|zstd) data"):
        read(compress(CSV)[:kept], f"a.csv{ending}")


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd)])
def test_a_truncated_second_part_is_refused(
    read: Callable, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(RefusedFile, match="truncated"):
        read(compress(CSV) + compress(CSV)[:-5], f"a.csv{ending}")


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd)])
def test_damaged_compression_is_refused(
    read: Callable, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    stored = bytearray(compress(CSV))
    stored[len(stored) // 2] ^= 0x55
    stored[len(stored) // 2 + 1] ^= 0x55
    with pytest.raises(RefusedFile):
        read(bytes(stored) + b"garbage", f"a.csv{ending}")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", gzip.compress(CSV, mtime=0), "content is gzip"),
        ("a.csv", zstd(CSV), "content is zstd"),
        ("a.csv", b"PAR1....PAR1", "content is Parquet"),
        ("a.csv", b"PK\x03\x04....", "zip archive or a spreadsheet"),
        ("a.csv", bytes(range(256)) * 20, "content is binary"),
        ("a.csv", b"\n<!DOCTYPE html><title>Log in</title>\n", "page for a browser"),
        ("a.jsonl", b'<?xml version="1.0"?><Error/>', "page for a browser"),
        ("a.csv", LINES, "not a text table"),
        ("a.csv", ARRAY, "not a text table"),
        ("a.jsonl", b"id\n1\n", "not JSON Lines"),
        ("a.jsonl", ARRAY, "not JSON Lines"),
        ("a.jsonl", b'[\n{"id": 1},\n{"id": 2}\n]\n', "not JSON Lines"),
        ("a.jsonl", b'{"data": [\n{"id": 1},\n{"id": 2}\n]}\n', "not JSON Lines"),
        ("a.parquet", CSV, "no readable Parquet"),
        ("a.parquet", b"", "no readable Parquet"),
        ("a.parquet", b"PAR1....PAR1", "no readable Parquet"),
        ("a.csv.gz", CSV, "not gzip data"),
        ("a.csv.zst", CSV, "not zstd data"),
        ("a.csv.gz", zstd(CSV), "not gzip data"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(
    read: Callable, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(RefusedFile, match=reason) as refusal:
        read(content, name)
    assert refusal.value.reason
    assert refusal.value.hint


def test_what_no_name_makes_readable_is_to_be_unpacked_or_saved_as_csv(read: Callable) -> None:
    with pytest.raises(RefusedFile) as refusal:
        read(b"PK\x03\x04....", "a.zip")
    assert refusal.value.hint == "unpack the archive, or save the table as CSV"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="cannot be opened"):
        open_feed(tmp_path / "none.csv")
    with pytest.raises(RefusedFile, match="cannot be opened"):
        open_feed(tmp_path / "none.parquet")


@pytest.mark.parametrize(("name", "content"), [("a.csv", CSV), ("a.jsonl", LINES * 99)])
def test_batches_can_be_read_again(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    feed = open_feed(path, batch_bytes=500)
    first = drain(feed), feed.content_sha256
    assert (drain(feed), feed.content_sha256) == first


def test_a_parquet_file_whose_pages_are_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"id": [str(i) for i in range(1000)]}).write_parquet(path, compression="zstd")
    content = bytearray(path.read_bytes())
    content[40:60] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(RefusedFile, match="no readable Parquet"):
        drain(open_feed(path))
