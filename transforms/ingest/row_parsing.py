"""A file's rows to typed rows of a canonical table (SPEC §5.2)."""

from collections.abc import Iterable

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import AdStats, Feed
from contracts.vocabulary import AdLevel
from transforms.common.json_objects import merge_objects
from transforms.ingest.attributes import ATTRIBUTES, express_attributes
from transforms.ingest.cell_parsing import parse_objects, parser_for
from transforms.ingest.column_mapping import ResolvedMapping, express, index_header
from transforms.ingest.derived_ids import derive_ids

ROW_NUMBER = "row_number"
TEXT_OF = "text of "


def parse_rows(
    rows: pl.LazyFrame, resolved: ResolvedMapping, header: Iterable[str]
) -> pl.LazyFrame:
    """Give every row the canonical columns, typed; keep the text of those that needed parsing.

    Args:
        rows: One row per record of the file: `row_number` and the file's columns.
        resolved: How to read them.
        header: The file's columns.

    Returns:
        One row per record: `row_number`, the table's columns in order, and for each column that
        was parsed from text also `text of <column>` as the file had it.
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
        .pipe(complete_rows, resolved.mapping.table)
        .select(ROW_NUMBER, *schema, *(TEXT_OF + name for name in parsed), TEXT_OF + ATTRIBUTES)
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


def complete_rows(rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """What a table's contract derives: ids from content, the level of ad stats, empty metrics."""
    rows = derive_ids(rows, table)
    if table == "ad_stats":
        schema = polars_schema(AdStats)
        metrics = [
            AdStats.clicks,
            AdStats.impressions,
            AdStats.spend,
            AdStats.conversions,
            AdStats.conversions_value,
        ]
        unparsed = {m: pl.col(TEXT_OF + m).is_not_null() & pl.col(m).is_null() for m in metrics}
        rows = rows.with_columns(
            pl.when(~unparsed[m]).then(pl.col(m).fill_null(0)).cast(schema[m]).alias(m)
            for m in metrics
        )
    if table in ("ad_stats", "ad_conversions"):
        rows = rows.with_columns(pl.col("level").fill_null(finest_level()))
    return rows


def finest_level() -> pl.Expr:
    """The level of the finest id that a row names."""
    ids = {AdLevel.AD: "ad_id", AdLevel.AD_GROUP: "ad_group_id", AdLevel.CAMPAIGN: "campaign_id"}
    return pl.coalesce(
        *(
            pl.when(pl.col(column).is_not_null()).then(pl.lit(level))
            for level, column in ids.items()
        ),
        pl.lit(AdLevel.ACCOUNT),
    )


def parsed_columns(table: type[Feed]) -> list[str]:
    """The columns of a table that are parsed from text."""
    return [n for n, dtype in polars_schema(table).items() if dtype != pl.String or n == ATTRIBUTES]


def is_unparsed(name: str) -> pl.Expr:
    """Whether a parsed row's cell of this column had a value that could not be parsed."""
    had_value = pl.col(TEXT_OF + name).is_not_null()
    return had_value if name == ATTRIBUTES else had_value & pl.col(name).is_null()
