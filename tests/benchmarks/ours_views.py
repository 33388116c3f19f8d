"""Our sessions of page views, each stage as one process that the benchmark can measure.

`ingest` reads the feed into a fresh ledger; `sessions` cuts the views that it left into sessions.
"""

import argparse
import shutil
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import PageViews
from flows.config.loading import load_workspace
from flows.steps.matching.sessions import ROWS_A_GROUP, cut_views, scan_made
from tests.benchmarks.ours import ingest
from tests.benchmarks.ours_ads import reopen


def make_sessions(root: Path) -> Path:
    """Write the sessions of the views that `ingest` left and tell where they are."""
    scratch = root / "ours/web"
    shutil.rmtree(scratch, ignore_errors=True)
    catalog, config = reopen(root).catalog, load_workspace(root).config
    groups = cut_views(catalog, pl.lit(value=True), scratch, ROWS_A_GROUP)
    made = root / "ours/sessions.parquet"
    sessions = pl.concat([scan_made(scratch, config, group) for group in range(groups)])
    sessions.sink_parquet(made, compression="zstd", compression_level=1)
    return made


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("mode", choices=("start", "ingest", "sessions"))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    workspace = chosen.root.resolve()
    if chosen.mode == "start":
        PageViews.validate(pl.DataFrame(schema=polars_schema(PageViews)))
    elif chosen.mode == "ingest":
        (workspace / "ours").mkdir(exist_ok=True)
        ingest(workspace, workspace / "ours")
    else:
        make_sessions(workspace)
