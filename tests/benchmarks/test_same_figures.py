"""DuckDB, whose SQL shares nothing with us, comes to the same e-mail reports."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.config.loading import load_workspace
from flows.steps.step_inputs import StepInputs
from tests.benchmarks.duckdb_job import run_whole
from tests.benchmarks.duckdb_overviews import LISTS
from tests.benchmarks.floor import write_typed
from tests.benchmarks.generate import generate
from tests.benchmarks.ours import read_into, write_reports
from tests.benchmarks.same_tables import TABLES, assert_same_table
from tests.support.workspaces import run_workspace

EVENTS = 20_000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("benchmark") / "workspace"
    generate(root, EVENTS)
    return root


@pytest.fixture(scope="module")
def ours(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ours")
    read = read_into(workspace, out / "ledger", out / "quarantine")
    config = load_workspace(workspace).config
    inputs = StepInputs.afresh(read.catalog, config, out / "scratch")
    write_reports(inputs, out / "reports")
    return out / "reports"


@pytest.fixture(scope="module")
def theirs(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("duckdb")
    run_whole(workspace, out / "typed", out / "reports", has_people=True)
    return out / "reports"


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_gives_the_same_table(ours: Path, theirs: Path, table: str) -> None:
    assert_same_table(ours, theirs, table)


def test_generated_mail_is_skewed_as_real_mail_is(workspace: Path) -> None:
    sends = pl.read_csv(workspace / "raw/sends/*.csv")
    events = pl.read_csv(workspace / "raw/events/*.csv")
    senders = dict(events.group_by("event_type").agg(pl.col("send_id").n_unique()).iter_rows())
    shares = {name: senders[f"email_{name}"] / sends.height for name in ("opened", "clicked")}
    sizes = sends.group_by("message_id").len().get_column("len").sort(descending=True)
    with_comma = events.get_column("user_agent").str.contains(",").sum() / events.height

    assert events.height == pytest.approx(EVENTS, rel=0.05)
    assert shares["opened"] == pytest.approx(0.35, abs=0.02)
    assert shares["clicked"] == pytest.approx(0.04, abs=0.01)
    assert sizes[0] > 10 * sizes[len(sizes) // 2]
    assert with_comma == pytest.approx(0.1, abs=0.02)


def test_the_floor_writes_every_row(workspace: Path, tmp_path: Path) -> None:
    write_typed(workspace, tmp_path / "floor")

    written = pl.scan_parquet(tmp_path / "floor/events/*.parquet").select(pl.len()).collect().item()
    assert written == pl.read_csv(workspace / "raw/events/*.csv").height


def test_the_same_journeys_and_lists(workspace: Path, theirs: Path, tmp_path: Path) -> None:
    run_workspace(workspace, tmp_path)
    ours = pl.read_parquet(tmp_path / "snapshot/people/contact_journey/*.parquet")
    journey = pl.read_parquet(theirs / "people/contact_journey.parquet")
    assert_frame_equal(ours, journey.cast(dict(ours.schema)))
    for table in LISTS:
        assert_same_table(tmp_path / "snapshot", theirs, table)
