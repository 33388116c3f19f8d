"""DuckDB makes the same sessions of page views on a small workspace."""

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from tests.benchmarks import duckdb_views, ours_views
from tests.benchmarks.generate_views import generate
from tests.benchmarks.ours import ingest

VIEWS = 20_000


def test_duckdb_makes_the_same_sessions(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    generate(root, VIEWS)
    ingest(root)
    theirs = pl.read_parquet(duckdb_views.make_sessions(root)).sort("session_id")
    ours = pl.read_parquet(ours_views.make_sessions(root), columns=theirs.columns)

    assert VIEWS // 4 < theirs.height < VIEWS
    assert_frame_equal(ours.sort("session_id"), theirs)
