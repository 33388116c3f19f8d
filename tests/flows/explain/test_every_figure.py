"""Random figures of every table of the samples, added up again by a reader of the raw files.

`EXPLAINED_CELLS=500` asks for so many figures of each sample.
"""

import json
import os
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.cli.app import main
from tests.oracles.raw_rows import RawFiles
from tests.support.samples import SAMPLES

CELLS = int(os.environ.get("EXPLAINED_CELLS", "50"))
PLACE = ("file", "row_number", "table")
Said = dict[str, Any]


@pytest.fixture(params=sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def sample(request: pytest.FixtureRequest, published_sample: Callable[[str], Path]) -> Path:
    """A sample workspace with its reports."""
    return published_sample(request.param.name)


def read_tables(root: Path) -> Iterator[tuple[str, list[str], pa.Table]]:
    """The label, key and rows of every published table, by the descriptor beside them."""
    (package,) = (root / "reports/snapshots").glob("*/datapackage.json")
    for one in json.loads(package.read_text("utf-8"))["resources"]:
        path = one["path"] if isinstance(one["path"], str) else one["path"][0]
        file = package.parent / path
        table = pq.read_table(file.parent if file.name.startswith("part-") else file)
        label = path.removesuffix(".parquet").rpartition("/part-")
        yield label[0] or label[2], one["schema"].get("primaryKey", []), table


def draw_cells(root: Path, count: int) -> list[dict[str, Any]]:
    """Random cells of numbers; every table has the same chance."""
    draw = random.Random(count)  # noqa: S311 (no secret is drawn)
    columns = {}
    for label, key, table in read_tables(root):
        numbers = [field.name for field in table.schema if is_number(field.type)]
        if numbers and table.num_rows:
            columns[label] = (key, table, numbers)
    cells = []
    for label in draw.choices(sorted(columns), k=count):
        key, table, numbers = columns[label]
        row = table.slice(draw.randrange(table.num_rows), 1).to_pylist()[0]
        told = {name: as_text(row[name]) for name in key}
        cells.append({"table": label, "key": told, "column": draw.choice(numbers)})
    return cells


def is_number(dtype: pa.DataType) -> bool:
    return pa.types.is_integer(dtype) or pa.types.is_floating(dtype) or pa.types.is_decimal(dtype)


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def test_a_reader_of_raw_files_adds_up_the_same(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = draw_cells(sample, CELLS)
    (tmp_path / "cells.json").write_text(json.dumps(cells))
    code = main(["explain", str(sample), "--cells", str(tmp_path / "cells.json"), "--json"])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    said = json.loads(printed.out)
    assert [(one["table"], one["column"]) for one in said] == [
        (one["table"], one["column"]) for one in cells
    ]
    files = RawFiles(sample)
    assert [wrong for one in said for wrong in find_wrong(one, files)] == []


def find_wrong(said: Said, files: RawFiles) -> Iterator[tuple[Any, ...]]:
    """What of an explanation the raw files do not bear out."""
    cell = (files.root.name, said["table"], said["key"], said["column"], said["value"])
    figures = [(said["column"], said["value"], said), *list_operands(said)]
    for name, value, one in figures:
        if not one["rows"] and (said["operands"] or not value):
            continue
        if len(one["rows"]) != one["rows_total"]:
            yield cell, name, "rows are lacking", one["rows_total"]
        if sum((Decimal(row["counts"]) for row in one["rows"]), Decimal(0)) != Decimal(str(value)):
            yield cell, name, "rows add up to something else"
        for row in one["rows"]:
            if not files.is_own(row, name.split(" ")[0]):
                yield cell, name, row, files.find(row)
    counted = {tuple(row[part] for part in PLACE) for row in said["rows"]}
    for row in said["excluded"]:
        if not files.find(row) and "rejected" not in row["because"]:
            yield cell, "left out, but no record", row
        if tuple(row[part] for part in PLACE) in counted:
            yield cell, "counted and left out", row


def list_operands(said: Said) -> list[tuple[str, Any, Said]]:
    return [(one["name"], one["value"], one) for one in said["operands"]]


@pytest.mark.parametrize(
    ("column", "row_number", "counts", "is_own"),
    [
        ("spend", 1, "3.19", True),
        ("spend", 1, "3.20", False),
        ("spend", 2, "3.509", True),
        ("spend", 2, "3.19", False),
        ("clicks", 1, "11", True),
        ("clicks", 2, "11", False),
        ("entities", 1, "1", True),
        ("entities", 1, "3.19", False),
    ],
)
def test_the_reader_tells_a_row_that_says_something_else(
    column: str, row_number: int, counts: str, *, is_own: bool, tmp_path: Path
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "campaigns.toml").write_text("[workspace]\n")
    stats = "date_day,clicks,spend,currency\n2026-01-01,11,3.19,USD\n2026-01-02,7,3.19,EUR\n"
    (tmp_path / "raw/stats.csv").write_text(stats)
    (tmp_path / "raw/exchange_rates.csv").write_text("currency,date_day,rate\nEUR,2026-01-01,1.1\n")
    row = {"file": "raw/stats.csv", "row_number": row_number, "table": "ad_stats"}
    said = row | {"counts": counts, "because": "stats"}
    assert RawFiles(tmp_path).is_own(said, column) is is_own
