"""Which rows of the files read do not count: superseded, duplicates, or rejected afterwards."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from contracts.columns import columns
from contracts.feeds import ADDITIVE, FEEDS
from flows.ingest.read_files import ReadFile
from transforms.ingest.deduplication import (
    DUPLICATE,
    FILE,
    KEY_HASH,
    ROW_NUMBER,
    ROW_STATUS,
    find_repeated,
    judge_versions,
)

REJECTED = "rejected"
DISCARDED = pl.Schema({FILE: pl.UInt32, ROW_NUMBER: pl.UInt32, ROW_STATUS: pl.String})
ROWS_AT_ONCE = 60_000_000
"""How many key hashes are sorted in memory at a time."""


@dataclass(frozen=True)
class RowStatus:
    """The rows that do not count.

    Attributes:
        discarded: Table -> one row per row that does not count: `file`, `row_number`, `row_status`.
        quarantined: Table -> the rows among them that were rejected after all files were read, as
            quarantine shows them, with their `file`.
    """

    discarded: Mapping[str, pl.DataFrame]
    quarantined: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def list_discarded(self, file: ReadFile, table: str) -> pl.Series:
        """The numbers of a file's rows that do not count."""
        return self._of(file, table).get_column(ROW_NUMBER)

    def count(self, file: ReadFile, table: str) -> Counter[str]:
        """How many of a file's valid rows of a table do not count, by status."""
        got = file.of_table(table)
        if file.is_copy and got is not None:
            return Counter({DUPLICATE: got.rows_read})
        return Counter(self._of(file, table).get_column(ROW_STATUS))

    def reject(self, table: str, rows: pl.DataFrame, reason: str) -> "RowStatus":
        """The status of all rows once those are rejected that only other feeds show to be wrong.

        Args:
            table: Their table.
            rows: `file`, `row_number` and the table's columns.
            reason: What is wrong with them.
        """
        more = rows.select(FILE, ROW_NUMBER, pl.lit(REJECTED).alias(ROW_STATUS))
        raw = pl.struct(columns(FEEDS[table])).struct.json_encode()
        shown = rows.select(
            FILE, ROW_NUMBER, "org_id", failed_checks=pl.concat_list(pl.lit(reason)), raw=raw
        )
        return RowStatus(
            {
                **self.discarded,
                table: pl.concat([self.discarded[table], more]).sort(FILE, ROW_NUMBER),
            },
            {**self.quarantined, table: shown.sort(FILE, ROW_NUMBER)},
        )

    def _of(self, file: ReadFile, table: str) -> pl.DataFrame:
        return self.discarded[table].filter(pl.col(FILE) == file.order)


def judge_rows(files: Iterable[ReadFile]) -> RowStatus:
    """Find, in every table, the rows of these files that others of its rows put out of count."""
    given = [file for file in files if not file.is_copy]
    return RowStatus(
        {
            table: _judge_table([file for file in given if file.count_valid(table)], table)
            for table in FEEDS
        }
    )


def _judge_table(files: list[ReadFile], table: str) -> pl.DataFrame:
    """Find the rows that share a key, and say which of them do not count."""
    if not files:
        return pl.DataFrame(schema=DISCARDED)
    passes = sum(file.count_valid(table) for file in files) // ROWS_AT_ONCE + 1
    judged = [_judge_pass(files, table, place, passes) for place in range(passes)]
    return pl.concat(judged).sort(FILE, ROW_NUMBER)


def _judge_pass(files: list[ReadFile], table: str, place: int, passes: int) -> pl.DataFrame:
    """Judge the rows whose key falls to one of several passes."""

    def scan(file: ReadFile) -> pl.LazyFrame:
        rows = pl.scan_parquet(file.list_parts(table))
        return rows.filter(pl.col(KEY_HASH) % passes == place) if passes > 1 else rows

    if table in ADDITIVE:
        repeated = [find_repeated(scan(file).select(KEY_HASH)) for file in files]
        found = pl.concat(pl.collect_all(repeated)).unique()
    else:
        keys = pl.concat([scan(file).select(KEY_HASH) for file in files])
        found = find_repeated(keys).collect()
    if found.is_empty():
        return pl.DataFrame(schema=DISCARDED)
    candidates = [
        scan(file)
        .join(found.lazy(), on=KEY_HASH, how="semi")
        .select(
            *columns(FEEDS[table]),
            ROW_NUMBER,
            KEY_HASH,
            pl.lit(file.order, pl.UInt32).alias(FILE),
        )
        for file in files
    ]
    return (
        judge_versions(pl.concat(candidates), table)
        .select(pl.col(name).cast(dtype) for name, dtype in DISCARDED.items())
        .collect()
    )
