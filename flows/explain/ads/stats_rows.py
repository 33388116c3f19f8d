"""The stats of ads, row by row, placed by the very transforms that placed their sums."""

from functools import cached_property

import polars as pl

from contracts.facts.ad_facts import PlacedStats
from contracts.feeds import AdStats
from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import ReadFile
from flows.explain.published_run import PublishedRun
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.matching.sessions import find_sessions
from transforms.ads.levels import DAY, PARENTS
from transforms.explain.row_places import ROW_PLACE, pack_place

OF_PLATFORM = [PlacedStats.org_id, PlacedStats.platform]
STATS = "ad_stats"


class PlacedCatalog(Catalog):
    """Canonical tables whose ad stats bear their place in the place of their landing page.

    Rows of stats with different landing pages are never added up before they are placed, and no
    figure but the report of pages reads the page.
    """

    def scan_file(self, file: ReadFile, table: str) -> pl.LazyFrame:
        """A file's rows of a table that count, with their `row_number`."""
        rows = super().scan_file(file, table)
        if table != STATS:
            return rows
        place = pack_place(pl.lit(file.order)).cast(pl.String)
        return rows.with_columns(place.alias(AdStats.landing_url))


class AdStatsRows:
    """The ad stats and sessions of a run at their finest."""

    def __init__(self, run: PublishedRun) -> None:
        """Read the stats of a run."""
        self.run = run
        self.catalog = PlacedCatalog(run.catalog.files, run.catalog.given, run.catalog.status)

    @cached_property
    def stats(self) -> pl.LazyFrame:
        """`PlacedStats` of single rows with their `row_place`, which are no sums."""
        return self._build(with_sessions=False).stats.pipe(place_rows).collect().lazy()

    @cached_property
    def facts(self) -> AdFacts:
        """What the ads reports are made from, with every session and its ad."""
        return self._build(with_sessions=True)

    def _build(self, *, with_sessions: bool) -> AdFacts:
        folder = self.run.make_folder("sessions" if with_sessions else "stats")
        sessions = find_sessions(self.catalog, self.run.loaded.config, folder)
        chosen = sessions if with_sessions else sessions.clear()
        return build_ad_facts(self.catalog, self.run.loaded.config, chosen, folder / "ads")


def place_rows(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Stats with the place of their row."""
    place = pl.col(PlacedStats.landing_url).cast(pl.String).cast(pl.UInt64)
    return stats.with_columns(place.alias(ROW_PLACE))


def are_of(row: dict[str, object], names: list[str]) -> list[pl.Expr]:
    """Whether rows of stats have a row's values in some columns; the day is among them."""
    dtypes = {DAY: pl.Date}
    return [
        pl.col(name).eq_missing(pl.lit(row[name], dtypes.get(name, pl.String)))
        for name in (DAY, *names)
    ]


def key_of_level(row: dict[str, object], rank: int) -> list[str]:
    """The columns that tell the entity of a level's row: with its coarser ids where it has none."""
    by = PARENTS[rank]
    parents = PARENTS[1:rank] if row[by] is None else []
    return [*OF_PLATFORM, *dict.fromkeys((PARENTS[0], *parents, by))]
