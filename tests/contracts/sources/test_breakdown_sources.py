"""What platforms say by keyword, search term, place and device: beside ad stats, never in them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from contracts.columns import columns
from contracts.feeds import AdBreakdowns
from tests.support.exports import read_export, rows_of

SEEDS = Path(__file__).parents[3] / "../shared/realdata/fivetran_seeds"
DAY = date(2026, 1, 31)
ROW = ("campaign_id", "ad_group_id", "kind", "value", "match_type", "clicks", "spend")

GOOGLE_KEYWORDS = """\
Search keyword report
"January 31, 2026 - January 31, 2026"
Day,Keyword status,Keyword,Match type,Campaign,Ad group,Currency code,Impr.,Clicks,Cost
2026-01-31,Eligible,"red shoes",Exact match,Spring,Shoes,USD,"1,000",4,12.50
2026-01-31,Eligible,boots,Broad match,Spring,Shoes,USD,10,0,0.00
Total: Keywords,,,,,,,"1,010",4,12.50
"""
GOOGLE_TERMS = """\
Search terms report
"January 31, 2026 - January 31, 2026"
Day,Search term,Match type,Added/Excluded,Campaign,Ad group,Keyword,Currency code,Impr.,Clicks,Cost
2026-01-31,cheap red shoes,Broad match,None,Spring,Shoes,boots,USD,10,2,3.25
Total: Search terms,,,,,,,,10,2,3.25
"""
GOOGLE_TERMS_DE = """\
Bericht zu Suchbegriffen
31. Januar 2026 - 31. Januar 2026
Tag;Suchbegriff;Keyword-Option;Kampagne;Anzeigengruppe;Währungscode;Impr.;Klicks;Kosten
2026-01-31;rote schuhe;Genau passend;Frühling;Schuhe;USD;1.010;2;3,25
Gesamt: Suchbegriffe;;;;;;1.010;2;3,25
"""
GOOGLE_PLACES = """\
Location report
"January 31, 2026 - January 31, 2026"
Day,Location,Campaign,Currency code,Impr.,Clicks,Cost
2026-01-31,"Berlin, Germany",Spring,USD,10,2,3.25
"""
GOOGLE_CLICK_TYPES = """\
Day,Campaign,Click type,Currency code,Impr.,Clicks,Cost
2026-01-31,Spring,Headline,USD,10,2,3.25
2026-01-31,Spring,Sitelink,USD,10,1,1.00
"""
META_AGE_GENDER = """\
Campaign name,Day,Age,Gender,Impressions,Link clicks,Amount spent (USD),Reporting starts,\
Reporting ends
Spring,2026-01-31,18-24,female,100,3,1.20,2026-01-31,2026-01-31
Spring,2026-01-31,18-24,male,90,1,0.80,2026-01-31,2026-01-31
"""
MICROSOFT_CLICK_TYPES = """\
TimePeriod,AccountId,CampaignId,CurrencyCode,ClickType,Impressions,Clicks,Spend
2026-01-31,[1],[7],USD,Ad title,10,2,3.25
2026-01-31,[1],[7],USD,Sitelink,10,1,1.00
"""
MICROSOFT_EXTENSIONS = """\
Gregorian date,Account ID,Campaign name,Ad group,Ad extension type,Impressions,Clicks,Spend
2026-01-31,[1],Spring,Shoes,Sitelink extension,10,2,3.25
2026-01-31,[1],Spring,Shoes,Callout extension,10,0,0.00
"""
MICROSOFT_TERMS = """\
"Report Name: Terms"

