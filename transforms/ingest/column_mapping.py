"""How a mapping reads a file: which columns, put together how, in whose words (SPEC §4.3)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from contracts.columns import DEFAULT_ORG, polars_schema
from contracts.config.source_mapping import (
    DecimalMark,
    Expression,
    FirstOf,
    InHeader,
    Joined,
    Labels,
    Like,
    PageUrl,
    Slice,
    SumOf,
    TableMapping,
    ThousandsMark,
)
from contracts.feeds import FEEDS, Feed


@dataclass(frozen=True)
class ResolvedMapping:
    """How the rows of one feed become rows of one table: its mapping, the feed's settings put in.

    Attributes:
        mapping: Columns, constants, words and formats.
        timezone: Of stamps without offset.
        decimal: The decimal mark of numbers.
        thousands: The mark between a number's groups of three digits, if there is one.
        symbols: Texts taken off numbers.
        ignored: File columns (trimmed, in any case) that never become attributes.
        synonyms: Column of the mapping -> its names in other languages' files.
    """

    mapping: TableMapping
    timezone: str = "UTC"
    decimal: DecimalMark = "."
    thousands: ThousandsMark | None = None
    symbols: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def table(self) -> type[Feed]:
        """The contract of the table."""
        return FEEDS[self.mapping.table]


def fold(name: str) -> str:
    """A file column's name as names are compared: trimmed, in any case."""
    return name.strip().casefold()


def index_header(header: Iterable[str], resolved: ResolvedMapping) -> dict[str, str]:
    """The file's columns by their names as names are compared, and by those of the mapping."""
    named = {fold(name): name for name in header}
    for name, others in resolved.synonyms.items():
        found = next((named[fold(other)] for other in others if fold(other) in named), None)
        if found is not None:
            named.setdefault(fold(name), found)
    return named


def file_columns(expression: Expression, header: Iterable[str] = ()) -> tuple[str, ...]:
    """The file columns that an expression reads; those that it finds by pattern need the header."""
    match expression:
        case str():
            return (expression,)
        case FirstOf():
            return tuple(c for one in expression.first for c in file_columns(one, header))
        case Like():
            return _find_like(expression.like, header)[:1]
        case InHeader():
            return _find_like(expression.in_header, header)[:1]
        case SumOf():
            return (*expression.sum, *expression.minus)
        case Joined():
            return (*expression.join, *expression.optional)
        case Slice():
            return (expression.column,)
        case Labels():
            return tuple(expression.labels)
        case PageUrl():
            read = (expression.url, *expression.parameters.values())
            return tuple(c for one in read for c in file_columns(one, header))


def _find_like(pattern: str, header: Iterable[str]) -> tuple[str, ...]:
    return tuple(n for n in header if re.fullmatch(pattern, n.strip(), re.IGNORECASE))


def find_missing_columns(
    resolved: ResolvedMapping, header: Iterable[str], required: Iterable[str]
) -> list[str]:
    """The required canonical columns to which neither the file nor a constant gives anything."""
    names = tuple(header)
    present = {*index_header(names, resolved)}
    mapping = resolved.mapping
    return [
        name
        for name in required
        if name not in mapping.constants
        and name not in mapping.defaults
        and not present.intersection(
            map(fold, file_columns(mapping.columns.get(name, name), names))
        )
    ]


def keep_rows_of_table(
    rows: pl.LazyFrame, resolved: ResolvedMapping, header: Iterable[str]
) -> pl.LazyFrame:
    """The rows that are rows of this table at all, where a flat file feeds several."""
    named = index_header(header, resolved)
    conditions = []
    for name, words in resolved.mapping.when.items():
        wanted = [word.casefold() for word in words]
        cell = read_cell(name, named).cast(pl.String).str.strip_chars().str.to_lowercase()
        conditions.append(cell.is_in(wanted).fill_null(value=False))
    conditions.extend(
        is_filled(read_cell(name, named)).fill_null(value=False)
        for name in resolved.mapping.unless_empty
    )
    return rows.filter(pl.all_horizontal(conditions)) if conditions else rows


def is_filled(cell: pl.Expr) -> pl.Expr:
    """Whether a cell of the file has a value."""
    return cell.is_not_null() & (cell.cast(pl.String) != "")


def read_cell(name: str, named: dict[str, str]) -> pl.Expr:
    """A column of the file, found by its name; empty where the file has none."""
    found = named.get(fold(name))
    return pl.col(found) if found is not None else pl.lit(None, pl.String)


def _text(name: str, named: dict[str, str]) -> pl.Expr:
    return read_cell(name, named).cast(pl.String)


