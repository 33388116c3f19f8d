"""Contracts to row-level verdicts: which rows hold, and why the others do not (SPEC §5.3).

Pandera decides. Because it must see a row to say why it fails, and most rows do not fail, a
contract's rules, each of them one Polars expression, first find the suspects; a property test
proves that they suspect exactly the rows that Pandera fails.
"""

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import polars as pl
from pandera.errors import SchemaErrors

from contracts.columns import ANY_OF_CHECK, Table, any_of, breaks_contract, columns, polars_schema
from contracts.feeds import Feed
from contracts.quarantine import Quarantine
from transforms.common.cell_ends import read_byte
from transforms.ingest.expressions import FORMULA_ERRORS
from transforms.ingest.periods import COVERED_DAYS, covers_other_than_its_day, explain_period
from transforms.ingest.row_ids import is_id
from transforms.ingest.row_parsing import ROW_NUMBER, is_unparsed, parsed_columns

TYPE_WORDS = {
    pl.Datetime: "not a timestamp, or a local time that does not exist",
    pl.Date: "not a date",
    pl.Decimal: "not a number",
    pl.Int64: "not a whole number",
    pl.Boolean: "not true or false",
    pl.String: "not a JSON object",
}
ROUNDED = r"^\d(?:[.,]\d+)?[Ee]\+\d{2,}$"
"""How a spreadsheet shows, and saves, a number of more than 11 digits: `1.20209E+17`."""
ROUNDED_WORDS = "an id that a spreadsheet has rounded, so that several are one; export ids as text"
NESTED = r'^(?:\{["}]|\[["{\[\]]|\[-?\d[\d.]*(?:,-?\d[\d.]*)+\]$)'
"""How an object or a list of JSON begins, or an empty one or one of numbers stands.

One id in brackets is none of them.
"""
NESTED_WORDS = (
    "an object or a list in the place of an id; name what in it is the id, "
    "by a path in `flatten` of a mapping of your own"
)
LOST = rf"^(?:{'|'.join(map(re.escape, FORMULA_ERRORS))})$"
LOST_WORDS = (
    "a name that a spreadsheet took for a formula, so that several are one; deliver the file as "
    "it was exported, not as a spreadsheet saved it"
)
NO_IDS = {ROUNDED: ROUNDED_WORDS, NESTED: NESTED_WORDS, LOST: LOST_WORDS}
"""What is not an id -> what is said of it."""
NO_ID = "|".join(NO_IDS)
ANY_CASE = 0x20
"""The bit in which ASCII's letters differ in case."""
LAST_OF_ASCII = 127
"""Beyond it digits of other scripts begin, which patterns take for digits, too."""
NOT_NULLABLE = "not_nullable"
"""How Pandera calls the failure of a required value."""
NO_HINTS: Mapping[str, str] = {}
COLUMN = "column"
SENTENCE = "sentence"


@cache
def is_suspect(table: type[Feed]) -> pl.Expr:
    """Whether a parsed row may be none: it covers several days, or a cell is not what it says."""
    unparsed = [is_unparsed(name) for name in parsed_columns(table)]
    no_ids = [
        pl.col(name).map_batches(find_no_ids, return_dtype=pl.Boolean())
        for name in filter(is_id, columns(table))
    ]
    failed = [*unparsed, *no_ids, *breaks_contract(table), covers_other_than_its_day()]
    return pl.any_horizontal(failed).fill_null(value=False)


def find_no_ids(cells: pl.Series) -> pl.Series:
    """Whether each text is no id; false or null where there is none.

    The patterns are asked of those alone whose first two bytes can begin what is not an id.
    """
    first, second = read_byte(cells, 0), read_byte(cells, 1)
    is_nested = (first == ord("{")) | (first == ord("["))
    is_mark = (second == ord(".")) | (second == ord(",")) | (second | ANY_CASE == ord("e"))
    is_rounded = (first <= ord("9")) & is_mark | (first > LAST_OF_ASCII)
    is_lost = (first == ord("#")) & (second >= ord("A"))
    places = np.flatnonzero(is_nested | is_rounded | is_lost)
    found = pl.Series(cells.name, [False]).new_from_index(0, len(cells))
    return found.scatter(places, cells.gather(places).str.contains(NO_ID)) if len(places) else found


def explain_failures(
    suspects: pl.DataFrame, table: type[Feed], hints: Mapping[str, str] = NO_HINTS
) -> pl.DataFrame:
    """Let Pandera say what is wrong with the suspects.

    Args:
        suspects: Parsed rows, with the text of their parsed columns.
        hints: Column -> which setting would read the cells of it that could not be parsed.

    Returns:
        One row per rejected row: `row_number` and `failed_checks`, a list of sentences without
        values. A suspect that nothing fails is not in it. Of a cell that could not be parsed that
        alone is said, not that it is missing, too.
    """
    unparsed = pl.concat(
        [
            suspects.filter(is_unparsed(name)).select(
                ROW_NUMBER,
                pl.lit(name).alias(COLUMN),
                pl.lit(_say_unparsed(table, name, hints)).alias(SENTENCE),
            )
            for name in parsed_columns(table)
        ]
    )
    no_ids = pl.concat(
        [
            suspects.filter(pl.col(name).str.contains(pattern)).select(
                ROW_NUMBER, pl.lit(name).alias(COLUMN), pl.lit(f"{name}: {words}").alias(SENTENCE)
            )
            for name in filter(is_id, columns(table))
            for pattern, words in NO_IDS.items()
        ]
    )
    broken = _find_failures(suspects, table).join(unparsed, on=[ROW_NUMBER, COLUMN], how="anti")
    covering = suspects.filter(covers_other_than_its_day()).select(
        ROW_NUMBER, pl.lit(COVERED_DAYS).alias(COLUMN), explain_period().alias(SENTENCE)
    )
    return (
        pl.concat([unparsed, no_ids, broken, covering])
        .group_by(ROW_NUMBER)
        .agg(pl.col(SENTENCE).unique().sort().alias(Quarantine.failed_checks))
        .sort(ROW_NUMBER)
    )


def _find_failures(suspects: pl.DataFrame, table: type[Table]) -> pl.DataFrame:
    """One row per row and rule that it breaks: `row_number`, `column` and `sentence`."""
    try:
        table.validate(suspects.select(columns(table)), lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.filter(pl.col("index").is_not_null())
        if cases.is_empty():
            raise
        return cases.select(
            suspects.get_column(ROW_NUMBER).gather(cases.get_column("index")),
            pl.col(COLUMN),
            pl.when(pl.col("check") == ANY_OF_CHECK)
            .then(pl.lit(f"{' or '.join(any_of(table))}: missing"))
            .when(pl.col("check") == NOT_NULLABLE)
            .then(pl.format("{}: missing", COLUMN))
            .otherwise(pl.format("{}: {}", COLUMN, "check"))
            .alias(SENTENCE),
        )
    return suspects.clear().select(ROW_NUMBER, pl.lit("").alias(COLUMN), pl.lit("").alias(SENTENCE))


def _say_unparsed(table: type[Table], name: str, hints: Mapping[str, str]) -> str:
    """What a cell is that could not be parsed, and which setting would read it, if one would."""
    dtype = polars_schema(table)[name]
    words = next(words for kind, words in TYPE_WORDS.items() if dtype == kind)
    return "; ".join([f"{name}: {words}", *([hints[name]] if name in hints else [])])
