"""Frames cut into groups: which rows lie together, and how many are held."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.runtime.materialize import scan_group, write_groups

ROWS = pl.DataFrame({"who": [0, 1, 2, None, 4, 5, 6], "row": [100, 101, 102, 103, 104, 105, 106]})


def read(folder: Path, groups: int) -> list[list[int]]:
    schema = pl.Schema({"who": pl.Int64, "row": pl.Int64})
    found = [scan_group(folder, schema, group).sort("row").collect() for group in range(groups)]
    return [rows["row"].to_list() for rows in found]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (1, [[100, 101, 102, 103, 104, 105, 106]]),
        (2, [[100, 102, 103, 104, 106], [101, 105]]),
        (4, [[100, 103, 104], [101, 105], [102, 106], []]),
    ],
)
@pytest.mark.parametrize("rows_a_frame", [1, 3, 7])
def test_rows_of_one_key_lie_in_one_group_however_they_come(
    tmp_path: Path, groups: int, expected: list[list[int]], rows_a_frame: int
) -> None:
    frames = (part.lazy() for part in ROWS.iter_slices(rows_a_frame))
    write_groups(frames, pl.col("who").cast(pl.UInt64), groups, tmp_path / "cut")
    assert read(tmp_path / "cut", groups) == expected


@pytest.mark.parametrize("groups", [1, 3])
def test_a_frame_is_asked_for_when_those_before_it_lie_in_files(
    tmp_path: Path, groups: int
) -> None:
    cut, asked = tmp_path / "cut", []

    def make() -> Iterator[pl.LazyFrame]:
        for part in ROWS.iter_slices(2):
            asked.append(sum(map(len, read(cut, groups))))
            yield part.lazy()

    write_groups(make(), pl.col("who").cast(pl.UInt64), groups, cut)
    assert asked == [0, 2, 4, 6]
