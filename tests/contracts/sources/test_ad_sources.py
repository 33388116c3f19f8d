"""The exports that users download from ad platforms, as these write them."""

import csv
import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.config.loading import load_workspace
from flows.config.source_files import load_sources
from flows.progress import silence
from flows.steps.reading.read_feeds import FeedsRead, read_feeds

EXPORTS = {
    "amazon_ads.sponsored_ads",
    "apple_search_ads.report",
    "facebook_ads.ads_manager",
    "google_ads.report",
    "linkedin_ads.campaign_manager",
    "microsoft_ads.report",
    "pinterest_ads.ads_manager",
    "reddit_ads.ads_manager",
    "snapchat_ads.ads_manager",
    "tiktok_ads.ads_manager",
    "twitter_ads.ads_manager",
}


def read(root: Path, source: str, content: bytes, *settings: str, name: str = "a.csv") -> FeedsRead:
    """A workspace with one file of one source, read."""
    (root / "raw").mkdir()
    (root / "raw" / name).write_bytes(content)
    feed = ["[[feeds]]", f'source = "{source}"', 'files = "raw/*"', *settings]
    (root / "campaigns.toml").write_text("\n".join(feed))
    ledger = root / "ledger"
    ledger.mkdir()
    return read_feeds(load_workspace(root), ledger, silence)


def stats(found: FeedsRead, *columns: str) -> list[tuple[Any, ...]]:
    return found.catalog.scan("ad_stats").select(columns).sort(pl.all()).collect().rows()


def test_every_platform_has_an_export() -> None:
    assert set(load_sources()) >= EXPORTS


GOOGLE = (
    "Campaign report\n"
    '"January 1, 2026 - January 2, 2026"\n'
    "Day,Customer ID,Campaign,Campaign ID,Currency code,Clicks,Impr.,CTR,Cost,"
    "Conversions,Conv. value\n"
    '2026-01-01,9,Spring,0012,USD,"1,234","20,000",6.17%,"1,234.56",2.50, --\n'
    "2026-01-02,9,Spring,0012,USD,0,1, --, --,0.00,0.00\n"
    'Total: Campaigns, --, --, --, --,"1,234","20,001",6.17%,"1,234.56",2.50, --\n'
    'Total: Account, --, --, --, --,"1,234","20,001",6.17%,"1,234.56",2.50, --\n'
    "Total: Search, --, --, --, --,1,1,6.17%,1.00,0.00, --\n"
)


def to_utf16_tsv(text: str) -> bytes:
    """What Google Ads calls "Excel .csv"."""
    cells = csv.reader(text.splitlines())
    return "".join("\t".join(row) + "\r\n" for row in cells).encode("utf-16")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOGLE.encode(), "a.csv"),
        (GOOGLE.encode("utf-8-sig"), "a.csv"),
        (gzip.compress(GOOGLE.encode(), mtime=0), "a.csv.gz"),
        (to_utf16_tsv(GOOGLE), "a.csv"),
    ],
    ids=["csv", "bom", "gzip", "utf-16 tsv"],
)
def test_google_ads(tmp_path: Path, content: bytes, name: str) -> None:
    found = read(tmp_path, "google_ads.report", content, name=name)
    figures = ("clicks", "impressions", "spend", "conversions", "conversions_value", "currency")
    assert stats(found, "date_day", "level", "account_id", "campaign_id", "campaign_name") == [
        (date(2026, 1, 1), "campaign", "9", "0012", "Spring"),
        (date(2026, 1, 2), "campaign", "9", "0012", "Spring"),
    ]
    assert stats(found, *figures) == [
        (0, 1, Decimal(0), Decimal(0), Decimal(0), "USD"),
        (1234, 20000, Decimal("1234.56"), Decimal("2.5"), Decimal(0), "USD"),
    ]


META = (
    "Campaign name,Ad set name,Ad name,Reporting starts,Reporting ends,Link clicks,Impressions,"
    "Amount spent ({}),Purchases,Purchases conversion value\n"
    'Spring,Shoes,Red,2026-01-01,2026-01-01,5,"1,000",12.34,2,99.90\n'
    "Spring,Boots,Red,2026-01-01,2026-01-01,,10,1,,\n"
)


