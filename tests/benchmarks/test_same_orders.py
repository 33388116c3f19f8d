"""DuckDB credits the same last touches, and sets out as many things of as many contacts."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.reports.attribution import MODELS
from tests.benchmarks.duckdb_people import run
from tests.benchmarks.generate_people import generate
from tests.benchmarks.ours_people import write_all_journeys, write_attribution

TOUCHES = 20_000


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "people"
    generate(folder, TOUCHES)
    return folder


def read_touches(root: Path, models: tuple[str, ...]) -> pl.DataFrame:
    """Our order_touches under some models."""
    return pl.read_parquet(write_attribution(root, models) / "order_touches.parquet")


def test_duckdb_credits_the_same_last_touches(root: Path) -> None:
    credited = read_touches(root, ("last_touch",))
    touch = ["order_id", "touched_at", "channel", "campaign_id", "message_id", "ad_id", "revenue"]
    ours = (
        credited.filter(pl.col("last_touch") == 1)
        .rename({"revenue_last_touch": "revenue"})
        .select(touch)
        .sort("order_id")
    )
    theirs = pl.read_parquet(run(root, "last")).select(touch)

    assert ours.height > TOUCHES // 100
    assert_frame_equal(ours, theirs.cast(dict(ours.schema)))


def test_duckdb_shares_orders_among_as_many_touches(root: Path) -> None:
    ours = read_touches(root, MODELS)
    theirs = pl.read_parquet(run(root, "models")).sort("order_id", "position")

    assert ours["touch_position"].to_list() == theirs["position"].to_list()
    for model in MODELS:
        shares = ours[model].cast(pl.Float64) - theirs[model].cast(pl.Float64)
        assert shares.abs().max() == pytest.approx(0, abs=1e-7)
    revenue = ours.filter(pl.col("touch_position") == 1).height
    assert ours["last_touch"].sum() == Decimal(revenue)


def test_duckdb_sets_out_the_same_journeys(root: Path) -> None:
    write_all_journeys(root)
    ours = pl.read_parquet(root / "ours/people/contact_journey/*.parquet")
    theirs = pl.read_parquet(run(root, "journey")).cast(dict(ours.schema))

    assert_frame_equal(ours, theirs)
