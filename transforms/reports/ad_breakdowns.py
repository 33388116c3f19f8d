"""Ad entities by keyword, place, device, … (SPEC §6.2)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows, columns, conform, key
from contracts.facts.ads.ad_stats import PlacedStats, StatsRates
from contracts.facts.ads.ad_sums import BreakdownSums, NamedBreakdowns
from contracts.feeds import AdBreakdowns
from contracts.reports.ads import BreakdownReport
from contracts.vocabulary import AdLevel
from transforms.ads.daily_stats import OF_RATE
from transforms.ads.levels import DAY, METRICS, NAMES, RANKS, agree
from transforms.ads.name_lookup import AdVersions, fill_names
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.ads.ratios import make_ratios
from transforms.ads.speakers import adds_to
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.currency import AMOUNTS, convert, round_amounts
from transforms.common.rates import divide, sum_known
from transforms.common.report_rows import ReportRows, order_groups
from transforms.common.shared_texts import share_texts

OF_STATS = " of stats"
GRAIN = [name for name in key(BreakdownSums) if name != DAY]


def name_breakdowns(
    breakdowns: pl.LazyFrame, versions: AdVersions, apart: Sequence[str] = ()
) -> Rows[NamedBreakdowns]:
    """Fill in names and parents, as of the day.

    Args:
        breakdowns: canonical `ad_breakdowns`.
        apart: columns that tell rows apart, beyond the contract.

    Returns:
        As many rows.
    """
    named = share_texts(breakdowns).pipe(fill_names, versions, AdBreakdowns.date_day)
    return named.select(*columns(NamedBreakdowns), *apart)


def sum_breakdowns(
    breakdowns: Rows[NamedBreakdowns], rates: Rows[StatsRates], stats: Rows[PlacedStats]
) -> Rows[BreakdownSums]:
    """Add up breakdowns by the day, in one currency, beside the spend of their entity.

    Args:
        rates: Of them; amounts without a rate are null.
        stats: Whose names stand where nothing else gives one.
    """
    sums = (
        breakdowns.join(rates, on=OF_RATE, how="left", nulls_equal=True, validate="m:1")
        .with_columns(convert(AMOUNTS, StatsRates.rate))
        .group_by(*GRAIN, DAY)
        .agg(
            *sum_known(METRICS),
            pl.col(NAMES).max(),
            agree(BreakdownSums.match_type),
            agree(BreakdownSums.attributes),
        )
        .with_columns(round_amounts(pl.col(AMOUNTS)))
    )
    entity = pl.coalesce(
        pl.when(pl.col(by).is_not_null()).then(RANKS[level])
        for level, by in reversed(ID_OF_LEVEL.items())
    ).alias(PlacedStats.own_level)
    spend = [_sum_entities(stats, level) for level in ID_OF_LEVEL]
    keys = [*PLATFORM_KEYS, PlacedStats.own_level, "entity", DAY]
    finest = pl.coalesce(pl.col(by) for by in reversed(ID_OF_LEVEL.values())).alias("entity")
    borne = [pl.coalesce(name, name + OF_STATS).alias(name) for name in NAMES]
    return (
        sums.with_columns(entity.cast(pl.Int64), finest)
        .join(pl.concat(spend, how="diagonal"), on=keys, how="left", validate="m:1")
        .with_columns(borne)
        .pipe(conform, BreakdownSums)
    )


def report_breakdowns(sums: Rows[BreakdownSums], currency: str) -> ReportRows:
    """Report what platforms say by keyword, place or device.

    Args:
        currency: the reporting currency, in which the sums are.

    Returns:
        `BreakdownReport`, sorted by its key.
    """
    b = BreakdownReport
    added = (
        *make_ratios(b),
        divide(b.spend, BreakdownSums.entity_spend).alias(b.spend_share),
        pl.lit(currency).alias(b.currency),
    )
    return ReportRows(order_groups(sums, GRAIN, DAY), b, added)


def _sum_entities(stats: Rows[PlacedStats], level: AdLevel) -> pl.LazyFrame:
    """The spend of a level's entities by the day, and the names that the day's stats bear."""
    by, rank = ID_OF_LEVEL[level], RANKS[level]
    names = pl.col(NAMES[: rank + 1])
    return (
        stats.filter(adds_to(rank) & pl.col(by).is_not_null())
        .group_by(*PLATFORM_KEYS, pl.col(by).alias("entity"), DAY)
        .agg(
            pl.col(PlacedStats.spend).sum().alias(BreakdownSums.entity_spend),
            names.max().name.suffix(OF_STATS),
        )
        .with_columns(pl.lit(rank, pl.Int64).alias(PlacedStats.own_level))
    )