def test_meta_tells_its_currency_in_a_column_name(tmp_path: Path) -> None:
    """Ads of one name in two ad sets stay two; without ids, their path of names is their id."""
    found = read(tmp_path, "facebook_ads.ads_manager", META.format("USD").encode())
    assert stats(found, "ad_id", "ad_name", "clicks", "spend", "conversions_value", "currency") == [
        ("Spring / Boots / Red", "Red", 0, Decimal(1), Decimal(0), "USD"),
        ("Spring / Shoes / Red", "Red", 5, Decimal("12.34"), Decimal("99.9"), "USD"),
    ]


def test_meta_in_a_currency_without_a_rate_is_rejected(tmp_path: Path) -> None:
    found = read(tmp_path, "facebook_ads.ads_manager", META.format("EUR").encode())
    assert [entry.rejected for entry in found.inputs] == [2]


LINKEDIN = (
    "Campaign Performance Report (in UTC)\r\n"
    '"Report Start: January 1, 2026"\r\n'
    "\r\n"
    "Start Date (in UTC),Account Name,Currency,Campaign Group ID,Campaign Group Name,Campaign ID,"
    "Campaign Name,Total Spent,Impressions,Clicks,Conversions,Total Conversion Value\r\n"
    '1/31/2026,Shop,USD,7,Spring,71,Shoes,"1,000.50",500,4,1,20\r\n'
)


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        (
            "linkedin_ads.campaign_manager",
            LINKEDIN,
            ("ad_group", "7", "71", None, 4, 500, "1000.5", "1"),
        ),
        (
            "microsoft_ads.report",
            (
                '"Report Name: Ads"\n"Report Time: 1/31/2026"\n\n'
                '"TimePeriod","AccountId","CampaignName","CampaignId","AdGroupName","AdGroupId","AdId",'
                '"Impressions","Clicks","Spend","ConversionsQualified","Revenue","CurrencyCode"\n'
                '"2026-01-31","9","Spring","7","Shoes","71","711","500","4","1,000.50","1.00","20","USD"\n'
                '"Total","","","","","","","500","4","1,000.50","1.00","20",""\n'
                '"©2026 Microsoft Corporation. All rights reserved. "\n'
            ),
            ("ad", "7", "71", "711", 4, 500, "1000.5", "1"),
        ),
        (
            "microsoft_ads.report",
            (
                '"Time period","Account ID","Campaign","Campaign ID","Ad group","Ad group ID",'
                '"Ad ID","Impressions","Clicks","Spend","Conversions (Qualified)","Currency code"\n'
                '"1/31/2026","[9]","Spring","[7]","Shoes","[71]",'
                '"[711]","500","4","1,000.50","1","USD"\n'
            ),
            ("ad", "7", "71", "711", 4, 500, "1000.5", "1"),
        ),
        (
            "tiktok_ads.ads_manager",
            (
                "Date,Campaign name,Campaign ID,Ad group name,Ad group ID,Ad name,Ad ID,Cost,"
                "Impressions,Clicks (destination),Conversions,Currency\n"
                "2026-01-31,Spring,7,Shoes,71,Red,711,1000.50,500,4,1,USD\n"
                "Total of 1 results,-,-,-,-,-,-,1000.50,500,4,1,-\n"
            ),
            ("ad", "7", "71", "711", 4, 500, "1000.5", "1"),
        ),
        (
            "pinterest_ads.ads_manager",
            (
                "Date,Campaign ID,Campaign name,Ad group ID,Ad group name,Ad ID,Ad name,"
                "Spend in account currency,Impressions,Pin clicks,Total conversions\n"
                "2026-01-31,7,Spring,71,Shoes,711,Red,1000.50,500,4,1\n"
            ),
            ("ad", "7", "71", "711", 4, 500, "1000.5", "1"),
        ),
        (
            "snapchat_ads.ads_manager",
            (
                "Start Time,Campaign ID,Campaign Name,Ad Set ID,Ad Set Name,Ad ID,Ad Name,"
                "Amount Spent,Paid Impressions,Swipe Ups,Purchases,Currency\n"
                "2026-01-31,7,Spring,71,Shoes,711,Red,1000.50,500,4,1,USD\n"
            ),
            ("ad", "7", "71", "711", 4, 500, "1000.5", "1"),
        ),
        (
            "twitter_ads.ads_manager",
            (
                "Time period,Campaign ID,Campaign name,Ad group ID,Ad group name,Currency,"
                "Impressions,"
                "Spend,Clicks,Purchases\n"
                "2026-01-31,7,Spring,71,Shoes,USD,500,1000.50,4,1\n"
            ),
            ("ad_group", "7", "71", None, 4, 500, "1000.5", "1"),
        ),
        (
            "amazon_ads.sponsored_ads",
            (
                "Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Advertised ASIN,"
                "Impressions,"
                "Clicks,Spend,7 Day Total Sales ,7 Day Total Orders (#)\n"
                '"Jan 31, 2026",P,USD,Spring,Shoes,B01,500,4,1000.50,20,1\n'
            ),
            (
                "ad",
                "Spring",
                "Spring / Shoes",
                "Spring / Shoes / B01",
                4,
                500,
                "1000.5",
                "1",
            ),
        ),
        (
            "apple_search_ads.report",
            (
                "Day,Campaign ID,Campaign Name,Ad Group ID,Ad Group Name,Spend,Impressions,Taps,"
                "Installs (Tap-Through)\n"
                '2026-01-31,7,Spring,71,Shoes,"1,000.50",500,4,1\n'
            ),
            ("ad_group", "7", "71", None, 4, 500, "1000.5", "1"),
        ),
        (
            "reddit_ads.ads_manager",
            (
                "Date,Campaign ID,Campaign Name,Ad Group ID,Ad Group Name,Ad ID,Ad Name,"
                "Impressions,"
                "Clicks,Amount Spent (USD),Purchases\n"
                "2026-01-31,7,Spring,71,Shoes,711,Red,500,4,1000.50,1\n"
            ),
            ("ad", "7", "71", "711", 4, 500, "1000.5", "1"),
        ),
    ],
    ids=lambda value: (
        value if isinstance(value, str) and value.endswith(("report", "r", "s")) else ""
    ),
)
def test_other_exports(tmp_path: Path, source: str, text: str, expected: tuple[Any, ...]) -> None:
    found = read(tmp_path, source, text.encode())
    level, campaign, group, ad, clicks, impressions, spend, conversions = expected
    ids = ("date_day", "platform", "level", "campaign_id", "ad_group_id", "ad_id")
    figures = ("clicks", "impressions", "spend", "conversions")
    platform = source.partition(".")[0]
    names = (date(2026, 1, 31), platform, level, campaign, group, ad)
    assert stats(found, *ids, *figures) == [
        (*names, clicks, impressions, Decimal(spend), Decimal(conversions))
    ]


