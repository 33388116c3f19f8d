"""The ads sample: three platforms, ads and sessions of every kind of link, good and broken.

Google's and Meta's ads are known one by one, LinkedIn's by campaign alone. One campaign is renamed
within the month, one name is used on two platforms, and Meta spends more on a campaign than its
ads account for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from data.generators.writing import instant, iso_stamp, later, write_csv, write_json_lines

Row = dict[str, Any]
SHOP = "https://www.example.com"
RENAMED_ON = "2026-03-16T00:00:00Z"
MONTH = [date(2026, 3, 1) + timedelta(days=day) for day in range(31)]
NAMES = (
    "platform", "account_id", "account_name", "campaign_id", "campaign_name", "ad_group_id",
    "ad_group_name", "ad_id", "ad_name",
)  # fmt: skip
AD = (*NAMES, "landing_url", "url_tags", "updated_at", "format")
AD_STAT = (
    "date_day", *NAMES, "clicks", "impressions", "spend", "conversions", "conversions_value",
    "currency", "device",
)  # fmt: skip
CAMPAIGN_STAT = ("date_day", *NAMES[:5], "clicks", "impressions", "spend", "currency")
KEYWORD = (
    "Day", "Customer ID", "Campaign ID", "Campaign", "Ad group ID", "Ad group", "Keyword",
    "Match type", "Currency code", "Impr.", "Clicks", "Cost",
)  # fmt: skip
SESSION = (
    "session_id", "started_at", "ended_at", "contact_id", "anonymous_id", "page_views",
    "landing_url", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "gclid",
    "device",
)  # fmt: skip


@dataclass(frozen=True)
class Ad:
    """An ad, or a campaign where the ads of a platform are not known."""

    platform: str
    account_id: str
    campaign_id: str
    campaign_name: str
    ad_group_id: str | None = None
    ad_group_name: str | None = None
    ad_id: str | None = None
    ad_name: str | None = None

    def names(self) -> Row:
        """Ids and names, the account's made from its platform."""
        return {**vars(self), "account_name": f"Acme, {self.platform}"}


