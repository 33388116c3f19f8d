"""Every file published or kept against what was said of it when it was written (SPEC §11)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pandera.errors import SchemaErrors

from contracts.columns import Table, columns, key
from contracts.manifest import Manifest, OutputTable
from contracts.reports.attribution import order_touches_contract, revenue_column
from flows.catalog.ledger import list_readings, read_kept
from flows.kept.kept_folders import find_damaged_folders
from flows.kept.run_records import find_damaged_records
from flows.report_tables import find_table
from flows.steps.maintenance.verify_sums import Damage, verify_own, verify_sums
from flows.storage.checksums import read_sums
from flows.storage.erasing.erasure_journal import find_damaged_erasures, heal_erasures
from flows.storage.layout import Layout
from flows.storage.run_notes import are_columns_damaged, read_last_attempt
from flows.storage.sealed_folders import DamagedFile
from flows.storage.snapshots.kept_snapshots import list_runs
from flows.storage.snapshots.publish import TABLE_SUFFIX, mirror_latest
from flows.storage.snapshots.published_files import (
    PublishedDamage,
    find_problem,
    published_pages,
    read_manifest,
    read_manifest_as,
)
from flows.storage.snapshots.recovery import find_pointer_problem, heal_pointer
from flows.storage.workspace_files import hash_file, remove_tree

ROWS_AT_A_TIME = 500_000
TOUCHES = ("attribution", "order_touches")


def verify_files(root: Path, *, repair: bool) -> Iterator[Damage]:
    """Verify pointer, kept snapshots, quarantine, reports/latest, ledger, kept steps and notes.

    Args:
        root: The workspace; held by who calls, where anything is to be mended.
        repair: Whether to mend what can be: a pointer goes back to the newest whole snapshot,
            reports/latest shows what is published, what no run wrote among tables goes, and so
            does a reading of the ledger or a result of a step that does not verify: the next
            run makes it anew.

    Raises:
        StorageFailed: The disk gives nothing back at all.
    """
    yield from _verify_pointer(root, repair=repair)
    yield from _verify_snapshots(root, repair=repair)
    yield from verify_sums(root, repair=repair)
    yield from _verify_latest(root, repair=repair)
    yield from _drop(root, _find_damaged_results(root), repair=repair)
    yield from _verify_erasures(root, repair=repair)
    yield from _drop(root, _find_damaged_notes(root), repair=repair)


def _verify_pointer(root: Path, *, repair: bool) -> Iterator[Damage]:
    path = Layout(root).relative(Layout(root).pointer)
    if repair:
        if damage := heal_pointer(root):
            yield Damage(path, f"led to nothing whole: {damage}", mended=True)
        return
    if damage := find_pointer_problem(root):
        yield Damage(path, f"leads to nothing whole: {damage}")


def _verify_snapshots(root: Path, *, repair: bool) -> Iterator[Damage]:
    layout = Layout(root)
    for run_id in list_runs(layout):
        place = layout.relative(layout.snapshots / run_id)
        try:
            manifest = read_manifest_as(root, run_id, Manifest)
        except PublishedDamage:
            yield Damage(place, "has no manifest that is whole")
            continue
        for output in manifest.outputs:
            if problem := find_problem(root, output) or _find_breach(root, output):
                yield Damage(output.path, problem)
        yield from verify_own(
            root, layout.snapshots / run_id, {one.path for one in manifest.outputs}, repair=repair
        )
        yield from _verify_counts(manifest, place)


def _verify_counts(manifest: Manifest, place: str) -> Iterator[Damage]:
    """Whether the manifest's figures agree with one another."""
    for check in manifest.reconciliation:
        if not check.holds:
            yield Damage(f"{place}/manifest.json", f"the check {check.name!r} does not hold")
    for entry in manifest.inputs:
        counted = entry.accepted + entry.rejected + entry.superseded + entry.duplicates
        if entry.rows_read != counted:
            yield Damage(f"{place}/manifest.json", f"the rows of {entry.path} do not add up")


