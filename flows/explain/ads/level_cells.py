"""Figures of ads: what platforms report, by who speaks for it, and the sessions beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from contracts.columns import key
from contracts.facts.ads.ad_stats import PlacedStats
from contracts.reports.ads import CampaignPerformance
from flows.explain.ads.stats_rows import (
    CONVERSIONS,
    STATS,
    AdStatsRows,
    are_of,
    key_of_level,
    list_stats_left_out,
    of_table,
)
from flows.explain.ads.visit_rows import OF_SESSIONS, VisitRows
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import (
    NOTHING,
    Explanation,
    NotCovered,
    Operand,
    absorb_rounding,
    count_rows,
    explain_quotient,
    leave_out,
    merge_left_out,
    merge_rows,
)
from flows.report_tables import find_table
from flows.steps.ads.level_reports import LEVELS
from transforms.ads.levels import DAY, METRICS, RANKS
from transforms.ads.ratios import RATIOS, THOUSANDS
from transforms.ads.report_groups import URL_COLUMNS, URL_GRAIN, read_links
from transforms.ads.rests import TAKEN_OFF, list_ad_figures, list_campaign_figures, sign
from transforms.ads.speakers import NO_LEVEL, OWN, TOP, adds_to
from transforms.common.currency import AMOUNTS
from transforms.common.shared_texts import share_texts, write_out_texts
from transforms.explain.row_places import ROW_PLACE, state_rows

PERFORMANCE = {
    "campaign_performance": list_campaign_figures,
    "ad_performance": list_ad_figures,
}
URLS = "url_report"
P = CampaignPerformance
METRIC_OF = {
    **{name: name for name in METRICS},
    P.reported_conversions: PlacedStats.conversions,
    P.reported_conversions_value: PlacedStats.conversions_value,
}
"""Column of a report -> the metric of stats that it adds up."""
OF_CONVERSIONS = (PlacedStats.conversions, PlacedStats.conversions_value)
LEVEL_NAMES = {rank: name for name, rank in RANKS.items()}
LINK = [PlacedStats.landing_url, PlacedStats.url_tags]
NO_METRIC = "no file has a value in it for this row"


class AdCells:
    """Explains the reports of the ad levels and pages, and what campaigns and ads brought."""

    def __init__(self, rows: AdStatsRows, orders: OrderRows) -> None:
        """Explain the figures of a run."""
        self.run = rows.run
        self.rows = rows
        self.visits = VisitRows(rows, orders)

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: Nothing can be said of the column.
        """
        if cell.column in RATIOS:
            parts = [self._explain_figure(cell, name) for name in RATIOS[cell.column]]
            times = THOUSANDS.get(cell.column, 1)
            return explain_ratio(cell, RATIOS[cell.column], parts, times)
        return self._explain_figure(cell, cell.column)

    def _explain_figure(self, cell: AskedCell, column: str) -> Explanation:
        if column in OF_SESSIONS:
            if cell.row[column] is None:
                return Explanation("no feed gives orders")
            rows, left_out = self.visits.explain(cell, column)
            return Explanation(OF_SESSIONS[column], rows, excluded=left_out)
        if column not in METRIC_OF:
            raise NotCovered(cell.label, column)
        words = f"the sum of {METRIC_OF[column]} of the stats that speak for this row's entity"
        if cell.name in PERFORMANCE:
            words += ", less what stands under its campaigns or ads where it is what is left"
        if cell.row[column] is None:
            return Explanation(f"{words}: {NO_METRIC}")
        return Explanation(
            words, self._list_stats(cell, column), excluded=self._list_left_out(cell)
        )

    def _list_stats(self, cell: AskedCell, column: str) -> pl.DataFrame:
        metric = METRIC_OF[column]
        found = self._find_stats(cell).filter(*_bears(metric))
        rows = count_rows(found, of_table(), pl.col(metric), self._word())
        return absorb_rounding(rows, cell.row[column]) if metric in AMOUNTS else rows

    def list_spend(self, row: Mapping[str, Any], names: list[str]) -> pl.DataFrame:
        """The spend of a day that stands under a row's platforms or campaign, or all of it."""
        spend = PlacedStats.spend
        platforms = [row[P.platform]] if P.platform in names else self.rows.list_platforms(row)
        parts = [NOTHING]
        for platform in platforms:
            if platform is None:
                continue
            of = {**row, P.platform: platform}
            figures = list_campaign_figures(self.rows.place(of).stats).pipe(write_out_texts)
            own = figures.filter(*are_of(of, names), *_bears(spend))
            stated = state_rows(own, of_table(), sign(spend), self._word())
            parts.append(stated.collect())
        return absorb_rounding(merge_rows(pl.concat(parts)), row["cost"])

    def _find_stats(self, cell: AskedCell) -> pl.LazyFrame:
        """The rows of stats that a cell's row adds up, those taken off with their sign."""
        row = cell.row
        placed = self.rows.place(row).stats
        nothing = pl.lit(None, pl.Int64).alias(TAKEN_OFF)
        if cell.name == URLS:
            return self._find_pages(placed, row).with_columns(nothing)
        if cell.name in LEVELS:
            rank = RANKS[LEVELS[cell.name]]
            stats = placed.filter(adds_to(rank)).pipe(write_out_texts)
            return stats.filter(*are_of(row, key_of_level(row, rank))).with_columns(nothing)
        signed = [sign(name).alias(name) for name in METRICS]
        figures = PERFORMANCE[cell.name](placed).with_columns(signed).pipe(write_out_texts)
        return figures.filter(*are_of(row, _names_of(cell)))

    @staticmethod
    def _find_pages(placed: pl.LazyFrame, row: Mapping[str, Any]) -> pl.LazyFrame:
        """The stats of ads that lead to a row's page with its parameters."""
        grain = [name for name in URL_GRAIN if name not in URL_COLUMNS]
        is_ad = pl.col(OWN) == max(RANKS.values())
        ads = placed.filter(is_ad).pipe(write_out_texts).filter(*are_of(row, grain))
        links = ads.select(LINK).unique().pipe(share_texts).pipe(read_links).pipe(write_out_texts)
        told = ads.join(links, on=LINK, how="left", nulls_equal=True, validate="m:1")
        return told.filter(*are_of(row, URL_COLUMNS))

    def _word(self) -> pl.Expr:
        level = pl.col(OWN).replace_strict(LEVEL_NAMES, return_dtype=pl.String)
        feed = self.rows.name_feed(PlacedStats.feed)
        stats = pl.format("stats by {} of feed {}, which speaks for it", level, feed)
        given = pl.format("conversions that the platform gives apart, by {}", level)
        counts = pl.when(of_table() == CONVERSIONS).then(given).otherwise(stats)
        taken = pl.format("taken off: stats by {} that stand under a finer row", level)
        return pl.when(pl.col(TAKEN_OFF).is_not_null()).then(taken).otherwise(counts)

    def _list_left_out(self, cell: AskedCell) -> pl.DataFrame:
        """Rows of the same entity and day that another feed speaks for, or a later file."""
        row = cell.row
        names = _names_of(cell)
        counting = self._find_stats(cell).select(ROW_PLACE)
        feed = self.rows.name_feed(PlacedStats.spoken_feed)
        why = (
            pl.when(pl.col(TOP) == NO_LEVEL)
            .then(pl.lit("another feed, configured first, speaks for its entity"))
            .when(pl.col(PlacedStats.is_unplaced))
            .then(pl.lit("its account is unknown, and a feed speaks for the platform above it"))
            .when(pl.col(PlacedStats.spoken_level).is_not_null())
            .then(pl.format("feed {} speaks for it", feed))
            .otherwise(pl.lit("it is not of this level"))
        )
        placed = self.rows.place(row).stats.pipe(write_out_texts)
        passed = (
            placed.filter(*are_of(row, names), pl.col(ROW_PLACE).is_not_null())
            .filter(of_table() == STATS)
            .join(counting, on=ROW_PLACE, how="anti")
        )
        told = [name for name in names if name not in URL_COLUMNS]
        parts = [leave_out(passed, STATS, why), list_stats_left_out(self.run, STATS, row, told)]
        return merge_left_out(parts)


def _names_of(cell: AskedCell) -> list[str]:
    if cell.name == URLS:
        return [name for name in URL_GRAIN if name not in URL_COLUMNS]
    if cell.name in LEVELS:
        return key_of_level(cell.row, RANKS[LEVELS[cell.name]])
    return [name for name in key(find_table(cell.group, cell.name).contract) if name != DAY]


def _bears(metric: str) -> list[pl.Expr]:
    """Whether a row says something of a metric; conversions given apart say nothing of others."""
    own = [] if metric in OF_CONVERSIONS else [of_table() == STATS]
    return [pl.col(metric).is_not_null(), pl.col(ROW_PLACE).is_not_null(), *own]


def explain_ratio(
    cell: AskedCell, names: Sequence[str], parts: Sequence[Explanation], times: int
) -> Explanation:
    """A quotient of two figures of a cell's row, with the rows of both.

    Args:
        names: The columns of the numerator and the denominator.
    """
    operands = [
        Operand(name, cell.row[name], part.rows) for name, part in zip(names, parts, strict=True)
    ]
    return explain_quotient(operands, merge_left_out(part.excluded for part in parts), times)
