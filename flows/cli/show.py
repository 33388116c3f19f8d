"""`campaign-reports show`: what is published."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import pyarrow.parquet as pq
from cyclopts import Parameter
from cyclopts.validators import Number

from flows.cli.console import on_terminal, print_json_rows, print_note, print_rows, print_table
from flows.cli.journey_text import print_journey
from flows.cli.published import Tables, find_published, list_published
from flows.errors import UsageError
from flows.storage.workspace_files import storage_errors

ROWS_ON_A_TERMINAL = 20
CONTACT = "contact_id"
GRAIN = b"campaign_reports.grain"

JOURNEY = ("people", "contact_journey")


@dataclass(frozen=True)
class Choice:
    """Which rows of a table to print, and how."""

    limit: int | None
    contact: str | None
    as_json: bool


def show(
    workspace: Path,
    table: str | None = None,
    /,
    *,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    contact: str | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """List the published tables, or print the rows of one.

    Args:
        workspace: The workspace's folder.
        table: `email/message_report`, or `message_report` where only one group has it.
        limit: How many rows; by default 20 on a terminal and all elsewhere.
        contact: Only the rows of this contact.
        json: Print a JSON list of objects.

    Returns:
        The exit code, 0.
    """
    tables = list_published(workspace)
    if table is None:
        _list_tables(tables, as_json=json)
    else:
        group, name = find_published(table, tables)
        choice = Choice(limit, contact, as_json=json)
        _print_rows((group, name), tables[group, name], choice)
    return 0


def _list_tables(tables: Tables, *, as_json: bool) -> None:
    listed = [
        {"group": group, "table": table, **_facts(files)}
        for (group, table), files in tables.items()
    ]
    if as_json:
        print_json_rows(listed)
    else:
        rows = [
            (f"{one['group']}/{one['table']}", one["rows"], one["columns"], one["description"])
            for one in listed
        ]
        print_table(("table", "rows", "columns", "description"), rows)


def _facts(files: list[Path]) -> dict[str, Any]:
    with storage_errors(f"reading {files[0]}"):
        footers = [pq.read_metadata(file) for file in files]
    return {
        "rows": sum(footer.num_rows for footer in footers),
        "columns": footers[0].num_columns,
        "description": (footers[0].metadata or {}).get(GRAIN, b"").decode(),
    }


def _print_rows(key: tuple[str, str], files: list[Path], choice: Choice) -> None:
    rows = pl.scan_parquet(files)
    header = rows.collect_schema().names()
    if choice.contact is not None:
        if CONTACT not in header:
            msg = f"{'/'.join(key)} has no column {CONTACT}"
            raise UsageError(msg, "Leave --contact out.")
        rows = rows.filter(pl.col(CONTACT) == choice.contact)
    if choice.limit is not None:
        rows = rows.head(choice.limit)
    if choice.as_json:
        print_json_rows(dict(zip(header, row, strict=True)) for row in _stream(rows))
    elif key == JOURNEY and choice.contact is not None:
        print_journey([dict(zip(header, row, strict=True)) for row in _stream(rows)])
    elif on_terminal():
        _print_for_people(header, rows, choice.limit)
    else:
        print_table(header, _stream(rows))


def _print_for_people(header: list[str], rows: pl.LazyFrame, limit: int | None) -> None:
    few = list(_stream(rows.head((limit or ROWS_ON_A_TERMINAL) + 1)))
    print_rows(header, few[: limit or ROWS_ON_A_TERMINAL])
    if len(few) > (limit or ROWS_ON_A_TERMINAL):
        print_note(f"the first {ROWS_ON_A_TERMINAL} rows; --limit, --json or a pipe shows more")


def _stream(rows: pl.LazyFrame) -> Iterator[tuple[Any, ...]]:
    with storage_errors("reading a published table"):
        for batch in rows.collect_batches(maintain_order=True):
            yield from batch.iter_rows()
