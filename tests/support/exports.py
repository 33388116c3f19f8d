"""One file of one source, read as a run reads it."""

from pathlib import Path
from typing import Any

import polars as pl

from flows.cli.commands.rejects import hint_at
from flows.config.loading import load_workspace
from flows.progress import silence
from flows.steps.reading.read_feeds import FeedsRead, read_feeds

BESIDE = """
[[feeds]]
table = "contacts"
files = "beside/contacts.csv"

[[feeds]]
table = "ad_stats"
files = "beside/stats.csv"
"""
"""Feeds without a row, so that the workspace has something to report."""


def read_export(
    root: Path, source: str, content: str | bytes, *settings: str, name: str = "a.csv"
) -> FeedsRead:
    """Read a workspace with one file.

    Args:
        root: An empty folder.
        source: The source that reads the file.
        content: What the file holds.
        settings: Further lines of its feed.
        name: What the file is called.
    """
    for folder in ("raw", "beside", "ledger"):
        (root / folder).mkdir()
    raw = content.encode() if isinstance(content, str) else content
    (root / "raw" / name).write_bytes(raw)
    (root / "beside/contacts.csv").write_text("contact_id\n")
    (root / "beside/stats.csv").write_text("date_day,platform,campaign_id,spend\n")
    feed = ["[[feeds]]", f'source = "{source}"', 'files = "raw/*"', *settings, BESIDE]
    (root / "campaigns.toml").write_text("\n".join(feed))
    return read_feeds(load_workspace(root), root / "ledger", silence)


def rows_of(found: FeedsRead, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of a canonical table, sorted."""
    return found.catalog.scan(table).select(columns).sort(pl.all()).collect().rows()


def answer_of(found: FeedsRead) -> str:
    """What a user is told of a file that is not in: its refusal, or why rows are rejected."""
    refusals = [f"{one.reason}; {one.hint}" for one in found.refused]
    reasons = [
        f"{reason}; {hint_at(reason)}"
        for file in found.catalog.files
        for got in file.receipt.tables
        for reason in got.reasons
    ]
    return "\n".join([*refusals, *reasons])
