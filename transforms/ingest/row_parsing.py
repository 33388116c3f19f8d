"""A file's rows to typed rows of a canonical table (SPEC §5.2)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import Feed
from transforms.common.json_objects import merge_objects
from transforms.ingest.attributes import ATTRIBUTES, CUSTOM, express_attributes
from transforms.ingest.column_mapping import (
    MAPPINGS_KNOWN,
    ResolvedMapping,
    express,
    find_ungiven,
    index_header,
)
from transforms.ingest.parsing.cell_parsing import parse_text, parser_for
from transforms.ingest.periods import COVERED_DAYS, count_covered_days
from transforms.ingest.row_completion import METRICS, TEXT_OF, fill_level, fill_metrics
from transforms.ingest.row_ids import derive_ids

ROW_NUMBER = "row_number"
GIVEN = "given attributes"
"""The object that a column of the file holds."""


def parse_rows(
    rows: pl.LazyFrame, resolved: ResolvedMapping, header: Iterable[str]
) -> pl.LazyFrame:
    """Give every row the canonical columns, typed; keep the text of those that needed parsing.

    Args:
        rows: One row per record of the file: `row_number` and the file's columns.

    Returns:
        One row per record: `row_number`, the table's columns in order, for each column that was
        parsed from text also `text of <column>` as the file had it, and `covered_days`.
    """
    plan = _plan_parsing(resolved, tuple(header))
    return (
        rows.select(plan.cells)
        .with_columns(plan.parsed)
        .with_columns(plan.attributes)
        .pipe(derive_ids, resolved.mapping.table)
        .with_columns(plan.completed)
        .select(plan.columns)
    )


@dataclass(frozen=True)
class _Plan:
    """How rows of one header become rows of one table, step by step."""

    cells: list[pl.Expr]
    parsed: list[pl.Expr]
    attributes: list[pl.Expr]
    completed: list[pl.Expr]
    columns: list[str]


@lru_cache(maxsize=MAPPINGS_KNOWN)
def _plan_parsing(resolved: ResolvedMapping, header: tuple[str, ...]) -> _Plan:
    named = index_header(header, resolved)
    schema = polars_schema(resolved.table)
    own = [name for name in schema if name != ATTRIBUTES]
    ungiven = find_ungiven(own, resolved, named)
    typed = [name for name in own if schema[name] != pl.String]
    custom, given = express_attributes(resolved, named)
    has_given = not find_ungiven([ATTRIBUTES], resolved, named)
    return _Plan(
        cells=[
            pl.col(ROW_NUMBER),
            *(
                express(name, resolved, named).alias(TEXT_OF + name if name in typed else name)
                for name in own
            ),
            given.alias(TEXT_OF + ATTRIBUTES),
            *custom,
            count_covered_days(resolved, named).alias(COVERED_DAYS),
        ],
        parsed=[
            *(
                pl.lit(None, schema[name]).alias(name)
                if name in ungiven
                else _parse(name, schema[name], resolved)
                for name in typed
            ),
            *([_parse_given()] if has_given else []),
        ],
        attributes=_merge_attributes() if has_given else [pl.col(CUSTOM).alias(ATTRIBUTES)],
        completed=[
            *fill_metrics(resolved.table, find_ungiven(METRICS, resolved, named)),
            *fill_level(resolved.table),
        ],
        columns=[
            ROW_NUMBER,
            *schema,
            *(TEXT_OF + name for name in typed),
            TEXT_OF + ATTRIBUTES,
            COVERED_DAYS,
        ],
    )


def _parse_given() -> pl.Expr:
    text = pl.col(TEXT_OF + ATTRIBUTES)
    return text.map_batches(parse_objects, return_dtype=pl.String).alias(GIVEN)


def parse_objects(cells: pl.Series) -> pl.Series:
    """JSON objects as their text stands; anything else is null."""
    text = parse_text(cells).str.strip_chars()
    others = [cell for cell in text.unique().drop_nulls() if not _is_object(cell)]
    return text.set(text.is_in(others), None) if others else text


def _is_object(cell: str) -> bool:
    try:
        return isinstance(json.loads(cell), dict)
    except ValueError:
        return False


def _merge_attributes() -> list[pl.Expr]:
    """The file's object and its custom columns as one; the object's text where it is none."""
    is_unparsed = pl.col(GIVEN).is_null()
    return [
        merge_objects(pl.col(GIVEN), pl.col(CUSTOM)).alias(ATTRIBUTES),
        pl.when(is_unparsed).then(pl.col(TEXT_OF + ATTRIBUTES)).alias(TEXT_OF + ATTRIBUTES),
    ]


def _parse(name: str, dtype: pl.DataType, resolved: ResolvedMapping) -> pl.Expr:
    parse = parser_for(
        dtype,
        timezone=resolved.timezone,
        unit=resolved.mapping.units.get(name),
        form=resolved.mapping.formats.get(name),
        marks=resolved.marks,
    )

    def parse_filled(cells: pl.Series) -> pl.Series:
        is_empty = cells.null_count() == len(cells)
        return pl.Series(cells.name, dtype=dtype).clear(len(cells)) if is_empty else parse(cells)

    return pl.col(TEXT_OF + name).map_batches(parse_filled, return_dtype=dtype).alias(name)


def parsed_columns(table: type[Feed]) -> list[str]:
    """The columns of a table that are parsed from text."""
    return [n for n, dtype in polars_schema(table).items() if dtype != pl.String or n == ATTRIBUTES]


def is_unparsed(name: str) -> pl.Expr:
    """Whether a parsed row's cell of this column had a value that could not be parsed."""
    had_value = pl.col(TEXT_OF + name).is_not_null()
    return had_value if name == ATTRIBUTES else had_value & pl.col(name).is_null()
