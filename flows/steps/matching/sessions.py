"""Sessions: as a feed delivers them, or made from page views."""

from pathlib import Path

import polars as pl

from contracts.columns import columns, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.session_facts import SessionFacts
from contracts.feeds import PageViews, Sessions
from flows.catalog.canonical_tables import Catalog
from flows.runtime.materialize import scan_groups, write_groups
from transforms.web.sessionization import build_sessions

ROWS_A_GROUP = 2_000_000
"""How many page views are held in memory at a time."""
COLUMNS = [*columns(Sessions), SessionFacts.is_bot]


def find_sessions(catalog: Catalog, config: Workspace, scratch: Path) -> pl.LazyFrame:
    """Every session; of organizations that deliver none, those that their page views make.

    Args:
        catalog: What was read.
        config: The workspace's configuration.
        scratch: A folder for what is cut into groups.

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
    made = _make_sessions(catalog, views, config, scratch)
    return pl.concat([delivered.select(COLUMNS), made.select(COLUMNS)])


def _make_sessions(
    catalog: Catalog, views: pl.LazyFrame, config: Workspace, scratch: Path
) -> pl.LazyFrame:
    rows = sum(
        got.valid for file in catalog.feeding("page_views") if (got := file.of_table("page_views"))
    )
    groups = rows // ROWS_A_GROUP + 1
    visitor = pl.struct(
        PageViews.org_id, pl.coalesce(PageViews.anonymous_id, PageViews.contact_id)
    ).hash()
    write_groups(views, visitor, groups, scratch / "views")
    made = scratch / "sessions"
    made.mkdir()
    for group in range(groups):
        sessions = build_sessions(
            scan_groups(scratch / "views", polars_schema(PageViews), group),
            config.workspace.timezone,
            config.sessions.timeout_minutes,
            split_at_midnight=config.sessions.split_at_midnight,
        )
        sessions.sink_parquet(made / f"{group:03}-0.parquet", compression="lz4")
    return pl.scan_parquet(sorted(made.glob("*.parquet")))