def test_finished_reports_of_dbt(tmp_path: Path) -> None:
    text = (
        "source_relation,date_day,platform,account_id,account_name,campaign_id,campaign_name,"
        "clicks,impressions,spend,conversions,conversions_value\n"
        ",2026-01-31,google_ads,9,Shop,7,Spring,4,500,1000.5,1,20\n"
        ",2026-01-31,bing_ads,,,,,4,500,1000.5,1,20\n"
    )
    found = read(
        tmp_path, "fivetran.ad_reporting.campaign_report", text.encode(), 'on_refused = "skip"'
    )
    assert stats(found, "platform", "level", "account_id", "campaign_id", "spend") == [
        ("google_ads", "campaign", "9", "7", Decimal("1000.5"))
    ]


def test_chosen_conversion_columns_replace_the_default(tmp_path: Path) -> None:
    text = (
        "ad_id,date,impressions,spend,swipes,conversion_purchases,conversion_sign_ups,"
        "conversion_save,conversion_purchases_value\n"
        "a,2026-01-31 05:00:00.000,500,1000500000,4,1,2,3,20000000\n"
    )
    found = read(
        tmp_path,
        "fivetran.snapchat_ads.ad_hourly_report",
        text.encode(),
        'conversions = ["conversion_sign_ups", "conversion_save"]',
    )
    assert stats(found, "date_day", "spend", "conversions", "conversions_value") == [
        (date(2026, 1, 31), Decimal("1000.5"), Decimal(5), Decimal(20))
    ]


def test_hours_with_the_same_figures_both_count(tmp_path: Path) -> None:
    text = (
        "ad_id,date,impressions,spend,swipes\n"
        "a,2026-01-31 05:00:00.000,500,1000000,4\n"
        "a,2026-01-31 06:00:00.000,500,1000000,4\n"
        "a,2026-01-31 06:00:00.000,500,1000000,4\n"
    )
    found = read(tmp_path, "fivetran.snapchat_ads.ad_hourly_report", text.encode())
    assert [(e.accepted, e.duplicates) for e in found.inputs] == [(3, 0)]
    assert [w.count for w in found.warnings if w.code == "equal_rows"] == [1]
