"""Figures of the group run: what came of each feed, and what is otherwise than before."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from contracts.manifest import InputFile, Manifest
from contracts.reports.run_tables import RunChanges, RunFeeds
from flows.catalog.read_files import ReadFile
from flows.catalog.row_status import REJECTED
from flows.explain.cells import AskedCell, find_cell
from flows.explain.explanation import (
    LEFT_OUT,
    NOTHING,
    Explanation,
    NotCovered,
    Operand,
    explain_quotient,
)
from flows.explain.left_out import COPY, explain_status
from flows.explain.published_run import PublishedRun
from flows.storage.snapshots.kept_snapshots import list_snapshots
from transforms.explain.row_places import BECAUSE, COUNTS, EXPLAINED, ROW_PLACE, TABLE, pack_place
from transforms.ingest.deduplication import DUPLICATE, FILE, ROW_NUMBER, ROW_STATUS, SUPERSEDED
from transforms.reports.run_feeds import RUNS_COMPARED

F, C = RunFeeds, RunChanges
ACCEPTED = "accepted"
STATUS_OF = {
    F.accepted: ACCEPTED,
    F.rejected: REJECTED,
    F.superseded: SUPERSEDED,
    F.duplicates: DUPLICATE,
}
"""Column -> the status of the rows that it counts."""
FILES = {
    F.files: "the number of the feed's files",
    F.new_files: "the number of files whose content the run before had not read, copies and "
    "refused ones apart",
}
NO_LONGER = "the snapshots of the runs before it are no longer kept"
Explain = Callable[[AskedCell], Explanation]


@dataclass(frozen=True)
class RunCells:
    """Explains `run/feeds` and `run/changes`.

    Attributes:
        explain_other: How a figure of another table of the run came to be.
    """

    run: PublishedRun
    explain_other: Explain

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be.

        Raises:
            NotCovered: It came from runs that are no longer kept.
        """
        if cell.name == "changes":
            return self._explain_change(cell)
        row, column = cell.row, cell.column
        if column == F.rejected_share:
            parts = (F.rejected, F.rows_read)
            return explain_quotient(
                Operand(name, row[name], self._list_rows(row, name)) for name in parts
            )
        if column == F.usual_rows:
            return self._explain_usual(cell)
        if column in FILES:
            return self._explain_files(row, column)
        is_other = pl.lit(column == F.accepted) & (pl.col(ROW_STATUS) != ACCEPTED)
        left_out = self._scan_rows(row).filter(is_other).select(list(LEFT_OUT)).collect()
        words = f"the number of the feed's rows that were {column.removeprefix('rows_')}"
        return Explanation(words, self._list_rows(row, column), excluded=left_out)

    def _list_rows(self, row: Mapping[str, Any], column: str) -> pl.DataFrame:
        found = self._scan_rows(row)
        if column in STATUS_OF:
            found = found.filter(pl.col(ROW_STATUS) == STATUS_OF[column])
        return found.select(list(EXPLAINED)).collect()

    def _scan_rows(self, row: Mapping[str, Any]) -> pl.LazyFrame:
        """Every row of a feed's files, with what became of it."""
        table = row[F.table]
        parts = [
            part
            for file in self.run.catalog.files
            if file.raw.feed.name == row[F.feed]
            for part in self._scan_file(file, table)
        ]
        nothing = pl.LazyFrame(schema={**EXPLAINED, ROW_STATUS: pl.String})
        return pl.concat([nothing, *parts]).sort(ROW_PLACE)

    def _scan_file(self, file: ReadFile, table: str) -> Iterator[pl.LazyFrame]:
        got, status = file.of_table(table), self.run.catalog.status
        if got is None:
            return
        words = explain_status(table)
        if got.valid:
            found = pl.scan_parquet(file.list_parts(table)).select(
                pl.col(ROW_NUMBER).cast(pl.UInt32)
            )
            discarded = status.discarded[table].filter(pl.col(FILE) == file.order)
            known = discarded.lazy().select(ROW_NUMBER, ROW_STATUS)
            is_accepted = pl.col(ROW_STATUS).fill_null(ACCEPTED)
            judged = found.join(known, on=ROW_NUMBER, how="left", validate="1:1")
            yield _tell(judged.with_columns(is_accepted), file, table, words)
        if got.rejected:
            rejected = sorted((file.folder / table).glob("rejected-*.parquet"))
            found = pl.scan_parquet(rejected).select(
                pl.col(ROW_NUMBER).cast(pl.UInt32),
                pl.lit(REJECTED).alias(ROW_STATUS),
                pl.format("rejected: {}", pl.col("failed_checks").list.join("; ")).alias(BECAUSE),
            )
            yield _tell(found, file, table, words)

    def _explain_files(self, row: Mapping[str, Any], column: str) -> Explanation:
        manifest = self._manifests()[0]
        files = _inputs(manifest, row)
        if column == F.new_files:
            before = self._manifests()[1:2]
            old = {one.sha256 for past in before for one in past.inputs if one.feed == row[F.feed]}
            copies = {file.raw.path for file in self.run.catalog.files if file.is_copy}
            files = [
                one
                for one in files
                if one.sha256 not in old and one.path not in copies and not one.refused
            ]
        operands = tuple(Operand(one.path, 1) for one in files)
        if not operands:
            return Explanation(FILES[column])
        return Explanation(FILES[column], operands=operands, expected=Decimal(len(operands)))

    def _explain_usual(self, cell: AskedCell) -> Explanation:
        words = (
            f"the median of the rows in new files over the last {RUNS_COMPARED} runs before this "
            "one that had any"
        )
        if cell.value is None:
            return Explanation(f"{words}: none had")
        counted = self._count_new_rows(cell.row)
        for runs in (counted, counted[:-1]):
            latest = runs[:RUNS_COMPARED]
            if latest and median(rows for _, rows in latest) == cell.value:
                operands = tuple(Operand(run_id, rows) for run_id, rows in latest)
                return Explanation(words, operands=operands, expected=cell.value)
        raise NotCovered(cell.label, cell.column, NO_LONGER)

    def _count_new_rows(self, row: Mapping[str, Any]) -> list[tuple[str, int]]:
        """The runs before this one that had new files, the latest first, with these' rows."""
        past = self._manifests()[1:]
        counted = []
        for place, manifest in enumerate(past):
            earlier = past[place + 1].inputs if place + 1 < len(past) else []
            old = {one.sha256 for one in earlier if one.feed == row[F.feed] and not one.refused}
            new = {one.sha256: one.rows_read for one in _inputs(manifest, row) if not one.refused}
            rows = [count for sha256, count in new.items() if sha256 not in old]
            if rows:
                counted.append((manifest.run_id, sum(rows)))
        return counted

    def _manifests(self) -> list[Manifest]:
        """This run's manifest and those of the kept runs before it, the latest first."""
        kept = [one.manifest for one in list_snapshots(self.run.loaded.root)]
        place = next(n for n, one in enumerate(kept) if one.run_id == self.run.run_id)
        return kept[place:]

    def _explain_change(self, cell: AskedCell) -> Explanation:
        row = cell.row
        before, after = row[C.before], row[C.after]
        if cell.column == C.after:
            return self._explain_figure(row) if after is not None else Explanation("no row now")
        then = Operand(f"{C.before}, as run {self._run_before()} published it", before or 0)
        if cell.column == C.before:
            if before is None:
                return Explanation("the snapshot before had no such row")
            published = self._read_before(cell)
            words = "what the snapshot before said; its raw rows are those of that run"
            operand = Operand(then.name, published)
            return Explanation(words, operands=(operand,), expected=published)
        rows = self._explain_figure(row).rows if after is not None else NOTHING
        now = Operand(C.after, after or 0, rows)
        expected = (after or Decimal(0)) - (before or Decimal(0))
        return Explanation(
            "after - before, no row counting as 0", operands=(now, then), expected=expected
        )

    def _explain_figure(self, row: Mapping[str, Any]) -> Explanation:
        place = _place_of(row)
        return self.explain_other(
            find_cell(place, self.run.list_files(*place), _key_of(row), str(row[C.column]))
        )

    def _run_before(self) -> str:
        before = self._manifests()[1:2]
        return before[0].run_id if before else "before"

    def _read_before(self, cell: AskedCell) -> Any:
        """The figure as the snapshot before has it.

        Raises:
            NotCovered: It is no longer kept.
        """
        row, place = cell.row, _place_of(cell.row)
        files: list[Path] = [
            self.run.loaded.root / output.path
            for manifest in self._manifests()[1:2]
            for output in manifest.outputs
            if (output.group, output.table) == place
        ]
        if not files or not all(file.exists() for file in files):
            raise NotCovered(cell.label, cell.column, NO_LONGER)
        return find_cell(place, files, _key_of(row), str(row[C.column])).value


def _place_of(row: Mapping[str, Any]) -> tuple[str, str]:
    group, name = str(row[C.report]).split("/", 1)
    return group, name


def _key_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {C.org_id: row[C.org_id], C.date_day: row[C.date_day], **json.loads(row[C.key])}


def _inputs(manifest: Manifest, row: Mapping[str, Any]) -> list[InputFile]:
    of = (row[F.feed], row[F.table])
    return [one for one in manifest.inputs if (one.feed, one.table) == of]


def _tell(rows: pl.LazyFrame, file: ReadFile, table: str, words: Mapping[str, str]) -> pl.LazyFrame:
    """Rows of a file with what became of them; those of a copy are all duplicates."""
    own = pl.col(BECAUSE) if BECAUSE in rows.collect_schema() else pl.col(ROW_STATUS)
    because, status = own.replace(dict(words)), pl.col(ROW_STATUS)
    if file.is_copy:
        because, status = pl.lit(COPY), pl.lit(DUPLICATE)
    return rows.select(
        pack_place(pl.lit(file.order)),
        pl.lit(table).alias(TABLE),
        pl.lit(1).cast(EXPLAINED[COUNTS]).alias(COUNTS),
        because.alias(BECAUSE),
        status.alias(ROW_STATUS),
    )
