"""What a person should look at in conversions that platforms give apart from the clicks."""

from collections.abc import Iterator

import polars as pl

from contracts.feeds import AdConversions, AdStats
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from flows.steps.ads.ad_facts import AdFacts, choose_by_platform
from transforms.ads.conversions import (
    choose_conversions,
    find_given_twice,
    find_uncounted,
    find_waiting,
)
from transforms.ingest.deduplication import FILE

STATS, CONVERSIONS = "ad_stats", "ad_conversions"


def find_conversion_warnings(catalog: Catalog, facts: AdFacts) -> Iterator[Warned]:
    """Warn of conversions that stand in no report, that nobody counts, or that may count twice."""
    if not catalog.has_rows(CONVERSIONS):
        return
    given = choose_conversions(catalog.scan_numbered(CONVERSIONS), choose_by_platform(catalog))
    waiting = find_waiting(given, facts.entities, facts.versions.tables)
    for feed, count, conversions in _sum_by_feed(catalog, waiting, AdConversions.conversions):
        yield Warned(
            code="conversions_unplaced",
            message=f"{feed}: {conversions} conversions in {count_of(count, 'row')} stand in no "
            "report, because neither ad_stats nor a table of names knows what they are of; a feed "
            "of ads, ad_groups, ad_campaigns or ad_accounts that names it places them",
            feed=feed,
            count=count,
            setting="a feed of the table ads, ad_groups, ad_campaigns or ad_accounts",
        )
    uncounted = find_uncounted(given)
    for feed, count, value in _sum_by_feed(catalog, uncounted, AdConversions.conversions_value):
        yield Warned(
            code="column_missing",
            message=f"{feed}: conversions worth {value} in {count_of(count, 'row')}, and no feed "
            "counts those of their platform and level: they are null in the reports; a feed that "
            "counts them gives them",
            feed=feed,
            count=count,
            setting="a feed of the table ad_conversions",
        )
    if not catalog.has_rows(STATS):
        return
    twice = find_given_twice(catalog.scan_numbered(STATS), given)
    for feed, count, conversions in _sum_by_feed(catalog, twice, AdStats.conversions):
        yield Warned(
            code="conversions_twice",
            message=f"{feed}: {count_of(count, 'row')} with {conversions} conversions of their "
            "own, beside those that a feed of ad_conversions gives of the same day; both count. "
            'If they are the same, say constants = { conversions = "0", conversions_value = "0" } '
            "in this feed",
            feed=feed,
            count=count,
            setting="constants",
        )


def _sum_by_feed(
    catalog: Catalog, rows: pl.LazyFrame, amount: str
) -> Iterator[tuple[str, int, str]]:
    """The name of each feed, how many rows are of it, and their sum of a column."""
    names = {file.order: file.raw.feed.name for file in catalog.files}
    feed = pl.col(FILE).replace_strict(names, return_dtype=pl.String)
    sums = rows.group_by(feed).agg(pl.len(), pl.col(amount).sum()).sort(FILE)
    for name, count, number in sums.collect().iter_rows():
        yield name, count, f"{number.normalize():f}"
