"""Sums of a figure over several rows of a table: the raw rows of all of them add up to the sum."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from contracts.reports.ads import BreakdownReport
from contracts.reports.attribution import ChannelAttribution
from contracts.reports.campaigns import HierarchyReport
from contracts.reports.people import ListGrowth
from flows.errors import UsageError
from flows.explain.answers import ROWS_SHOWN, ExplainedCell
from flows.explain.cells import read_value, require_column
from flows.storage.table_metadata import read_key
from flows.storage.workspace_files import storage_errors
from transforms.explain.row_places import COUNTS

MOST_CELLS = 500
"""How many rows of a table are explained in one sum at most."""
BETWEEN = ".."
TOLD_AGAIN = (ChannelAttribution.model, HierarchyReport.level, BreakdownReport.kind)
"""Columns of keys under each value of which a table tells the same things again."""
AT_A_TIME = {ListGrowth.size: ListGrowth.date_day}
"""Figures that are a state and no flow, and the column by whose values one follows another."""


def list_summed_keys(
    place: tuple[str, str], files: Sequence[Path], key: Mapping[str, str], column: str
) -> list[dict[str, Any]]:
    """List the keys of the rows whose figures a sum is made of.

    Args:
        key: Column -> value; empty text is null, and `2026-01-01..2026-01-31` are these days and
            all between. Columns that are left out have any value.

    Raises:
        UsageError: The column has no sum, or none over what is meant; no row has these values, or
            too many have.
    """
    label = "/".join(place)
    with storage_errors(f"reading {label}"):
        rows = pl.scan_parquet(list(files))
        schema = rows.collect_schema()
        columns = read_key(files[0])
    for name in (column, *key):
        require_column(name, schema, label)
    if not (schema[column].is_integer() or schema[column].is_decimal()):
        msg = f"{label}.{column} has no sum"
        raise UsageError(msg, "Counts and amounts are summed; of a rate explain one row.")
    conditions = [_is_meant(name, value, schema[name]) for name, value in key.items()]
    with storage_errors(f"reading {label}"):
        found = (
            rows.filter(*conditions, pl.col(column).is_not_null())
            .select(columns)
            .head(MOST_CELLS + 1)
            .collect()
        )
    if not found.height:
        msg = f"{label} has no row with {', '.join(key) or 'a figure'} as given"
        raise UsageError(msg, "COLUMN= means an empty one.")
    for name in sorted({*TOLD_AGAIN, AT_A_TIME.get(column, "")}.intersection(columns)):
        if (values := found.get_column(name).unique().sort()).len() > 1:
            msg = f"{label}.{column} has no sum over several values of {name!r}"
            raise UsageError(msg, f"Each tells it anew; give one: --key {name}={values[0]}")
    if found.height > MOST_CELLS:
        msg = f"more than {MOST_CELLS} rows of {label} are meant"
        raise UsageError(msg, "Give more of the key; `show --where` lists the rows.")
    return found.to_dicts()


def add_up_answers(asked: Mapping[str, Any], answers: Sequence[ExplainedCell]) -> ExplainedCell:
    """Make one answer of those of all rows of a sum.

    Args:
        asked: Table, key and column as they were asked for.
        answers: The explanations of the rows, one at least.

    Raises:
        UsageError: A row's figure is not a sum of raw rows, so that several have none.
    """
    table, column = answers[0].said["table"], asked["column"]
    if any(answer.said["operands"] for answer in answers):
        msg = f"{table}.{column} is made of operands, and has no raw rows that add up"
        raise UsageError(msg, "Explain one row: give every column of its key.")
    value = sum((Decimal(str(answer.said["value"])) for answer in answers), Decimal(0))
    rows = pl.concat([answer.rows for answer in answers], how="diagonal")
    total = sum(map(Decimal, rows.get_column(COUNTS))) if rows.height else Decimal(0)
    problem = next((answer.problem for answer in answers if answer.problem), "")
    if not problem and total != value:
        problem = f"{table}.{column}: the rows add up to {total:f}, not to {value:f}"
    is_count = all(isinstance(answer.said["value"], int) for answer in answers)
    excluded = [row for answer in answers for row in answer.said["excluded"]]
    said = {
        "table": table,
        "key": dict(asked["key"]),
        "column": column,
        "value": int(value) if is_count else value,
        "formula": f"the sum over {len(answers)} rows of {table}; "
        f"of each row {answers[0].said['formula']}",
        "operands": [],
        "rows": rows.drop("operand").head(ROWS_SHOWN).to_dicts(),
        "rows_total": rows.height,
        "excluded": excluded[:ROWS_SHOWN],
    }
    return replace(answers[0], said=said, rows=rows, problem=problem)


def _is_meant(name: str, value: str, dtype: pl.DataType) -> pl.Expr:
    first, between, last = value.partition(BETWEEN)
    if between and dtype.is_temporal():
        earliest, latest = (pl.lit(read_value(end, dtype, name), dtype) for end in (first, last))
        return pl.col(name).is_between(earliest, latest)
    return pl.col(name).eq_missing(pl.lit(read_value(value, dtype, name), dtype))
