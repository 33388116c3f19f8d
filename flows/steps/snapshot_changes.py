"""What a snapshot says otherwise than the one before it, and by which files (SPEC §10)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from os.path import samefile
from pathlib import Path

import polars as pl

from contracts.columns import Rows, no_rows, polars_schema
from contracts.facts.run_facts import ChangedFiles, FigureDifferences
from contracts.manifest import InputFile, Manifest
from contracts.reports.messaging import DailyReport
from contracts.reports.run_tables import ChangeReason, RunChanges
from flows.report_tables import find_table
from flows.runtime.materialize import materialize
from flows.steps.ads.day_ranges import ROWS, count_days, cut_days
from flows.storage.erasing.erasure_journal import read_erasures
from flows.storage.snapshots.publish import TABLE_SUFFIX
from flows.storage.snapshots.published_files import find_problem
from transforms.common.calendar import find_day
from transforms.reports.run_changes import SOURCES, compare_report, explain_changes

Tables = Mapping[tuple[str, str], list[Path]]
ChangedFile = tuple[str, str, str, str | None, date | None, date | None]
"""A row of `ChangedFiles`."""
Place = tuple[str, str]
"""A table, and the path of a file that gives rows of it."""
RATES = "exchange_rates"
ROWS_AT_ONCE = 500_000
"""How many rows of both snapshots are compared at a time."""


@dataclass(frozen=True)
class Compared:
    """What of a snapshot is compared with another.

    Attributes:
        tables: Group and name of a table -> its files.
    """

    tables: Tables
    inputs: list[InputFile]
    config_sha256: str
    code_version: str


def list_rewritten(root: Path) -> frozenset[str]:
    """The hashes of the raw files that erasures wrote anew."""
    erasures = read_erasures(root)
    return erasures.rewritten if erasures else frozenset()


def find_damaged(root: Path, manifest: Manifest) -> dict[str, str]:
    """The compared files of a snapshot that are not what was published: path -> problem."""
    compared = [one for one in manifest.outputs if one.table in SOURCES]
    return {one.path: problem for one in compared if (problem := find_problem(root, one))}


def view_snapshot(root: Path, manifest: Manifest) -> Compared:
    """What of a kept snapshot is compared; files that are not what was published are left out."""
    tables: dict[tuple[str, str], list[Path]] = {}
    damaged = find_damaged(root, manifest)
    for output in manifest.outputs:
        if output.table in SOURCES and output.path not in damaged:
            tables.setdefault((output.group, output.table), []).append(root / output.path)
    return Compared(tables, manifest.inputs, manifest.config_sha256, manifest.code_version)


def find_staged(staging: Path) -> Tables:
    """The compared tables of a snapshot that is being written."""
    files = [file for name in SOURCES for file in staging.glob(f"*/{name}{TABLE_SUFFIX}")]
    return {(file.parent.name, file.stem): [file] for file in files}


def list_changes(
    before: Compared | None, after: Compared, timezone: str, rewritten: frozenset[str] = frozenset()
) -> Rows[RunChanges]:
    """The rows of `run/changes` between two snapshots.

    Args:
        before: The earlier one; without one nothing has changed.
        rewritten: The hashes of raw files that an erasure wrote anew.
    """
    if before is None:
        return no_rows(RunChanges)
    compared = [
        one
        for label, files in sorted(before.tables.items())
        if not _are_the_same(files, after.tables.get(label, []))
        for one in _compare(pl.scan_parquet(files), _scan(after.tables, label), label)
    ]
    if not compared:
        return no_rows(RunChanges)
    differences = pl.concat(compared)
    everywhere = []
    if before.config_sha256 != after.config_sha256:
        everywhere.append(ChangeReason.CONFIGURATION)
    if before.code_version != after.code_version:
        everywhere.append(ChangeReason.CODE)
    files = [*_list_changed_files(before.inputs, after.inputs, timezone, rewritten)]
    if not files and not everywhere:
        files = [*_list_moved_files(before.inputs, after.inputs, timezone)]
    changed = pl.LazyFrame(files, schema=polars_schema(ChangedFiles), orient="row")
    return explain_changes(differences, changed, everywhere)


def _compare(
    before: pl.LazyFrame, after: pl.LazyFrame, label: tuple[str, str]
) -> Iterator[Rows[FigureDifferences]]:
    """The differences of a table, some days at a time: of most rows there are none."""
    rows = [table.group_by(DailyReport.date_day).len(ROWS) for table in (before, after)]
    contract = find_table(*label).contract
    for within in cut_days(count_days(*rows), ROWS_AT_ONCE):
        of_days = before.filter(within), after.filter(within)
        yield materialize(compare_report(*of_days, "/".join(label), contract), FigureDifferences)


def _are_the_same(before: list[Path], after: list[Path]) -> bool:
    """Whether files were taken over from the snapshot before: nothing in them has changed."""
    return len(before) == len(after) and all(map(samefile, before, after))


def _scan(tables: Tables, label: tuple[str, str]) -> pl.LazyFrame:
    if label in tables:
        return pl.scan_parquet(tables[label])
    return no_rows(find_table(*label).contract)


def _list_changed_files(
    before: list[InputFile], after: list[InputFile], timezone: str, rewritten: frozenset[str]
) -> Iterator[ChangedFile]:
    """Rows of `ChangedFiles`; a file of the same content under another name has not changed."""
    old, new = ([one for one in entries if not one.refused] for entries in (before, after))
    known, current = ({_content(one) for one in entries} for entries in (old, new))
    places_before, places_after = ({_place(one) for one in entries} for entries in (old, new))
    come = [one for one in new if _content(one) not in known]
    gone = [one for one in old if _content(one) not in current]
    anew = {_place(one) for one in come if one.sha256 in rewritten}

    def find_reason(one: InputFile, places: set[Place], alone: ChangeReason) -> ChangeReason:
        if _place(one) not in places:
            return alone
        return ChangeReason.ERASED if _place(one) in anew else ChangeReason.CORRECTED_FILE

    changed = [
        *((one, ChangeReason.ERASED) for one in _find_erased(old, new)),
        *((one, find_reason(one, places_before, ChangeReason.LATE_ROWS)) for one in come),
        *((one, find_reason(one, places_after, ChangeReason.WITHDRAWN_FILE)) for one in gone),
    ]
    yield from sorted({_describe_file(*each, timezone) for each in changed}, key=str)


def _find_erased(before: list[InputFile], after: list[InputFile]) -> Iterator[InputFile]:
    """The files of before of which other rows are those of people who were erased."""
    erased = {_content(one): one.erased for one in after}
    erased_here = {(_place(one), one.sha256): one.erased for one in after}
    for one in before:
        elsewhere = erased.get(_content(one), one.erased)
        if erased_here.get((_place(one), one.sha256), elsewhere) != one.erased:
            yield one


def _list_moved_files(
    before: list[InputFile], after: list[InputFile], timezone: str
) -> Iterator[ChangedFile]:
    """Rows of `ChangedFiles` for another order of the same contents: files under other names.

    Of rows with one key and no version the file whose path sorts last decides.
    """
    paths_before, paths_after = ({_place(one) for one in entries} for entries in (before, after))
    moved = [
        *((one, ChangeReason.LATE_ROWS) for one in after if _place(one) not in paths_before),
        *((one, ChangeReason.WITHDRAWN_FILE) for one in before if _place(one) not in paths_after),
    ]
    yield from sorted({_describe_file(*each, timezone) for each in moved}, key=str)


def _content(one: InputFile) -> tuple[str, str]:
    """What a file said of a table, under whatever name of itself and of its feed."""
    return one.table, one.sha256


def _place(one: InputFile) -> Place:
    return one.table, one.path


def _describe_file(one: InputFile, kind: ChangeReason, timezone: str) -> ChangedFile:
    """A row of `ChangedFiles`; the last rate of a currency holds until the next comes."""
    of_table = {RATES: ChangeReason.RATE, "contacts": ChangeReason.IDENTITY}
    reason = kind if kind == ChangeReason.ERASED else of_table.get(one.table, kind)
    return (
        one.table,
        one.path,
        str(reason),
        one.org_id,
        find_day_of(one.first_at, timezone),
        None if one.table == RATES else find_day_of(one.last_at, timezone),
    )


def find_day_of(at: str | None, timezone: str) -> date | None:
    """The reporting day of an end of a file; None where no row of it happened at a time."""
    return find_day(at, timezone) if at is not None else None
