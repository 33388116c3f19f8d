"""The sessions, ads and ad stats of the Hightouch sample."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from data.generators.writing import instant, iso_stamp, later

SESSION = (
    "session_id", "workspace_id", "user_id", "anonymous_id", "timestamp", "ended_at", "page_views",
    "landing_page", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "gclid",
    "device",
)  # fmt: skip
AD = (
    "workspace_id", "platform", "campaign_id", "campaign_name", "ad_group_id", "ad_group_name",
    "ad_id", "ad_name", "landing_url", "format",
)  # fmt: skip
AD_STAT = (
    "workspace_id", "date_day", "platform", "campaign_id", "campaign_name", "ad_group_id",
    "ad_group_name", "ad_id", "ad_name", "clicks", "impressions", "spend", "currency", "network",
)  # fmt: skip
ADS = (
    ("google_ads", "18002345678901234", "Brand search", "71", "Exact", "9001", "Brand headline 1"),
    ("google_ads", "18002345678901234", "Brand search", "71", "Exact", "9002", "Brand headline 2"),
    ("Facebook Ads", "2380012", "Spring prospecting", "81", "Lookalike 1%", "0099",
     "Carousel, red"),
    ("Facebook Ads", "2380012", "Spring prospecting", "82", "Interests", "0100", "Vidéo 15 s"),
)  # fmt: skip


def make_sessions(random: Random, users: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Visits that ads, emails and nobody knows brought; some of them anonymous."""
    for number in range(120):
        start = later(instant("2026-03-01 00:00:00"), random, most_minutes=40_000)
        known = random.random() < 0.6
        platform, _, campaign, *_, ad = random.choice(ADS)
        paid = {"utm_source": "facebook", "utm_medium": "paid_social"}
        if platform == "google_ads":
            paid = {"utm_source": "google", "utm_medium": "cpc"}
        utm = random.choice((
            {**paid, "utm_campaign": campaign, "utm_content": ad},
            {**paid, "utm_campaign": campaign.upper()},
            {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "Welcome series"},
            {"utm_source": "partner-x", "utm_campaign": "unknown"},
            {"gclid": f"Cj0{number:05d}"},
            {},
        ))  # fmt: skip
        yield {
            "session_id": f"ses-{number:04d}",
            "workspace_id": "north",
            "user_id": random.choice(users)["user_id"] if known else None,
            "anonymous_id": f"anon-{random.randrange(70)}",
            "timestamp": iso_stamp(start),
            "ended_at": iso_stamp(start + timedelta(minutes=random.randrange(25))),
            "page_views": random.randrange(1, 9),
            "landing_page": "https://www.example.com/pricing",
            "device": random.choice(("mobile", "desktop")),
            **utm,
        }


def make_ads() -> Iterator[dict[str, Any]]:
    """The ads, each with its group and campaign."""
    for ad in ADS:
        names = dict(zip(AD[1:8], ad, strict=True))
        yield {
            "workspace_id": "north",
            **names,
            "landing_url": "https://www.example.com/pricing",
            "format": "image",
        }


def make_ad_stats(random: Random) -> Iterator[dict[str, Any]]:
    """A month of daily figures, on two networks that add up."""
    for day in range(31):
        for ad in ADS:
            for network in ("search", "partners"):
                clicks = random.randrange(40)
                yield {
                    "workspace_id": "north",
                    "date_day": (date(2026, 3, 1) + timedelta(days=day)).isoformat(),
                    **dict(zip(AD[1:8], ad, strict=True)),
                    "clicks": clicks,
                    "impressions": clicks * 37 + random.randrange(300),
                    "spend": f"{clicks * 43 / 100:.2f}",
                    "currency": "USD",
                    "network": network,
                }


def damaged_ad_stats() -> list[dict[str, Any]]:
    """Figures that are none."""
    row = {
        "workspace_id": "north",
        "date_day": "2026-03-05",
        "platform": "google_ads",
        "campaign_id": "1",
    }
    return [{**row, "clicks": "many"}, {**row, "clicks": "-4"}]
