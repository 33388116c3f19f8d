"""A seeded workspace of ads, their stats of a year and any number of sessions.

Three platforms and 200,000 ads (a million beside ten million sessions and more) of five days each,
66 a campaign and four an ad group; the same campaign names on every platform. Fifty thousand
distinct links have Zipf's popularity; they name ads by id or by name (in another spelling),
campaigns by id or by name, what no platform knows, and no ads at all. Half of the sessions bear no
link, as visits do. Names never change.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks.assets import generate_once, numbered

ADS, ADS_A_CAMPAIGN, ADS_A_GROUP, LINKS_OF_ALL, FLIGHT, YEAR = 200_000, 66, 4, 50_000, 5, 365
MANY_SESSIONS, MANY_ADS = 10_000_000, 1_000_000
"""With so many sessions there are so many ads."""

SESSIONS_A_FILE = 1_000_000
FIRST_DAY = 20_454
"""2026-01-01, in days of Unix's time."""

DAY = 86_400_000_000
PLATFORMS = ("google_ads", "facebook_ads", "tiktok_ads")
SOURCES = ("google", "Facebook", "tiktok")
KINDS = ("ad_id", "ad_name", "ad_name_alone", "campaign_id", "campaign_name", "unknown", "letter")
KIND_SHARES = (0.4, 0.25, 0.05, 0.1, 0.1, 0.05, 0.05)
CONFIGURATION = """\
[workspace]
timezone = "UTC"
currency = "USD"
"""
TABLES = ("ads", "ad_stats", "sessions")
STAMP = "%Y-%m-%dT%H:%M:%S%.6fZ"


def generate(root: Path, sessions: int, ads: int | None = None, seed: int = 5) -> dict[str, int]:
    """Write a workspace with `sessions` sessions below `root`, unless it is there already.

    Returns:
        Rows written, by table.
    """
    ads = ads or (MANY_ADS if sessions >= MANY_SESSIONS else ADS)
    return generate_once(root, lambda: write(root, sessions, ads, seed))


def write(root: Path, sessions: int, ads: int, seed: int) -> dict[str, int]:
    """Write the workspace."""
    for name in TABLES:
        (root / "raw" / name).mkdir(parents=True)
    feeds = [f'\n[[feeds]]\ntable = "{name}"\nfiles = "raw/{name}/*.csv"\n' for name in TABLES]
    (root / "campaigns.toml").write_text(CONFIGURATION + "".join(feeds))
    rng = np.random.default_rng(seed)
    known = draw_ads(ads)
    stats = draw_stats(known, rng)
    known.drop("n").write_csv(root / "raw/ads/0000.csv")
    stats.write_csv(root / "raw/ad_stats/0000.csv")
    links = draw_links(known, min(LINKS_OF_ALL, ads), rng)
    for place, first in enumerate(range(0, sessions, SESSIONS_A_FILE)):
        count = min(SESSIONS_A_FILE, sessions - first)
        made = draw_sessions(links, first, count, np.random.default_rng([seed, place]))
        made.write_csv(root / f"raw/sessions/{place:04}.csv", datetime_format=STAMP)
    return {"ads": ads, "ad_stats": stats.height, "links": links.height, "sessions": sessions}


