"""Daily stats of ads held against the accepted rows that they are made from, feed by feed.

All other checks of ads compare published tables with daily stats: these prove the stats themselves.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.facts.ads.ad_stats import PlacedStats
from contracts.feeds import AdStats
from contracts.manifest import Check
from flows.catalog.canonical_tables import Catalog
from flows.steps.ads.ad_facts import AdFacts
from flows.storage.table_checks import equal

COUNTED = (AdStats.clicks, AdStats.impressions)
SPEND, FEED = AdStats.spend, PlacedStats.feed
SUMS = pl.col(*COUNTED, SPEND).sum()
DAYS, CONVERTED = "entities and days", "has other currencies"
ROUNDED = Decimal("0.00005")
"""By how much the spend of an entity's day is rounded at most."""

Sums = Mapping[int, Mapping[str, Any]]
"""The place of each feed in the configuration -> what its rows add up to."""


def reconcile_stats(facts: AdFacts, catalog: Catalog, currency: str) -> list[Check]:
    """Check that the daily stats of each feed come to its accepted rows.

    Clicks and impressions are the same. Spend is, but for rounding once an entity and day, where
    all of the feed's is in the reporting currency; elsewhere it cannot be compared.
    """
    names = catalog.feeds.names
    made, checks = sum_made(facts), []
    for place, accepted in sorted(sum_accepted(catalog, currency).items()):
        name, sums = names[place], made.get(place, dict.fromkeys((*COUNTED, SPEND, DAYS), 0))
        checks += [
            equal(f"ads: {metric} of feed {name} as accepted", accepted[metric], sums[metric])
            for metric in COUNTED
        ]
        if not accepted[CONVERTED]:
            checks.append(
                Check(
                    name=f"ads: spend of feed {name} as accepted, but for rounding",
                    expected=f"{accepted[SPEND]:.6f}",
                    actual=f"{sums[SPEND]:.4f}",
                    holds=abs(sums[SPEND] - accepted[SPEND]) <= ROUNDED * sums[DAYS],
                )
            )
    return checks


def sum_accepted(catalog: Catalog, currency: str) -> Sums:
    """What the accepted rows of each feed add up to, and whether any is in another currency."""
    is_other = pl.lit(catalog.has_rows("exchange_rates")) & (
        pl.col(AdStats.currency).ne_missing(pl.lit(currency))
    )
    parts = [
        catalog.scan_group(files, "ad_stats").select(
            pl.lit(files[0].raw.feed.place).alias(FEED), SUMS, is_other.any().alias(CONVERTED)
        )
        for files in catalog.group_files("ad_stats")
    ]
    if not parts:
        return {}
    sums = pl.concat(parts).group_by(FEED).agg(SUMS, pl.col(CONVERTED).any())
    return _by_feed(sums)


def sum_made(facts: AdFacts) -> Sums:
    """What the daily stats of each feed add up to."""
    return _by_feed(facts.placed().group_by(FEED).agg(SUMS, pl.len().alias(DAYS)))


def _by_feed(sums: pl.LazyFrame) -> Sums:
    return {row[FEED]: row for row in sums.collect(engine="streaming").iter_rows(named=True)}
