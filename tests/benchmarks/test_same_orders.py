"""DuckDB credits the same orders, and sets out as many things of as many contacts."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.columns import key
from contracts.reports.attribution import (
    MODELS,
    CampaignAttribution,
    ChannelAttribution,
    OrderTouches,
    Paths,
)
from tests.benchmarks import duckdb_orders, duckdb_people, generate_orders
from tests.benchmarks.generate_people import generate
from tests.benchmarks.ours_people import write_all_journeys, write_attribution
from tests.benchmarks.same_tables import TABLES as OF_MAIL
from tests.benchmarks.same_tables import assert_same_table
from tests.support.workspaces import run_workspace

TOUCHES = 20_000
TABLES = {
    "order_touches": OrderTouches,
    "paths": Paths,
    "channel_attribution": ChannelAttribution,
    "campaign_attribution": CampaignAttribution,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "people"
    generate(folder, TOUCHES)
    return folder


def assert_same_credits(ours: Path, theirs: Path) -> None:
    """Every table of the attribution group is the same, but for the last place of what is shared.

    A share is rounded on its own there, and here so that all shares add up: of a day's credits
    to a channel the difference adds up to cents.
    """
    for name, contract in TABLES.items():
        mine = pl.read_parquet(ours / f"{name}.parquet")
        other = pl.read_parquet(theirs / f"{name}.parquet")
        known = [column for column in mine.columns if column in other.columns]
        named = [column for column in known if column != "campaign_name"]
        mine, other = (
            rows.select(named)
            .sort([n for n in key(contract) if n in named])
            .with_columns(pl.selectors.decimal().cast(pl.Float64))
            for rows in (mine, other)
        )
        assert mine.height > TOUCHES // 1000
        shared = pl.selectors.float()
        exact = [column for column in named if column not in mine.select(shared).columns]
        assert_frame_equal(mine.select(exact), other.select(exact).cast(dict(mine[exact].schema)))
        assert_frame_equal(
            mine.select(shared), other.select(shared), rel_tol=0, abs_tol=0.1, check_dtypes=False
        )


def test_duckdb_credits_the_same_last_touches(root: Path) -> None:
    models = ("last_touch",)
    assert_same_credits(write_attribution(root, models), duckdb_people.run(root, "last"))


def test_duckdb_shares_orders_among_the_same_touches(root: Path) -> None:
    ours, theirs = write_attribution(root, MODELS), duckdb_people.run(root, "models")
    assert_same_credits(ours, theirs)
    mine, other = (pl.read_parquet(place / "order_touches.parquet") for place in (ours, theirs))
    for model in MODELS:
        shares = mine[model].cast(pl.Float64) - other[model].cast(pl.Float64)
        assert shares.abs().max() == pytest.approx(0, abs=1e-7)


def test_duckdb_sets_out_the_same_journeys(root: Path) -> None:
    write_all_journeys(root)
    ours = pl.read_parquet(root / "ours/people/contact_journey/*.parquet")
    theirs = pl.read_parquet(duckdb_people.run(root, "journey") / "contact_journey.parquet")

    assert_frame_equal(ours, theirs.cast(dict(ours.schema)))


def test_duckdb_makes_the_same_tables_of_a_workspace(tmp_path: Path) -> None:
    root = tmp_path / "orders"
    generate_orders.generate(root, TOUCHES // 4)
    reports = root / "duckdb/reports"
    duckdb_orders.run_whole(root, root / "duckdb/typed", reports, MODELS)
    run_workspace(root, tmp_path / "out")

    snapshot = tmp_path / "out/snapshot"
    assert_same_credits(snapshot / "attribution", reports)
    ours = pl.read_parquet(snapshot / "people/contact_journey/*.parquet")
    theirs = pl.read_parquet(reports / "contact_journey.parquet")
    assert_frame_equal(ours, theirs.cast(dict(ours.schema)))
    for table in (*OF_MAIL, "people/list_growth"):
        assert_same_table(snapshot, reports, table)
