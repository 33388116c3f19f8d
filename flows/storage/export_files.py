"""Published tables as files for other programs: CSV, Excel, DuckDB (SPEC §11)."""

import csv
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from contracts.manifest import write_instant
from flows.errors import UsageError
from flows.storage.workspace_files import storage_errors

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""
MOST_ROWS = 1_048_575
"""Rows of a worksheet, below its header."""
LONGEST_NAME = 31
LONGEST_CELL = 32_767

Tables = Mapping[str, pl.LazyFrame]
"""`group/name` -> the rows to export."""


def export_tables(tables: Tables, file: Path) -> dict[str, int]:
    """Write tables to one file, in place of what is there; the file is whole or not there.

    Args:
        file: Its ending says the kind: `.csv` (one table), `.xlsx` or `.duckdb`.

    Returns:
        `group/name` -> rows written.

    Raises:
        UsageError: The kind is unknown, or cannot hold what is asked for.
        StorageFailed: The file cannot be written.
    """
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        msg = f"{file.name} has no ending that says what to write"
        raise UsageError(msg, f"Give a file that ends with {', '.join(WRITERS)}.")
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}{file.suffix}")
    try:
        with storage_errors(f"writing {file}"):
            file.parent.mkdir(parents=True, exist_ok=True)
            written = write(tables, draft)
            draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _write_csv(tables: Tables, file: Path) -> dict[str, int]:
    if len(tables) != 1:
        msg = "a CSV file holds one table"
        raise UsageError(msg, "Name one table, or export to .xlsx or .duckdb.")
    ((label, rows),) = tables.items()
    count = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(rows.collect_schema().names())
        for batch in rows.collect_batches(maintain_order=True):
            count += batch.height
            writer.writerows(map(_disarm, row) for row in batch.iter_rows())
    return {label: count}


def _disarm(value: object) -> object:
    """A value that no spreadsheet takes for a formula: an apostrophe stands before such a text."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, datetime):
        return write_instant(value)
    return value


def _write_excel(tables: Tables, file: Path) -> dict[str, int]:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
        "remove_timezone": True,
        "nan_inf_to_errors": True,
    }
    counts = {}
    with Workbook(str(file), options) as book:
        head = book.add_format({"bold": True})
        forms: dict[type, Format] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        names: set[str] = set()
        for label, rows in tables.items():
            sheet = book.add_worksheet(_sheet_name(label, names))
            sheet.write_row(0, 0, rows.collect_schema().names(), head)
            sheet.freeze_panes(1, 0)
            counts[label] = _fill_sheet(sheet, rows, label, forms)
    return counts


def _fill_sheet(
    sheet: Worksheet, rows: pl.LazyFrame, label: str, forms: Mapping[type, Format]
) -> int:
    count = 0
    for batch in rows.collect_batches(maintain_order=True):
        for row in batch.iter_rows():
            count += 1
            if count > MOST_ROWS:
                msg = f"{label} has more rows than a worksheet holds ({MOST_ROWS:,})"
                raise UsageError(msg, "Export it to .csv or .duckdb.")
            for place, value in enumerate(row):
                _write_cell(sheet, count, place, value, forms)
    return count


def _write_cell(
    sheet: Worksheet, row: int, place: int, value: object, forms: Mapping[type, Format]
) -> None:
    """Write a value as what it is: a text never as a formula, a link or a number."""
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, place, value)
        case int() | float() | Decimal():
            sheet.write_number(row, place, float(value))
        case datetime():
            sheet.write_datetime(row, place, value.replace(tzinfo=None), forms[datetime])
        case date():
            sheet.write_datetime(row, place, datetime.combine(value, time()), forms[date])
        case _:
            sheet.write_string(row, place, str(value)[:LONGEST_CELL])


def _sheet_name(label: str, taken: set[str]) -> str:
    """A worksheet's name: at most 31 characters, each once."""
    name = label.replace("/", " ")[:LONGEST_NAME]
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{name[: LONGEST_NAME - 3]} {number}"
    taken.add(name.casefold())
    return name


def _write_duckdb(tables: Tables, file: Path) -> dict[str, int]:
    counts = {}
    with duckdb.connect(str(file)) as base:
        for label, rows in tables.items():
            group, _, name = label.partition("/")
            table = f"{group}_{name}".replace("/", "_").replace('"', "")
            base.register("batch", pl.DataFrame(schema=rows.collect_schema()).to_arrow())
            base.execute(f'CREATE TABLE "{table}" AS SELECT * FROM batch')  # noqa: S608 - our own name
            counts[label] = 0
            for batch in rows.collect_batches(maintain_order=True):
                base.register("batch", batch.to_arrow())
                base.execute(f'INSERT INTO "{table}" SELECT * FROM batch')  # noqa: S608 - likewise
                counts[label] += batch.height
    return counts


WRITERS: dict[str, Callable[[Tables, Path], dict[str, int]]] = {
    ".csv": _write_csv,
    ".xlsx": _write_excel,
    ".duckdb": _write_duckdb,
}
"""Ending of a file -> what writes it."""
