"""What a feed's ad figures themselves make doubtful: units, days, and campaigns that they lack."""

from calendar import day_name
from collections.abc import Iterator, Mapping

import polars as pl

from contracts.facts.ads.ad_stats import PlacedStats
from contracts.manifest import Warned, count_of
from contracts.vocabulary import AdLevel
from transforms.ads.levels import RANKS
from transforms.ads.speakers import FEED, OWN

MANY_CLICKS = 100
MICROS_STEP, MOST_AN_IMPRESSION = 10_000, 100
"""Of what amounts in micros are multiples, a cent, and how many an impression costs at least."""
FEWEST_WEEKS, FEWEST_MONTHS = 4, 3
"""Of how many days the distance says how long the periods of a report are."""
SPEND, CAMPAIGN = PlacedStats.spend, PlacedStats.campaign_id
ENTITIES = {rank: f"{level.replace('_', ' ')}s" for level, rank in RANKS.items()}


def find_doubtful_stats(stats: pl.LazyFrame, feeds: Mapping[int, str]) -> Iterator[Warned]:
    """Warn of what feeds of ad figures can hardly mean.

    Args:
        stats: `PlacedStats`.
        feeds: The place of each feed in the configuration -> its name.
    """
    yield from _warn_of_impossible_figures(stats, feeds)
    yield from _warn_of_lacking_campaigns(stats, feeds)
    yield from _warn_of_coarse_days(stats, feeds)


def _warn_of_impossible_figures(stats: pl.LazyFrame, feeds: Mapping[int, str]) -> Iterator[Warned]:
    """Feeds with more clicks than impressions, and those whose amounts look like micros."""
    clicks, shown, spend = PlacedStats.clicks, PlacedStats.impressions, pl.col(SPEND)
    sums = (
        stats.filter(pl.col(FEED).is_not_null())
        .group_by(FEED)
        .agg(
            pl.col(clicks, shown, SPEND).sum(),
            micros=(spend.cast(pl.Float64) % MICROS_STEP == 0).all(),
        )
        .sort(FEED)
        .collect(engine="streaming")
    )
    for row in sums.iter_rows(named=True):
        feed, was_shown = feeds[row[FEED]], row[shown]
        price = row[SPEND] / was_shown if was_shown else 0
        if row[clicks] > was_shown > 0 and row[clicks] >= MANY_CLICKS:
            yield Warned(
                code="figures_impossible",
                message=f"{feed}: {row[clicks]:,} clicks of {was_shown:,} impressions; impressions "
                "may be counted in thousands, or another column is read: look at columns",
                feed=feed,
                count=row[clicks],
            )
        if row["micros"] and price > MOST_AN_IMPRESSION:
            yield Warned(
                code="figures_impossible",
                message=f"{feed}: an impression costs {price:,.2f}, and all amounts "
                'are multiples of 10,000 as micros are: units = { spend = "micros" } reads them',
                feed=feed,
                amount=f"{row[SPEND]:.4f}",
                setting="units.spend",
            )


def _warn_of_lacking_campaigns(stats: pl.LazyFrame, feeds: Mapping[int, str]) -> Iterator[Warned]:
    """Ads and ad groups whose campaign nobody says, beside others of the feed that have one."""
    lacks = pl.col(CAMPAIGN).is_null()
    found = (
        stats.filter(pl.col(FEED).is_not_null(), pl.col(OWN) > RANKS[AdLevel.CAMPAIGN])
        .group_by(FEED, OWN)
        .agg(lacks.sum().alias("count"), pl.col(SPEND).filter(lacks).sum(), whole=lacks.all())
        .filter(pl.col("count") > 0, ~pl.col("whole"))
        .sort(FEED, OWN)
        .collect(engine="streaming")
    )
    for feed, level, count, amount, _ in found.iter_rows():
        yield Warned(
            code="parent_missing",
            message=f"{feeds[feed]}: {count_of(count, 'day')} of {ENTITIES[level]} with a spend of "
            f"{amount:.2f} have no campaign, while others of the feed have theirs: they stand "
            "under none. Where a spreadsheet merged cells, fill them down; else a feed of ads or "
            "ad_groups names their campaign",
            feed=feeds[feed],
            count=count,
            amount=f"{amount:.4f}",
            setting="a feed of the table ads or ad_groups",
        )


def _warn_of_coarse_days(stats: pl.LazyFrame, feeds: Mapping[int, str]) -> Iterator[Warned]:
    """Feeds whose days lie weeks or months apart, as those of a report by week or month do."""
    day, spend = pl.col(PlacedStats.date_day), pl.col(SPEND).sum()
    spans = (
        stats.filter(pl.col(FEED).is_not_null())
        .group_by(FEED)
        .agg(
            day.n_unique().alias("days"),
            spend,
            weekday=day.dt.weekday().min(),
            is_week=day.dt.weekday().n_unique() == 1,
            is_month=(day.dt.day() == 1).all(),
        )
        .sort(FEED)
        .collect(engine="streaming")
    )
    for row in spans.iter_rows(named=True):
        if row["is_month"] and row["days"] >= FEWEST_MONTHS:
            words, period = "the first of a month", "month"
        elif row["is_week"] and row["days"] >= FEWEST_WEEKS:
            words, period = f"a {day_name[row['weekday'] - 1]}", "week"
        else:
            continue
        feed = feeds[row[FEED]]
        yield Warned(
            code="coarse_days",
            message=f"{feed}: each of its {row['days']:,} days is {words}, as in a report by "
            f"{period}, whose rows are read as of that day alone: {row[SPEND] or 0:.2f} stands on "
            "these days beside the sessions of one day each; export it by day",
            feed=feed,
            count=row["days"],
        )