def draw_ads(count: int) -> pl.DataFrame:
    """Ads of campaigns, by turns of the three platforms."""
    campaigns = max(3, count // ADS_A_CAMPAIGN)
    number = pl.col("n")
    campaign = number % campaigns
    place = campaign % len(PLATFORMS)
    group = campaign + campaigns * (number // campaigns // ADS_A_GROUP)
    return pl.select(n=pl.int_range(count)).select(
        "n",
        platform=place.replace_strict(dict(enumerate(PLATFORMS)), return_dtype=pl.String),
        account_id=numbered("acc-{}", place, 2),
        account_name=pl.format("Account no. {}", place),
        campaign_id=numbered("7{}", campaign, 9),
        campaign_name=pl.format("Spring Sale - {}", campaign // len(PLATFORMS)),
        ad_group_id=numbered("8{}", group, 9),
        ad_group_name=pl.format("Group {}", group),
        ad_id=numbered("9{}", number, 9),
        ad_name=pl.format("Blue Shoes - {}", number),
        landing_url=pl.format(
            "https://shop.example/shoes/{}?utm_source={}&utm_medium=cpc&utm_campaign=Spring+Sale+-+{}",
            number % 997,
            place.replace_strict(dict(enumerate(SOURCES)), return_dtype=pl.String),
            campaign // len(PLATFORMS),
        ),
        updated_at=pl.lit("2025-06-01T00:00:00Z"),
    )


def draw_stats(ads: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Each ad's days, all within the year."""
    number = np.repeat(np.arange(ads.height), FLIGHT)
    first = rng.integers(0, YEAR - FLIGHT, ads.height)
    clicks = rng.integers(0, 90, number.size)
    drawn = pl.DataFrame(
        {
            "day": FIRST_DAY + first[number] + np.tile(np.arange(FLIGHT), ads.height),
            "clicks": clicks,
            "impressions": clicks * 40,
            "cents": clicks * rng.integers(20, 200, number.size),
        }
    )
    ids = ads.select("platform", "account_id", "campaign_id", "ad_group_id", "ad_id")
    return pl.concat([ids[number], drawn], how="horizontal").select(
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("date_day"),
        *ids.columns,
        "clicks",
        "impressions",
        spend=(pl.col("cents").cast(pl.Decimal(18, 4)) / 100).cast(pl.Decimal(18, 4)),
        conversions=(pl.col("clicks") // 20).cast(pl.Decimal(18, 4)),
    )


def draw_links(ads: pl.DataFrame, count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Distinct sets of utm values, the most popular first."""
    chosen = ads[rng.permutation(ads.height)[:count]]
    kind = pl.col("kind")
    spelled = pl.col("ad_name").str.to_lowercase().str.replace_all(" - ", "_", literal=True)
    slug = pl.col("campaign_name").str.replace_all(" ", "+", literal=True)
    says_name = kind.is_in(["ad_name", "ad_name_alone"])
    has_content = kind.is_in(["ad_id", "letter"])
    has_slug = kind.is_in(["ad_id", "ad_name", "campaign_name"])
    place = pl.col("platform").replace_strict(dict(zip(PLATFORMS, SOURCES, strict=True)))
    return (
        chosen.with_columns(kind=pl.Series(rng.choice(KINDS, count, p=KIND_SHARES)))
        .select(
            utm_source=pl.when(kind == "letter").then(pl.lit("newsletter")).otherwise(place),
            utm_medium=pl.when(kind == "letter").then(pl.lit("email")).otherwise(pl.lit("cpc")),
            utm_campaign=pl.when(has_slug)
            .then(slug)
            .when(kind == "campaign_id")
            .then("campaign_id")
            .when(kind.is_in(["unknown", "letter"]))
            .then(pl.format("forgotten {}", pl.col("n") % 5000)),
            utm_content=pl.when(says_name).then(spelled).when(has_content).then("ad_id"),
        )
        .with_columns(
            utm_content=pl.when(pl.col("utm_source") == "newsletter")
            .then(pl.lit(None, pl.String))
            .otherwise("utm_content")
        )
        .unique(maintain_order=True)
    )


def draw_sessions(
    links: pl.DataFrame, first: int, count: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Sessions of a year; a half of them came by a link, a third are of known contacts."""
    rank = np.floor(links.height ** rng.random(count)).astype(np.int64) - 1
    linked = links[rank].with_columns(
        n=first + pl.int_range(pl.len()),
        at=pl.Series(FIRST_DAY * DAY + rng.integers(0, YEAR * DAY, count)),
        is_linked=pl.Series(rng.integers(0, 2, count) == 0),
    )
    number = pl.col("n")
    who = number * 7919 % 1_000_003
    return linked.select(
        session_id=numbered("v-{}", number, 10),
        started_at=pl.col("at").cast(pl.Datetime("us", "UTC")),
        contact_id=pl.when(number % 3 == 0).then(numbered("c-{}", who, 9)),
        anonymous_id=numbered("a-{}", who, 9),
        page_views=1 + number % 9,
        landing_url=pl.format("https://shop.example/page/{}", number % 997),
        **{name: pl.when("is_linked").then(name) for name in links.columns},
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--sessions", type=int, default=1_000_000)
    chosen = arguments.parse_args()
    print(f"{generate(chosen.root, chosen.sessions)} in {chosen.root}")
