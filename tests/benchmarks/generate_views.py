"""A seeded workspace of page views: visitors who come back up to eight times a month.

A view in five bears a link of one of 2,000 campaigns. A visit's views lie within 40 minutes, so
that some visits break apart, and some turn into another by a new campaign.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks.assets import generate_once, numbered

VIEWS_A_FILE, VIEWS_A_VISITOR, VISITS, CAMPAIGNS = 1_000_000, 12, 8, 2_000
FIRST_SECOND, MONTH, VISIT = 1_767_225_600, 30 * 86_400, 40 * 60
PRIME = 2_654_435_761
CONFIGURATION = """\
[workspace]
timezone = "UTC"
currency = "USD"

[[feeds]]
table = "page_views"
files = "raw/page_views/*"
[[feeds]]
table = "ads"
files = "raw/ads/*"
"""


def generate(root: Path, views: int, seed: int = 7) -> dict[str, int]:
    """Write a workspace with `views` page views below `root`, unless it is there already.

    Returns:
        Rows written, by table.
    """
    return generate_once(root, lambda: write(root, views, seed))


def write(root: Path, views: int, seed: int) -> dict[str, int]:
    """Write the workspace."""
    (root / "raw/page_views").mkdir(parents=True)
    (root / "raw/ads").mkdir()
    (root / "raw/ads/none.csv").write_text("platform,campaign_id,campaign_name\n")
    (root / "campaigns.toml").write_text(CONFIGURATION)
    for place, first in enumerate(range(0, views, VIEWS_A_FILE)):
        count = min(VIEWS_A_FILE, views - first)
        rng = np.random.default_rng([seed, place])
        made = draw_views(first, count, views // VIEWS_A_VISITOR + 1, rng)
        made.write_parquet(root / f"raw/page_views/{place:04}.parquet")
    return {"page_views": views}


def draw_views(first: int, count: int, visitors: int, rng: np.random.Generator) -> pl.DataFrame:
    """Views of any visitors at any of their visits."""
    who, visit = rng.integers(0, visitors, count), rng.integers(0, VISITS, count)
    begun = (who * VISITS + visit) * PRIME % MONTH
    second = FIRST_SECOND + begun + rng.integers(0, VISIT, count)
    campaign = np.where(rng.integers(0, 5, count) == 0, (who + visit) % CAMPAIGNS, -1)
    drawn = pl.DataFrame({"who": who, "second": second, "campaign": campaign}).with_columns(
        n=first + pl.int_range(pl.len())
    )
    page = pl.format("https://shop.example/page/{}", pl.col("n") % 997)
    link = pl.format("{}?utm_source=google&utm_campaign=c{}", page, "campaign")
    return drawn.select(
        page_view_id=numbered("p-{}", pl.col("n"), 10),
        viewed_at=(pl.col("second") * 1_000_000).cast(pl.Datetime("us", "UTC")),
        anonymous_id=numbered("a-{}", pl.col("who"), 9),
        url=pl.when(pl.col("campaign") < 0).then(page).otherwise(link),
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("root", type=Path)
    arguments.add_argument("--views", type=int, default=1_000_000)
    chosen = arguments.parse_args()
    print(f"{generate(chosen.root, chosen.views)} in {chosen.root}")
