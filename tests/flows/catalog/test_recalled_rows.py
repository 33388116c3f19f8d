"""What runs before found in files, taken over by later ones, whose files stand elsewhere."""

from pathlib import Path

import polars as pl
import pytest

from flows.catalog import recalled_rows
from flows.catalog.row_status import judge_rows
from flows.kept.kept_steps import KeptSteps
from tests.support.workspaces import feed, read_files

TOML = feed("contacts", "raw/contacts/*") + feed("orders", "raw/orders/*")
ORDER = b"order_id,ordered_at,revenue\n1,2026-01-01T10:00:00Z,%d\n"
FILES = {"raw/orders/1.csv": ORDER % 5, "raw/orders/2.csv": ORDER % 7}


def test_rows_are_those_of_the_same_files_wherever_these_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalled_rows, "LEAST_ROWS", 0)
    more = {f"raw/contacts/{n}.csv": b"contact_id\n%d\n" % n for n in range(3)}
    found = []
    for name, files in (("before", FILES), ("now", FILES | more)):
        catalog = read_files(tmp_path / name, TOML, files).catalog
        keeper = KeptSteps(tmp_path / "kept", "code")
        discarded = judge_rows(catalog.files, 100, keeper).discarded["orders"]
        assert discarded.equals(judge_rows(catalog.files, 100, None).discarded["orders"])
        found += discarded.select(pl.exclude("row_status")).rows()
    assert found == [(0, 1), (3, 1)]
