"""The raw tables of ad platforms' connectors, as other people publish them beside this project."""

from pathlib import Path

from flows.config.source_files import load_sources

REALDATA = Path(__file__).parents[2] / "../shared/realdata"
SEEDS = REALDATA / "fivetran_seeds"
PREFIXES = {
    "apple_search_ads": "apple_search",
    "linkedin_ads": "linkedin",
    "pinterest_ads": "pinterest",
    "snapchat_ads": "snapchat",
    "tiktok_ads": "tiktok",
    "twitter_ads": "twitter",
}


def find_seed(source: str) -> Path:
    """The file of a `fivetran.<platform>.<table>` source."""
    _, platform, table = source.split(".")
    stem = f"{PREFIXES.get(platform, platform)}_{table}"
    data = SEEDS / f"{stem}_data.csv"
    return data if data.exists() else SEEDS / f"{stem}.csv"


def platform_sources() -> list[str]:
    return [
        name
        for name in load_sources()
        if name.startswith("fivetran.") and not name.startswith("fivetran.ad_reporting.")
    ]
