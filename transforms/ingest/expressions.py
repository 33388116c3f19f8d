"""What a mapping's expressions take from a file's columns (SPEC §4.3)."""

import re
from collections.abc import Iterable

import polars as pl

from contracts.config.source_mapping import (
    Expression,
    FirstInFile,
    FirstOf,
    InHeader,
    Joined,
    Labels,
    Like,
    PageUrl,
    Slice,
    SumOf,
)
from transforms.ingest.parsing.number_parsing import PLAIN, NumberMarks, sum_numbers

UNSAFE_IN_QUERIES = {"%": "%25", "&": "%26", "#": "%23", "+": "%2B", " ": "%20"}
"""What would be read as something else in a query string, percent-encoded."""

FORMULA_ERRORS = (
    *("#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"),
    *("#BEZUG!", "#WERT!", "#ZAHL!", "#NOM?", "#VALEUR!", "#NOME?", "#VALOR!"),
)
"""What a spreadsheet saves in the place of a name that it took for a formula, as `-50% Sale`."""


def fold(name: str) -> str:
    """A file column's name as names are compared: trimmed, in any case."""
    return name.strip().casefold()


def file_columns(expression: Expression, header: Iterable[str] = ()) -> tuple[str, ...]:
    """The file columns that an expression reads; those that it finds by pattern need the header."""
    match expression:
        case str():
            return (expression,)
        case FirstOf():
            return _columns_of_all(expression.first, header)
        case FirstInFile():
            return _columns_of_all(expression.first_in_file, header)
        case Like() | InHeader():
            return _find_like(expression, header)[:1]
        case SumOf():
            return (*expression.sum, *expression.minus)
        case Joined():
            return (*_columns_of_all(expression.join, header), *expression.optional)
        case Slice():
            return (expression.column,)
        case Labels():
            return tuple(expression.labels)
        case PageUrl():
            return _columns_of_all((expression.url, *expression.parameters.values()), header)


def _columns_of_all(expressions: Iterable[Expression], header: Iterable[str]) -> tuple[str, ...]:
    return tuple(column for one in expressions for column in file_columns(one, header))


def _find_like(expression: Like | InHeader, header: Iterable[str]) -> tuple[str, ...]:
    pattern = expression.like if isinstance(expression, Like) else expression.in_header
    return tuple(n for n in header if re.fullmatch(pattern, n.strip(), re.IGNORECASE))


def is_filled(cell: pl.Expr) -> pl.Expr:
    """Whether a cell of the file has a value."""
    return cell.is_not_null() & (cell.cast(pl.String) != "")


def read_cell(name: str, named: dict[str, str]) -> pl.Expr:
    """A column of the file, found by its name; empty where the file has none."""
    found = named.get(fold(name))
    return pl.col(found) if found is not None else pl.lit(None, pl.String)


def _text(name: str, named: dict[str, str]) -> pl.Expr:
    return read_cell(name, named).cast(pl.String)


def read_expression(
    expression: Expression, named: dict[str, str], marks: NumberMarks = PLAIN
) -> pl.Expr:
    """The cells that an expression takes from a file's columns, whose numbers bear these marks."""
    match expression:
        case str():
            return read_cell(expression, named)
        case FirstOf():
            return pl.coalesce(
                read_expression(one, named, marks).cast(pl.String) for one in expression.first
            )
        case FirstInFile() | Like():
            read = file_columns(expression, named.values())
            found = next((name for name in read if fold(name) in named), None)
            return _text(found, named) if found is not None else pl.lit(None, pl.String)
        case InHeader():
            return pl.lit(_take_from_header(expression, named), pl.String)
        case Slice():
            return _text(expression.column, named).str.extract(expression.extract, 1)
        case SumOf():
            added = [read_cell(name, named) for name in expression.sum]
            taken_off = [read_cell(name, named) for name in expression.minus]
            return sum_numbers(added, taken_off, marks)
        case Joined():
            return _join_texts(expression, named)
        case Labels():
            return _join_labels(expression, named)
        case PageUrl():
            return _add_parameters(expression, named)


def _take_from_header(expression: InHeader, named: dict[str, str]) -> str | None:
    found = file_columns(expression, named.values())
    taken = re.fullmatch(expression.in_header, found[0].strip(), re.IGNORECASE) if found else None
    return taken[1] if taken else None


def _join_texts(expression: Joined, named: dict[str, str]) -> pl.Expr:
    """The texts together; what a spreadsheet saved in the place of one, where it did."""
    parts = [read_expression(one, named).cast(pl.String) for one in expression.join]
    further = [_text(name, named) for name in expression.optional]
    whole = pl.concat_str(*parts, *further, separator=expression.separator, ignore_nulls=True)
    filled = [part.is_not_null() for part in parts or [whole.replace("", None)]]
    lost = pl.coalesce(
        pl.when(part.is_in(FORMULA_ERRORS)).then(part) for part in [*parts, *further]
    )
    return pl.when(pl.all_horizontal(filled)).then(pl.coalesce(lost, whole))


def _join_labels(expression: Labels, named: dict[str, str]) -> pl.Expr:
    words = [
        pl.when(is_filled(read_cell(name, named))).then(pl.lit(word))
        for name, word in expression.labels.items()
    ]
    return pl.concat_str(words, separator="_", ignore_nulls=True).replace("", None)


def _add_parameters(expression: PageUrl, named: dict[str, str]) -> pl.Expr:
    """The URL with those parameters that it does not name itself, before its fragment."""
    url = read_expression(expression.url, named).cast(pl.String)
    present = {
        name: read_expression(column, named).cast(pl.String)
        for name, column in expression.parameters.items()
        if named.keys() & set(map(fold, file_columns(column)))
    }
    if not present:
        return url
    added = pl.concat_str(
        [
            pl.when((value != "") & ~url.str.contains(rf"(?i)[?&#]{re.escape(name)}="))
            .then(pl.lit(f"{name}=") + value.str.replace_many(UNSAFE_IN_QUERIES))
            .otherwise(None)
            for name, value in present.items()
        ],
        separator="&",
        ignore_nulls=True,
    )
    page = url.str.extract(r"^([^#]*)")
    mark = pl.when(page.str.contains("?", literal=True)).then(pl.lit("&")).otherwise(pl.lit("?"))
    return (
        pl.when(added != "")
        .then(page + mark + added + url.str.extract("(#.*)$").fill_null(""))
        .otherwise(url)
    )
