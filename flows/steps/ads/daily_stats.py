"""Ad stats from the feeds' rows to days of entities, each with who speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.columns import Rows, Table
from contracts.facts.ads.ad_entities import (
    AdClaims,
    AdEntities,
    AdSpeakers,
    EntityNumbers,
    NamedEntities,
    NumberedEntities,
    SettledDays,
    StatedDays,
    StatedEntities,
)
from contracts.facts.ads.ad_stats import (
    AttachedConversions,
    DailyStats,
    FeedStats,
    PayerRates,
    PlacedStats,
    StatsRates,
)
from contracts.feeds import AdAccounts, AdConversions, ExchangeRates
from flows.runtime.materialize import hold, materialize
from flows.steps.ads.day_ranges import EVERY_DAY, DayRanges, MakeDays
from flows.steps.ads.feed_stats import StatsRows
from transforms.ads.conversions import (
    attach_conversions,
    count_conversions,
    count_none,
    name_conversions,
)
from transforms.ads.daily_stats import (
    find_stats_rates,
    list_priced_days,
    number_rates,
    sum_daily_stats,
)
from transforms.ads.entities import (
    ENTITY,
    list_entities,
    list_placed_entities,
    number_entities,
)
from transforms.ads.name_lookup import AdVersions
from transforms.ads.speakers import list_claims, list_speakers, place_stats, settle_days
from transforms.ads.stated_entities import fill_parents, list_dated_days, name_dated, name_entities
from transforms.common.joins import HELD, STREAMED


@dataclass(frozen=True)
class StatsGiven:
    """What daily stats are made from.

    Attributes:
        stats: The rows of stats, and what they state.
        conversions: Canonical `ad_conversions` that count; None where no feed gives them.
        apart: Columns that keep rows apart, for who explains a figure by single rows.
        days: Ranges of days of which one is held at a time; None for all.
    """

    stats: StatsRows
    versions: AdVersions
    currency: str
    conversions: Rows[AdConversions] | None
    accounts: Rows[AdAccounts] | None
    exchange_rates: Rows[ExchangeRates] | None
    apart: Sequence[str] = ()
    days: DayRanges | None = None

    def hold(self, rows: pl.LazyFrame, table: type[Table]) -> pl.LazyFrame:
        """Rows of stats in memory; as their contract says where nothing keeps them apart."""
        return rows.collect().lazy() if self.apart else materialize(rows, table)

    def make_days(self, name: str, make: MakeDays, shared: object) -> Rows[DailyStats]:
        """Days of stats.

        Args:
            name: What their files are called.
            make: Makes those of some days.
            shared: What all are made from.
        """
        if self.days is None:
            return self.hold(make(shared, EVERY_DAY), DailyStats)
        return self.days.make(name, DailyStats, make, shared)


@dataclass(frozen=True)
class StatsMade:
    """The stats of all feeds."""

    stats: Rows[DailyStats]
    entities: Rows[AdEntities]
    speakers: Rows[AdSpeakers]

    def placed(self) -> Rows[PlacedStats]:
        """The stats beside what they are about: take of it what is needed."""
        return self.stats.join(
            self.entities, on=ENTITY, how="left", validate=STREAMED, build_side=HELD
        )


def build_daily_stats(given: StatsGiven) -> StatsMade:
    """Sum stats by entity and day, and find to which levels they are added."""
    stated, rows = given.stats.stated, given.stats.rows
    named = name_stated(stated, rows, given.versions)
    speakers = hold(list_speakers(named), AdSpeakers)
    if given.conversions is not None:
        rows, named = add_conversions(given, given.conversions, stated, rows, named)
    entities = hold(list_entities(named), NumberedEntities)
    numbers = hold(number_entities(named, entities), EntityNumbers)
    days = list_priced_days(rows, numbers, named).collect().lazy()
    rates = find_stats_rates(days, given.accounts, given.exchange_rates, given.currency)
    paid = hold(number_rates(hold(rates, StatsRates), days), PayerRates)
    stats = given.make_days("daily", add_up_days, (rows, numbers, paid, given.apart))
    claims = hold(list_claims(entities, speakers, given.versions.tables), AdClaims)
    settled = materialize(settle_days(stats, claims), SettledDays)
    if settled.collect().height:
        stats = given.make_days("placed", place_days, (stats, settled))
    placed = materialize(list_placed_entities(entities, settled, stats), AdEntities)
    return StatsMade(stats, placed, speakers)


def add_up_days(
    of: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame, Sequence[str]], within: pl.Expr
) -> Rows[DailyStats]:
    """Those of some days, from `FeedStats`, `EntityNumbers` and `PayerRates`."""
    rows, numbers, rates, apart = of
    return sum_daily_stats(rows.filter(within), numbers, rates, apart)


def place_days(of: tuple[pl.LazyFrame, pl.LazyFrame], within: pl.Expr) -> Rows[DailyStats]:
    """Those of some days under the numbers of placed entities (`SettledDays`)."""
    stats, settled = of
    return place_stats(stats.filter(within), settled)


def name_stated(
    stated: Rows[StatedEntities], rows: Rows[FeedStats], versions: AdVersions
) -> Rows[NamedEntities]:
    """Fill in the names and parents of what stats state."""
    first = hold(name_entities(stated, versions), NamedEntities)
    days = materialize(list_dated_days(first, rows), StatedDays)
    named = hold(name_dated(first, stated, days, versions), NamedEntities)
    return hold(fill_parents(named), NamedEntities)


def add_conversions(
    given: StatsGiven,
    conversions: pl.LazyFrame,
    stated: Rows[StatedEntities],
    rows: Rows[FeedStats],
    named: Rows[NamedEntities],
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Add rows of the conversions that platforms give apart from the clicks.

    Args:
        conversions: Those that count.

    Returns:
        The rows and what they are about, with those of conversions.
    """
    found = attach_conversions(rows, named, conversions, given.versions, given.apart)
    attached = given.hold(found, AttachedConversions)
    apart = materialize(name_conversions(attached), NamedEntities)
    counted = count_none(rows, stated, conversions)
    added = count_conversions(attached, apart, given.apart)
    held = given.hold(added, FeedStats)
    return pl.concat([counted, held], how="diagonal"), pl.concat([named, apart])
