"""Our sessions of page views, each stage as one process that the benchmark can measure.

`ingest` reads the feed into a fresh ledger; `sessions` cuts the views that it left into sessions.
"""

import shutil
from pathlib import Path

import polars as pl

from contracts.columns import no_rows
from contracts.feeds import PageViews
from flows.steps.matching.sessions import ROWS_A_GROUP, cut_views, scan_made
from tests.benchmarks.modes import START, carry_out
from tests.benchmarks.ours import ingest, reopen


def make_sessions(root: Path) -> Path:
    """Write the sessions of the views that `ingest` left and tell where they are."""
    scratch = root / "ours/web"
    shutil.rmtree(scratch, ignore_errors=True)
    given = reopen(root)
    groups = cut_views(given.catalog, pl.lit(value=True), scratch, ROWS_A_GROUP)
    made = root / "ours/sessions.parquet"
    sessions = pl.concat([scan_made(scratch, given.config, group) for group in range(groups)])
    sessions.sink_parquet(made, compression="zstd", compression_level=1)
    return made


if __name__ == "__main__":
    carry_out(
        {
            START: lambda _: PageViews.validate(no_rows(PageViews).collect()),
            "ingest": ingest,
            "sessions": make_sessions,
        }
    )
