"""DuckDB comes to the same sessions and figures of campaigns and ads on a small workspace."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.config import memory
from flows.config.loading import load_workspace
from flows.steps.ads import ad_facts, performance_reports
from flows.steps.ads.ad_facts import build_ad_facts
from flows.steps.matching import session_reports
from flows.steps.matching.sessions import find_sessions
from flows.steps.step_inputs import StepInputs
from flows.storage import report_files
from tests.benchmarks.duckdb_ads import run_whole
from tests.benchmarks.generate_ads import generate
from tests.benchmarks.ours import read_into
from tests.benchmarks.ours_ads import write_ads

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
VALUES = ("conversions_value", "reported_conversions_value", "reported_roas")
"""What the files have no column of: null with us, 0 with DuckDB."""


@pytest.fixture(scope="module", params=["held", "in files"])
def folders(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Our tables and DuckDB's; ours some days at a time, held, and in files as large tables are."""
    root = tmp_path_factory.mktemp("benchmark") / "workspace"
    generate(root, SESSIONS, ADS)
    read, config = read_into(root, root / "ledger", root / "rejected"), load_workspace(root).config
    given = StepInputs.afresh(read.catalog, config, root / "scratch")
    sessions = find_sessions(given)
    with pytest.MonkeyPatch.context() as patch:
        for module in (ad_facts, performance_reports):
            patch.setattr(module, "STATS_ROWS", memory.STATS_ROWS._replace(most=800))
        if request.param == "in files":
            patch.setattr(report_files, "ROWS_AT_A_TIME", 500)
            patch.setattr(session_reports, "SESSIONS_A_PART", 3_000)
            patch.setattr(memory, "HELD_STATS_BYTES", 2**50)
        facts = build_ad_facts(given, sessions)
        checks = write_ads(given, facts, root / "ours")
    assert all(check.holds for check in checks)
    run_whole(root, root / "typed", root / "theirs")
    return root / "ours/ads", root / "theirs"


def read_table(folder: Path, table: str) -> pl.DataFrame:
    """A table in one file or in parts."""
    file = folder / f"{table}.parquet"
    return pl.read_parquet(file if file.exists() else sorted((folder / table).iterdir()))


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_gives_the_same_table(folders: tuple[Path, Path], table: str) -> None:
    ours, theirs = (read_table(folder, table) for folder in folders)

    assert ours.height > DAYS
    unknown = [name for name in VALUES if name in ours.columns]
    assert all(ours[name].fill_null(0).max() == 0 for name in unknown)
    assert_frame_equal(ours.select(theirs.columns).drop(unknown), theirs.drop(unknown))


def test_duckdb_matches_the_same_sessions(folders: tuple[Path, Path]) -> None:
    ours, theirs = (
        read_table(folder, "session_matches").drop("match_reason").sort("session_id")
        for folder in folders
    )

    assert ours["match_method"].n_unique() == len(
        ("id", "name", "campaign id", "campaign name", "platform", "none")
    )
    assert_frame_equal(ours.select(theirs.columns), theirs)
