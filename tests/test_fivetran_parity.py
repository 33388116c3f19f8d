"""The raw connector tables of eleven platforms give what dbt ad_reporting makes of them.

For four platforms its own output is the oracle; for the others the sums of the raw columns that it
takes. Rows that it does not have are allowed: we keep what it loses where an account is not known.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from shutil import copyfile
from typing import NamedTuple

import polars as pl
import pytest

from contracts.vocabulary import AdLevel
from flows.config.loading import load_workspace
from flows.progress import silence
from flows.steps.ads.ad_facts import build_ad_facts
from flows.steps.ads.daily_stats import StatsMade
from flows.steps.matching.sessions import find_sessions
from flows.steps.reading.read_feeds import read_feeds
from flows.steps.step_inputs import StepInputs
from tests.support.ad_facts import report_level, report_urls, sum_of_level
from tests.support.connector_seeds import REALDATA, SEEDS, find_seed, platform_sources
from transforms.ads.name_versions import AdTables
from transforms.common.shared_texts import write_out_texts

EXPECTED = REALDATA / "fivetran_expected"
pytestmark = pytest.mark.skipif(not SEEDS.exists(), reason="no real data here")

CONVERSIONS = {
    "facebook_ads.basic_ad_action": 'conversions = ["lead"]\n',
    "_conversions": 'conversions = ["purchase"]\n',
}
"""The conversions that were chosen for dbt."""
IDS = {"account": "account_id", "campaign": "campaign_id", "ad_group": "ad_group_id", "ad": "ad_id"}
METRICS = ("clicks", "impressions", "spend", "conversions", "conversions_value")
TOLERANCE = {"clicks": 0, "impressions": 0, "spend": 0.01, "conversions": 1e-6}


class Made(NamedTuple):
    """What the seeds give."""

    stats: StatsMade
    tables: AdTables
    rows_read: dict[str, int]
    rejected: int


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("workspace")
    (root / "raw").mkdir()
    feeds = []
    for source in platform_sources():
        seed = find_seed(source)
        copyfile(seed, root / "raw" / seed.name)
        chosen = next((c for name, c in CONVERSIONS.items() if name in source), "")
        feeds.append(f'[[feeds]]\nsource = "{source}"\nfiles = "raw/{seed.name}"\n{chosen}')
    (root / "campaigns.toml").write_text("\n".join(feeds))
    ledger = root / "ledger"
    ledger.mkdir()
    read = read_feeds(load_workspace(root), ledger, silence)
    assert not read.refused
    catalog = read.catalog
    config = load_workspace(root, environ={}).config
    given = StepInputs.afresh(catalog, config, root / "scratch")
    facts = build_ad_facts(given, find_sessions(given))
    inputs = read.inputs
    return Made(
        facts,
        facts.versions.tables,
        {entry.path: entry.rows_read for entry in inputs if entry.table == "ad_stats"},
        sum(entry.rejected for entry in inputs),
    )


@pytest.mark.parametrize("source", platform_sources() if SEEDS.exists() else [])
def test_every_source_has_its_seed(source: str) -> None:
    assert find_seed(source).exists()


def test_no_row_is_rejected(made: Made) -> None:
    assert made.rejected == 0


def read_expected(level: str) -> pl.DataFrame:
    rows = pl.read_csv(EXPECTED / f"{level}_report.csv", infer_schema=False)
    return rows.with_columns(pl.col("date_day").str.to_date(), pl.col(METRICS).cast(pl.Float64))


@pytest.mark.parametrize("level", IDS)
def test_reports_have_the_rows_of_dbt(made: Made, level: str) -> None:
    expected = read_expected(level)
    report = report_level(made.stats, AdLevel(level), made.tables)
    keys = ["platform", "date_day", IDS[level]]
    both = expected.join(
        report.filter(
            pl.col("platform").is_in(expected["platform"].unique().implode())
        ).with_columns(pl.col(METRICS).cast(pl.Float64)),
        on=keys,
        how="left",
        suffix=" of ours",
        validate="1:1",
        nulls_equal=True,
    )
    for metric in METRICS:
        ours = pl.col(f"{metric} of ours").fill_null(0)  # dbt has 0 for what no table gives.
        differs = (pl.col(metric) - ours).abs()
        apart = both.filter((differs > TOLERANCE.get(metric, 0.01) + 1e-9).fill_null(value=True))
        assert apart.select(*keys, metric, f"{metric} of ours").rows() == []
    for parent in set(IDS.values()) & set(expected.columns) - set(keys):
        known = both.filter(pl.col(parent).is_not_null())
        assert known[parent].to_list() == known[f"{parent} of ours"].to_list()


def test_urls_of_ads_are_those_of_dbt(made: Made) -> None:
    """Facebook's ads and creatives of the seeds do not know one another."""
    keys = ["platform", "date_day", "ad_group_id", "base_url", "url_host", "url_path"]
    keys += ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"]
    expected = read_expected("url")
    platforms = pl.col("platform").is_in(expected["platform"].unique().implode())

    def total(report: pl.DataFrame) -> dict[tuple[object, ...], tuple[object, ...]]:
        sums = pl.col("clicks", "impressions", "spend").cast(pl.Float64).sum()
        has_url = pl.col("base_url").is_not_null()
        rows = report.filter(platforms, has_url).group_by(keys).agg(sums).rows()
        return {row[: len(keys)]: row[len(keys) :] for row in rows}

    ours, theirs = (
        total(report_urls(made.stats)),
        total(expected),
    )
    assert ours.keys() == theirs.keys()
    for place, figures in theirs.items():
        assert ours[place] == pytest.approx(figures, abs=0.02)


