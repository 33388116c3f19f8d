"""Which rows of the files read do not count: superseded, duplicates, or rejected afterwards."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from contracts.columns import columns
from contracts.feeds import ADDITIVE, FEEDS
from contracts.quarantine import Quarantine
from flows.catalog.read_files import ReadFile, scan_together
from flows.catalog.recalled_rows import Frames, recall_rows
from flows.catalog.restated_files import Restatement, find_restatements
from flows.kept.identities import identify
from flows.kept.keepers import Keeper
from transforms.common.joins import HELD
from transforms.common.keys import list_repeated
from transforms.ingest.deduplication import (
    DUPLICATE,
    FILE,
    IDS,
    KEY_HASH,
    ORDERS,
    ROW_NUMBER,
    ROW_STATUS,
    count_orders_of_lines,
    count_shared_ids,
    judge_versions,
)

REJECTED = "rejected"
DISCARDED = pl.Schema({FILE: pl.UInt32, ROW_NUMBER: pl.UInt32, ROW_STATUS: pl.String})
OF_LINES = pl.Schema({FILE: pl.UInt32, ORDERS: pl.UInt32})
SHARED = pl.Schema({FILE: pl.UInt32, IDS: pl.UInt32})


@dataclass(frozen=True)
class RowStatus:
    """The rows that do not count.

    Attributes:
        discarded: Table -> one row per row that does not count: `file`, `row_number`, `row_status`.
        restatements: What later files of a feed said anew.
        quarantined: Table -> the rows among them that were rejected after all files were read, as
            quarantine shows them, with their `file`.
        of_lines: How many orders a file says several times over with other revenue, by file.
        shared_ids: Table -> how many ids of several things are in a file last, by file.
    """

    discarded: Mapping[str, pl.DataFrame]
    restatements: tuple[Restatement, ...]
    quarantined: Mapping[str, pl.DataFrame]
    of_lines: pl.DataFrame
    shared_ids: Mapping[str, pl.DataFrame]

    def list_discarded(self, file: ReadFile, table: str) -> pl.Series:
        """The numbers of a file's rows that do not count."""
        return self._of(file, table).get_column(ROW_NUMBER)

    def identify(self, table: str) -> dict[int, str]:
        """The place of each file of which rows of a table do not count -> which rows these are."""
        return {
            order: identify(rows.get_column(ROW_NUMBER).to_list())
            for order, rows in self._list_of_files(table).items()
        }

    def list_files(self, table: str) -> set[int]:
        """The places of the files of which rows of a table do not count."""
        return {*self._list_of_files(table)}

    def count(self, file: ReadFile, table: str) -> Counter[str]:
        """How many of a file's valid rows of a table do not count, by status."""
        got = file.of_table(table)
        if file.is_copy and got is not None:
            return Counter({DUPLICATE: got.rows_read})
        return Counter(self._of(file, table).get_column(ROW_STATUS))

    def reject(self, table: str, rows: pl.DataFrame, reason: str) -> "RowStatus":
        """The status of all rows once those are rejected that only other feeds show to be wrong.

        Args:
            rows: `file`, `row_number` and the table's columns.
        """
        more = rows.select(FILE, ROW_NUMBER, pl.lit(REJECTED).alias(ROW_STATUS))
        whole = pl.concat([self.discarded[table], more]).sort(FILE, ROW_NUMBER)
        raw = pl.struct(columns(FEEDS[table])).struct.json_encode()
        shown = rows.select(
            FILE,
            ROW_NUMBER,
            Quarantine.org_id,
            pl.concat_list(pl.lit(reason)).alias(Quarantine.failed_checks),
            raw.alias(Quarantine.raw),
        )
        return replace(
            self,
            discarded={**self.discarded, table: whole},
            quarantined={**self.quarantined, table: shown.sort(FILE, ROW_NUMBER)},
        )

    def _of(self, file: ReadFile, table: str) -> pl.DataFrame:
        rows = self.discarded[table]
        return self._list_of_files(table).get(file.order, rows.clear())

    def _list_of_files(self, table: str) -> dict[int, pl.DataFrame]:
        """The rows of each file, cut once a table."""
        if table not in self._of_files:
            parts = self.discarded[table].partition_by(FILE, as_dict=True)
            self._of_files[table] = {int(order): rows for (order,), rows in parts.items()}
        return self._of_files[table]

    @cached_property
    def _of_files(self) -> dict[str, dict[int, pl.DataFrame]]:
        return {}


def judge_rows(files: Iterable[ReadFile], rows_at_once: int, keeper: Keeper | None) -> RowStatus:
    """Find, in every table, the rows of these files that others of its rows put out of count.

    Args:
        rows_at_once: How many rows' keys are compared in memory at a time.
    """
    given = [file for file in files if not file.is_copy]
    restatements = [
        found
        for table in sorted(ADDITIVE)
        for found in find_restatements([f for f in given if f.count_valid(table)], table, keeper)
    ]

    def judge(table: str) -> Frames:
        own = [file for file in given if file.count_valid(table)]
        return recall_rows(
            keeper,
            f"rows of {table} that do not count",
            own,
            lambda: _judge_table(own, table, rows_at_once),
        )

    judged = {table: judge(table) for table in FEEDS if table not in ADDITIVE}
    discarded = {table: found[ROW_STATUS] for table, found in judged.items()}
    for table in sorted(ADDITIVE):
        superseded = [found.superseded for found in restatements if found.table == table]
        discarded[table] = _in_order([pl.DataFrame(schema=DISCARDED), *superseded])
    shared = {table: found[IDS] for table, found in judged.items()}
    return RowStatus(discarded, tuple(restatements), {}, judged[ORDERS][ORDERS], shared)


def _judge_table(files: list[ReadFile], table: str, rows_at_once: int) -> Frames:
    """Find the rows that share a key, and say which of them do not count."""
    passes = sum(file.count_valid(table) for file in files) // rows_at_once + 1
    judged, counted = [pl.DataFrame(schema=DISCARDED)], [pl.DataFrame(schema=OF_LINES)]
    of_several = [pl.DataFrame(schema=SHARED)]
    for place in range(passes):
        shared = _list_shared(files, table, place, passes)
        if shared is not None:
            judged.append(judge_versions(shared, table).collect())
            of_several.append(count_shared_ids(shared, table).collect())
        if shared is not None and table == ORDERS:
            counted.append(count_orders_of_lines(shared).collect())
    return {
        ROW_STATUS: _in_order(judged),
        ORDERS: pl.concat(counted),
        IDS: pl.concat(of_several),
    }


def _list_shared(files: list[ReadFile], table: str, place: int, passes: int) -> pl.LazyFrame | None:
    """The rows that share a key, of those whose key falls to one of several passes."""
    if not files:
        return None
    rows = scan_together(files, table)
    if passes > 1:
        rows = rows.filter(pl.col(KEY_HASH) % passes == place)
    found = list_repeated(rows.select(KEY_HASH).collect(engine="streaming").to_series())
    if found.is_empty():
        return None
    return rows.join(found.to_frame().lazy(), on=KEY_HASH, how="semi", build_side=HELD)


def _in_order(judged: list[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several judgements as one frame, in the order of the files and their rows."""
    typed = [one.select(pl.col(n).cast(dtype) for n, dtype in DISCARDED.items()) for one in judged]
    return pl.concat(typed).sort(FILE, ROW_NUMBER)
