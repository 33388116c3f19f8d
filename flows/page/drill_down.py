"""Rows that open into finer ones: a campaign into dispatches, messages and links."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl

from flows.page.day_sums import parts_of, sum_ratios
from flows.page.figures import plain
from flows.page.pieces import LIMITS, MOST_ROWS, count_finer, limit_of_finer
from flows.page.report_periods import ALL_DAYS, ReportPeriod
from flows.page.snapshot_tables import SnapshotTables, greatest_first
from flows.page.tables import BLANK, TableSpec, list_cells, make_table
from flows.page.views import Rows, TableView
from transforms.common.rates import sum_known

NAME, LEVEL = "shown_name", "shown_level"
"""The first two cells of a finer row, that stand below the labels of the row above."""
Key = tuple[Any, ...]


@dataclass(frozen=True)
class FinerLevel:
    """The level below another.

    Attributes:
        level: What stands in the second cell.
        parent: The columns that say below which row a row stands.
        by: The columns by whose values rows are summed over a period; empty for rows as they are.
        implied: Whether a row only repeats the one above, and is left out for what is below it.
        only: Which rows of the table are of this level.
    """

    table: str
    name: pl.Expr
    level: pl.Expr
    parent: tuple[str, ...]
    by: tuple[str, ...] = ()
    implied: pl.Expr | None = None
    only: pl.Expr | None = None


def make_opening_table(
    published: SnapshotTables,
    spec: TableSpec,
    levels: Sequence[FinerLevel],
    period: ReportPeriod = ALL_DAYS,
    rows: pl.DataFrame | None = None,
) -> TableView | None:
    """Make a table whose rows open into finer ones.

    Args:
        spec: The table of the topmost rows; it has two labels, or finer rows have one too few.
        levels: What they open into, the coarsest first.
        rows: The topmost rows of those days, or sums of them that are known already.
    """

    def open_rows(top: pl.DataFrame) -> Iterator[tuple[Rows, ...]]:
        finer = _Drill(published, spec, top, period).open(levels, top)
        parent = levels[0].parent if levels else ()
        return (finer.get(_pick(row, parent), ()) for row in top.iter_rows(named=True))

    return make_table(published, spec, period, rows, open_rows)


@dataclass(frozen=True)
class _Drill:
    """What all levels below one table share."""

    published: SnapshotTables
    spec: TableSpec
    top: pl.DataFrame
    period: ReportPeriod

    def open(
        self, levels: Sequence[FinerLevel], above: pl.DataFrame
    ) -> dict[Key, tuple[Rows, ...]]:
        """Parent -> its finer rows, each with those below it."""
        if not levels or not self.published.has(levels[0].table):
            return {}
        level, *deeper = levels
        every = self._read(level, above)
        shown = (
            every.group_by(level.parent, maintain_order=True)
            .head(count_finer(MOST_ROWS))
            .sort("place")
            .head(MOST_ROWS)
        )
        found = self._write(level, deeper, shown)
        wide = len(self.spec.columns(self.top))
        finer: dict[Key, tuple[Rows, ...]] = {}
        for *parent, count in every.group_by(level.parent).len().iter_rows():
            siblings = found.get(tuple(parent), [])
            rest = _count_rest(count, len(siblings), level.table, wide)
            finer[tuple(parent)] = (*chain.from_iterable(siblings), *rest)
        return finer

    def _write(
        self, level: FinerLevel, deeper: Sequence[FinerLevel], shown: pl.DataFrame
    ) -> dict[Key, list[tuple[Rows, ...]]]:
        """Parent -> its rows, each with those below it; of an implied row these alone."""
        below = self.open(deeper, shown)
        parent_of_below = deeper[0].parent if deeper else ()
        labels = {NAME: "", LEVEL: ""}
        spec = TableSpec("", level.table, labels, self.spec.figures, "", level.by, self.spec.ratios)
        cells = list_cells(self.published, spec, shown, self.period, self.top)
        found: dict[Key, list[tuple[Rows, ...]]] = {}
        for row, written in zip(shown.iter_rows(named=True), cells, strict=True):
            siblings = found.setdefault(_pick(row, level.parent), [])
            opened = below.get(_pick(row, parent_of_below), ())
            own = Rows(written, opened, limit_of_finer(len(siblings)))
            siblings.append(opened if row["implied"] else (own,))
        return found

    def _read(self, level: FinerLevel, above: pl.DataFrame) -> pl.DataFrame:
        """The rows of a level that stand below some rows, the first figure's greatest first."""
        given = self.published.columns(level.table)
        wanted = above.lazy().select(level.parent).unique()
        rows = self.published.scan(level.table)
        if level.only is not None:
            rows = rows.filter(level.only)
        wanted_figures = dict.fromkeys([*self.spec.figures, *parts_of(self.spec.ratios)])
        figures = [name for name in wanted_figures if name in given]
        # Alone, the join would have all columns of all rows read first.
        some = (
            pl.col(name).is_in(above.get_column(name).unique().implode(), nulls_equal=True)
            for name in level.parent
        )
        rows = rows.filter(*some).join(wanted, on=level.parent, how="semi", nulls_equal=True)
        names = {NAME: level.name, LEVEL: level.level}
        divided = sum_ratios(self.spec.ratios, given) if level.by else []
        if level.by:
            rows = (
                rows.filter(self.period.condition())
                .group_by(level.by)
                .agg(
                    *(text.max().alias(to) for to, text in names.items()),
                    *sum_known(figures),
                    *divided,
                )
            )
        else:
            rows = rows.with_columns(**names)
        keys = level.by or self.published.key(level.table)
        organization = ["org_id"] if "org_id" in given else []
        is_alone = pl.len().over(level.parent) == 1
        implied = pl.lit(value=False) if level.implied is None else level.implied & is_alone
        parts = [one.meta.output_name() for one in divided]
        columns = dict.fromkeys([*organization, *level.parent, *keys, *names, *figures, *parts])
        return (
            rows.with_columns(implied=implied)
            .select(*columns, "implied")
            .pipe(greatest_first, figures[:1], keys)
            .collect()
            .with_row_index("place")
        )


def _count_rest(count: int, known: int, table: str, wide: int) -> list[Rows]:
    """The rows that say, for each limit, how many are not shown, and where they are."""
    rests: dict[int, list[int]] = {}
    for limit in LIMITS:
        rests.setdefault(count - min(known, count_finer(limit)), []).append(limit)
    blank = (BLANK,) * (wide - 1)
    return [
        Rows((plain(f"\u2026 and {rest:,} more in {table}"), *blank), (), min(limits), max(limits))
        for rest, limits in rests.items()
        if rest
    ]


def _pick(row: Mapping[str, Any], columns: Sequence[str]) -> Key:
    return tuple(row[name] for name in columns)