Row = dict[str, str]


def plain(*columns: str) -> Callable[[Row], Decimal]:
    """The sum of columns, empty ones 0."""
    return lambda row: sum((Decimal(row.get(c) or 0) for c in columns), Decimal(0))


def micros(*columns: str) -> Callable[[Row], Decimal]:
    return lambda row: plain(*columns)(row) / 1_000_000


def first(*columns: str) -> Callable[[Row], Decimal]:
    return lambda row: next((Decimal(row[c]) for c in columns if row.get(c)), Decimal(0))


class Seed(NamedTuple):
    """A raw stats table, and what dbt's package sums of it."""

    file: str
    level: str
    id: str
    day: str
    metrics: tuple[Callable[[Row], Decimal], ...]


AMAZON = tuple(map(plain, ("clicks", "impressions", "cost", "purchases_30_d", "sales_30_d")))
APPLE = (
    *map(plain, ("taps", "impressions", "local_spend_amount")),
    first("tap_installs", "conversions"),
    plain(),
)
LINKEDIN = (
    *map(plain, ("clicks", "impressions", "cost_in_usd")),
    plain("external_website_conversions", "one_click_leads"),
    plain("conversion_value_in_local_currency"),
)
PINTEREST = (
    plain("clickthrough_1", "clickthrough_2"),
    plain("impression_1", "impression_2"),
    micros("spend_in_micro_dollar"),
    plain("total_conversions"),
    micros("total_conversions_value_in_micro_dollar"),
)
REDDIT = (plain("clicks"), plain("impressions"), micros("spend"), plain(), plain())
TIKTOK = (
    *map(plain, ("CLICKS", "IMPRESSIONS", "SPEND", "CONVERSION")),
    plain("TOTAL_PURCHASE_VALUE", "TOTAL_SALES_LEAD_VALUE"),
)
TWITTER = (
    plain("clicks"),
    plain("impressions"),
    micros("billed_charge_local_micro"),
    plain("conversion_purchases_metric", "conversion_custom_metric"),
    plain("conversion_purchases_sale_amount", "conversion_custom_sale_amount"),
)
SEVEN = [
    Seed("amazon_ads_campaign_level_report", "campaign", "campaign_id", "date", AMAZON),
    Seed("amazon_ads_ad_group_level_report", "ad_group", "ad_group_id", "date", AMAZON),
    Seed("amazon_ads_advertised_product_report", "ad", "ad_id", "date", AMAZON),
    Seed("apple_search_campaign_report", "campaign", "id", "date", APPLE),
    Seed("apple_search_ad_group_report", "ad_group", "ad_group_id", "date", APPLE),
    Seed("apple_search_ad_report", "ad", "ad_id", "date", APPLE),
    Seed("linkedin_ad_analytics_by_campaign", "ad_group", "campaign_id", "day", LINKEDIN),
    Seed("linkedin_ad_analytics_by_creative", "ad", "creative_id", "day", LINKEDIN),
    Seed("pinterest_advertiser_report", "account", "advertiser_id", "date", PINTEREST),
    Seed("pinterest_campaign_report", "campaign", "campaign_id", "date", PINTEREST),
    Seed("pinterest_ad_group_report", "ad_group", "ad_group_id", "date", PINTEREST),
    Seed("pinterest_pin_promotion_report", "ad", "pin_promotion_id", "date", PINTEREST),
    Seed("reddit_ads_campaign_report", "campaign", "campaign_id", "date", REDDIT),
    Seed("reddit_ads_ad_group_report", "ad_group", "ad_group_id", "date", REDDIT),
    Seed("reddit_ads_ad_report", "ad", "ad_id", "date", REDDIT),
    Seed("tiktok_campaign_report_hourly", "campaign", "CAMPAIGN_ID", "STAT_TIME_HOUR", TIKTOK),
    Seed("tiktok_adgroup_report_hourly", "ad_group", "ADGROUP_ID", "STAT_TIME_HOUR", TIKTOK),
    Seed("tiktok_ad_report_hourly", "ad", "AD_ID", "STAT_TIME_HOUR", TIKTOK),
    Seed("twitter_campaign_report", "campaign", "campaign_id", "date", TWITTER),
    Seed("twitter_line_item_report", "ad_group", "line_item_id", "date", TWITTER),
    Seed("twitter_promoted_tweet_report", "ad", "promoted_tweet_id", "date", TWITTER),
]


