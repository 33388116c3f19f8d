"""What no file may do to the memory of a run: expand without end, or have columns without end."""

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from flows.readers import FileOptions, RefusedFile, open_feed

MEBIBYTE = 1 << 20


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_small_file_that_expands_without_end_is_refused(
    read: Callable, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """4 MiB of `a` lines are a few KiB compressed: reading stops where it is large."""
    monkeypatch.setattr("flows.readers.refusal.LARGE", MEBIBYTE)
    content = b"id\n" + b"a\n" * (2 * MEBIBYTE)
    small = gzip.compress(content, 1) if suffix == "gz" else zstd(content)
    assert len(small) < MEBIBYTE // 10
    with pytest.raises(RefusedFile, match="max_expansion"):
        read(small, name=f"bomb.csv.{suffix}", max_expansion=100)


def test_a_file_that_expands_as_text_does_is_read(read: Callable) -> None:
    """Small files may be as repetitive as they like."""
    content = b"id\n" + b"a\n" * 100_000
    _, rows, _ = read(gzip.compress(content), name="fine.csv.gz", max_expansion=10)
    assert rows.height == 100_000


def test_equal_keys_without_end_are_refused(tmp_path: Path) -> None:
    """30 million equal keys are 83 KB of Parquet and 6.8 GB of work."""
    path = tmp_path / "equal.parquet"
    pl.select(id=pl.repeat("k", 10_000_000)).write_parquet(path)
    assert path.stat().st_size < MEBIBYTE
    with pytest.raises(RefusedFile, match="max_expansion"):
        open_feed(path, FileOptions(max_expansion=100))


@pytest.mark.parametrize("name", ["wide.csv", "wide.jsonl", "wide.parquet"])
def test_columns_without_end_are_refused(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({f"c{at}": ["x"] for at in range(4)})
    path = tmp_path / name
    write = {".csv": frame.write_csv, ".jsonl": frame.write_ndjson, ".parquet": frame.write_parquet}
    write[path.suffix](path)
    assert open_feed(path, FileOptions(max_columns=4)).header.columns == tuple(frame.columns)
    with pytest.raises(RefusedFile, match="4 columns, more than max_columns = 3"):
        open_feed(path, FileOptions(max_columns=3))
