"""`campaign-reports show`: what is published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
import pyarrow.parquet as pq
from cyclopts import Parameter
from cyclopts.validators import Number

from flows.cli.console import (
    ROWS_ON_A_TERMINAL,
    on_terminal,
    print_csv,
    print_json_rows,
    print_lines,
    print_note,
    print_rows,
    print_table,
)
from flows.cli.options import Flag, Texts, split_names
from flows.cli.published import Tables, find_published, list_published
from flows.cli.row_query import RowQuery
from flows.cli.units import draw_days, find_currency, in_units
from flows.errors import UsageError
from flows.explain.cells import require_column
from flows.page.snapshot_tables import DAY
from flows.storage.snapshots.published_files import require_undamaged, require_whole
from flows.storage.table_metadata import GRAIN
from flows.storage.workspace_files import storage_errors

HEADER = ("when", "channel", "what", "about", "detail")
VERBS = {"send": "sent", "session": "visited", "order": "ordered"}

JourneyRow = Mapping[str, Any]
"""A row of people/contact_journey."""

CONTACT = "contact_id"
ORGANIZATION = "org_id"

JOURNEY = ("people", "contact_journey")
NOTHING = {"utm_audit": "nothing is broken between links and ads"}
"""What it means that a table has no row."""


@dataclass(frozen=True)
class Choice:
    """Which rows of a table to print, and how."""

    query: RowQuery
    limit: int | None
    contact: str | None
    form: Literal["json", "csv", "text"]
    workspace: Path


def show(
    workspace: Path,
    table: str | None = None,
    /,
    *,
    where: Texts = (),
    sort: Annotated[
        tuple[str, ...], Parameter(negative=(), allow_leading_hyphen=True, show_default=False)
    ] = (),
    columns: Texts = (),
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    contact: str | None = None,
    csv: Flag = False,
    json: Flag = False,
) -> int:
    """List the published tables, or print the rows of one.

    Args:
        workspace: The workspace's folder.
        table: `email/message_report`, or `message_report` where only one group has it.
        where: A condition on a column: `clicks>10`, `campaign_name~vip` (contains), `ad_id=`
            (is empty); again for a further one, which must hold too.
        sort: A column to sort by, `-spend` for the largest first; again for a further one.
        columns: A column to print; again for a further one.
        limit: How many rows; by default 20 on a terminal and all elsewhere.
        contact: Only the rows of this contact.
        csv: Print CSV, values as they are in the table.
        json: Print a JSON list of objects.
    """
    if csv and json:
        msg = "--csv and --json are two forms of one answer"
        raise UsageError(msg, "Give one of them.")
    tables = list_published(workspace)
    if table is None:
        require_undamaged(workspace)
        _list_tables(tables, as_json=json)
    else:
        key = find_published(table, tables)
        require_whole(workspace, *key)
        query = RowQuery(where, split_names(sort), split_names(columns))
        form = "json" if json else "csv" if csv else "text"
        choice = Choice(query, limit, contact, form, workspace)
        _print_rows(key, tables[key], choice)
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
        "description": (footers[0].metadata or {}).get(GRAIN.encode(), b"").decode(),
    }


def _print_rows(key: tuple[str, str], files: list[Path], choice: Choice) -> None:
    label = "/".join(key)
    with storage_errors("reading a published table"):
        rows = pl.scan_parquet(files)
        schema = rows.collect_schema()
    if choice.contact is not None:
        rows = rows.filter(pl.col(require_column(CONTACT, schema, label)) == choice.contact)
        if key == JOURNEY:  # comes in parts by time: one organization after the other, in its order
            rows = rows.sort(ORGANIZATION, maintain_order=True)
    rows = choice.query.apply(rows, label)
    header = rows.collect_schema().names()
    shown = rows if choice.limit is None else rows.head(choice.limit)
    if choice.form == "json":
        print_json_rows(dict(zip(header, row, strict=True)) for row in _stream(shown))
    elif choice.form == "csv":
        print_csv(header, _stream(shown))
    elif key == JOURNEY and choice.contact is not None:
        print_journey([dict(zip(header, row, strict=True)) for row in _stream(shown)])
    elif on_terminal():
        _print_for_people(key, rows, choice)
    else:
        print_table(header, _stream(shown))


def _print_for_people(key: tuple[str, str], rows: pl.LazyFrame, choice: Choice) -> None:
    few = list(_stream(rows.head(choice.limit or ROWS_ON_A_TERMINAL)))
    if not few:
        print_note(f"{'/'.join(key)}: {NOTHING.get(key[1], 'no such row')}")
        return
    schema = rows.collect_schema()
    print_rows(schema.names(), few, in_units(find_currency(choice.workspace)))
    amounts = [name for name in schema if schema[name].is_integer() or schema[name].is_decimal()]
    with storage_errors("reading a published table"):
        count = rows.select(pl.len()).collect().item()
        if schema.get(DAY) == pl.Date:
            print_lines(draw_days(rows, amounts))
    if count > len(few):
        print_note(f"{len(few):,} of {count:,} rows; --limit, --csv, --json or a pipe shows more")


def _stream(rows: pl.LazyFrame) -> Iterator[tuple[Any, ...]]:
    with storage_errors("reading a published table"):
        for batch in rows.collect_batches(maintain_order=True):
            yield from batch.iter_rows()


def print_journey(journey: Sequence[JourneyRow]) -> None:
    """Print what a contact went through, in order; contacts of several organizations in turn."""
    if not journey:
        print_note("nothing is known of this contact")
        return
    organizations = {row[ORGANIZATION] for row in journey}
    lines = [_line(row) for row in journey]
    if len(organizations) > 1:
        named = [(row[ORGANIZATION], *line) for row, line in zip(journey, lines, strict=True)]
        print_table(("organization", *HEADER), named)
    else:
        print_table(HEADER, lines)


def _line(row: JourneyRow) -> tuple[str, ...]:
    return (
        _when(row["occurred_at"]),
        row["channel"] or "",
        _what(row),
        _about(row),
        _detail(row),
    )


def _when(instant: datetime | None) -> str:
    return "not yet" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"


def _what(row: JourneyRow) -> str:
    event, channel = row["event_type"], row["channel"]
    if event is None:
        return VERBS.get(row["kind"], row["kind"])
    return event.removeprefix(f"{channel}_").replace("_", " ")


def _about(row: JourneyRow) -> str:
    """The campaign, the message and the ad that it was about, each once, by name where known."""
    named = [
        row["campaign_name"] or row["campaign_id"],
        row["message_name"] or row["message_id"],
        row["ad_name"] or row["ad_id"] or row["platform"],
    ]
    return " > ".join(dict.fromkeys(name for name in named if name))


def _detail(row: JourneyRow) -> str:
    if row["kind"] == "order":
        return f"{row['order_id']}: {row['revenue']:.2f}"
    return row["url"] or ""
