"""DuckDB comes to the same sessions and figures of campaigns and ads on a small workspace."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.ads import build_ad_facts, write_ads_reports
from flows.settings import load_workspace
from flows.web import find_sessions
from tests.benchmarks.duckdb_ads import run_reports
from tests.benchmarks.generate_ads import generate
from tests.benchmarks.ours import read_into

SESSIONS, ADS, DAYS = 8_000, 600, 300
TABLES = (
    "account_report",
    "campaign_report",
    "ad_group_report",
    "ad_report",
    "url_report",
    "campaign_performance",
    "ad_performance",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("benchmark") / "workspace"
    generate(root, SESSIONS, ADS)
    read, config = read_into(root, root / "ledger", root / "rejected"), load_workspace(root).config
    sessions = find_sessions(read.catalog, config, root / "web")
    facts = build_ad_facts(read.catalog, config, sessions, root / "ads")
    write_ads_reports(read.catalog, config, facts, None, root / "ours")
    return root / "ours/ads", run_reports(root)


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_gives_the_same_table(folders: tuple[Path, Path], table: str) -> None:
    ours, theirs = (pl.read_parquet(folder / f"{table}.parquet") for folder in folders)

    assert ours.height > DAYS
    assert_frame_equal(ours, theirs)


def test_duckdb_matches_the_same_sessions(folders: tuple[Path, Path]) -> None:
    ours, theirs = (
        pl.read_parquet(folder / "session_matches.parquet").drop("match_reason")
        for folder in folders
    )

    assert ours["match_method"].n_unique() == len(
        ("id", "name", "campaign id", "campaign name", "platform", "none")
    )
    assert_frame_equal(ours, theirs)
