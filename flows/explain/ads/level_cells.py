"""Figures of ads: what platforms report, by who speaks for it, and the sessions beside it."""

from decimal import Decimal

import polars as pl

from contracts.columns import key
from contracts.facts.ad_facts import PlacedStats
from contracts.reports.ads import CampaignPerformance
from flows.explain.ads.stats_exclusions import list_stats_left_out
from flows.explain.ads.stats_rows import STATS, AdStatsRows, are_of, key_of_level
from flows.explain.ads.visit_rows import AdSessionRows
from flows.explain.attribution.order_rows import OrderRows
from flows.explain.cells import AskedCell
from flows.explain.explanation import (
    LEFT_OUT,
    NOTHING,
    Explanation,
    NotCovered,
    Operand,
    add_up,
    divide,
    merge_rows,
)
from flows.explain.published_run import PublishedRun
from flows.report_tables import find_table
from flows.steps.ads.ad_reports import LEVELS
from transforms.ads.levels import DAY, METRICS, RANKS
from transforms.ads.ratios import RATIOS, THOUSANDS
from transforms.ads.rests import TAKEN_OFF, list_ad_figures, list_campaign_figures
from transforms.ads.shared_texts import write_out_texts
from transforms.ads.speakers import NO_LEVEL, OWN, TOP, adds_to
from transforms.explain.row_places import BECAUSE, COUNTS, ROW_PLACE, TABLE, state_rows

PERFORMANCE = {
    "campaign_performance": list_campaign_figures,
    "ad_performance": list_ad_figures,
}
P = CampaignPerformance
METRIC_OF = {
    **{name: name for name in METRICS},
    P.reported_conversions: PlacedStats.conversions,
    P.reported_conversions_value: PlacedStats.conversions_value,
}
"""Column of a report -> the metric of stats that it adds up."""
OF_CONVERSIONS = (PlacedStats.conversions, PlacedStats.conversions_value)
AMOUNTS = (PlacedStats.spend, PlacedStats.conversions_value)
HALF_A_STEP = Decimal("0.00005")
"""The most that rounding to four places changes an amount."""
LEVEL_NAMES = {rank: name for name, rank in RANKS.items()}