def express(name: str, resolved: ResolvedMapping, named: dict[str, str]) -> pl.Expr:
    """The cells that a canonical column is parsed from."""
    mapping = resolved.mapping
    constant = mapping.constants.get(name)
    expression = mapping.columns.get(name)
    read = file_columns(expression, named.values()) if expression is not None else ()
    if expression is None or not named.keys() & set(map(fold, read)):
        default = mapping.defaults.get(name, DEFAULT_ORG if name == "org_id" else None)
        return pl.lit(constant if constant is not None else default, pl.String)
    cells = read_expression(expression, named)
    if polars_schema(resolved.table)[name] == pl.String:
        cells = cells.cast(pl.String)
    if name in mapping.values or name in mapping.snake_case:
        cells = _translate(cells.cast(pl.String), mapping, name)
    if constant is not None or name == "org_id":
        return _filled_or(cells, constant or DEFAULT_ORG)
    return cells


def _filled_or(cells: pl.Expr, default: str) -> pl.Expr:
    text = cells.cast(pl.String)
    return pl.when(text != "").then(text).otherwise(pl.lit(default))


def read_expression(expression: Expression, named: dict[str, str]) -> pl.Expr:
    """The cells that an expression takes from a file's columns."""
    match expression:
        case str():
            return read_cell(expression, named)
        case FirstOf():
            return pl.coalesce(
                read_expression(one, named).cast(pl.String) for one in expression.first
            )
        case Like():
            found = file_columns(expression, named.values())
            return _text(found[0], named) if found else pl.lit(None, pl.String)
        case InHeader():
            found = file_columns(expression, named.values())
            taken = (
                re.fullmatch(expression.in_header, found[0].strip(), re.IGNORECASE)
                if found
                else None
            )
            return pl.lit(taken[1] if taken else None, pl.String)
        case SumOf():
            return _sum_texts(
                [_text(name, named) for name in expression.sum],
                [_text(name, named) for name in expression.minus],
            )
        case Joined():
            parts = [_text(name, named) for name in expression.join]
            further = [_text(name, named) for name in expression.optional]
            whole = pl.concat_str(
                *parts, *further, separator=expression.separator, ignore_nulls=True
            )
            filled = [part.is_not_null() for part in parts or [whole.replace("", None)]]
            return pl.when(pl.all_horizontal(filled)).then(whole)
        case Slice():
            return _text(expression.column, named).str.extract(expression.extract, 1)
        case Labels():
            return _join_labels(expression, named)
        case PageUrl():
            return _add_parameters(expression, named)


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


UNSAFE_IN_QUERIES = {"%": "%25", "&": "%26", "#": "%23", "+": "%2B", " ": "%20"}
"""What would be read as something else in a query string, percent-encoded."""


def _sum_texts(added: list[pl.Expr], taken_off: list[pl.Expr]) -> pl.Expr:
    """Exact sum as text; a cell that is no number makes it a text that is none either."""
    cells = [*added, *taken_off]
    numbers = [cell.cast(pl.Decimal(38, 9), strict=False) for cell in cells]
    broken = pl.any_horizontal(
        cell.is_not_null() & n.is_null() for cell, n in zip(cells, numbers, strict=True)
    )
    filled = pl.any_horizontal(cell.is_not_null() for cell in added)
    signed = [n.fill_null(0) * (1 if at < len(added) else -1) for at, n in enumerate(numbers)]
    total = pl.sum_horizontal(signed).cast(pl.String)
    return (
        pl.when(broken)
        .then(pl.concat_str(cells, ignore_nulls=True, separator="+"))
        .when(filled)
        .then(total)
    )


def _translate(cells: pl.Expr, mapping: TableMapping, name: str) -> pl.Expr:
    """Our words for the vendor's: listed ones, then snake_case, then the text as it stands."""
    listed = {fold(theirs): ours or None for theirs, ours in mapping.values.get(name, {}).items()}
    words = {theirs: ours for theirs, ours in listed.items() if not theirs.endswith("*")}
    beginnings = {theirs[:-1]: ours for theirs, ours in listed.items() if theirs.endswith("*")}
    folded = cells.str.strip_chars().str.to_lowercase()
    translated = _to_snake_case(cells) if name in mapping.snake_case else cells
    for beginning, ours in sorted(beginnings.items(), key=lambda found: len(found[0])):
        begins = folded.str.starts_with(beginning)
        translated = pl.when(begins).then(pl.lit(ours, pl.String)).otherwise(translated)
    if not words:
        return translated
    word = folded.replace_strict(words, default=None, return_dtype=pl.String)
    return pl.when(folded.is_in(list(words))).then(word).otherwise(translated)


def _to_snake_case(cells: pl.Expr) -> pl.Expr:
    return (
        cells.str.replace_all(r"([a-z0-9])([A-Z])", "${1}_${2}")
        .str.replace_all(r"([A-Z])([A-Z][a-z])", "${1}_${2}")
        .str.to_lowercase()
        .str.replace_all(r"[^a-z0-9]+", "_")
        .str.strip_chars("_")
    )
