"""Tables of the page: rows of a published table, or sums of its rows over a period."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any

import polars as pl

from flows.page.day_sums import Ratios, parts_of, parts_of_ratio, sum_ratios
from flows.page.figures import DAY, RATE, TEXT, TIME, Cell, figure_at, kind_of, plain, write_key
from flows.page.pieces import MOST_ROWS
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables, greatest_first
from flows.page.views import Column, Rows, TableView
from transforms.common.rates import divide_numbers, sum_known

OpenRows = Callable[[pl.DataFrame], Iterable[tuple[Rows, ...]]]
"""The finer rows of each of some rows."""
BLANK = Cell("")
"""The cell of a figure that a finer level does not have."""


@dataclass(frozen=True)
class TableSpec:
    """What a table of the page shows.

    Attributes:
        table: `group/table`.
        labels: Columns of texts -> their titles.
        figures: Columns of figures -> their titles.
        order: The column or ratio by which the rows are sorted, the greatest first.
        by: The columns by whose values rows are summed; empty to show rows as they stand.
        ratios: Ratios of sums over the rows that have both, after the figures.
        bars: Figures and ratios that have a bar.
    """

    title: str
    table: str
    labels: Mapping[str, str]
    figures: Mapping[str, str]
    order: str
    by: tuple[str, ...] = ()
    ratios: Ratios = field(default_factory=dict)
    bars: tuple[str, ...] = ()
    note: str = ""
    only: pl.Expr | None = None

    def of(self, group: str) -> "TableSpec":
        """The same of the table of this name in a group."""
        return replace(self, table=f"{group}/{self.table}")

    def known_ratios(self, rows: pl.DataFrame) -> Ratios:
        """The ratios of which both parts have a value, by the columns that rows have of them."""
        known = {name for name in rows.columns if rows[name].null_count() < rows.height}
        found: Ratios = {
            title: (*parts_of_ratio(title), kind) if self.by else (above, below, kind)
            for title, (above, below, kind) in self.ratios.items()
        }
        return {title: parts for title, parts in found.items() if {*parts[:2]} <= known}

    def columns(self, rows: pl.DataFrame) -> tuple[Column, ...]:
        """The columns that the page shows."""
        return (
            *(
                Column(title, _kind_of_label(rows, name))
                for name, title in self.labels.items()
                if name in rows.columns
            ),
            *(Column("Organization", TEXT) for _ in _list_organizations(rows)),
            *(
                Column(title, _kind_of_column(rows, name))
                for name, title in self.figures.items()
                if name in rows.columns
            ),
            *(Column(title, kind) for title, (*_, kind) in self.known_ratios(rows).items()),
        )


def _list_organizations(rows: pl.DataFrame) -> list[str]:
    is_several = "org_id" in rows.columns and rows["org_id"].n_unique() > 1
    return ["org_id"] if is_several else []


def _kind_of_label(rows: pl.DataFrame, name: str) -> str:
    kind = kind_of(name, next(iter(rows[name].drop_nulls()), None))
    return kind if kind in (DAY, TIME) else TEXT


def _write_label(row: Mapping[str, Any], name: str) -> Cell:
    """A text, day or instant beside figures; the id of what has no name."""
    value = row[name]
    if value is None and name.endswith("_name"):
        value = row.get(name.removesuffix("name") + "id")
    kind = kind_of("", value)
    return plain(value, kind if kind in (DAY, TIME) else TEXT)


def _kind_of_column(rows: pl.DataFrame, name: str) -> str:
    return kind_of(name, 0 if rows.schema[name].is_integer() else 0.0)


def select_rows(
    published: SnapshotTables, spec: TableSpec, rows: pl.LazyFrame
) -> tuple[pl.DataFrame, int]:
    """Select the rows that a table may show: the first ones in its order, and how many there are.

    Args:
        rows: The rows of the table that are meant, or sums of them.
    """
    given = published.columns(spec.table)
    keys = spec.by or published.key(spec.table)
    labels, figures = ([name for name in of if name in given] for of in (spec.labels, spec.figures))
    parts = [name for name in parts_of(spec.ratios) if name in given]
    if spec.only is not None:
        rows = rows.filter(spec.only)
    if spec.by:
        texts = [name for name in labels if name not in spec.by]
        rows = rows.group_by(spec.by).agg(
            pl.col(texts).max(),
            *sum_known([*dict.fromkeys([*figures, *parts])]),
            *sum_ratios(spec.ratios, rows.collect_schema().names()),
        )
    else:
        order = [spec.order] if spec.order in given else []
        rows = rows.select([*dict.fromkeys([*keys, *labels, *figures, *order, *parts])])
    table = rows.collect()
    first = [pl.col(name) for name in spec.figures if name in table.columns][:1]
    greatest = [*_order(spec, table), *first]
    shown = (
        table.lazy()
        .pipe(greatest_first, greatest, keys, nulls_last=True)
        .head(MOST_ROWS)
        .collect(engine="in-memory")
    )
    return drop_empty(shown, spec), table.height


def drop_empty(rows: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Leave out the figures of which no row has a value, such as orders where no feed has any."""
    empty = [
        name
        for name in spec.figures
        if name in rows.columns and rows[name].null_count() == rows.height
    ]
    return rows.drop(name for name in empty if name not in spec.by)