class AdCells:
    """Explains the reports of the ad levels, and what campaigns and ads brought."""

    def __init__(self, run: PublishedRun, orders: OrderRows) -> None:
        """Explain the figures of a run."""
        self.run = run
        self.rows = AdStatsRows(run)
        self.sessions = AdSessionRows(self.rows, orders)

    def covers(self, cell: AskedCell) -> bool:
        """Whether a cell's table is one of these."""
        return cell.group == "ads" and cell.name in {**LEVELS, **PERFORMANCE}

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: Nothing can be said of the column.
        """
        if cell.column in RATIOS:
            upper, lower = (
                Operand(name, cell.row[name], self._list_rows(cell, name))
                for name in RATIOS[cell.column]
            )
            times = 1000 if cell.column in THOUSANDS else 1
            ratio = divide(upper.value, lower.value)
            return Explanation(
                f"{upper.name} / {lower.name}" + (f" * {times}" if times > 1 else ""),
                operands=(upper, lower),
                expected=None if ratio is None else ratio * times,
            )
        rows = self._list_rows(cell, cell.column)
        if cell.column not in METRIC_OF:
            return Explanation(_WORDS[cell.column], rows)
        words = f"the sum of {METRIC_OF[cell.column]} of the stats that speak for this row's entity"
        if cell.name in PERFORMANCE:
            words += ", less what stands under its campaigns or ads where it is what is left"
        return Explanation(words, rows, (), self._list_left_out(cell))

    def _list_rows(self, cell: AskedCell, column: str) -> pl.DataFrame:
        if cell.row[column] is None:
            return NOTHING
        if column in METRIC_OF:
            return self._list_stats(cell, column)
        if column in _WORDS:
            return self.sessions.list_rows(cell, column)
        raise NotCovered(cell.label, column)

    def _list_stats(self, cell: AskedCell, column: str) -> pl.DataFrame:
        metric = METRIC_OF[column]
        if metric in OF_CONVERSIONS and self.run.catalog.has_rows("ad_conversions"):
            raise NotCovered(cell.label, column, "conversions come apart from the stats here")
        found = self._find_stats(cell).filter(
            pl.col(metric).is_not_null(), pl.col(ROW_PLACE).is_not_null()
        )
        rows = merge_rows(state_rows(found, STATS, pl.col(metric), self._word()).collect())
        return _round(rows, cell.row[column]) if metric in AMOUNTS else rows

    def list_spend(self, row: dict[str, object], names: list[str]) -> pl.DataFrame:
        """The spend of a day that stands under a row's platform or campaign, or all of it."""
        figures = list_campaign_figures(self.rows.stats).pipe(write_out_texts)
        spend = pl.col(PlacedStats.spend)
        own = figures.filter(
            *are_of(row, names), spend.is_not_null(), pl.col(ROW_PLACE).is_not_null()
        )
        rows = merge_rows(state_rows(own, STATS, spend, self._word()).collect())
        return _round(rows, row["cost"])

    def _find_stats(self, cell: AskedCell) -> pl.LazyFrame:
        """The rows of stats that a cell's row adds up, those taken off with their sign."""
        row = dict(cell.row)
        if cell.name in LEVELS:
            rank = RANKS[LEVELS[cell.name]]
            stats = self.rows.stats.filter(adds_to(rank)).pipe(write_out_texts)
            own = stats.filter(*are_of(row, key_of_level(row, rank)))
            return own.with_columns(pl.lit(None, pl.Int64).alias(TAKEN_OFF))
        names = [name for name in key(find_table(cell.group, cell.name).contract) if name != DAY]
        figures = PERFORMANCE[cell.name](self.rows.stats).pipe(write_out_texts)
        return figures.filter(*are_of(row, names))

    def _word(self) -> pl.Expr:
        """Why a row of stats counts."""
        level = pl.col(OWN).replace_strict(LEVEL_NAMES, return_dtype=pl.String)
        counts = pl.format("stats by {} of feed {}, which speaks for it", level, self._feed("feed"))
        taken = pl.format("taken off: stats by {} that stand under a finer row", level)
        return pl.when(pl.col(TAKEN_OFF).is_not_null()).then(taken).otherwise(counts)

    def _feed(self, column: str) -> pl.Expr:
        names = {feed.place: feed.name for feed in self.run.catalog.given.feeds}
        return pl.col(column).replace_strict(names, default="", return_dtype=pl.String)

    def _list_left_out(self, cell: AskedCell) -> pl.DataFrame:
        """Rows of the same entity and day that another feed speaks for, or a later file."""
        row = dict(cell.row)
        rank = RANKS[LEVELS[cell.name]] if cell.name in LEVELS else None
        names = (
            key_of_level(row, rank)
            if rank is not None
            else [n for n in key(find_table(cell.group, cell.name).contract) if n != DAY]
        )
        counting = self._find_stats(cell).select(ROW_PLACE)
        why = (
            pl.when(pl.col(TOP) == NO_LEVEL)
            .then(pl.lit("another feed, configured first, speaks for its entity"))
            .when(pl.col(PlacedStats.is_unplaced))
            .then(pl.lit("its account is unknown, and a feed speaks for the platform above it"))
            .when(pl.col(PlacedStats.spoken_level).is_not_null())
            .then(pl.format("feed {} speaks for it", self._feed(PlacedStats.spoken_feed)))
            .otherwise(pl.lit("it is not of this level"))
        )
        passed = (
            self.rows.stats.pipe(write_out_texts)
            .filter(*are_of(row, names), pl.col(ROW_PLACE).is_not_null())
            .join(counting, on=ROW_PLACE, how="anti")
            .select(ROW_PLACE, pl.lit(STATS).alias(TABLE), why.alias(BECAUSE))
            .collect()
        )
        parts = [passed.cast(dict(LEFT_OUT)), list_stats_left_out(self.run, STATS, row, names)]
        return pl.concat(parts).unique().sort(ROW_PLACE, TABLE)


def _round(rows: pl.DataFrame, value: object) -> pl.DataFrame:
    """Give the largest row what rounding a day's sum, and not its rows, makes of a difference."""
    rest = Decimal(str(value)) - add_up(rows)
    is_sum = rows.height > 1
    if not rest or not is_sum or abs(rest) > HALF_A_STEP * (rows.height + 1):
        return rows
    largest = pl.int_range(pl.len()) == pl.col(COUNTS).abs().arg_max()
    added = (pl.col(COUNTS) + pl.lit(rest)).cast(rows.schema[COUNTS])
    words = pl.col(BECAUSE) + f"; with {rest.normalize():f} that rounding the sum makes"
    return rows.with_columns(
        pl.when(largest).then(added).otherwise(COUNTS).alias(COUNTS),
        pl.when(largest).then(words).otherwise(BECAUSE).alias(BECAUSE),
    )


_WORDS = {
    P.sessions: "the number of sessions matched to this row's ad, campaign or platform",
    P.session_contacts: "the number of distinct known contacts of those sessions",
    P.orders: "the number of orders whose last touch is one of those sessions; refunds count none",
    P.revenue: "the sum of the revenue of orders whose last touch is one of those sessions",
}
