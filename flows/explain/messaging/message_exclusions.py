"""Raw rows of the same message that do not count, and why."""

import json
from collections.abc import Iterator

import polars as pl

from contracts.facts.hierarchy import DescribedMessages
from contracts.facts.send_keys import SendKeys
from contracts.quarantine import Quarantine
from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import ReadFile
from flows.explain.cells import AskedCell
from flows.explain.explanation import LEFT_OUT
from flows.explain.published_run import PublishedRun
from flows.storage.workspace_files import Layout
from transforms.explain.row_places import BECAUSE, PLACE_BITS, ROW_PLACE, TABLE
from transforms.ingest.deduplication import DUPLICATE, FILE, ROW_NUMBER, ROW_STATUS, SUPERSEDED
from transforms.messaging.send_keys import select_event_keys, select_send_keys

WHY = {
    DUPLICATE: "duplicate: an exact copy of a row before it",
    SUPERSEDED: "superseded: a later version of the same key counts",
    "rejected": "rejected after all files were read",
}
COPY = "duplicate: its file is a copy of one whose path sorts before it"
IDS = (
    DescribedMessages.message_id,
    DescribedMessages.dispatch_id,
    DescribedMessages.campaign_id,
)


def list_left_out(
    run: PublishedRun, messages: pl.DataFrame, cell: AskedCell, passed_over: pl.DataFrame
) -> pl.DataFrame:
    """Rows of a cell's messages that do not count: their place, table and reason.

    Args:
        run: The published run.
        messages: The `DescribedMessages` of the cell.
        cell: The cell.
        passed_over: Events that other events of their send stand for.
    """
    ids = {str(cell.row[name]) for name in IDS if cell.row.get(name) and name in cell.key}
    keys = messages.select(DescribedMessages.message_key).to_series()
    parts = [
        pl.DataFrame(schema=LEFT_OUT),
        passed_over.select(list(LEFT_OUT)),
        *_list_discarded(run.catalog, keys),
        *list_rejected(run, ("sends", "events"), ids),
    ]
    return pl.concat(parts).sort(ROW_PLACE, TABLE)


def _list_discarded(catalog: Catalog, messages: pl.Series) -> Iterator[pl.DataFrame]:
    """Rows of sends and events that copies or later versions put out of count."""
    for table, select_keys in (("sends", select_send_keys), ("events", select_event_keys)):
        for file in catalog.files:
            got = file.of_table(table)
            if got is None or not got.valid:
                continue
            status = catalog.status.discarded[table].filter(pl.col(FILE) == file.order)
            if not file.is_copy and status.is_empty():
                continue
            keyed = select_keys(pl.scan_parquet(file.list_parts(table)))
            own = keyed.filter(pl.col(SendKeys.message_key).is_in(messages.implode())).select(
                pl.col(ROW_NUMBER).cast(pl.UInt32)
            )
            if file.is_copy:
                why = pl.lit(COPY)
            else:
                own = own.join(status.lazy(), on=ROW_NUMBER, how="inner", validate="1:1")
                why = pl.col(ROW_STATUS).replace(WHY)
            yield own.select(
                (pl.lit(file.order, pl.UInt64) * 2**PLACE_BITS + pl.col(ROW_NUMBER)).alias(
                    ROW_PLACE
                ),
                pl.lit(table).alias(TABLE),
                why.alias(BECAUSE),
            ).collect()


def list_rejected(
    run: PublishedRun, tables: tuple[str, ...], ids: set[str], day: str = ""
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
            if file is None or not ids & values or not is_of_day:
                continue
            place = file.order * 2**PLACE_BITS + row[Quarantine.row_number]
            reasons = "; ".join(row["failed_checks"])
            yield pl.DataFrame(
                [[place], [row[Quarantine.table]], [f"rejected: {reasons}"]], schema=LEFT_OUT
            )


def _values(raw: str) -> set[str]:
    """The texts in a quarantined row."""
    try:
        cells = json.loads(raw)
    except ValueError:
        return set()
    return {str(value) for value in cells.values()} if isinstance(cells, dict) else set()
