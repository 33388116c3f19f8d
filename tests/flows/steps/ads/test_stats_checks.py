"""Daily stats held against accepted rows: what is right holds, and a lost or doubled row shows."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from flows.catalog.canonical_tables import Catalog
from flows.config.loading import load_workspace
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.ads.stats_checks import reconcile_stats
from flows.steps.matching.sessions import find_sessions
from flows.steps.step_inputs import StepInputs
from tests.support.workspaces import feed, read_files

HEADER = "date_day,platform,account_id,campaign_id,ad_id,clicks,impressions,spend,currency\n"
GOOGLE = HEADER + (
    "2026-03-01,google_ads,G,1,11,5,100,0.333333,USD\n"
    "2026-03-01,google_ads,G,1,11,2,50,0.333333,USD\n"
    "2026-03-02,google_ads,G,1,,7,,1.10,USD\n"
)
META = HEADER + "2026-03-01,facebook_ads,F,2,21,4,90,8.00,EUR\n"
RATES = "currency,date_day,rate\nEUR,2026-01-01,1.10\n"
NAMES = [
    "ads: clicks of feed google as accepted",
    "ads: impressions of feed google as accepted",
    "ads: spend of feed google as accepted, but for rounding",
    "ads: clicks of feed meta as accepted",
    "ads: impressions of feed meta as accepted",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[AdFacts, Catalog]:
    place = tmp_path_factory.mktemp("stats")
    files = {
        "raw/google/1.csv": GOOGLE.encode(),
        "raw/meta/1.csv": META.encode(),
        "raw/rates.csv": RATES.encode(),
    }
    toml = feed("ad_stats", "raw/google/*.csv", name='"google"')
    toml += feed("ad_stats", "raw/meta/*.csv", name='"meta"')
    toml += feed("exchange_rates", "raw/rates.csv")
    catalog = read_files(place, toml, files).catalog
    config = load_workspace(place / "ws", environ={}).config
    given = StepInputs.afresh(catalog, config, place / "scratch")
    return build_ad_facts(given, find_sessions(given)), catalog


def test_each_feed_comes_to_its_accepted_rows(made: tuple[AdFacts, Catalog]) -> None:
    """Spend is compared of the feed whose rows are all in the reporting currency."""
    checks = reconcile_stats(*made, "USD")
    assert [check.name for check in checks] == NAMES
    assert all(check.holds for check in checks)
    assert [check.expected for check in checks] == [14, 150, "1.766666", 4, 90]
    assert [check.actual for check in checks] == [14, 150, "1.7667", 4, 90]


@pytest.mark.parametrize(
    ("break_stats", "broken"),
    [
        (lambda stats: stats.filter(pl.col("clicks") != 4), NAMES[3:]),
        (lambda stats: pl.concat([stats, stats.filter(pl.col("clicks") == 4)]), NAMES[3:]),
        (
            lambda stats: stats.with_columns(pl.col("spend") + Decimal("0.0002")),
            [NAMES[2]],
        ),
        (lambda stats: stats.clear(), NAMES),
    ],
    ids=["lost", "doubled", "dearer", "nothing"],
)
def test_what_does_not_come_to_it_shows(
    made: tuple[AdFacts, Catalog],
    break_stats: Callable[[pl.LazyFrame], pl.LazyFrame],
    broken: list[str],
) -> None:
    facts, catalog = made
    checks = reconcile_stats(replace(facts, stats=break_stats(facts.stats)), catalog, "USD")
    assert [check.name for check in checks if not check.holds] == broken