"Gregorian date","Account ID","Campaign name","Ad group","Search term","Delivered match type",\
"Clicks","Spend"
"1/31/2026","9","Spring","Shoes","red shoes","Exact","2","3.25"
"""
AMAZON_TERMS = """\
Start Date,End Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Targeting,Match Type,\
Customer Search Term,Impressions,Clicks,Spend,7 Day Total Sales ,7 Day Total Orders (#)
"Jan 31, 2026","Jan 31, 2026",P,USD,Spring,Shoes,boots,BROAD,red shoes,10,2,3.25,20,1
"""
TIKTOK = """\
Date,Campaign name,Age,Gender,Cost,Impressions,Clicks (destination),Currency
2026-01-31,Spring,18-24,Female,3.25,10,2,USD
"""
PINTEREST = """\
Date,Campaign name,Ad group name,Keyword,Spend in account currency,Impressions,Pin clicks
2026-01-31,Spring,Shoes,red shoes,3.25,10,2
"""
SNAPCHAT = """\
Start Time,End Time,Campaign Name,Country,Amount Spent,Paid Impressions,Swipe Ups,Currency
2026-01-31,2026-01-31,Spring,us,3.25,10,2,USD
"""
REDDIT = """\
Date,Campaign Name,Ad Group Name,Community,Impressions,Clicks,Amount Spent (USD)
2026-01-31,Spring,Shoes,r/sneakers,10,2,3.25
"""


@pytest.mark.parametrize(
    ("source", "text", "settings", "expected"),
    [
        (
            "google_ads.keyword_report", GOOGLE_KEYWORDS, (),
            [("Spring", "Spring / Shoes", "keyword", "boots", "Broad match", 0, Decimal(0)),
             ("Spring", "Spring / Shoes", "keyword", "red shoes", "Exact match", 4,
              Decimal("12.5"))],
        ),
        (
            "google_ads.search_terms_report", GOOGLE_TERMS, (),
            [("Spring", "Spring / Shoes", "search_term", "cheap red shoes", "Broad match", 2,
              Decimal("3.25"))],
        ),
        (
            "google_ads.search_terms_report", GOOGLE_TERMS_DE, ('decimal = ","',),
            [("Frühling", "Frühling / Schuhe", "search_term", "rote schuhe", "Genau passend", 2,
              Decimal("3.25"))],
        ),
        (
            "google_ads.breakdown_report", GOOGLE_PLACES, (),
            [("Spring", None, "location", "Berlin, Germany", None, 2, Decimal("3.25"))],
        ),
        (
            "google_ads.breakdown_report", GOOGLE_CLICK_TYPES, (),
            [("Spring", None, "click_type", "Headline", None, 2, Decimal("3.25")),
             ("Spring", None, "click_type", "Sitelink", None, 1, Decimal(1))],
        ),
        (
            "facebook_ads.breakdown_report", META_AGE_GENDER, (),
            [("Spring", None, "age_gender", "18-24 / female", None, 3, Decimal("1.2")),
             ("Spring", None, "age_gender", "18-24 / male", None, 1, Decimal("0.8"))],
        ),
        (
            "microsoft_ads.search_term_report", MICROSOFT_TERMS, (),
            [("Spring", "Spring / Shoes", "search_term", "red shoes", "Exact", 2,
              Decimal("3.25"))],
        ),
        (
            "microsoft_ads.breakdown_report", MICROSOFT_CLICK_TYPES, (),
            [("7", None, "click_type", "Ad title", None, 2, Decimal("3.25")),
             ("7", None, "click_type", "Sitelink", None, 1, Decimal(1))],
        ),
        (
            "microsoft_ads.breakdown_report", MICROSOFT_EXTENSIONS, (),
            [("Spring", "Spring / Shoes", "ad_extension", "Callout extension", None, 0, Decimal(0)),
             ("Spring", "Spring / Shoes", "ad_extension", "Sitelink extension", None, 2,
              Decimal("3.25"))],
        ),
        (
            "amazon_ads.search_term_report", AMAZON_TERMS, (),
            [("Spring", "Spring / Shoes", "search_term", "red shoes", "BROAD", 2,
              Decimal("3.25"))],
        ),
        (
            "tiktok_ads.breakdown_report", TIKTOK, (),
            [("Spring", None, "age_gender", "18-24 / Female", None, 2, Decimal("3.25"))],
        ),
        (
            "pinterest_ads.breakdown_report", PINTEREST, (),
            [("Spring", "Spring / Shoes", "keyword", "red shoes", None, 2, Decimal("3.25"))],
        ),
        (
            "snapchat_ads.breakdown_report", SNAPCHAT, (),
            [("Spring", None, "country", "us", None, 2, Decimal("3.25"))],
        ),
        (
            "reddit_ads.breakdown_report", REDDIT, (),
            [("Spring", "Spring / Shoes", "community", "r/sneakers", None, 2, Decimal("3.25"))],
        ),
    ],
)  # fmt: skip
def test_a_report_of_parts_is_a_breakdown(
    tmp_path: Path,
    source: str,
    text: str,
    settings: tuple[str, ...],
    expected: list[tuple[object, ...]],
) -> None:
    found = read_export(tmp_path, source, text, *settings)
    assert found.refused == []
    assert rows_of(found, "ad_breakdowns", "date_day") == [(DAY,)] * len(expected)
    assert rows_of(found, "ad_breakdowns", *ROW) == expected
    assert rows_of(found, "ad_stats", "spend") == []


@pytest.mark.parametrize(
    ("source", "text", "reader"),
    [
        ("google_ads.report", GOOGLE_TERMS, "google_ads.search_terms_report"),
        ("google_ads.report", GOOGLE_TERMS_DE, "google_ads.search_terms_report"),
        ("google_ads.report", GOOGLE_KEYWORDS, "google_ads.keyword_report"),
        ("google_ads.report", GOOGLE_PLACES, "google_ads.breakdown_report"),
        ("google_ads.report", GOOGLE_CLICK_TYPES, "google_ads.breakdown_report"),
        ("microsoft_ads.report", MICROSOFT_TERMS, "microsoft_ads.search_term_report"),
        ("microsoft_ads.report", MICROSOFT_CLICK_TYPES, "microsoft_ads.breakdown_report"),
        ("microsoft_ads.report", MICROSOFT_EXTENSIONS, "microsoft_ads.breakdown_report"),
        ("amazon_ads.sponsored_ads", AMAZON_TERMS, "amazon_ads.search_term_report"),
    ],
)
def test_a_report_of_parts_is_refused_as_ad_stats(
    tmp_path: Path, source: str, text: str, reader: str
) -> None:
    """A search terms report leaves out spend, one by click type counts an impression twice.

    The refusal names the source that reads it.
    """
    (refused,) = read_export(tmp_path, source, text, 'on_refused = "skip"').refused
    assert f'source = "{reader}"' in f"{refused}"


@pytest.mark.skipif(not SEEDS.exists(), reason="no real data here")
@pytest.mark.parametrize(
    ("source", "seed", "kind", "spend_column", "divisor"),
    [
        ("google_ads.keyword_stats", "google_ads_keyword_stats", "keyword", "cost_micros", 10**6),
        ("google_ads.search_term_keyword_stats", "google_ads_search_term_keyword_stats",
         "search_term", "cost_micros", 10**6),
        ("facebook_ads.demographics_country", "facebook_ads_demographics_country", "country",
         "spend", 1),
        ("microsoft_ads.geographic_performance_daily_report",
         "microsoft_ads_geographic_performance_daily_report", "country", "spend", 1),
        ("pinterest_ads.keyword_report", "pinterest_keyword_report", "keyword",
         "spend_in_micro_dollar", 10**6),
        ("snapchat_ads.campaign_geo_region_daily_report",
         "snapchat_campaign_geo_region_daily_report", "region", "spend", 10**6),
        ("tiktok_ads.campaign_country_report", "tiktok_campaign_country_report", "country",
         "spend", 1),
        ("twitter_ads.campaign_locations_report", "twitter_campaign_locations_report", "country",
         "billed_charge_local_micro", 10**6),
        ("amazon_ads.search_term_ad_keyword_report", "amazon_ads_search_term_ad_keyword_report",
         "search_term", "cost", 1),
        ("apple_search_ads.search_term_report", "apple_search_search_term_report", "search_term",
         "local_spend_amount", 1),
    ],
)  # fmt: skip
def test_raw_tables_of_parts_keep_their_spend(
    tmp_path: Path, source: str, seed: str, kind: str, spend_column: str, divisor: int
) -> None:
    """Every row of the raw table is a row of its kind, and none of its spend is lost."""
    raw = (SEEDS / f"{seed}_data.csv").read_bytes()
    table = pl.read_csv(raw, infer_schema=False).rename(str.lower)
    spend = sum(Decimal(cell or 0) for cell in table[spend_column]) / divisor
    found = read_export(tmp_path, f"fivetran.{source}", raw)
    read = found.catalog.scan("ad_breakdowns").select(columns(AdBreakdowns)).collect()
    assert read["kind"].unique().to_list() == [kind]
    assert read.height == table.height
    assert read["spend"].sum() == pytest.approx(spend, abs=Decimal("0.0001"))


@pytest.mark.skipif(not SEEDS.exists(), reason="no real data here")
def test_x_s_account_report_has_neither_clicks_nor_spend(tmp_path: Path) -> None:
    """Both stand in the reports below: here they are unknown, so it is no account's ad stats."""
    raw = (SEEDS / "twitter_account_report_data.csv").read_bytes()
    found = read_export(tmp_path, "fivetran.twitter_ads.account_report", raw)
    assert rows_of(found, "ad_breakdowns", "kind", "value", "clicks", "spend", "impressions") == [
        ("placement", "ALL_ON_TWITTER", None, None, impressions)
        for impressions in (610, 639, 875, 1071)
    ]
    assert rows_of(found, "ad_stats", "spend") == []