@pytest.mark.parametrize("seed", SEVEN, ids=lambda seed: seed.file)
def test_the_other_seven_sum_the_columns_of_dbt(made: Made, seed: Seed) -> None:
    expected: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    with (SEEDS / f"{seed.file}_data.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            found = expected[row[seed.day][:10], row[seed.id]]
            expected[row[seed.day][:10], row[seed.id]] = [
                total + of_row(row) for total, of_row in zip(found, seed.metrics, strict=True)
            ]
    platform = next(
        source.split(".")[1]
        for source in platform_sources()
        if find_seed(source).stem.startswith(seed.file)
    )
    rows = write_out_texts(made.stats.placed())
    ours = rows.filter(platform=platform, level=seed.level).collect()
    got = {
        (str(day), identity): [figure or 0 for figure in figures]
        for day, identity, *figures in ours.select(
            "date_day", IDS[seed.level], *METRICS
        ).iter_rows()
    }
    assert got.keys() == expected.keys()
    for place, figures in expected.items():
        assert got[place] == pytest.approx(figures, abs=Decimal("0.0001"))


def test_linkedin_s_clicks_are_counted_once(made: Made) -> None:
    """919 clicks by its campaigns (our ad groups); creatives of no known campaign add none."""
    seed = SEEDS / "linkedin_ad_analytics_by_campaign_data.csv"
    with seed.open(encoding="utf-8-sig") as lines:
        given = list(csv.DictReader(lines))
    days = [date.fromisoformat(row["day"][:10]) for row in given]
    assert sum(int(row["clicks"]) for row in given) == 919
    for level in ("account", "campaign", "ad_group"):
        sums = write_out_texts(sum_of_level(made.stats, AdLevel(level))).collect()
        of_days = sums.filter(platform="linkedin_ads").filter(
            pl.col("date_day").is_between(min(days), max(days))
        )
        assert of_days["clicks"].sum() == 919, level