GOOGLE, META, LINKEDIN = "google_ads", "facebook_ads", "linkedin_ads"
GOOGLE_ACCOUNT, META_ACCOUNT, LINKEDIN_ACCOUNT = "123-456-7890", "000987654321", "5071"
BRAND, SPRING = "180023456789012345", "180023456789012346"
ADS = (
    Ad(GOOGLE, GOOGLE_ACCOUNT, BRAND, "Brand | search", "71", "Exact", "9001", "Headline 1"),
    Ad(GOOGLE, GOOGLE_ACCOUNT, BRAND, "Brand | search", "71", "Exact", "9002", "Headline 2"),
    Ad(GOOGLE, GOOGLE_ACCOUNT, SPRING, "Spring Sale", "72", "Shoes", "9003", "Carousel"),
    Ad(META, META_ACCOUNT, "2001", "Spring Sale", "81", "Lookalike 1%", "0099", "Carousel"),
    Ad(META, META_ACCOUNT, "2002", "Été – prospecting", "82", "Interests", "0100", "Vidéo 15 s"),
)
CAMPAIGNS = (
    Ad(LINKEDIN, LINKEDIN_ACCOUNT, "7001", "B2B, decision makers"),
    Ad(LINKEDIN, LINKEDIN_ACCOUNT, "7002", "B2B retargeting"),
)
WITHOUT_ADS = Ad(META, META_ACCOUNT, "2003", "Catalog, automatic")
RENAMED = "Spring Sale (relaunch)"
LINKS: tuple[tuple[Row, Row], ...] = (
    ({"utm_source": "google", "utm_medium": "cpc", "utm_content": "9001"}, {}),
    ({"utm_source": "google", "utm_medium": "cpc", "utm_content": "Headline 2"}, {}),
    ({"utm_source": "adwords", "utm_medium": "cpc", "utm_campaign": SPRING}, {"gclid": "Cj0K"}),
    ({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "Spring Sale"}, {}),
    ({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": RENAMED}, {}),
    ({"utm_source": "Facebook", "utm_medium": "paid_social", "utm_content": "carousel"}, {}),
    ({"utm_source": "ig", "utm_medium": "paid_social", "utm_campaign": "été+–_prospecting"}, {}),
    ({"utm_source": "fb-prospecting", "utm_content": "Vidéo 15 s"}, {}),
    ({"utm_source": "linkedin", "utm_medium": "paid", "utm_campaign": "B2B, decision makers"}, {}),
    ({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "Sprng Sale"}, {}),
    ({"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "old-spring-link"}, {}),
    (
        {"utm_source": "facebook", "utm_campaign": "{{campaign.name}}", "utm_content": "{{ad.id}}"},
        {},
    ),
    ({"utm_campaign": "Spring Sale"}, {}),
    ({"utm_source": "megaportal", "utm_medium": "banner", "utm_campaign": "Spring Sale"}, {}),
    ({}, {"gclid": "EAIaIQ"}),
    ({"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "march"}, {}),
    ({}, {}),
)


def write_ads(workspace: Path) -> None:
    """Write the raw files of the ads sample."""
    random = Random(20260301)
    raw = workspace / "raw"
    write_csv(raw / "ads/google.csv", make_versions(GOOGLE), columns=AD)
    write_json_lines(raw / "ads/meta.jsonl", list(make_versions(META)))
    campaigns = [
        {**campaign.names(), "updated_at": "2026-02-20T00:00:00Z"} for campaign in CAMPAIGNS
    ]
    write_csv(raw / "ads/linkedin.csv", campaigns, columns=(*NAMES[:5], "updated_at"))
    stats = list(make_ad_stats(random))
    write_csv(raw / "ad_stats/ads.csv.zst", [*stats, *damaged_stats()], columns=AD_STAT)
    write_csv(raw / "ad_stats/meta_campaigns.csv", make_meta_totals(stats), columns=CAMPAIGN_STAT)
    linkedin = list(make_linkedin(random))
    write_linkedin(raw / "ad_stats/linkedin", linkedin)
    write_csv(raw / "keywords.csv", make_keywords(stats), columns=KEYWORD)
    rates = [
        {"currency": "EUR", "date_day": day.isoformat(), "rate": f"1.0{day.day:02d}"}
        for day in MONTH
    ]
    write_csv(raw / "exchange_rates.csv", rates, columns=("currency", "date_day", "rate"))
    write_csv(raw / "sessions.csv.gz", make_sessions(random), columns=SESSION)


def make_versions(platform: str) -> Iterator[Row]:
    """The ads of a platform; those of Google's spring campaign once under each of its names."""
    for ad in ADS:
        if ad.platform == platform:
            row = {
                **ad.names(),
                "landing_url": f"{SHOP}/spring?ref={platform}",
                "url_tags": "utm_source=facebook&utm_medium=paid_social"
                if platform == META
                else None,
                "updated_at": "2026-02-20T00:00:00Z",
                "format": "image",
            }
            yield row
            if ad.campaign_id == SPRING:
                yield {**row, "campaign_name": RENAMED, "updated_at": RENAMED_ON}


def make_ad_stats(random: Random) -> Iterator[Row]:
    """Every ad's days, on two devices that add up, under the name of the day."""
    for day in MONTH:
        for ad in ADS:
            renamed = ad.campaign_id == SPRING and day.isoformat() >= RENAMED_ON[:10]
            for device in ("mobile", "desktop"):
                clicks = random.randrange(30)
                yield {
                    **ad.names(),
                    "campaign_name": RENAMED if renamed else ad.campaign_name,
                    "date_day": day.isoformat(),
                    "clicks": clicks,
                    "impressions": clicks * 41 + random.randrange(200),
                    "spend": f"{clicks * 37 / 100:.2f}",
                    "conversions": clicks // 9,
                    "conversions_value": f"{clicks // 9 * 49.9:.2f}",
                    "currency": "USD",
                    "device": device,
                }


def make_meta_totals(stats: list[Row]) -> Iterator[Row]:
    """Meta's campaigns by day: what their ads say, and 1.25 a day that no ad accounts for."""
    campaigns = [ad for ad in ADS if ad.platform == META]
    for day in MONTH:
        for campaign in (*campaigns, WITHOUT_ADS):
            rows = [
                row
                for row in stats
                if (row["date_day"], row["campaign_id"]) == (day.isoformat(), campaign.campaign_id)
            ]
            cents = sum(round(float(row["spend"]) * 100) for row in rows) + 125
            yield {
                **campaign.names(),
                "date_day": day.isoformat(),
                "clicks": sum(row["clicks"] for row in rows),
                "impressions": sum(row["impressions"] for row in rows) + 40,
                "spend": f"{cents / 100:.2f}",
                "currency": "USD",
            }


def make_linkedin(random: Random) -> Iterator[Row]:
    """LinkedIn's campaigns by day, paid in euros."""
    for day in MONTH:
        for campaign in CAMPAIGNS:
            clicks = random.randrange(12)
            yield {
                **campaign.names(),
                "date_day": day.isoformat(),
                "clicks": clicks,
                "impressions": clicks * 90 + 13,
                "spend": f"{clicks * 4.1:.2f}",
                "currency": "EUR",
            }


def write_linkedin(folder: Path, stats: list[Row]) -> None:
    """Two exports that overlap by a week: the later one knows a click more of each of its days."""
    first = [row for row in stats if row["date_day"] <= "2026-03-20"]
    second = [row for row in stats if row["date_day"] > "2026-03-13"]
    restated = [
        {**row, "clicks": row["clicks"] + 1, "spend": f"{float(row['spend']) + 4.1:.2f}"}
        if row["date_day"] <= "2026-03-20"
        else row
        for row in second
    ]
    write_csv(folder / "2026-03-20.tsv", first, columns=CAMPAIGN_STAT, delimiter="\t")
    write_csv(folder / "2026-03-31.tsv", restated, columns=CAMPAIGN_STAT, delimiter="\t")


def make_keywords(stats: list[Row]) -> Iterator[Row]:
    """Google's brand campaign by keyword: two thirds of its clicks are the name's."""
    for day in MONTH:
        rows = [
            row
            for row in stats
            if (row["date_day"], row["campaign_id"]) == (day.isoformat(), BRAND)
        ]
        clicks = sum(row["clicks"] for row in rows)
        for keyword, part in (("acme", clicks * 2 // 3), ("acme shoes", clicks - clicks * 2 // 3)):
            yield {
                "Day": day.isoformat(),
                "Customer ID": GOOGLE_ACCOUNT,
                "Campaign ID": BRAND,
                "Campaign": "Brand | search",
                "Ad group ID": "71",
                "Ad group": "Exact",
                "Keyword": keyword,
                "Match type": "Exact match",
                "Currency code": "USD",
                "Impr.": part * 41,
                "Clicks": part,
                "Cost": f"{part * 37 / 100:.2f}",
            }


def damaged_stats() -> Iterator[Row]:
    """A day that is none, clicks that are none, and a row that names no ad, campaign or account."""
    row = {"date_day": "2026-03-05", "platform": GOOGLE, "campaign_id": BRAND, "currency": "USD"}
    yield {**row, "date_day": "2026-03-32"}
    yield {**row, "clicks": "1.2.3"}
    yield {**row, "campaign_id": None}


def make_sessions(random: Random) -> Iterator[Row]:
    """Twenty visits of every kind of link; a third have it in their landing URL alone."""
    for number in range(20 * len(LINKS)):
        utm, click_id = LINKS[number % len(LINKS)]
        start = later(instant("2026-03-01 00:00:00"), random, most_minutes=31 * 1440)
        in_url = number % 3 == 0
        query = urlencode({**utm, **click_id})
        yield {
            "session_id": f"s{number:04d}",
            "started_at": iso_stamp(start),
            "ended_at": iso_stamp(start + timedelta(minutes=random.randrange(28))),
            "contact_id": f"c{random.randrange(60):03d}" if random.random() < 0.4 else None,
            "anonymous_id": f"a{random.randrange(150):03d}",
            "page_views": random.randrange(1, 12),
            "landing_url": f"{SHOP}/spring?{query}" if in_url and query else f"{SHOP}/spring",
            "referrer": random.choice((None, "https://www.google.com/")),
            "device": random.choice(("mobile", "desktop")),
            **({} if in_url else {**utm, **click_id}),
        }
