"""`campaign-reports run`: publish, and say in a few lines what came of it."""

import re
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter
from cyclopts.validators import Number

from contracts.config.setting_types import DASK_PATTERN
from contracts.manifest import Manifest, Warned, count_of
from flows.cli.console import print_json, print_note
from flows.cli.failures import report_failure
from flows.cli.launch import launch_run
from flows.cli.progress_bars import progress_bars
from flows.storage.published_files import published_tables
from flows.storage.workspace_files import Layout


def _require_address(_: object, address: str | None) -> None:
    """Refuse what is no scheduler's address."""
    if address is not None and not re.fullmatch(DASK_PATTERN, address):
        msg = "not a scheduler's address, as tcp://host:8786"
        raise ValueError(msg)


DaskAddress = Annotated[str | None, Parameter(validator=_require_address)]
COUNTS = {
    "rows_read": "read",
    "accepted": "accepted",
    "rejected": "rejected",
    "superseded": "superseded",
    "duplicates": "duplicates",
}
REASONS_SHOWN = 3
WARNINGS_SHOWN = 10
CHANGES_SHOWN = 3


def run(
    workspaces: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
    full: Annotated[bool, Parameter(negative=())] = False,
    wait: Annotated[float, Parameter(validator=Number(gte=0))] = 0,
    dask: DaskAddress = None,
) -> int:
    """Read the feeds of workspaces and publish their reports.

    Args:
        workspaces: Folders with a campaigns.toml, run one after another.
        full: Read every file anew, as if none had been read before; the tables are the same.
        json: Print each manifest on stdout, one JSON document a line.
        wait: Seconds to wait for another run that holds the workspace.
        dask: Scheduler of the Dask cluster that carries out the tasks (tcp://host:8786).

    Returns:
        The highest exit code of the runs.
    """
    of_each = partial(_run_one, print_manifest=json, full=full, wait=wait, dask=dask)
    return max([of_each(root) for root in workspaces])


def _run_one(root: Path, *, print_manifest: bool, full: bool, wait: float, dask: str | None) -> int:
    try:
        with progress_bars() as progress:
            manifest = launch_run(root, wait, progress, full=full, dask=dask)
        if print_manifest:
            print_json(manifest.model_dump(mode="json"))
            sys.stdout.flush()
        print_note("\n".join(_summary(root, manifest)))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the other workspaces are still to be run
        return report_failure(error)
    return 0


def _summary(root: Path, manifest: Manifest) -> list[str]:
    files = {entry.path for entry in manifest.inputs}
    counts = {what: sum(getattr(entry, what) for entry in manifest.inputs) for what in COUNTS}
    tables = {(output.group, output.table) for output in manifest.outputs}
    skipped = [entry for entry in manifest.inputs if entry.refused]
    layout = Layout(root)
    return [
        f"{root}: published {count_of(len(tables), 'table')} from {count_of(len(files), 'file')}",
        "  rows      " + ", ".join(f"{counts[what]:,} {word}" for what, word in COUNTS.items()),
        *_top_reasons(layout.quarantine / manifest.run_id),
        *(f"  skipped   {entry.path}: {entry.refused}" for entry in skipped),
        *_match_rate(root),
        *_change_lines(root),
        *_warning_lines(manifest.warnings),
        f"  where     {layout.snapshots / manifest.run_id}",
    ]


def _top_reasons(quarantine: Path) -> list[str]:
    if not quarantine.is_dir():
        return []
    found: Counter[str] = Counter()
    for file in sorted(quarantine.glob("*.parquet")):
        reasons = pl.scan_parquet(file).select(pl.col("failed_checks").explode()).drop_nulls()
        counted = reasons.group_by("failed_checks").len().collect()
        found.update(dict(counted.iter_rows()))
    top = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:REASONS_SHOWN]
    listed = "; ".join(f"{reason} ({count:,})" for reason, count in top)
    return [f"  rejected  {listed}", f"            see {quarantine}"] if top else []


def _match_rate(root: Path) -> list[str]:
    files = published_tables(root).get(("ads", "session_matches"))
    if not files:
        return []
    is_matched = pl.col("match_status") == "matched"
    matched, sessions = (
        pl.scan_parquet(files).select(is_matched.sum(), pl.len().alias("n")).collect().row(0)
    )
    rate = f" ({matched / sessions:.1%})" if sessions else ""
    return [f"  matched   {matched:,} of {sessions:,} sessions to an ad{rate}"]


def _change_lines(root: Path) -> list[str]:
    """The largest changes of days that the snapshot before had, by report, column and day."""
    files = published_tables(root).get(("run", "changes"))
    if not files:
        return []
    by_day = sum_changes(pl.scan_parquet(files)).collect()
    lines = [_describe_change(*row) for row in by_day.head(CHANGES_SHOWN).iter_rows()]
    if (more := by_day.height - CHANGES_SHOWN) > 0:
        lines.append(f"  changed   … and {more} more, all in run/changes")
    return lines


def sum_changes(changes: pl.LazyFrame) -> pl.LazyFrame:
    """Sum changes by report, day and column, the largest first.

    An order's revenue stands in a row of each attribution model: of the models the one counts whose
    change is the largest.

    Args:
        changes: `Changes`.

    Returns:
        report, date_day, column, difference, the reasons, the number of files.
    """
    size = pl.col("difference").abs()
    model = pl.col("key").str.json_path_match("$.model").alias("model")
    return (
        changes.group_by("report", "date_day", "column", model)
        .agg(
            pl.col("difference").sum(),
            pl.col("reason").unique().sort().str.join(", "),
            pl.col("files")
            .str.split("; ")
            .list.explode()
            .replace("", None)
            .drop_nulls()
            .n_unique(),
        )
        .sort(size, "model", descending=[True, False], nulls_last=True)
        .unique(["report", "date_day", "column"], keep="first", maintain_order=True)
        .sort(size, "report", "date_day", "column", descending=True)
        .drop("model")
    )


def _describe_change(
    report: str, day: date | None, column: str, difference: Decimal, reason: str, files: int
) -> str:
    group = report.split("/", maxsplit=1)[0]
    why = reason if not files else f"{reason}, {count_of(files, 'file')}"
    amount = f"{difference.normalize():+,f}"
    return f"  changed   {group} {column} of {day or 'no day'} {amount} ({why})"


def _warning_lines(warnings: list[Warned]) -> list[str]:
    """One line a code and feed, in the manifest's order: the most important first."""
    kinds: dict[tuple[str, str | None], list[Warned]] = {}
    for one in warnings:
        kinds.setdefault((one.code, one.feed), []).append(one)
    lines = [
        f"  warning   {of_kind[0].message}{_count_others(of_kind)}" for of_kind in kinds.values()
    ]
    if (more := len(lines) - WARNINGS_SHOWN) > 0:
        lines[WARNINGS_SHOWN:] = [f"  warning   … and {more} kinds more, all in manifest.json"]
    return lines


def _count_others(of_kind: list[Warned]) -> str:
    return f" (and {len(of_kind) - 1} more of this kind)" if len(of_kind) > 1 else ""