def make_table(
    published: SnapshotTables,
    spec: TableSpec,
    period: ReportPeriod | None = None,
    rows: pl.DataFrame | None = None,
    open_rows: OpenRows | None = None,
) -> TableView | None:
    """Make a table of the page; None where the published one is not there or has no row.

    Args:
        rows: Its rows of those days, or sums of them that are known already.
        open_rows: Gives the rows into which each opens; None where none does.
    """
    if not published.has(spec.table):
        return None
    meant = published.scan(spec.table) if rows is None else rows.lazy()
    if rows is None and period:
        meant = meant.filter(period.condition())
    found, total = select_rows(published, spec, meant)
    if not total:
        return None
    cells = list_cells(published, spec, found, period)
    finer = open_rows(found) if open_rows else repeat(())
    shown = tuple(map(Rows, cells, finer))
    return TableView(spec.title, spec.columns(found), shown, total, spec.table, spec.note)


def list_cells(
    published: SnapshotTables,
    spec: TableSpec,
    rows: pl.DataFrame,
    period: ReportPeriod | None = None,
    above: pl.DataFrame | None = None,
) -> list[tuple[Cell, ...]]:
    """Write the rows of a table as cells, each figure with the key of its row or rows.

    Args:
        above: The rows that these stand below, whose columns they share.
    """
    shape = rows if above is None else above
    organizations, ratios = _list_organizations(shape), spec.known_ratios(shape)
    shown = [name for name in spec.figures if name in shape.columns]
    kinds = {name: _kind_of_column(rows, name) for name in shown if name in rows.columns}
    highest = {name: _highest(rows, name) for name in spec.bars if name in rows.columns}
    labels = [name for name in (*spec.labels, *organizations) if name in rows.columns]
    key_columns = spec.by or tuple(published.key(spec.table))
    days = period.key() if period else {}

    def write(row: Mapping[str, Any], name: str, key: str) -> Cell:
        if name not in kinds:
            return BLANK
        cell = figure_at(spec.table, key, name, row[name], kinds[name])
        return _with_bar(cell, highest.get(name))

    def write_row(row: Mapping[str, Any]) -> tuple[Cell, ...]:
        key = write_key({column: row[column] for column in key_columns} | days)
        return (
            *(_write_label(row, name) for name in labels),
            *(write(row, name, key) for name in shown),
            *(
                _ratio(row, part, whole, kind, has_bar=title in spec.bars)
                for title, (part, whole, kind) in ratios.items()
            ),
        )

    return [write_row(row) for row in rows.iter_rows(named=True)]


def _order(spec: TableSpec, rows: pl.DataFrame) -> list[pl.Expr]:
    """By what the rows are sorted, where they have it."""
    if spec.order in (ratios := spec.known_ratios(rows)):
        above, below, _ = ratios[spec.order]
        below_as_number = pl.col(below).cast(pl.Float64)
        share = pl.col(above).cast(pl.Float64) / below_as_number
        return [pl.when(below_as_number > 0).then(share)]
    return [pl.col(spec.order)] if spec.order in rows.columns else []


def _highest(rows: pl.DataFrame, name: str) -> float:
    highest: Any = rows[name].max()
    return float(highest or 0) if rows.schema[name].is_numeric() else 0.0


def _with_bar(cell: Cell, highest: float | None) -> Cell:
    if not highest or not cell.value:
        return cell
    share = max(0.0, min(1.0, float(cell.value) / (1.0 if cell.kind == RATE else highest)))
    return replace(cell, share=share)


def _ratio(row: Mapping[str, Any], above: str, below: str, kind: str, *, has_bar: bool) -> Cell:
    value = divide_numbers(row.get(above), row.get(below))
    share = min(1.0, max(0.0, value)) if has_bar and value is not None and kind == RATE else None
    return plain(value, kind, share=share)


def list_values(
    title: str,
    columns: Mapping[str, str],
    rows: Iterable[Sequence[Any]],
    total: int | None = None,
    source: str = "",
    note: str = "",
) -> TableView | None:
    """Make a table of values that stand in no published one; None where there is no row.

    Args:
        columns: The title of each column -> how its values are written.
        total: How many rows there are, where not all are given.
        source: The `group/table` whose rows are counted, if any is.
    """
    shown = tuple(
        Rows(
            tuple(
                plain(value, None if value is None else kind)
                for value, kind in zip(row, columns.values(), strict=True)
            )
        )
        for row in rows
    )
    if not shown:
        return None
    heads = tuple(Column(name, kind) for name, kind in columns.items())
    return TableView(title, heads, shown, len(shown) if total is None else total, source, note)
