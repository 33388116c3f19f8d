"""Report tables to Parquet files, each checked against its contract before it can be published."""

import json
from pathlib import Path

import polars as pl

from contracts.columns import Table, columns, descriptions, grain, key
from contracts.manifest import Check
from contracts.reports import REPORTS, SCHEMA_VERSION, UNSORTED


def write_table(
    staging: Path,
    group: str,
    name: str,
    rows: pl.DataFrame,
    *,
    part: str = "",
    table: type[Table] | None = None,
) -> list[Check]:
    """Write one report table, or a part of one, and check it.

    Args:
        staging: The snapshot being written.
        group: The table's group.
        name: The table's name.
        rows: The table, in its contract's columns and order.
        part: The name of the part, where the table is written in several.
        table: Its contract, where the registry cannot know it.

    Returns:
        What was checked: the contract, the order, and that the key is unique.
    """
    table = table or REPORTS[group, name]
    path = (
        staging / group / name / f"{part}.parquet" if part else staging / group / f"{name}.parquet"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(
        path, compression="zstd", compression_level=1, metadata=table_metadata(table)
    )
    return check_table(table, "/".join(filter(None, (group, name, part))), rows)


def check_table(table: type[Table], label: str, rows: pl.DataFrame) -> list[Check]:
    """Check a table against its contract, its key's uniqueness and its order."""
    table.validate(rows)
    keys = rows.select(key(table))
    rises = table not in UNSORTED and _rises(keys)
    distinct = rows.height if rises or rows.is_empty() else keys.n_unique()
    checks = [equal(f"{label}: rows equal distinct keys", rows.height, distinct)]
    if table not in UNSORTED and not rows.is_empty():
        in_order = rises or keys.equals(keys.sort(keys.columns))
        checks.append(equal(f"{label}: sorted by its key", 1, int(in_order)))
    return checks


def _rises(keys: pl.DataFrame) -> bool:
    """Whether each key sorts after the one before it, nulls first: then all are distinct, too."""
    is_after = pl.lit(value=False)
    for name in reversed(keys.columns):
        this, last = pl.col(name), pl.col(name).shift()
        is_more = (this > last).fill_null(last.is_null() & this.is_not_null())
        is_after = is_more | (this.eq_missing(last) & is_after)
    return keys.lazy().select(is_after.slice(1).all()).collect(engine="in-memory").item()


def equal(name: str, expected: int | str, actual: int | str) -> Check:
    """A reconciliation of two figures that must be the same."""
    return Check(name=name, expected=expected, actual=actual, holds=expected == actual)


def table_metadata(table: type[Table]) -> dict[str, str]:
    """What a table's Parquet file says of itself."""
    return {
        "campaign_reports.schema_version": SCHEMA_VERSION,
        "campaign_reports.grain": grain(table),
        "campaign_reports.key": json.dumps(key(table)),
        "campaign_reports.columns": json.dumps(
            {name: descriptions(table)[name] for name in columns(table)}, ensure_ascii=False
        ),
    }
