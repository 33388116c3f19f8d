"""Sessions: as a feed delivers them, or made from page views."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.session_facts import SessionFacts
from contracts.feeds import PageViews, Sessions
from flows.catalog.canonical_tables import Catalog
from flows.cluster.workers import THREADS, Workers, perform
from flows.runtime.materialize import scan_groups, sink_whole, write_groups
from transforms.web.sessionization import build_sessions

ROWS_A_GROUP = 2_000_000
"""How many page views are held in memory at a time."""
COLUMNS = [*columns(Sessions), SessionFacts.is_bot]


@dataclass(frozen=True)
class ViewGroups:
    """Page views cut into groups of visitors.

    Attributes:
        folder: Holds `views/<group>-….parquet`; sessions go to `sessions` beside it.
        config: The workspace's configuration.
    """

    folder: Path
    config: Workspace


def find_sessions(
    catalog: Catalog, config: Workspace, scratch: Path, workers: Workers = THREADS
) -> pl.LazyFrame:
    """Every session; of organizations that deliver none, those that their page views make.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        scratch: A folder for what is cut into groups.
        workers: What makes sessions of page views.

    Returns:
        Canonical sessions with `is_bot`, which only the user agents of page views can tell.
    """
    delivered = catalog.scan("sessions").with_columns(
        pl.lit(None, pl.Boolean).alias(SessionFacts.is_bot)
    )
    if not catalog.has_rows("page_views"):
        return delivered.select(COLUMNS)
    views = catalog.scan("page_views").join(
        delivered.select(Sessions.org_id).unique(), on=Sessions.org_id, how="anti"
    )
    groups = _cut_views(catalog, views, scratch)
    (scratch / "sessions").mkdir()
    made = pl.scan_parquet(
        sorted(perform(workers, make_sessions, ViewGroups(scratch, config), range(groups)))
    )
    return pl.concat([delivered.select(COLUMNS), made.select(COLUMNS)])


def make_sessions(of: ViewGroups, group: int) -> Path:
    """Make a group's sessions of its page views, and write them."""
    made = of.folder / "sessions" / f"{group:03}.parquet"
    sessions = build_sessions(
        scan_groups(of.folder / "views", polars_schema(PageViews), group),
        of.config.workspace.timezone,
        of.config.sessions.timeout_minutes,
        split_at_midnight=of.config.sessions.split_at_midnight,
    )
    sink_whole(sessions, made)
    return made


def _cut_views(catalog: Catalog, views: pl.LazyFrame, scratch: Path) -> int:
    """Cut page views into groups of visitors that can be held; return how many groups."""
    rows = sum(
        got.valid for file in catalog.feeding("page_views") if (got := file.of_table("page_views"))
    )
    groups = rows // ROWS_A_GROUP + 1
    visitor = pl.struct(
        PageViews.org_id, pl.coalesce(PageViews.anonymous_id, PageViews.contact_id)
    ).hash()
    write_groups(views, visitor, groups, scratch / "views")
    return groups
