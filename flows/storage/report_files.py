"""Report tables to Parquet files, each checked against its contract before it can be published.

Texts that many rows share may come as numbers of texts kept once (`SharedText`): Polars writes the
bytes that it would write for the texts, in half the time.
"""

import io
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from polars.io.plugins import register_io_source

from contracts.columns import Table, columns, descriptions, grain, key, no_rows, polars_schema
from contracts.manifest import Check
from contracts.reports import SCHEMA_VERSION
from flows.report_tables import find_table
from flows.storage.table_checks import (
    check_keys,
    check_table,
    require_contract,
    rises_from_row_to_row,
    select_keys,
)
from flows.storage.table_metadata import COLUMNS, GRAIN, KEY, VERSION
from flows.storage.workspace_files import storage_errors
from transforms.common.report_rows import ReportRows

ROWS_AT_A_TIME = 50_000
"""How many rows of a large report are held with all their texts."""
FIRST_PART = "part-0000"
ROWS_A_ROW_GROUP = 250_000
FORM: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "row_group_size": ROWS_A_ROW_GROUP,
}
"""How every table for readers is written."""
ARROW_SCHEMA = "ARROW:schema"
"""Under what name a Parquet file says which Arrow types its columns had."""


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
        rows: The table, in its contract's columns and order.
        part: The name of the part, where the table is written in several; one that is a folder of
            parts has a first one at least.
        table: Its contract, where the configuration adds columns to it.

    Returns:
        What was checked: the contract, the order, and that the key is unique.
    """
    stated = find_table(group, name)
    table = table or stated.contract
    part = part or (FIRST_PART if stated.is_dataset else "")
    path, label = _place(staging, group, name, part)
    # In one chunk and groups of one size: else the bytes would depend on the number of threads.
    rows = rows.rechunk()
    with storage_errors(f"writing {label}"):
        rows.write_parquet(path, metadata=_describe_file(table), **FORM)
    return check_table(table, label, rows, is_sorted=stated.is_sorted)


def finish_pieces(reports: Iterable[ReportRows]) -> Iterator[pl.DataFrame]:
    """The rows of reports with all columns, some at a time, for `write_pieces`.

    None is held while the next are made.
    """
    for report in reports:
        for piece in report.rows.collect().iter_slices(ROWS_AT_A_TIME):
            yield report.finish(piece.lazy()).collect(engine="in-memory")
            del piece
        del report


def write_pieces(
    staging: Path,
    group: str,
    name: str,
    pieces: Iterable[pl.DataFrame],
    *,
    part: str = "",
    table: type[Table] | None = None,
) -> list[Check]:
    """Write one report table of any size, or a part of one, as one file, from pieces in order.

    Args:
        pieces: The table, cut, in the order of its key; two pieces are held at a time.
    """
    table = table or find_table(group, name).contract
    path, label = _place(staging, group, name, part)
    passed = _PassedPieces(table)
    rows = _stream(passed.check(_make_ahead(pieces)), table)
    with storage_errors(f"writing {label}"):
        rows.sink_parquet(path, metadata=_describe_file(table), **FORM)
    keys = None if passed.rises else pl.read_parquet(path, columns=key(table))
    return check_keys(label, passed.height, keys)


@dataclass
class _PassedPieces:
    """The pieces of a table that are checked as they pass by on their way into its file.

    Attributes:
        rises: Whether each of their keys sorts after the one before it.
    """

    table: type[Table]
    height: int = 0
    rises: bool = True

    def check(self, pieces: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The pieces, each held against the contract and the key of the row before it."""
        last = select_keys(self.table, no_rows(self.table).collect())
        for rows in pieces:
            require_contract(self.table, rows)
            keys = select_keys(self.table, rows)
            self.height += rows.height
            self.rises &= rises_from_row_to_row(pl.concat([last, keys]))
            last = pl.DataFrame(keys.tail(1).rows(), schema=keys.schema, orient="row")
            yield rows
            del rows, keys  # else held while the next piece is made


def _stream(pieces: Iterator[pl.DataFrame], table: type[Table]) -> pl.LazyFrame:
    """Pieces as one frame that is read once, of the types of the first: its texts may be shared."""
    first = next(pieces, None)
    if first is None:
        first = no_rows(table).collect()
    types, whole = first.schema, chain([first], pieces)
    del first  # held no longer than any other piece
    return register_io_source(lambda *_: whole, schema=types)


def _make_ahead(pieces: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The pieces, each made while the one before it is written."""
    rest = iter(pieces)

    def make() -> pl.DataFrame | None:
        return next(rest, None)

    with ThreadPoolExecutor(1) as maker:
        made = maker.submit(make)
        while (piece := made.result()) is not None:
            made = maker.submit(make)
            yield piece
            del piece


def _place(staging: Path, group: str, name: str, part: str) -> tuple[Path, str]:
    """Where a table or a part of one is written, and what its checks are called."""
    label = "/".join(filter(None, (group, name, part)))
    path = staging / f"{label}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path, label


@lru_cache(maxsize=128)
def _describe_file(table: type[Table]) -> dict[str, str]:
    """What the file of a table says of itself: the types of its columns first, as Polars does.

    They are given as metadata, since a schema that is given for shared texts would undo them.
    """
    empty = io.BytesIO()
    rows = pl.DataFrame(schema=polars_schema(table))
    rows.write_parquet(empty, arrow_schema=arrow_schema(table))
    empty.seek(0)
    types = pl.read_parquet_metadata(empty)[ARROW_SCHEMA]
    return {ARROW_SCHEMA: types} | _table_metadata(table)


def arrow_schema(table: type[Table]) -> pa.Schema:
    """The Arrow schema of a table's file, each field with its description.

    It tells the contract, too: Arrow's readers show its metadata in the place of the file's.
    """
    schema = (
        pl.DataFrame(schema=polars_schema(table))
        .to_arrow(compat_level=pl.CompatLevel.oldest())
        .schema
    )
    texts = descriptions(table)
    fields = [field.with_metadata(_explain(texts[field.name])) for field in schema]
    return pa.schema(fields, metadata=_identify_contract(table))


def _explain(text: str) -> dict[str | bytes, str | bytes]:
    """A description under the names by which tools look for it."""
    return {"description": text, "comment": text}


def _table_metadata(table: type[Table]) -> dict[str, str]:
    return _identify_contract(table) | {
        COLUMNS: json.dumps(
            {name: descriptions(table)[name] for name in columns(table)}, ensure_ascii=False
        ),
    }


def _identify_contract(table: type[Table]) -> dict[str, str]:
    return {
        VERSION: SCHEMA_VERSION,
        GRAIN: grain(table),
        KEY: json.dumps(key(table)),
    }
