"""The stats of ads, row by row, placed by the very transforms that placed their sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from contracts.columns import Rows
from contracts.facts.ads.ad_entities import AdEntities, AdSpeakers
from contracts.facts.ads.ad_stats import PlacedStats
from flows.catalog.canonical_tables import Catalog
from flows.explain.cells import have_values_of
from flows.explain.left_out import list_left_out
from flows.explain.narrowed_tables import narrow_tables, scan_placed
from flows.explain.published_run import PublishedRun
from flows.steps.ads.ad_facts import choose_by_platform, find_versions, gather_stats
from flows.steps.ads.daily_stats import build_daily_stats
from flows.steps.ads.feed_stats import hold_stats
from transforms.ads.conversions import choose_conversions
from transforms.ads.levels import DAY, PARENTS
from transforms.ads.name_lookup import AdVersions
from transforms.common.shared_texts import SHARED
from transforms.explain.row_places import ROW_PLACE, TABLE
from transforms.ingest.deduplication import FILE

OF_PLATFORM = [PlacedStats.org_id, PlacedStats.platform]
STATS, CONVERSIONS = "ad_stats", "ad_conversions"
AD_TABLES = (
    STATS,
    CONVERSIONS,
    "ad_accounts",
    "ad_campaigns",
    "ad_portfolios",
    "ad_groups",
    "ads",
    "ad_creatives",
    "ad_breakdowns",
)
IDS = (PlacedStats.account_id, PlacedStats.campaign_id, PlacedStats.ad_group_id, PlacedStats.ad_id)
APART = (ROW_PLACE, TABLE)
"""What keeps the rows of stats apart that a run adds up."""


@dataclass(frozen=True)
class PlacedRows:
    """The stats of a platform at their finest.

    Attributes:
        catalog: The canonical tables that they come from.
        stats: Of single rows with their `row_place` and `table`.
    """

    catalog: Catalog
    stats: Rows[PlacedStats]
    entities: Rows[AdEntities]
    speakers: Rows[AdSpeakers]
    versions: AdVersions


class AdStatsRows:
    """The ad stats of a run, by organization and platform."""

    def __init__(self, run: PublishedRun) -> None:
        """Read the stats of a run."""
        self.run = run
        self.catalog = run.catalog
        self.placed: dict[tuple[str, str], PlacedRows] = {}

    def place(self, row: Mapping[str, Any]) -> PlacedRows:
        """The stats of the organization and platform of a report's row."""
        of = (str(row[OF_PLATFORM[0]]), str(row[OF_PLATFORM[1]]))
        if of not in self.placed:
            is_own = [pl.col(name) == value for name, value in zip(OF_PLATFORM, of, strict=True)]
            narrow = {table: lambda rows: rows.filter(*is_own) for table in AD_TABLES}
            self.placed[of] = _place(narrow_tables(self.catalog, narrow), self.run)
        return self.placed[of]

    def list_platforms(self, row: Mapping[str, Any]) -> list[str]:
        """The platforms of a row's organization that have stats."""
        own = pl.col(OF_PLATFORM[0]) == row[OF_PLATFORM[0]]
        found = self.catalog.scan(STATS).filter(own).select(OF_PLATFORM[1]).unique()
        return found.collect().to_series().sort().to_list()

    def name_feed(self, column: str) -> pl.Expr:
        """The name of the feed whose place a column has."""
        names = {feed.place: feed.name for feed in self.catalog.feeds}
        return pl.col(column).replace_strict(names, default="", return_dtype=pl.String)


def _place(catalog: Catalog, run: PublishedRun) -> PlacedRows:
    """Name, price and place single rows, as a run does their sums."""
    versions = find_versions(catalog, run.config)
    given = replace(
        gather_stats(catalog, run.config, versions, hold_stats(_scan_placed(catalog), APART)),
        conversions=_scan_conversions(catalog),
        apart=APART,
    )
    made = build_daily_stats(given)
    placed = made.placed().collect().lazy()
    return PlacedRows(catalog, placed, made.entities, made.speakers, versions)


def _scan_conversions(catalog: Catalog) -> pl.LazyFrame | None:
    """Canonical `ad_conversions` that count, with each row's place."""
    if not catalog.has_rows(CONVERSIONS):
        return None
    return choose_conversions(scan_labelled(catalog, CONVERSIONS), choose_by_platform(catalog))


def scan_labelled(catalog: Catalog, table: str) -> pl.LazyFrame:
    """A canonical table with each row's place, and its own name."""
    return scan_placed(catalog, table).with_columns(pl.lit(table, SHARED).alias(TABLE))


def _scan_placed(catalog: Catalog) -> pl.LazyFrame:
    """Canonical `ad_stats` with each row's place, and the place of its feed."""
    feeds = {file.order: file.raw.feed.place for file in catalog.feeding(STATS)}
    feed = pl.col(FILE).replace_strict(feeds, return_dtype=pl.UInt32)
    return scan_labelled(catalog, STATS).with_columns(feed.alias(PlacedStats.feed))


def are_of(row: Mapping[str, Any], names: list[str]) -> list[pl.Expr]:
    """Whether rows of stats have a row's values in some columns; the day is among them."""
    return [*have_values_of(row, [DAY], pl.Date), *have_values_of(row, names)]


def key_of_level(row: Mapping[str, Any], rank: int) -> list[str]:
    """The columns that tell the entity of a level's row: with its coarser ids where it has none."""
    by = PARENTS[rank]
    parents = PARENTS[1:rank] if row[by] is None else []
    return [*OF_PLATFORM, *dict.fromkeys((PARENTS[0], *parents, by))]


def of_table() -> pl.Expr:
    """Rows of stats by the table of their raw row, as text."""
    return pl.col(TABLE).cast(pl.String)


def list_stats_left_out(
    run: PublishedRun, table: str, row: Mapping[str, Any], names: Sequence[str]
) -> pl.DataFrame:
    """Rows that later files of their feed replace, rows of copies of files, rejected rows.

    Args:
        table: `ad_stats`, or a table with the same keys.
        names: The columns that tell its entity, as far as a row of stats states them itself.
    """
    conditions = [
        pl.col(PlacedStats.date_day) == row[PlacedStats.date_day],
        *(pl.col(name) == row[name] for name in names if row[name] is not None),
    ]
    ids = [str(row[name]) for name in IDS if name in names and row[name] is not None]
    return list_left_out(
        run, table, lambda rows: rows.filter(*conditions), ids[-1:], str(row[PlacedStats.date_day])
    )
