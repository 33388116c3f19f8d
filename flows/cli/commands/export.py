"""`campaign-reports export`: published tables as a file for another program."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from contracts.config.nearest_names import hint_nearest
from contracts.manifest import count_of
from flows.cli.console import print_json, print_note
from flows.cli.options import Flag
from flows.cli.published import find_published, list_published
from flows.errors import UsageError
from flows.storage.export_files import export_tables
from flows.storage.snapshots.published_files import require_whole
from flows.storage.workspace_files import storage_errors

ORG = "org_id"


def export(
    workspace: Path,
    tables: Annotated[list[str], Parameter(negative=())],
    /,
    *,
    to: Path,
    org: str | None = None,
    json: Flag = False,
) -> int:
    """Write published tables to a CSV, Excel or DuckDB file; no text in it is a formula.

    Args:
        workspace: The workspace's folder.
        tables: `email/message_report`, or `message_report` where only one group has it.
        to: The file, ending with .csv (for one table), .xlsx or .duckdb; an older one is replaced.
        org: Only the rows of this organization.
        json: Print what was written as JSON.
    """
    published = list_published(workspace)
    keys = [find_published(name, published) for name in tables]
    for key in keys:
        require_whole(workspace, *key)
    with storage_errors("reading the published tables"):
        rows = {"/".join(key): pl.scan_parquet(published[key]) for key in keys}
        if org is not None:
            rows = _take_org(rows, org, published.values())
    written = export_tables(rows, to)
    if json:
        listed = [{"table": label, "rows": count} for label, count in written.items()]
        print_json({"path": str(to), "tables": listed})
    for label, count in written.items():
        print_note(f"{label}: {count_of(count, 'row')} in {to}")
    return 0


def _take_org(
    rows: Mapping[str, pl.LazyFrame], org: str, published: Iterable[list[Path]]
) -> dict[str, pl.LazyFrame]:
    """The rows of an organization, none of a table that has others alone.

    Raises:
        UsageError: A table is of no organization, or no published table has a row of this one.
    """
    for label, table in rows.items():
        if ORG not in table.collect_schema():
            msg = f"{label} has no column {ORG}"
            raise UsageError(msg, "Leave --org out.")
    if org not in _list_orgs(rows.values()):
        tables = map(pl.scan_parquet, published)
        known = _list_orgs(table for table in tables if ORG in table.collect_schema())
        if known and org not in known:
            msg = f"no published table has a row of the organization {org!r}"
            raise UsageError(msg, hint_nearest(org, known, "Leave --org out for all."))
    return {label: table.filter(pl.col(ORG) == org) for label, table in rows.items()}


def _list_orgs(tables: Iterable[pl.LazyFrame]) -> list[str]:
    own = [table.select(pl.col(ORG).drop_nulls().unique()) for table in tables]
    return pl.concat(own).collect().to_series().unique().sort().to_list() if own else []
