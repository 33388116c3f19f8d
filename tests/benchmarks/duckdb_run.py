"""DuckDB's whole job of each world, which writes the tables that our whole run of it writes."""

from functools import partial
from pathlib import Path

from flows.config.loading import load_workspace
from tests.benchmarks import duckdb_ads, duckdb_job, duckdb_orders
from tests.benchmarks.duckdb_job import REPORTS, TYPED
from tests.benchmarks.modes import carry_out


def run_whole(world: str, root: Path) -> None:
    """CSV files to typed Parquet tables to all reports of a world."""
    typed, out = root / TYPED, root / REPORTS
    match world:
        case "messages":
            duckdb_job.run_whole(root, typed, out, has_people=True)
        case "ads":
            duckdb_ads.run_whole(root, typed, out)
        case "orders":
            duckdb_orders.run_whole(root, typed, out, read_models(root))


def read_models(root: Path) -> tuple[str, ...]:
    """The models under which a workspace credits its orders."""
    return load_workspace(root).config.attribution.models


if __name__ == "__main__":
    carry_out({world: partial(run_whole, world) for world in ("messages", "ads", "orders")})
