"""Small workspaces on disk, and a run of them in this process, without Prefect."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from contracts.manifest import Check, InputFile, Warned
from flows.catalog.quarantine_files import write_quarantine
from flows.cluster.workers import THREADS, Workers
from flows.config.loading import load_workspace
from flows.kept.kept_reports import KeptReports
from flows.kept.kept_steps import KeptSteps
from flows.progress import silence
from flows.steps.attempt import Run
from flows.steps.reading.read_feeds import FeedsRead, read_feeds, reconcile_inputs
from flows.steps.reading.refusals import find_refusal
from flows.steps.write_reports import write_report_tables

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ran:
    """What a run gave."""

    read: FeedsRead
    checks: list[Check]
    warnings: list[Warned]
    folder: Path

    def table(self, group: str, name: str) -> pl.DataFrame:
        parts = self.folder / group / name
        return pl.read_parquet(parts if parts.is_dir() else parts.with_suffix(".parquet"))

    def tables(self) -> dict[str, bytes]:
        found = sorted(self.folder.rglob("*.parquet"))
        return {f"{path.parent.name}/{path.stem}": path.read_bytes() for path in found}


def as_csv(rows: Iterable[Row], columns: list[str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: row.get(name) for name in columns} for row in rows)
    return text.getvalue().encode()


def as_json_lines(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps(dict(row)) + "\n" for row in rows).encode()


def write_workspace(root: Path, toml: str, files: Mapping[str, bytes]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "campaigns.toml").write_text(toml)
    for section in tomllib.loads(toml).get("feeds", []):
        folder = re.split(r"/[^/]*[*?\[]", section["files"])[0]
        (root / folder if folder != section["files"] else (root / folder).parent).mkdir(
            parents=True, exist_ok=True
        )
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def feed(table: str, files: str, **settings: str) -> str:
    lines = [f'table = "{table}"', f'files = "{files}"']
    return "\n".join(["[[feeds]]", *lines, *(f"{k} = {v}" for k, v in settings.items()), ""])


def read_workspace(root: Path, ledger: Path, workers: Workers = THREADS) -> FeedsRead:
    return read_feeds(load_workspace(root, environ={}), ledger, silence, workers=workers)


def read_files(place: Path, toml: str, files: Mapping[str, bytes]) -> FeedsRead:
    """What reading a new workspace gives; every row of it is accounted for."""
    read = read_workspace(write_workspace(place / "ws", toml, files), place / "ledger")
    assert all(check.holds for check in reconcile_inputs(read.inputs))
    return read


def rows(read: FeedsRead, table: str, *names: str) -> list[tuple[Any, ...]]:
    return read.catalog.scan(table).select(names).collect().rows()


def account(one: InputFile) -> tuple[int, ...]:
    return one.rows_read, one.accepted, one.rejected, one.superseded, one.duplicates


def run_workspace(root: Path, out: Path, workers: Workers = THREADS) -> Ran:
    """Read, check and report a workspace; fail where any check does not hold."""
    loaded = load_workspace(root, environ={})
    read = read_workspace(root, out / "ledger", workers)
    write_quarantine(read.catalog, out / "quarantine", "run")
    assert (problem := find_refusal(read, loaded.config)) is None, problem
    staging = out / "snapshot"
    scratch = out / "scratch"
    kept = KeptSteps(scratch / "kept", "", workers)
    reports = KeptReports(loaded.root, scratch / "kept", staging, "")
    now = datetime.now(UTC)
    run = Run(loaded, "run", now, staging, scratch, kept, reports, read=read)
    checks, warnings = write_report_tables(run)
    checks = [*reconcile_inputs(read.inputs), *checks]
    assert [check for check in checks if not check.holds] == []
    return Ran(read, checks, [*read.warnings, *warnings], staging)


def read_raw_row(root: Path, row: Mapping[str, Any]) -> dict[str, str]:
    """A row of a CSV file by its place, counted from 1 without the header: nothing of ours."""
    with (root / row["file"]).open() as file:
        return list(csv.DictReader(file))[row["row_number"] - 1]
