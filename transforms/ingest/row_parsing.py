"""A file's rows to typed rows of a canonical table (SPEC §5.2)."""

from collections.abc import Iterable

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import Feed
from transforms.common.json_objects import merge_objects
from transforms.ingest.attributes import ATTRIBUTES, express_attributes
from transforms.ingest.cell_parsing import parse_objects, parser_for
from transforms.ingest.column_mapping import (
    ResolvedMapping,
    express,
    find_ungiven,
    index_header,
)
from transforms.ingest.derived_ids import derive_ids
from transforms.ingest.periods import COVERED_DAYS, count_covered_days
from transforms.ingest.row_completion import METRICS, TEXT_OF, fill_level, fill_metrics

ROW_NUMBER = "row_number"


def parse_rows(
    rows: pl.LazyFrame, resolved: ResolvedMapping, header: Iterable[str]
) -> pl.LazyFrame:
    """Give every row the canonical columns, typed; keep the text of those that needed parsing.

    Args:
        rows: One row per record of the file: `row_number` and the file's columns.
        resolved: How to read them.
        header: The file's columns.

    Returns:
        One row per record: `row_number`, the table's columns in order, for each column that was
        parsed from text also `text of <column>` as the file had it, and `covered_days`.
    """
    named = index_header(header, resolved)
    schema = polars_schema(resolved.table)
    cells = {name: express(name, resolved, named) for name in schema if name != ATTRIBUTES}
    parsed = {
        name: dtype for name, dtype in schema.items() if dtype != pl.String and name != ATTRIBUTES
    }
    attributes, given = express_attributes(resolved, named)
    return (
        rows.select(
            ROW_NUMBER,
            *(cell.alias(TEXT_OF + n if n in parsed else n) for n, cell in cells.items()),
            given.alias(TEXT_OF + ATTRIBUTES),
            *attributes,
            count_covered_days(resolved, named).alias(COVERED_DAYS),
        )
        .with_columns(
            *(_parse(name, dtype, resolved) for name, dtype in parsed.items()),
            pl.col(TEXT_OF + ATTRIBUTES)
            .map_batches(parse_objects, return_dtype=pl.String)
            .alias("given attributes"),
        )
        .with_columns(
            merge_objects(pl.col("given attributes"), pl.col("custom attributes")).alias(
                ATTRIBUTES
            ),
            pl.when(pl.col("given attributes").is_null())
            .then(pl.col(TEXT_OF + ATTRIBUTES))
            .alias(TEXT_OF + ATTRIBUTES),
        )
        .pipe(derive_ids, resolved.mapping.table)
        .with_columns(
            *fill_metrics(resolved.table, find_ungiven(METRICS, resolved, named)),
            *fill_level(resolved.table),
        )
        .select(
            ROW_NUMBER,
            *schema,
            *(TEXT_OF + name for name in parsed),
            TEXT_OF + ATTRIBUTES,
            COVERED_DAYS,
        )
    )


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
