"""How a mapping reads a file: which columns, put together how, in whose words (SPEC §4.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl

from contracts.columns import DEFAULT_ORG, polars_schema
from contracts.config.source_mapping import Expression, TableMapping
from contracts.feeds import FEEDS, Feed
from transforms.ingest.expressions import file_columns, fold, is_filled, read_cell, read_expression
from transforms.ingest.parsing.number_parsing import PLAIN, NumberMarks

MAPPINGS_KNOWN = 256
"""For how many mappings and headers is kept what follows from them: files of a feed are alike."""


@dataclass(frozen=True, eq=False)
class ResolvedMapping:
    """How the rows of one feed become rows of one table: its mapping, the feed's settings put in.

    It is known by itself, not by what it says, so that what follows from it is worked out once.

    Attributes:
        mapping: Columns, constants, words and formats.
        timezone: Of stamps without offset.
        marks: How numbers are written.
        ignored: File columns (trimmed, in any case) that never become attributes.
        synonyms: Column of the mapping -> its names in other languages' files.
    """

    mapping: TableMapping
    timezone: str = "UTC"
    marks: NumberMarks = PLAIN
    ignored: frozenset[str] = frozenset()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def table(self) -> type[Feed]:
        """The contract of the table."""
        return FEEDS[self.mapping.table]


def index_header(header: Iterable[str], resolved: ResolvedMapping) -> dict[str, str]:
    """The file's columns by their names as names are compared, and by those of the mapping."""
    named = {fold(name): name for name in header}
    for name, others in resolved.synonyms.items():
        found = next((named[fold(other)] for other in others if fold(other) in named), None)
        if found is not None:
            named.setdefault(fold(name), found)
    return named


def find_read(resolved: ResolvedMapping, header: tuple[str, ...]) -> dict[str, list[str]]:
    """Column of the mapping -> the file's columns that it is read from, if from any."""
    named = index_header(header, resolved)
    found = {}
    for name, expression in resolved.mapping.columns.items():
        read = [named[fold(one)] for one in file_columns(expression, header) if fold(one) in named]
        found[name] = list(dict.fromkeys(read))
    return found


def keep_rows_of_table(
    rows: pl.LazyFrame, resolved: ResolvedMapping, header: Iterable[str]
) -> pl.LazyFrame:
    """The rows that are rows of this table at all, where a flat file feeds several."""
    conditions = _find_conditions(resolved, tuple(header))
    return rows.filter(pl.all_horizontal(conditions)) if conditions else rows


@lru_cache(maxsize=MAPPINGS_KNOWN)
def _find_conditions(resolved: ResolvedMapping, header: tuple[str, ...]) -> list[pl.Expr]:
    """What makes a row one of the table."""
    named = index_header(header, resolved)
    mapping = resolved.mapping
    conditions = [_is_one_of(name, words, named) for name, words in mapping.when.items()]
    conditions.extend(~_is_one_of(name, words, named) for name, words in mapping.unless.items())
    conditions.extend(
        is_filled(read_cell(name, named)).fill_null(value=False) for name in mapping.unless_empty
    )
    if mapping.unless_all_empty:
        cells = [is_filled(express(name, resolved, named)) for name in mapping.unless_all_empty]
        conditions.append(pl.any_horizontal(cells))
    return conditions


def _is_one_of(name: str, words: tuple[str, ...], named: dict[str, str]) -> pl.Expr:
    """Whether a cell is one of these words, in any case."""
    cell = read_cell(name, named).cast(pl.String).str.strip_chars().str.to_lowercase()
    return cell.is_in([word.casefold() for word in words]).fill_null(value=False)


def express(name: str, resolved: ResolvedMapping, named: dict[str, str]) -> pl.Expr:
    """The cells that a canonical column is parsed from."""
    mapping = resolved.mapping
    constant = mapping.constants.get(name)
    expression = mapping.columns.get(name)
    if expression is None or not is_in_file(expression, named):
        default = mapping.defaults.get(name, DEFAULT_ORG if name == Feed.org_id else None)
        return pl.lit(constant if constant is not None else default, pl.String)
    cells = read_expression(expression, named, resolved.marks)
    if polars_schema(resolved.table)[name] == pl.String:
        cells = cells.cast(pl.String)
    if name in mapping.values or name in mapping.snake_case:
        cells = _translate(cells.cast(pl.String), mapping, name)
    if constant is not None or name == Feed.org_id:
        return _filled_or(cells, constant or DEFAULT_ORG)
    return cells


def is_in_file(expression: Expression, named: dict[str, str]) -> bool:
    """Whether the file has any of the columns that an expression reads."""
    read = file_columns(expression, named.values())
    return bool(named.keys() & set(map(fold, read)))


def find_ungiven(
    names: Iterable[str], resolved: ResolvedMapping, named: dict[str, str]
) -> list[str]:
    """The canonical columns to which neither the file nor the mapping gives a value in any row."""
    mapping = resolved.mapping
    given = {*mapping.constants, *mapping.defaults}
    given.update(name for name, read in mapping.columns.items() if is_in_file(read, named))
    return [name for name in names if name not in given]


def _filled_or(cells: pl.Expr, default: str) -> pl.Expr:
    text = cells.cast(pl.String)
    return pl.when(text != "").then(text).otherwise(pl.lit(default))


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
