"""The tab of the run itself."""

from collections import Counter

import polars as pl

from contracts.manifest import Check
from contracts.quarantine import Quarantine
from contracts.reports.run_tables import RunChanges, RunFeeds
from flows.page.figures import COUNT, TEXT
from flows.page.pieces import MOST_ROWS
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, list_values, make_table
from flows.page.views import Block, Tab, TableView, only_made
from flows.storage.snapshots.publish import QUARANTINE

MOST_REASONS = 30
PROOFS_NAMED = 4
COUNTS = {
    "rows_read": "Rows",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "superseded": "Superseded",
    "duplicates": "Duplicates",
}
"""What a manifest counts of each file -> its title."""
FEEDS = TableSpec(
    "Feeds: what was read, and whether it is complete",
    "run/feeds",
    {
        RunFeeds.feed: "Feed",
        RunFeeds.table: "Table",
        RunFeeds.first_day: "From",
        RunFeeds.last_day: "To",
        RunFeeds.is_late: "Late",
    },
    {
        RunFeeds.files: "Files",
        RunFeeds.new_files: "New files",
        RunFeeds.rows_read: "Rows",
        RunFeeds.accepted: "Accepted",
        RunFeeds.rejected: "Rejected",
        RunFeeds.superseded: "Superseded",
        RunFeeds.duplicates: "Duplicates",
        RunFeeds.rejected_share: "Rejected, of rows",
        RunFeeds.usual_rows: "Usual rows",
    },
    RunFeeds.rejected,
    note="Usual rows: the median of what new files had in the last runs.",
)
CHANGES = TableSpec(
    "What this snapshot says otherwise than the one before",
    "run/changes",
    {
        RunChanges.report: "Report",
        RunChanges.name: "Of",
        RunChanges.date_day: "Day",
        RunChanges.column: "Column",
        RunChanges.reason: "Why",
        RunChanges.files: "Files",
    },
    {
        RunChanges.before: "Before",
        RunChanges.after: "After",
        RunChanges.difference: "Difference",
    },
    RunChanges.difference,
)


def build_run_tab(published: SnapshotTables) -> Tab:
    """Build the tab of the run: what was read, rejected, reconciled, warned of and changed."""
    manifest = published.manifest
    held = sum(check.holds for check in manifest.reconciliation)
    tables = (
        _list_warnings(published),
        make_table(published, FEEDS),
        _list_reasons(published),
        make_table(published, CHANGES),
        _list_files(published),
        _list_proofs(published),
        _list_outputs(published),
    )
    start, end = _instant(manifest.started_at), _instant(manifest.finished_at)
    proven = f"{held:,} of {len(manifest.reconciliation):,} reconciliations hold."
    versions = f"Version {manifest.code_version}, configuration {manifest.config_sha256[:12]}."
    notes = (f"Run {manifest.run_id}, {start} to {end} (UTC).", versions, proven)
    found = only_made(tables)
    return Tab("run", (Block(notes=notes, tables=found),))


def _list_warnings(published: SnapshotTables) -> TableView | None:
    rows = [(one.code, one.message, one.count, one.setting) for one in published.manifest.warnings]
    heads = {**_texts("Code", "What"), **_counts("Count"), **_texts("Setting")}
    return list_values("Warnings", heads, rows)


def _list_reasons(published: SnapshotTables) -> TableView | None:
    """Why rows were rejected, and how many; their values stay in quarantine."""
    counts: Counter[tuple[str, str]] = Counter()
    for file in sorted((published.folder / QUARANTINE).glob("*.parquet")):
        reasons = pl.scan_parquet(file).select(pl.col(Quarantine.failed_checks).explode()).collect()
        for reason in reasons[Quarantine.failed_checks].drop_nulls():
            counts[file.stem, reason] += 1
    rows = [(*of, count) for of, count in counts.most_common(MOST_REASONS)]
    note = "`campaign-reports rejects` shows the rows and how to mend them."
    heads = {**_texts("Feed", "Reason"), **_counts("Rows")}
    return list_values("Rejected rows", heads, rows, len(counts), note=note)


def _list_files(published: SnapshotTables) -> TableView | None:
    """The raw files, those first that were refused or had most rows rejected."""
    inputs = published.manifest.inputs
    ordered = sorted(inputs, key=lambda one: (one.refused is None, -one.rejected, one.path))
    rows = [
        (
            one.path,
            f"{one.feed} \N{RIGHTWARDS ARROW} {one.table}",
            one.refused or "read",
            *(getattr(one, name) for name in COUNTS),
        )
        for one in ordered[:MOST_ROWS]
    ]
    heads = {**_texts("File", "Feed", "Refused"), **_counts(*COUNTS.values())}
    return list_values("Files", heads, rows, len(ordered))


def _list_proofs(published: SnapshotTables) -> TableView | None:
    """What was reached by two ways, by what it is about; what does not hold first."""
    about: dict[str, list[Check]] = {}
    for check in published.manifest.reconciliation:
        about.setdefault(check.name.rpartition(": ")[0] or check.name, []).append(check)
    counted = [
        (len(checks) - sum(check.holds for check in checks), name, checks)
        for name, checks in about.items()
    ]
    ordered = sorted(counted, key=lambda one: (-one[0], one[1]))
    rows = [
        (
            name,
            "; ".join(_say(check) for check in checks[:PROOFS_NAMED]),
            len(checks),
            len(checks) - broken,
        )
        for broken, name, checks in ordered[:MOST_ROWS]
    ]
    heads = {**_texts("About", "What is proven"), **_counts("Proofs", "Hold")}
    return list_values("Reconciliation", heads, rows, len(ordered))


def _say(check: Check) -> str:
    """What a check proves, and what it found where it does not hold."""
    said = check.name.rpartition(": ")[2]
    return said if check.holds else f"{said}: {check.expected} expected, {check.actual} found"


def _instant(text: str) -> str:
    return text.replace("T", " ").partition(".")[0].removesuffix("Z")


def _list_outputs(published: SnapshotTables) -> TableView | None:
    rows = [(f"{one.group}/{one.table}", one.rows, one.bytes) for one in published.manifest.outputs]
    heads = {**_texts("Table"), **_counts("Rows", "Bytes")}
    return list_values("Tables of this snapshot", heads, rows)


def _texts(*titles: str) -> dict[str, str]:
    return dict.fromkeys(titles, TEXT)


def _counts(*titles: str) -> dict[str, str]:
    return dict.fromkeys(titles, COUNT)
