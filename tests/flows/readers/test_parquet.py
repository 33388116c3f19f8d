"""Parquet: native types where a table has them, text elsewhere, and never a lie."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.readers import ROW_NUMBER, RefusedFile, open_feed

REAL_DATA = Path(__file__).parents[3].parent / "shared" / "realdata" / "parquet_testing"
UNREADABLE = {
    "datapage_v1-corrupt-checksum.parquet",
    "rle-dict-uncompressed-corrupt-checksum.parquet",
    "incorrect_map_schema.parquet",
    "nested_structs.rust.parquet",
}
HUGE = "large_string_map.brotli.parquet"  # a string of 2 GiB
STAMP = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("array", "expected", "dtype"),
    [
        (pa.array(["a", None, ""]), ["a", None, None], pl.String),
        (pa.array([1, None], pa.int64()), [1, None], pl.Int64),
        (pa.array([Decimal("1.10")]), [Decimal("1.10")], pl.Decimal(3, 2)),
        (pa.array([date(2026, 7, 1)]), [date(2026, 7, 1)], pl.Date),
        (pa.array([STAMP], pa.timestamp("us", "UTC")), [STAMP], pl.Datetime("us", "UTC")),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"], pl.String),
        (pa.array([b"00123", b"\xff\x00", None]), ["00123", "0xff00", None], pl.String),
        (pa.array([[1, None], None, []]), ["[1,null]", None, "[]"], pl.String),
        (
            pa.array([{"a": "é", "d": Decimal("1.10"), "t": date(2026, 7, 1), "b": b"x"}]),
            ['{"a":"é","d":"1.10","t":"2026-07-01","b":"x"}'],
            pl.String,
        ),
        (pa.array([None, None]), [None, None], pl.String),
        (pa.array([timedelta(hours=26, seconds=5), None]), ["P1DT2H5S", None], pl.String),
        (pa.array([1.5, 2.5], pa.float16()), [1.5, 2.5], pl.Float32),
    ],
)
def test_what_becomes_of_a_type(
    tmp_path: Path, array: pa.Array, expected: list[object], dtype: pl.DataType
) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": array}), path)
    (batch,) = open_feed(path).batches()
    assert batch.rows["x"].to_list() == expected
    assert batch.rows["x"].dtype == dtype


def test_old_timestamps_far_away_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    far = datetime(9999, 12, 31, 3)  # noqa: DTZ001
    table = pa.table({"x": pa.array([far], pa.timestamp("us"))})
    pq.write_table(table, path, use_deprecated_int96_timestamps=True)
    (batch,) = open_feed(path).batches()
    assert batch.rows["x"].to_list() == [far]


def test_rows_are_numbered_through_batches_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = pl.DataFrame({"id": range(10_000), "row_number": ["x"] * 10_000})
    rows.write_parquet(path, row_group_size=3000)
    feed = open_feed(path, batch_bytes=1000)
    batches = list(feed.batches())
    assert feed.header.columns == ("id", "row_number (file)")
    assert len(batches) > 3
    read = pl.concat([batch.rows for batch in batches])
    assert read[ROW_NUMBER].to_list() == list(range(1, 10_001))
    assert read["id"].to_list() == list(range(10_000))


def test_a_file_without_rows_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"id": []}, schema={"id": pl.String}).write_parquet(path)
    feed = open_feed(path)
    assert feed.is_empty
    assert feed.header.columns == ("id",)
    assert list(feed.batches()) == []


def test_a_truncated_file_is_refused(read: Callable, tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    pl.DataFrame({"id": ["1"]}).write_parquet(path)
    with pytest.raises(RefusedFile, match="no readable Parquet"):
        read(path.read_bytes()[:-3], "a.parquet")


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real files are not here")
@pytest.mark.parametrize(
    "path",
    [p for p in sorted(REAL_DATA.rglob("*.parquet")) if p.name != HUGE],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_real_file_is_read_whole_or_refused(path: Path) -> None:
    heights = None
    with suppress(RefusedFile):
        feed = open_feed(path)
        heights = [batch.rows.height for batch in feed.batches()]
    if heights is None:
        assert path.parent.name == "bad_data" or path.name in UNREADABLE
    else:
        assert sum(heights) == pq.read_table(path).num_rows


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real files are not here")
def test_known_values_of_real_files() -> None:
    (batch,) = open_feed(REAL_DATA / "data" / "int32_decimal.parquet").batches()
    assert batch.rows.to_series(1).to_list()[:2] == [Decimal("1.00"), Decimal("2.00")]
    (batch,) = open_feed(REAL_DATA / "data" / "nested_maps.snappy.parquet").batches()
    assert json.loads(batch.rows[0, "a"]) == [["a", [[1, True], [2, False]]]]
