"""Figures of `ads/spend_sources`: what each feed says was spent, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.facts.ads.ad_stats import PlacedStats
from contracts.reports.ads import SpendSources
from flows.explain.ads.stats_rows import STATS, AdStatsRows, of_table
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.explanation import Explanation, Operand, absorb_rounding, count_rows
from flows.explain.left_out import list_left_out
from transforms.ads.levels import DAY, RANKS
from transforms.ads.speakers import ENTITY, FEED, OWN, TOP, name_entity
from transforms.common.shared_texts import write_out_texts
from transforms.explain.row_places import ROW_PLACE
from transforms.reports.spend_sources import is_left_out, list_spent_below, list_spent_on

S, SPEND = SpendSources, PlacedStats.spend
OF_ENTITY = [*ENTITY, FEED]
WORDS = {
    S.entities: "the number of accounts, campaigns, ad groups or ads that the feed has rows of at "
    "this level",
    S.spend: "the sum of spend of the feed's rows of this level and account",
    S.spend_used: "the sum of spend of those rows that the account's figures are made from",
    S.spend_unplaced: "the sum of spend of those rows whose account is unknown and that are not "
    "added to it",
    S.spend_of_level_below: "the sum of spend of the rows that lie right below the entities for "
    "which this feed speaks",
}


@dataclass(frozen=True)
class SourceCells:
    """Explains `ads/spend_sources`."""

    rows: AdStatsRows

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        row, column = cell.row, cell.column
        if column == S.difference:
            below = self._list_below(row, row[S.spend_of_level_below])
            return self._explain_difference(row, below)
        if column == S.spend_of_level_below:
            return Explanation(WORDS[column], self._list_below(row, row[column]))
        own = self._scan_own(row)
        if column == S.entities:
            rank = RANKS[row[S.level]]
            firsts = own.sort(ROW_PLACE).unique(name_entity(rank), keep="first")
            why = pl.lit("the first row of an entity")
            rows = count_rows(firsts, STATS, pl.lit(1), why)
        else:
            of_column = {S.spend_used: pl.col(TOP) == 0, S.spend_unplaced: is_left_out()}
            counted = own.filter(of_column.get(column, pl.lit(value=True)))
            stated = count_rows(counted, STATS, pl.col(SPEND), pl.lit("a row of the feed"))
            rows = absorb_rounding(stated, cell.value)
        return Explanation(WORDS[column], rows, excluded=self._list_left_out(row))

    def _explain_difference(self, row: Mapping[str, Any], below: pl.DataFrame) -> Explanation:
        if row[S.difference] is None:
            return Explanation("nothing lies below its entities: there is nothing to compare")
        spend = row[S.difference] + row[S.spend_of_level_below]
        own = self._find_compared(row, of_level=True)
        stated = count_rows(own, STATS, pl.col(SPEND), pl.lit("a row of the feed"))
        rows = absorb_rounding(stated, spend)
        parts = (
            Operand("spend of those entities and days", spend, rows),
            Operand(S.spend_of_level_below, row[S.spend_of_level_below], below),
        )
        words = "what the feed says of those entities and days, less what lies right below them"
        return Explanation(words, operands=parts, expected=parts[0].value - parts[1].value)

    def _list_below(self, row: Mapping[str, Any], value: object) -> pl.DataFrame:
        below = self._find_compared(row, of_level=False)
        why = pl.lit("it lies right below an entity for which the feed speaks")
        return absorb_rounding(count_rows(below, STATS, pl.col(SPEND), why), value)

    def _find_compared(self, row: Mapping[str, Any], *, of_level: bool) -> pl.LazyFrame:
        """The rows of a feed's entities on days with something below, or what lies below."""
        placed, rank = self.rows.place(row), RANKS[row[S.level]]
        stats = placed.stats.filter(of_table() == STATS)
        own = list_spent_on(stats, rank)
        below = list_spent_below(stats, rank)
        account = pl.col(PlacedStats.account_id).max()
        entities = (
            own.group_by(OF_ENTITY)
            .agg(account)
            .pipe(write_out_texts)
            .filter(*self._are_of_source(row))
            .select(OF_ENTITY)
        )
        below = write_out_texts(below).join(entities, on=OF_ENTITY, how="semi", nulls_equal=True)
        if not of_level:
            return below
        days = below.select(*OF_ENTITY, DAY).unique()
        spent = own.filter(pl.col(TOP) < len(RANKS)).pipe(write_out_texts)
        return spent.join(days, on=[*OF_ENTITY, DAY], how="semi", nulls_equal=True)

    def _scan_own(self, row: Mapping[str, Any]) -> pl.LazyFrame:
        stats = self.rows.place(row).stats.filter(of_table() == STATS).pipe(write_out_texts)
        is_of_level = pl.col(OWN) == RANKS[row[S.level]]
        return stats.filter(is_of_level, *self._are_of_source(row))

    def _are_of_source(self, row: Mapping[str, Any]) -> list[pl.Expr]:
        of_account = have_values_of(row, [S.account_id])
        return [*of_account, self.rows.name_feed(FEED) == row[S.feed]]

    def _list_left_out(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """Rows of the account that later files of their feed replace, or that were rejected."""
        told = [name for name in (S.org_id, S.platform, S.account_id) if row[name] is not None]
        conditions = [pl.col(name) == row[name] for name in told]
        ids = {row[S.account_id]} if row[S.account_id] is not None else set()
        return list_left_out(self.rows.run, STATS, lambda rows: rows.filter(*conditions), ids)
