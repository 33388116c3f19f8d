"""What a person should look at in ad spend: accounts unknown, levels and feeds that disagree."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from contracts.facts.ads.ad_stats import PlacedStats
from contracts.facts.ads.ad_sums import LevelComparisons
from contracts.facts.matching.session_matching import AuditedLinks
from contracts.feeds import AdStats
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import scan_together
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.ads.doubtful_stats import ENTITIES, find_doubtful_stats
from transforms.ads.accounts_alike import (
    list_campaigns_by_name_and_id,
    list_entities_of_several,
    sum_by_name_and_id,
    sum_told_twice,
)
from transforms.ads.daily_stats import BOTH
from transforms.ads.entities import ENTITY
from transforms.ads.speakers import FEED, NO_LEVEL, OWN, TOP
from transforms.ingest.deduplication import FILE, KEY_HASH
from transforms.reports.spend_sources import compare_levels, is_left_out

CENT = 0.01
MOST_COMPARED = 1_000
"""Of how many sets of custom columns it is seen whether anything in them agrees."""
FEWEST_PARTS = 2
"""Of fewer, one that costs as much as the others is no sum."""
STATS_FEEDS = "the feeds of the table ad_stats"
SPEND, PLATFORM = PlacedStats.spend, PlacedStats.platform
CAMPAIGN, AD = PlacedStats.campaign_id, PlacedStats.ad_id
SPENT = (pl.len(), pl.col(SPEND).sum())
UNPLACED = (
    "{amount:.2f} spent by {entities} (rows: {count}) are added to no coarser level, because no "
    "feed says of which account they are and another feed speaks for the platform on those days; a "
    "feed of ads or ad_campaigns that names their account places them"
)
NOT_FIRST = (
    "{amount:.2f} spent by {entities} (rows: {count}) are left out, because a feed that is "
    "configured before it speaks for the same {entities} on those days; the order of [[feeds]] "
    "decides"
)
APART = (
    "its figures of {entities} ({count}) differ by {amount:.2f} in all from what lies below them "
    "on the same days; its own count, and ads/spend_sources shows both"
)


def find_spend_warnings(catalog: Catalog, facts: AdFacts) -> Iterator[Warned]:
    """Warn of spend that is left out or unknown, and of feeds and levels that do not agree."""
    feeds = catalog.feeds.names
    placed = facts.placed()
    yield from _warn_of_platforms(facts)
    yield from _warn_of_parents(facts.entities)
    left_out = placed.filter(is_left_out(), pl.col(FEED).is_not_null())
    for told in _tell(UNPLACED, left_out, SPENT, feeds):
        setting = "a feed of the table ads or ad_campaigns"
        yield Warned(code="spend_unplaced", setting=setting, **told)
    for told in _tell(NOT_FIRST, placed.filter(pl.col(TOP) == NO_LEVEL), SPENT, feeds):
        yield Warned(code="two_feeds_speak", setting="the order of [[feeds]]", **told)
    compared = materialize(compare_levels(placed), LevelComparisons)
    apart = (pl.col(LevelComparisons.spend) - pl.col(LevelComparisons.spend_below)).abs()
    uneven, differing = compared.filter(apart >= CENT), (pl.len(), apart.sum().alias(SPEND))
    for told in _tell(APART, uneven, differing, feeds):
        yield Warned(code="levels_disagree", setting=STATS_FEEDS, **told)
    yield from _warn_of_accounts(facts)
    yield from _warn_of_campaigns(facts)
    yield from _warn_of_attributes(placed, catalog)
    yield from find_doubtful_stats(placed, feeds)


def _warn_of_platforms(facts: AdFacts) -> Iterator[Warned]:
    keys, sessions = [PlacedStats.org_id, PLATFORM], AuditedLinks.session_count
    came = pl.col(PLATFORM).is_not_null()
    known = facts.entities.join(facts.stats, on=ENTITY, how="semi")
    names = known.select(keys).unique().cast(pl.String)
    lacking = facts.matched.links.filter(came).join(names, on=keys, how="anti")
    sums = lacking.group_by(PLATFORM).agg(pl.col(sessions).sum()).sort(PLATFORM)
    for platform, count in sums.collect().iter_rows():
        yield Warned(
            code="stats_missing",
            message=f"{platform}: no feed has stats of it, so that spend, clicks and what follows "
            f"from them are null in the rows of its sessions (sessions: {count}), and sums over "
            "platforms lack its cost, not its orders; a feed of the table ad_stats gives them",
            count=count,
            setting=STATS_FEEDS,
        )


def _warn_of_parents(entities: pl.LazyFrame) -> Iterator[Warned]:
    """Ads that stats put under several campaigns: their sessions all stand under the last."""
    least, greatest = pl.col(CAMPAIGN).min().alias("least"), pl.col(CAMPAIGN).max()
    several = (
        entities.filter(pl.col(AD).is_not_null())
        .group_by(PlacedStats.org_id, PLATFORM, AD)
        .agg(least, greatest)
        .filter(pl.col("least") != pl.col(CAMPAIGN))
        .select(pl.col(PLATFORM, AD, "least", CAMPAIGN).cast(pl.String))
        .sort(PLATFORM, AD)
        .collect()
    )
    if several.is_empty():
        return
    platform, ad, first, last = several.row(0)
    yield Warned(
        code="several_parents",
        message=f"{platform}: the stats of ad {ad} name several campaigns, as {first} and {last}; "
        f"each has its own spend, and all sessions of the ad stand under {last} "
        f"(ads of several campaigns: {several.height})",
        count=several.height,
        setting=STATS_FEEDS,
    )


def _tell(
    said: str, rows: pl.LazyFrame, sums: tuple[pl.Expr, pl.Expr], feeds: Mapping[int, str]
) -> Iterator[dict[str, Any]]:
    """What is told of the rows of each feed and level: how many they are, and their amount."""
    found = rows.group_by(FEED, OWN).agg(*sums).sort(FEED, OWN).collect()
    for feed, level, count, amount in found.iter_rows():
        words = said.format(amount=amount, entities=ENTITIES[level], count=count)
        yield {
            "message": f"{feeds[feed]}: {words}",
            "feed": feeds[feed],
            "count": count,
            "amount": f"{amount:.4f}",
        }


def _warn_of_accounts(facts: AdFacts) -> Iterator[Warned]:
    """Spend that two accounts tell alike of the same entities and days."""
    of_several = list_entities_of_several(facts.entities).collect()
    if of_several.is_empty():
        return
    sums = sum_told_twice(of_several, facts.stats).collect()
    for platform, level, accounts, count, amount in sums.iter_rows():
        yield Warned(
            code="account_twice",
            message=f"{platform}: {ENTITIES[level]} have the same spend, clicks and impressions on "
            f"the same days ({count}) under the accounts {accounts}: {amount:.2f} counts again; "
            "if that is one account, give its rows one id where they have the other: "
            'values = { account_id = { "theirs" = "ours" } }',
            count=count,
            amount=f"{amount:.4f}",
            setting="values.account_id",
        )


def _warn_of_campaigns(facts: AdFacts) -> Iterator[Warned]:
    """Spend that two feeds or levels tell alike of a campaign, by its name and by its id."""
    of_both = list_campaigns_by_name_and_id(facts.entities).collect()
    if of_both.is_empty():
        return
    for platform, count, amount in sum_by_name_and_id(of_both, facts.stats).collect().iter_rows():
        yield Warned(
            code="renamed_twice",
            message=f"{platform}: campaigns cost the same on the same days ({count}) by their "
            f"names and by their ids, in other feeds or at another level: {amount:.2f} counts "
            "again, since without its id a campaign is another one: export all of them with ids, "
            "or take those without away",
            count=count,
            amount=f"{amount:.4f}",
            setting=STATS_FEEDS,
        )


def _warn_of_attributes(stats: pl.LazyFrame, catalog: Catalog) -> Iterator[Warned]:
    """Custom columns that a report lacks because others differ between the rows of a day."""
    feeds = catalog.feeds.names
    own = pl.col(PlacedStats.attributes)
    pairs = (
        stats.filter(own.str.starts_with(BOTH))
        .group_by(FEED)
        .agg(pl.len(), own.unique().sort().head(MOST_COMPARED))
        .sort(FEED)
        .collect()
    )
    for feed, count, texts in pairs.iter_rows():
        if wholes := _count_wholes(catalog, feed):
            yield Warned(
                code="total_suspected",
                message=f"{feeds[feed]}: of several rows of one day and ad or campaign, one costs "
                f"and shows what the others do together ({count_of(wholes, 'time')}), as a row of "
                "all ages or devices beside its parts does: that counts again; export it without "
                "the rows of all, or without the column that splits them",
                feed=feeds[feed],
                count=wholes,
            )
        if not any(map(_agree_in_part, texts)):
            continue
        yield Warned(
            code="attributes_differ",
            message=f"{feeds[feed]}: rows of one day and ad, campaign or account say different "
            f"things in some custom columns, as rows by device do ({count_of(count, 'time')}): "
            "the reports have none of the file's custom columns there, not even those in which "
            "these rows agree; an export without the column that splits them keeps the others",
            feed=feeds[feed],
            count=count,
        )


def _count_wholes(catalog: Catalog, feed: int) -> int:
    """Count the rows of a feed's days that are the sum of the day's others of the same entity.

    Of few rows that is chance: it is told where most that have at least two parts are so.
    """
    own = [one for one in catalog.feeding("ad_stats") if one.raw.feed.place == feed]
    files = [file for file in own if not file.is_copy]
    shown, spend = pl.col(AdStats.impressions), pl.col(SPEND)
    is_whole = (2 * spend.max() == spend.sum()) & (spend.max() > 0)
    of_several = (
        scan_together(files, "ad_stats")
        .group_by(FILE, KEY_HASH)
        .agg(pl.len(), whole=is_whole & (2 * shown.max() == shown.sum()).fill_null(value=True))
        .filter(pl.col("len") > FEWEST_PARTS)
        .select(pl.len(), pl.col("whole").sum())
    )
    several, wholes = of_several.collect(engine="streaming").row(0)
    return wholes if 2 * wholes > several else 0


def _agree_in_part(pair: str) -> bool:
    """Whether two objects of custom columns, which differ, have any member in common."""
    first, last = json.loads(pair)
    return any(last.get(name) == value for name, value in first.items())