def _find_breach(root: Path, output: OutputTable) -> str:
    """How a published file breaks its contract; empty where it does not, or none is registered."""
    path = root / output.path
    try:
        file = pq.ParquetFile(path)
        contract = _find_contract(output, file.schema_arrow.names)
        if file.metadata.num_rows != output.rows:
            return f"has {file.metadata.num_rows} rows, not {output.rows}"
        keys = pl.scan_parquet(path).select(pl.struct(key(contract)).n_unique()).collect().item()
        if keys != output.rows:
            return f"has {output.rows} rows, but {keys} keys"
        for batch in file.iter_batches(ROWS_AT_A_TIME):
            rows = pl.DataFrame(pl.from_arrow(batch))
            if rows.columns != columns(contract):
                return "has other columns than its contract"
            contract.validate(rows, lazy=True)
    except KeyError:
        return ""
    except SchemaErrors:
        return "breaks its contract"
    except (OSError, pa.ArrowException):
        return "cannot be read as Parquet"
    return ""


def _find_contract(output: OutputTable, names: list[str]) -> type[Table]:
    """The contract of a published table; that of order_touches has the models that it was given.

    Raises:
        KeyError: No such table is registered.
    """
    if (output.group, output.table) == TOUCHES:
        prefix = revenue_column("")
        return order_touches_contract([n.removeprefix(prefix) for n in names if prefix in n])
    return find_table(output.group, output.table).contract


def _verify_latest(root: Path, *, repair: bool) -> Iterator[Damage]:
    """Whether reports/latest shows the published one-file tables, byte for byte."""
    layout = Layout(root)
    try:
        manifest = read_manifest(root)
    except PublishedDamage:
        return
    outputs, shown = (manifest.outputs, _list_shown(root, manifest)) if manifest else ([], {})
    stale = [path for path, sha256 in shown.items() if not _shows(path, sha256)]
    stale += [path for path in sorted(layout.latest.rglob(f"*{TABLE_SUFFIX}")) if path not in shown]
    if stale and repair and not any(find_problem(root, output) for output in outputs):
        for path in stale:
            remove_tree(path)
        mirror_latest(root)
    for path in stale:
        is_mended = repair and (_shows(path, shown[path]) if path in shown else not path.exists())
        yield Damage(layout.relative(path), "does not show what is published", mended=is_mended)


def _list_shown(root: Path, manifest: Manifest) -> dict[Path, str]:
    """The files of reports/latest -> the hash of what each has to show."""
    layout, sums = Layout(root), read_sums(root, manifest.run_id)
    tables = {
        layout.latest / one.group / f"{one.table}.parquet": one.sha256
        for one in manifest.outputs
        if one.path.endswith(f"/{one.group}/{one.table}.parquet")
    }
    pages = {
        layout.latest / page.name: sums[name]
        for page in published_pages(root)
        if (name := layout.relative(page)) in sums
    }
    return tables | pages


def _shows(path: Path, sha256: str) -> bool:
    try:
        return path.exists() and hash_file(path) == sha256
    except OSError:
        return False


def _verify_erasures(root: Path, *, repair: bool) -> Iterator[Damage]:
    """Whether it is known who was erased."""
    damaged = find_damaged_erasures(root)
    if damaged and repair:
        heal_erasures(root)
    for path in damaged:
        place = Layout(root).relative(path)
        yield Damage(place, "is gone or not what was written", mended=repair)


def _drop(root: Path, damaged: Iterable[tuple[Path, str]], *, repair: bool) -> Iterator[Damage]:
    """What goes where anything is to be mended, since the next run makes it anew."""
    for path, problem in damaged:
        if repair:
            remove_tree(path)
        yield Damage(Layout(root).relative(path), problem, mended=repair)


def _find_damaged_results(root: Path) -> Iterator[tuple[Path, str]]:
    """What readings, steps and reports left for the next run, and is not what they wrote."""
    layout = Layout(root)
    for reading in list_readings(layout.ledger):
        try:
            read_kept(layout.ledger, reading)
        except DamagedFile as damage:
            yield layout.ledger / reading, f"{damage}; the next run reads its file again"
    for home, problem in find_damaged_folders(layout.kept):
        yield home, f"{problem}; a run that needs it computes it anew"
    for record in find_damaged_records(layout.kept):
        yield record, "is not what was written; the next run computes all reports anew"


def _find_damaged_notes(root: Path) -> Iterator[tuple[Path, str]]:
    """What is noted of the columns of feeds, and of how the last run ended."""
    layout, problem = Layout(root), "is not what a run writes"
    if are_columns_damaged(root):
        yield layout.columns, problem
    try:
        read_last_attempt(root)
    except PublishedDamage:
        yield layout.last_attempt, problem
