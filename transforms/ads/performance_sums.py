"""What performance tables add up, under numbers in the order of their rows' texts (SPEC §6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.columns import Rows, columns, conform
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_stats import DailyStats
from contracts.facts.ads.ad_sums import (
    AdContactSessions,
    EntityPlaces,
    PerformanceGroups,
    PerformanceParts,
    PerformanceSums,
    SessionCounts,
    UngivenMetrics,
)
from transforms.ads.entities import ENTITY
from transforms.ads.levels import DAY, DELIVERED, METRICS, NAMES, PARENTS
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.ads.rests import (
    AD,
    CAMPAIGN,
    NUMBERS,
    TAKEN_OFF,
    list_ad_figures,
    list_campaign_figures,
    sign,
)
from transforms.ads.session_counts import COUNTS, OF_ORDERS, PLACE, SessionFigures
from transforms.common.joins import HELD, STREAMED
from transforms.common.rates import sum_known
from transforms.common.shared_texts import SHARED

G = PerformanceGroups
NEVER = {metric: f"no_{metric}" for metric in METRICS}
"""Metric -> whether no stats of a campaign, or else of its platform, have it (`UngivenMetrics`)."""
HAS_STATS = pl.any_horizontal(pl.col(METRICS).is_not_null())
FIRST_DAYS = [UngivenMetrics.first_day, UngivenMetrics.first_delivered]
LAST_DAYS = [UngivenMetrics.last_day, UngivenMetrics.last_delivered]
OF_SESSIONS = [SessionCounts.sessions, PerformanceSums.session_contacts]
GROUP, CAMPAIGN_NUMBER = G.group_number, G.campaign_number
IDS = [*PLATFORM_KEYS, *PARENTS]
OF_CAMPAIGN = IDS[: IDS.index(G.campaign_id) + 1]


@dataclass(frozen=True)
class Grouping:
    """What a performance table has rows of.

    Attributes:
        level: How fine the table is: `CAMPAIGN` or `AD`.
        parts: Of the stats.
    """

    level: int
    groups: Rows[PerformanceGroups]
    parts: Rows[PerformanceParts]

    @property
    def names(self) -> list[str]:
        """The names that rows of the table have."""
        return NAMES if self.level == AD else NAMES[: CAMPAIGN + 1]


def list_groups(
    entities: Rows[AdEntities], sessions: Rows[SessionCounts], level: int
) -> Rows[PerformanceGroups]:
    """List what a performance table may have rows of: ads or campaigns, and their parents.

    Args:
        level: how fine the table is, from 0 for accounts.
    """
    coarser = [keep_ids(entities, rank) for rank in NUMBERS if rank <= level]
    return (
        pl.concat([*coarser, keep_ids(sessions, level)])
        .unique()
        .sort(IDS)
        .with_row_index(GROUP)
        .with_columns(
            pl.struct(OF_CAMPAIGN).rle_id().alias(G.campaign_number),
            pl.col(G.org_id).rle_id().alias(G.org_number),
        )
        .select(columns(G))
    )


def place_entities(
    entities: Rows[AdEntities], groups: Rows[PerformanceGroups], level: int
) -> Rows[EntityPlaces]:
    """Find where entities and their parents stand among the groups of a performance table.

    Args:
        level: how fine the table is.
    """
    placed = entities.select(ENTITY)
    for rank, number in NUMBERS.items():
        if rank > level:
            placed = placed.with_columns(pl.lit(None, pl.UInt32).alias(number))
            continue
        found = _number_groups(keep_ids(entities, rank, ENTITY), groups)
        placed = placed.join(
            found.select(ENTITY, pl.col(GROUP).alias(number)), on=ENTITY, how="left", validate="1:1"
        )
    return placed.select(columns(EntityPlaces))


def _number_groups(rows: pl.LazyFrame, groups: pl.LazyFrame) -> pl.LazyFrame:
    """Add to rows with ids the number of the group (`PerformanceGroups`) that bears them."""
    return rows.join(
        groups.select(*IDS, GROUP), on=IDS, how="left", nulls_equal=True, validate="m:1"
    )


def keep_ids(rows: pl.LazyFrame, level: int, *also: str) -> pl.LazyFrame:
    """The ids of rows down to a level; finer ones are empty."""
    finer = [pl.lit(None, SHARED).alias(name) for name in PARENTS[level + 1 :]]
    return rows.select(*also, *PLATFORM_KEYS, *PARENTS[: level + 1], *finer)


def list_parts(
    entities: Rows[AdEntities], places: Rows[EntityPlaces], level: int
) -> Rows[PerformanceParts]:
    """List to which rows of a performance table the figures of each entity are added.

    Args:
        level: how fine the table is.
    """
    list_figures = list_ad_figures if level == AD else list_campaign_figures
    group = pl.coalesce(NUMBERS[rank] for rank in sorted(NUMBERS, reverse=True)).alias(GROUP)
    placed = entities.join(places, on=ENTITY, how="left", validate="m:1")
    return list_figures(placed).select(ENTITY, group, *NAMES, TAKEN_OFF)


def sum_performance(
    stats: Rows[DailyStats], sessions: SessionFigures, grouping: Grouping
) -> Rows[PerformanceSums]:
    """Set what campaigns or ads cost beside their sessions, day by day, and what is left above.

    There is no row where all that it had was taken off, to the last figure.

    Args:
        sessions: the sessions of ad platforms.
        grouping: what the table has rows of.

    Returns:
        What a row has none of is null.
    """
    names = grouping.names
    parts = grouping.parts.select(ENTITY, GROUP, *names, TAKEN_OFF)
    figures = stats.join(parts, on=ENTITY, how="inner", validate="m:m", build_side=HELD).select(
        GROUP, DAY, *(sign(name).alias(name) for name in METRICS), *names, TAKEN_OFF
    )
    of_sessions = keep_ids(sessions.counts, grouping.level, PLACE, DAY, *names, *COUNTS)
    counts = _number_groups(of_sessions, grouping.groups).drop(IDS)
    return _add_up(figures, counts, sessions.by_contact, grouping.groups, names)


def find_metrics_never_given(
    sums: Rows[PerformanceSums], groups: Rows[PerformanceGroups]
) -> Rows[UngivenMetrics]:
    """Find the metrics that no stats of a campaign have on any day, and of which days any are.

    Of a campaign without stats it is those that no stats of its platform have: of a platform
    without any, all.

    Args:
        sums: As they add up (`sum_performance`), of all days.
        groups: Of the table.
    """
    delivered = pl.col(DAY).filter(pl.any_horizontal(pl.col(DELIVERED).is_not_null()))
    said = (
        sums.filter(HAS_STATS)
        .group_by(CAMPAIGN_NUMBER)
        .agg(
            *(pl.col(metric).is_null().all().alias(name) for metric, name in NEVER.items()),
            pl.col(DAY).min().alias(UngivenMetrics.first_day),
            pl.col(DAY).max().alias(UngivenMetrics.last_day),
            delivered.min().alias(UngivenMetrics.first_delivered),
            delivered.max().alias(UngivenMetrics.last_delivered),
        )
    )
    campaigns = groups.select(CAMPAIGN_NUMBER, *PLATFORM_KEYS).unique()
    lacks = [pl.col(name) for name in NEVER.values()]
    of_platform = [lack.all().over(PLATFORM_KEYS) for lack in lacks]
    return (
        campaigns.join(said, on=CAMPAIGN_NUMBER, how="left", validate="1:1")
        .with_columns(
            *map(pl.coalesce, lacks, of_platform),
            pl.col(FIRST_DAYS).min().over(PLATFORM_KEYS),
            pl.col(LAST_DAYS).max().over(PLATFORM_KEYS),
        )
        .select(columns(UngivenMetrics))
    )


def fill_performance(
    sums: Rows[PerformanceSums], never: Rows[UngivenMetrics], *, has_orders: bool
) -> Rows[PerformanceSums]:
    """Fill in 0 for what a row has none of.

    A metric that none of a row's stats has stays null, and so does, on days of sessions alone, one
    that no stats of the campaign have on any day, or, where it has no stats, of its platform. Days
    before the platform's first stats and after its last are not known: an export that ends earlier
    than the sessions says of what they cost nothing.

    Args:
        sums: As they add up (`sum_performance`).
        never: Of all days.
        has_orders: whether a feed gives orders.
    """
    every, delivered = (
        pl.col(DAY).is_between(first, last)
        for first, last in zip(FIRST_DAYS, LAST_DAYS, strict=True)
    )
    is_known = {metric: delivered if metric in DELIVERED else every for metric in METRICS}
    return (
        sums.join(never, on=CAMPAIGN_NUMBER, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(
            pl.when(HAS_STATS | pl.col(name) | ~is_known[metric])
            .then(metric)
            .otherwise(0)
            .alias(metric)
            for metric, name in NEVER.items()
        )
        .with_columns(pl.col([*OF_SESSIONS, *(OF_ORDERS if has_orders else ())]).fill_null(0))
        .pipe(conform, PerformanceSums)
    )


def _add_up(
    figures: pl.LazyFrame,
    counts: pl.LazyFrame,
    by_contact: pl.LazyFrame,
    groups: pl.LazyFrame,
    names: Sequence[str],
) -> pl.LazyFrame:
    contact = AdContactSessions.contact_key
    contacts = (
        by_contact.filter(pl.col(contact).is_not_null())
        .join(counts.select(PLACE, DAY, GROUP), on=[PLACE, DAY], how="inner", validate="m:1")
        .group_by(GROUP, DAY)
        .agg(pl.col(contact).n_unique().cast(pl.Int64).alias(PerformanceSums.session_contacts))
    )
    is_left = pl.any_horizontal(pl.col(*METRICS, SessionCounts.sessions).fill_null(0) != 0)
    nameless = (pl.lit(None, SHARED).alias(name) for name in NAMES if name not in names)
    return (
        pl.concat([figures, counts.drop(PLACE), contacts], how="diagonal")
        .group_by(GROUP, DAY)
        .agg(
            *(_sum_rest(name) for name in METRICS),
            *sum_known([*OF_SESSIONS, *OF_ORDERS]),
            pl.col(names).max(),
            pl.col(TAKEN_OFF).sum(),
        )
        .filter((pl.col(TAKEN_OFF) == 0) | is_left)
        .join(groups.drop(IDS), on=GROUP, how="left", validate=STREAMED, build_side=HELD)
        .with_columns(nameless)
        .pipe(conform, PerformanceSums)
    )


def _sum_rest(metric: str) -> pl.Expr:
    """The sum of a metric; null where the figures from which others are taken off lack it."""
    is_whole = pl.col(TAKEN_OFF).is_null() & HAS_STATS
    is_known = (pl.col(metric).is_not_null() & is_whole).any() | ~is_whole.any()
    some = pl.col(metric).count() > 0
    return pl.when(is_known & some).then(pl.col(metric).sum()).alias(metric)
