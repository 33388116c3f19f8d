"""What two snapshots say differently, by SPEC §10: plain Python over their Parquet files.

It knows the published files alone: `manifest.json`, the tables, and nothing of the program.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

KEYS = {
    "daily_report": ("message_id",),
    "campaign_performance": ("platform", "account_id", "campaign_id"),
    "campaign_attribution": ("channel", "platform", "campaign_id", "model"),
}
"""Compared table -> its key beside org_id and date_day."""
NAMED_BY = {"daily_report": "message_name"}
"""Compared table -> the column that names its rows, where it is not the campaign's."""
REASONS = (
    *("late_rows", "corrected_file", "withdrawn_file", "renamed", "rate", "identity"),
    *("erased", "configuration", "code"),
)
NONE = Decimal(0)


class Cell(NamedTuple):
    """A figure: organization, `group/table`, the rest of its row's key as JSON, day, column."""

    org_id: str
    report: str
    key: str
    date_day: date | None
    column: str


class Change(NamedTuple):
    """What was said of a figure, what is said of it now, and of whom."""

    before: Decimal | None
    after: Decimal | None
    difference: Decimal
    name: str | None


@dataclass
class Figures:
    """The figures of a snapshot that SPEC §10 names.

    Attributes:
        manifest: What was published.
        figures: Figure -> its value.
        names: A row -> its name.
        days: The days of each report and organization.
    """

    manifest: dict[str, Any] = field(default_factory=dict)
    figures: dict[Cell, Decimal | None] = field(default_factory=dict)
    names: dict[tuple[Any, ...], str | None] = field(default_factory=dict)
    days: set[tuple[str, str, date | None]] = field(default_factory=set)


def read_figures(root: Path) -> Figures:
    """The figures of the snapshot that is published; none where nothing is."""
    pointer = root / "reports/current.json"
    if not pointer.exists():
        return Figures()
    snapshot = root / "reports" / json.loads(pointer.read_text())["snapshot"]
    found = Figures(json.loads((snapshot / "manifest.json").read_text()))
    for table, keys in KEYS.items():
        for path in sorted(snapshot.glob(f"*/{table}.parquet")):
            _add_report(found, f"{path.parent.name}/{table}", keys, pq.read_table(path))
    return found


def _add_report(found: Figures, report: str, keys: tuple[str, ...], rows: pa.Table) -> None:
    measured = [
        column.name
        for column in rows.schema
        if pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)
    ]
    named_by = NAMED_BY.get(report.split("/")[1], "campaign_name")
    for row in rows.to_pylist():
        org_id, day = row["org_id"], row["date_day"]
        key = json.dumps(
            {name: row[name] for name in keys}, separators=(",", ":"), ensure_ascii=False
        )
        found.days.add((report, org_id, day))
        found.names[org_id, report, key, day] = row[named_by]
        for column in measured:
            value = row[column]
            cell = Cell(org_id, report, key, day, column)
            assert cell not in found.figures, cell
            found.figures[cell] = None if value is None else Decimal(value)


def compare_figures(before: Figures, after: Figures) -> dict[Cell, Change]:
    """Every figure of a day that the earlier snapshot had, and that is another now."""
    changed = {}
    for cell in before.figures.keys() | after.figures.keys():
        if (cell.report, cell.org_id, cell.date_day) not in before.days:
            continue
        old, new = before.figures.get(cell), after.figures.get(cell)
        if difference := (new or NONE) - (old or NONE):
            name = after.names.get(cell[:4]) or before.names.get(cell[:4])
            changed[cell] = Change(old, new, difference, name)
    return changed


def read_changes(root: Path) -> dict[Cell, tuple[Change, str, str]]:
    """What `run/changes` says: figure -> what changed, why, and which files brought it."""
    pointer = json.loads((root / "reports/current.json").read_text())
    rows = pq.read_table(root / "reports" / pointer["snapshot"] / "run/changes.parquet").to_pylist()
    found = {
        Cell(*(row[name] for name in Cell._fields)): (
            Change(*(row[name] for name in Change._fields)),
            row["reason"],
            row["files"],
        )
        for row in rows
    }
    assert len(found) == len(rows), "a figure stands twice"
    return found


def find_wrong_changes(before: Figures, root: Path) -> Iterator[str]:
    """Whatever `run/changes` of the published snapshot says wrongly of one published before."""
    after, told = read_figures(root), read_changes(root)
    wanted = compare_figures(before, after) if before.manifest else {}
    for cell in sorted({*wanted, *told}, key=str):
        said = told[cell][0] if cell in told else None
        if said != wanted.get(cell):
            yield f"{cell}: {said} where {wanted.get(cell)} is meant"
    for cell, (_, reason, files) in told.items():
        yield from (
            f"{cell}: {wrong}" for wrong in _find_wrong_causes(before, after, reason, files)
        )


def _find_wrong_causes(before: Figures, after: Figures, reason: str, files: str) -> Iterator[str]:
    """What is wrong with the reasons and the files that are named for a figure."""
    reasons, old, new = reason.split("+"), before.manifest, after.manifest
    if reasons != [one for one in REASONS if one in reasons]:
        yield f"reason {reason}"
    if ("configuration" in reasons) != (old["config_sha256"] != new["config_sha256"]):
        yield f"reason {reason}, and the configuration is {'another' * (old != new)}"
    if ("code" in reasons) != (old["code_version"] != new["code_version"]):
        yield f"reason {reason}, and the code is the same"
    contents = [{(one["path"], one["sha256"]) for one in of["inputs"]} for of in (old, new)]
    erased = [{one["path"]: one.get("erased", 0) for one in of["inputs"]} for of in (old, new)]
    changed = {path for path, _ in contents[0] ^ contents[1]}
    changed |= {path for path in erased[0] if erased[0][path] != erased[1].get(path)}
    if unknown := {*files.split("; ")} - changed - {""}:
        yield f"files {sorted(unknown)}, which are as before"
