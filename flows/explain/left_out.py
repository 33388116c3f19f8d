"""Raw rows of a table that do not count: copies, later versions, rejected rows, and why."""

import json
from collections.abc import Callable, Collection, Iterator

import polars as pl

from contracts.feeds import ADDITIVE
from contracts.quarantine import Quarantine
from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import ReadFile
from flows.catalog.row_status import REJECTED
from flows.explain.explanation import LEFT_OUT, merge_left_out
from flows.explain.published_run import PublishedRun
from flows.storage.layout import Layout
from transforms.explain.row_places import BECAUSE, PLACE_BITS, TABLE, pack_place
from transforms.ingest.deduplication import DUPLICATE, FILE, ROW_NUMBER, ROW_STATUS, SUPERSEDED

WHY = {
    DUPLICATE: "duplicate: an exact copy of a row before it",
    SUPERSEDED: "superseded: a later version of the same key counts",
    REJECTED: "rejected after all files were read",
}
RESTATED = "superseded: a later file of its feed says the figures of that day anew"
COPY = "duplicate: its file is a copy of one whose path sorts before it"
Narrow = Callable[[pl.LazyFrame], pl.LazyFrame]
"""Gives of canonical rows those that are asked about; their `row_number` stays."""


def list_left_out(
    run: PublishedRun, table: str, narrow: Narrow, ids: Collection[str], day: str = ""
) -> pl.DataFrame:
    """Rows of a table that do not count, whatever the figure: `LEFT_OUT`.

    Args:
        ids: What rejected rows are known by: any of these texts in any of their cells.
        day: What a cell of a rejected row begins with; empty for anything.
    """
    parts = [*list_discarded(run.catalog, table, narrow)]
    parts += list_rejected(run, (table,), ids, day) if ids else []
    return merge_left_out(parts)


def list_discarded(catalog: Catalog, table: str, narrow: Narrow) -> Iterator[pl.DataFrame]:
    """Rows of a table that copies or later versions put out of count."""
    words = explain_status(table)
    for file in catalog.files:
        got = file.of_table(table)
        status = catalog.status.discarded[table].filter(pl.col(FILE) == file.order)
        if got is None or not got.valid or not (file.is_copy or status.height):
            continue
        rows = pl.scan_parquet(file.list_parts(table))
        if not file.is_copy:
            rows = rows.filter(pl.col(ROW_NUMBER).is_in(status.get_column(ROW_NUMBER).implode()))
        own = narrow(rows).select(pl.col(ROW_NUMBER).cast(pl.UInt32))
        why = pl.lit(COPY)
        if not file.is_copy:
            own = own.join(status.lazy(), on=ROW_NUMBER, how="inner", validate="1:1")
            why = pl.col(ROW_STATUS).replace(words)
        places = pack_place(pl.lit(file.order))
        yield own.select(places, pl.lit(table).alias(TABLE), why.alias(BECAUSE)).collect()


def explain_status(table: str) -> dict[str, str]:
    """Why rows of a table do not count, by what became of them."""
    return {**WHY, SUPERSEDED: RESTATED} if table in ADDITIVE else WHY


def list_rejected(
    run: PublishedRun, tables: tuple[str, ...], ids: Collection[str], day: str
) -> Iterator[pl.DataFrame]:
    """Quarantined rows of some tables that bear one of some ids, and a day where one is given."""
    orders: dict[tuple[str, str], ReadFile] = {
        (file.raw.path, file.raw.feed.name): file for file in run.catalog.files
    }
    for path in sorted((Layout(run.loaded.root).quarantine / run.run_id).glob("*.parquet")):
        rows = pl.read_parquet(path).filter(pl.col(Quarantine.table).is_in(tables))
        for row in rows.iter_rows(named=True):
            file = orders.get((row[Quarantine.file], row[Quarantine.feed]))
            values = _values(row[Quarantine.raw])
            is_of_day = any(value.startswith(day) for value in values)
            if file is None or values.isdisjoint(ids) or not is_of_day:
                continue
            place = file.order * 2**PLACE_BITS + row[Quarantine.row_number]
            reasons = "; ".join(row[Quarantine.failed_checks])
            yield pl.DataFrame(
                [[place], [row[Quarantine.table]], [f"rejected: {reasons}"]], schema=LEFT_OUT
            )


def _values(raw: str) -> set[str]:
    try:
        cells = json.loads(raw)
    except ValueError:
        return set()
    return {str(value) for value in cells.values()} if isinstance(cells, dict) else set()
