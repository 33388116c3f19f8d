"""Contracts to row-level verdicts: which rows hold, and why the others do not (SPEC §5.3).

Pandera decides. Because it must see a row to say why it fails, and most rows do not fail, a
contract's checks are first compiled into one expression that finds the suspects; a property test
proves that it suspects exactly the rows that Pandera fails.
"""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from pandera.errors import SchemaErrors

from contracts.columns import Table, any_of, columns, polars_schema
from contracts.feeds import Feed
from transforms.ingest.row_parsing import ROW_NUMBER, is_unparsed, parsed_columns

TYPE_WORDS = {
    pl.Datetime: "not a timestamp, or a local time that does not exist",
    pl.Date: "not a date",
    pl.Decimal: "not a number",
    pl.Int64: "not a whole number",
    pl.Boolean: "not true or false",
    pl.String: "not a JSON object",
}
CHECKS: dict[str, Callable[[pl.Expr, Mapping[str, Any]], pl.Expr]] = {
    "isin": lambda cell, of: cell.is_in(list(of["allowed_values"])),
    "str_matches": lambda cell, of: cell.str.contains(of["pattern"]),
    "greater_than_or_equal_to": lambda cell, of: cell >= of["min_value"],
    "greater_than": lambda cell, of: cell > of["min_value"],
}
"""Pandera's check -> the same verdict as an expression; null passes, as it does there."""


def is_suspect(table: type[Feed]) -> pl.Expr:
    """Whether a parsed row breaks its contract or has a cell that could not be parsed."""
    unparsed = [is_unparsed(name) for name in parsed_columns(table)]
    return pl.any_horizontal(*unparsed, *breaks_contract(table)).fill_null(value=False)


def breaks_contract(table: type[Table]) -> list[pl.Expr]:
    """One expression per check of a contract: whether a row fails it."""
    broken = []
    for name, stated in table.to_schema().columns.items():
        cell = pl.col(name)
        if not stated.nullable:
            broken.append(cell.is_null())
        broken.extend(~CHECKS[str(check.name)](cell, check.statistics) for check in stated.checks)
    if alternatives := any_of(table):
        broken.append(pl.all_horizontal(pl.col(alternatives).is_null()))
    return broken


def explain_failures(suspects: pl.DataFrame, table: type[Feed]) -> pl.DataFrame:
    """Let Pandera say what is wrong with the suspects.

    Args:
        suspects: Parsed rows, with the text of their parsed columns.
        table: Their contract.

    Returns:
        One row per rejected row: `row_number` and `failed_checks`, a list of sentences without
        values. A suspect that nothing fails is not in it.
    """
    unparsed = [
        pl.when(is_unparsed(name)).then(pl.lit(f"{name}: {_type_words(table, name)}"))
        for name in parsed_columns(table)
    ]
    parsed = suspects.select(
        ROW_NUMBER, failed_checks=pl.concat_list(unparsed).list.drop_nulls()
    ).explode("failed_checks", empty_as_null=True)
    numbers = suspects.get_column(ROW_NUMBER)
    broken = _pandera_failures(suspects.select(columns(table)), table)
    by_pandera = broken.select(
        numbers.gather(broken.get_column("index")).alias(ROW_NUMBER), "failed_checks"
    )
    unparsed_cells = {
        (row, sentence.split(":")[0]) for row, sentence in parsed.drop_nulls().iter_rows()
    }
    by_pandera = by_pandera.filter(
        [
            (row, sentence.removesuffix(": missing")) not in unparsed_cells
            for row, sentence in by_pandera.iter_rows()
        ]
    )
    return (
        pl.concat([parsed.drop_nulls(), by_pandera])
        .group_by(ROW_NUMBER)
        .agg(pl.col("failed_checks").unique().sort())
        .sort(ROW_NUMBER)
    )


def _pandera_failures(rows: pl.DataFrame, table: type[Table]) -> pl.DataFrame:
    """One row per failing row and check: its position `index` and the sentence `failed_checks`."""
    empty = pl.DataFrame(schema={"index": pl.UInt32, "failed_checks": pl.String})
    try:
        table.validate(rows, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.filter(pl.col("index").is_not_null())
        if cases.is_empty():
            raise
        sentences = [
            _sentence(table, column, check)
            for column, check in cases.select("column", "check").iter_rows()
        ]
        return cases.select(
            pl.col("index").cast(pl.UInt32), pl.Series("failed_checks", sentences, pl.String)
        )
    return empty


def _sentence(table: type[Table], column: str, check: str) -> str:
    """What a failed check means, in the words of the feed's owner."""
    if check == "not_nullable":
        return f"{column}: missing"
    if column not in table.to_schema().columns:
        return f"{' or '.join(any_of(table))}: missing"
    for stated in table.to_schema().columns[column].checks:
        if "isin" in check and stated.name == "isin":
            return f"{column}: not one of {', '.join(stated.statistics['allowed_values'])}"
        if "str_matches" in check and stated.name == "str_matches":
            return f"{column}: does not look like {stated.statistics['pattern']}"
        if "greater_than" in check:
            return f"{column}: below {stated.statistics['min_value']}"
    return f"{column}: {check}"


def _type_words(table: type[Table], name: str) -> str:
    dtype = polars_schema(table)[name]
    return next(words for kind, words in TYPE_WORDS.items() if dtype == kind)
