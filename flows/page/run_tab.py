"""The tab of the run itself, and that of campaigns over all channels."""

from collections import Counter

import polars as pl

from flows.page.figures import COUNT, TEXT, plain
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, list_cells, make_table, select_rows
from flows.page.views import Block, Column, Rows, Tab, TableView

FEEDS = "run/feeds"
QUARANTINE = "quarantine"
MOST_REASONS = 30


def build_run_tab(published: SnapshotTables, limit: int) -> Tab:
    """Build the tab of the run: what was read, rejected, reconciled, warned of and changed.

    Args:
        published: The snapshot.
        limit: How many rows a table shows at most.
    """
    manifest = published.manifest
    held = sum(check.holds for check in manifest.reconciliation)
    tables = (
        _list_warnings(published),
        make_table(published, _feeds(), limit) or _list_inputs(published),
        _list_reasons(published),
        make_table(published, _changes(), limit),
        _list_outputs(published),
    )
    ran = f"Run {manifest.run_id}, {manifest.started_at} to {manifest.finished_at}"
    proven = f"{held} of {len(manifest.reconciliation)} reconciliations hold."
    notes = (f"{ran}, version {manifest.code_version}.", proven)
    found = tuple(table for table in tables if table is not None)
    return Tab("run", "Run", (Block(notes=notes, tables=found),))


def build_campaigns_tab(published: SnapshotTables, limit: int) -> Tab:
    """Build the overview of campaigns over all message channels.

    Args:
        published: The snapshot.
        limit: How many rows a table shows at most.
    """
    figures = {
        "sends": "Sends",
        "delivered": "Delivered",
        "human_unique_opens": "Opens by people",
        "human_unique_clicks": "Clicks by people",
        "human_click_rate": "Clicked by people",
        "orders": "Orders",
        "revenue": "Revenue",
        "cost": "Cost",
    }
    campaigns = TableSpec(
        "Campaigns of all message channels",
        "campaigns/hierarchy_report",
        {"campaign_name": "Campaign", "channel": "Channel"},
        figures,
        "revenue",
        bars=("human_click_rate",),
    )
    deliveries = TableSpec(
        "Deliveries, newest first",
        "campaigns/delivery_summary",
        {"name": "Campaign", "status": "Status", "sent_at": "Sent"},
        {"sent": "Sent", "delivered": "Delivered", "bounced": "Bounced", "failed": "Failed"},
        "sent_at",
    )
    top = _make_top_level(published, campaigns, limit)
    tables = (top, make_table(published, deliveries, limit))
    found = tuple(table for table in tables if table is not None)
    notes = () if found else ("No feed has a campaign yet.",)
    return Tab("campaigns", "Campaigns", (Block(tables=found, notes=notes),))


def _make_top_level(published: SnapshotTables, spec: TableSpec, limit: int) -> TableView | None:

    if not published.has(spec.table):
        return None
    rows, total = select_rows(published, spec, pl.col("level") == "campaign", limit)
    if not total:
        return None
    cells = list_cells(published, spec, rows)
    return TableView(spec.title, spec.columns(rows), tuple(map(Rows, cells)), total, spec.table)


def _feeds() -> TableSpec:
    return TableSpec(
        "Feeds: what was read, and whether it is complete",
        FEEDS,
        {
            "feed": "Feed",
            "table": "Table",
            "first_day": "From",
            "last_day": "To",
            "is_late": "Late",
        },
        {
            "files": "Files",
            "new_files": "New files",
            "rows_read": "Rows",
            "accepted": "Accepted",
            "rejected": "Rejected",
            "superseded": "Superseded",
            "duplicates": "Duplicates",
        },
        "rejected",
    )


def _changes() -> TableSpec:
    return TableSpec(
        "What this snapshot says otherwise than the one before",
        "run/changes",
        {
            "report": "Report",
            "name": "Of",
            "date_day": "Day",
            "column": "Column",
            "reason": "Why",
            "files": "Files",
        },
        {"before": "Before", "after": "After", "difference": "Difference"},
        "difference",
    )


def _list_inputs(published: SnapshotTables) -> TableView | None:
    """Feeds with their rows, as the manifest tells them."""
    counts = ("rows_read", "accepted", "rejected", "superseded", "duplicates")
    sums: dict[tuple[str, str], Counter[str]] = {}
    for file in published.manifest.inputs:
        place = sums.setdefault((file.feed, file.table), Counter())
        place.update({name: getattr(file, name) for name in counts} | {"files": 1})
    rows = tuple(
        Rows((plain(feed), plain(table), *(plain(found[n], COUNT) for n in ("files", *counts))))
        for (feed, table), found in sorted(sums.items())
    )
    titles = ("Files", "Rows", "Accepted", "Rejected", "Superseded", "Duplicates")
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


def _list_outputs(published: SnapshotTables) -> TableView | None:
    rows = tuple(
        Rows((plain(f"{out.group}/{out.table}"), plain(out.rows, COUNT), plain(out.bytes, COUNT)))
        for out in published.manifest.outputs
    )
    columns = (*_texts("Table"), Column("Rows", COUNT), Column("Bytes", COUNT))
    return TableView("Tables of this snapshot", columns, rows, len(rows)) if rows else None


def _texts(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, TEXT) for title in titles)
