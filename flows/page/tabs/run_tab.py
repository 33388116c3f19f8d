"""The tab of the run itself."""

from collections import Counter

import polars as pl

from contracts.manifest import Check
from contracts.reports.run_tables import RunChanges, RunFeeds
from flows.page.figures import COUNT, TEXT, plain
from flows.page.pieces import MOST_ROWS
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_table
from flows.page.views import Block, Column, Rows, Tab, TableView, only_made

FEEDS = "run/feeds"
QUARANTINE = "quarantine"
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


def build_run_tab(published: SnapshotTables) -> Tab:
    """Build the tab of the run: what was read, rejected, reconciled, warned of and changed.

    Args:
        published: The snapshot.
    """
    manifest = published.manifest
    held = sum(check.holds for check in manifest.reconciliation)
    tables = (
        _list_warnings(published),
        make_table(published, _feeds()) or _list_inputs(published),
        _list_reasons(published),
        make_table(published, _changes()),
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


def _feeds() -> TableSpec:
    return TableSpec(
        "Feeds: what was read, and whether it is complete",
        FEEDS,
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


def _changes() -> TableSpec:
    return TableSpec(
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


def _list_inputs(published: SnapshotTables) -> TableView | None:
    """Feeds with their rows, as the manifest tells them."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for file in published.manifest.inputs:
        place = sums.setdefault((file.feed, file.table), Counter())
        place.update({name: getattr(file, name) for name in COUNTS} | {"files": 1})
    rows = tuple(
        Rows((plain(feed), plain(table), *(plain(found[n], COUNT) for n in ("files", *COUNTS))))
        for (feed, table), found in sorted(sums.items())
    )
    titles = ("Files", *COUNTS.values())
    columns = (*_texts("Feed", "Table"), *(Column(title, COUNT) for title in titles))
    return TableView("Feeds: what was read", columns, rows, len(rows)) if rows else None


def _list_warnings(published: SnapshotTables) -> TableView | None:
    warnings = published.manifest.warnings
    rows = tuple(
        Rows(
            (
                plain(warned.code),
                plain(warned.message),
                plain(warned.count, COUNT) if warned.count is not None else plain(None),
                plain(warned.setting),
            )
        )
        for warned in warnings
    )
    columns = (*_texts("Code", "What"), Column("Count", COUNT), *_texts("Setting"))
    return TableView("Warnings", columns, rows, len(rows)) if rows else None


def _list_reasons(published: SnapshotTables) -> TableView | None:
    """Why rows were rejected, and how many; their values stay in quarantine."""
    counts: Counter[tuple[str, str]] = Counter()
    for file in sorted((published.folder / QUARANTINE).glob("*.parquet")):
        reasons = pl.scan_parquet(file).select(pl.col("failed_checks").explode()).collect()
        for reason in reasons["failed_checks"].drop_nulls():
            counts[file.stem, reason] += 1
    rows = tuple(
        Rows((plain(feed), plain(reason), plain(count, COUNT)))
        for (feed, reason), count in counts.most_common(MOST_REASONS)
    )
    note = "`campaign-reports rejects` shows the rows and how to mend them."
    columns = (*_texts("Feed", "Reason"), Column("Rows", COUNT))
    return TableView("Rejected rows", columns, rows, len(counts), note=note) if rows else None


def _list_files(published: SnapshotTables) -> TableView | None:
    """The raw files, those first that were refused or had most rows rejected."""
    inputs = published.manifest.inputs
    ordered = sorted(inputs, key=lambda one: (one.refused is None, -one.rejected, one.path))
    rows = tuple(
        Rows(
            (
                plain(one.path),
                plain(f"{one.feed} \N{RIGHTWARDS ARROW} {one.table}"),
                plain(one.refused or "read"),
                *(plain(getattr(one, name), COUNT) for name in COUNTS),
            )
        )
        for one in ordered[:MOST_ROWS]
    )
    columns = (*_texts("File", "Feed", "Refused"), *(Column(one, COUNT) for one in COUNTS.values()))
    return TableView("Files", columns, rows, len(ordered)) if rows else None


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
    rows = tuple(
        Rows(
            (
                plain(name),
                plain("; ".join(_say(check) for check in checks[:PROOFS_NAMED])),
                plain(len(checks), COUNT),
                plain(len(checks) - broken, COUNT),
            )
        )
        for broken, name, checks in ordered[:MOST_ROWS]
    )
    columns = (*_texts("About", "What is proven"), Column("Proofs", COUNT), Column("Hold", COUNT))
    return TableView("Reconciliation", columns, rows, len(ordered)) if rows else None


def _say(check: Check) -> str:
    """What a check proves, and what it found where it does not hold."""
    said = check.name.rpartition(": ")[2]
    return said if check.holds else f"{said}: {check.expected} expected, {check.actual} found"


def _instant(text: str) -> str:
    return text.replace("T", " ").partition(".")[0].removesuffix("Z")


def _list_outputs(published: SnapshotTables) -> TableView | None:
    rows = tuple(
        Rows((plain(f"{out.group}/{out.table}"), plain(out.rows, COUNT), plain(out.bytes, COUNT)))
        for out in published.manifest.outputs
    )
    columns = (*_texts("Table"), Column("Rows", COUNT), Column("Bytes", COUNT))
    return TableView("Tables of this snapshot", columns, rows, len(rows)) if rows else None


def _texts(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, TEXT) for title in titles)
