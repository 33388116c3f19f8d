"""Raw files written anew without record 2, whose cell is the only `ann`."""

import codecs
import gzip
from io import BytesIO
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from flows.readers import FileOptions, open_feed
from flows.readers.rewriting import WrongRecordError, write_without

CSV = 'Report of January\nid;name\n1;"Bo; ""B"""\n2;"ann\nann"\n\n3;J\xf8rn\nTotal;3\n'
LINES = '{"id":"1"}\n\n{"id":"2","name":"ann"}\n{"id":"3","name":"J\xf8rn"}\n'
ARRAY = '[{"id":"1"},\n {"id":"2","name":"ann"}, {"id":"3","name":"J\xf8rn"}]'
OPTIONS = FileOptions(
    expected_columns=frozenset({"id", "name"}), total_row_prefixes=("Total",), delimiter=";"
)


def parquet() -> bytes:
    out = BytesIO()
    pl.DataFrame({"id": ["1", "2", "3"], "name": ["Bo", "ann", "J\xf8rn"]}).write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("1.csv", CSV.encode()),
        ("1.csv", codecs.BOM_UTF8 + CSV.encode()),
        ("1.csv", CSV.replace("\n", "\r\n").encode("latin-1")),
        ("1.csv", codecs.BOM_UTF16_LE + CSV.encode("utf-16-le")),
        ("1.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("1.csv.zst", pa.Codec("zstd").compress(CSV.encode(), asbytes=True)),
        ("1.jsonl", LINES.encode()),
        ("1.json", ARRAY.encode()),
        ("1.json", ARRAY.replace("}, {", "}]\n[{").encode()),
        ("1.parquet", parquet()),
    ],
)
def test_every_other_record_stays_as_it_was(tmp_path: Path, name: str, content: bytes) -> None:
    """In the file's own format, encoding and compression, with all that is no record."""
    path, target = tmp_path / name, tmp_path / "again" / name
    target.parent.mkdir()
    path.write_bytes(content)
    before = pl.concat([batch.rows for batch in open_feed(path, OPTIONS).batches()], how="diagonal")
    assert before["id"].to_list() == ["1", "2", "3"]
    write_without(path, OPTIONS, {2}, target, lambda record: "ann" in record)
    after = pl.concat([batch.rows for batch in open_feed(target, OPTIONS).batches()])
    kept = before.filter(pl.col("id") != "2").drop("row_number")
    assert after.select("id", "name").rows() == kept.select("id", "name").rows()
    if "parquet" not in name:
        assert content[:3] == target.read_bytes()[:3] or name.endswith((".gz", ".zst"))


def test_a_record_that_says_something_else_stops_everything(tmp_path: Path) -> None:
    """The file was changed since its records were numbered: nothing is written."""
    path = tmp_path / "1.jsonl"
    path.write_text(LINES)
    with pytest.raises(WrongRecordError):
        write_without(path, OPTIONS, {3}, tmp_path / "2", lambda record: "ann" in record)
    assert not (tmp_path / "2").exists()
