"""A file's rows to rows of a canonical table, by its mapping (SPEC §4.3, §5.2)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from contracts.columns import DEFAULT_ORG, columns, polars_schema
from contracts.feeds import DERIVED_KEYS, FEEDS, AdStats, Feed
from contracts.sources import (
    Expression,
    FirstOf,
    InHeader,
    Joined,
    Like,
    Slice,
    SumOf,
    TableMapping,
)
from contracts.vocabulary import AdLevel
from transforms.cells import parse_objects, parser_for

ROW_NUMBER = "row_number"
TEXT_OF = "text of "
ATTRIBUTES = "attributes"


@dataclass(frozen=True)
class Reading:
    """How the rows of one feed become rows of one table.

    Attributes:
        mapping: Columns, constants and words, the feed's own settings already put in.
        timezone: Of stamps without offset.
        thousands: The separator of thousands in numbers, if there is one.
        ignored: File columns (trimmed, in any case) that never become attributes.
    """

    mapping: TableMapping
    timezone: str = "UTC"
    thousands: str | None = None
    ignored: frozenset[str] = frozenset()

    @property
    def table(self) -> type[Feed]:
        """The contract of the table."""
        return FEEDS[self.mapping.table]


def fold(name: str) -> str:
    """A file column's name as names are compared: trimmed, in any case."""
    return name.strip().casefold()


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


def _find_like(pattern: str, header: Iterable[str]) -> tuple[str, ...]:
    return tuple(n for n in header if re.fullmatch(pattern, n.strip(), re.IGNORECASE))


def find_missing_columns(
    reading: Reading, header: Iterable[str], required: Iterable[str]
) -> list[str]:
    """The required canonical columns to which neither the file nor a constant gives anything."""
    names = tuple(header)
    present = {fold(name) for name in names}
    mapping = reading.mapping
    return [
        name
        for name in required
        if name not in mapping.constants
        and not present.intersection(
            map(fold, file_columns(mapping.columns.get(name, name), names))
        )
    ]


def keep_rows_of_table(rows: pl.LazyFrame, reading: Reading, header: Iterable[str]) -> pl.LazyFrame:
    """The rows that are rows of this table at all, where a flat file feeds several."""
    named = {fold(name): name for name in header}
    conditions = []
    for name, words in reading.mapping.when.items():
        wanted = [word.casefold() for word in words]
        cell = _cell(name, named).cast(pl.String).str.strip_chars().str.to_lowercase()
        conditions.append(cell.is_in(wanted).fill_null(value=False))
    conditions.extend(
        _filled(_cell(name, named)).fill_null(value=False) for name in reading.mapping.unless_empty
    )
    return rows.filter(pl.all_horizontal(conditions)) if conditions else rows


def _filled(cell: pl.Expr) -> pl.Expr:
    return cell.is_not_null() & (cell.cast(pl.String) != "")


def parse_rows(rows: pl.LazyFrame, reading: Reading, header: Iterable[str]) -> pl.LazyFrame:
    """Give every row the canonical columns, typed; keep the text of those that needed parsing.

    Args:
        rows: One row per record of the file: `row_number` and the file's columns.
        reading: How to read them.
        header: The file's columns.

    Returns:
        One row per record: `row_number`, the table's columns in order, and for each column that
        was parsed from text also `text of <column>` as the file had it.
    """
    named = {fold(name): name for name in header}
    schema = polars_schema(reading.table)
    cells = {name: _express(name, reading, named) for name in schema if name != ATTRIBUTES}
    parsed = {
        name: dtype for name, dtype in schema.items() if dtype != pl.String and name != ATTRIBUTES
    }
    attributes, given = _attributes(reading, named)
    return (
        rows.select(
            ROW_NUMBER,
            *(cell.alias(TEXT_OF + n if n in parsed else n) for n, cell in cells.items()),
            given.alias(TEXT_OF + ATTRIBUTES),
            *attributes,
        )
        .with_columns(
            *(_parse(name, dtype, reading) for name, dtype in parsed.items()),
            pl.col(TEXT_OF + ATTRIBUTES)
            .map_batches(parse_objects, return_dtype=pl.String)
            .alias("given attributes"),
        )
        .with_columns(
            _merge_objects("given attributes", "custom attributes").alias(ATTRIBUTES),
            pl.when(pl.col("given attributes").is_null())
            .then(pl.col(TEXT_OF + ATTRIBUTES))
            .alias(TEXT_OF + ATTRIBUTES),
        )
        .pipe(complete_rows, reading.mapping.table)
        .select(ROW_NUMBER, *schema, *(TEXT_OF + name for name in parsed), TEXT_OF + ATTRIBUTES)
    )


def _cell(name: str, named: dict[str, str]) -> pl.Expr:
    found = named.get(fold(name))
    return pl.col(found) if found is not None else pl.lit(None, pl.String)


def _text(name: str, named: dict[str, str]) -> pl.Expr:
    return _cell(name, named).cast(pl.String)


def _express(name: str, reading: Reading, named: dict[str, str]) -> pl.Expr:
    """The cells that a canonical column is parsed from."""
    mapping = reading.mapping
    constant = mapping.constants.get(name)
    expression = mapping.columns.get(name)
    read = file_columns(expression, named.values()) if expression is not None else ()
    if expression is None or not named.keys() & set(map(fold, read)):
        default = DEFAULT_ORG if name == "org_id" else None
        return pl.lit(constant if constant is not None else default, pl.String)
    cells = _read(expression, named)
    if polars_schema(reading.table)[name] == pl.String:
        cells = cells.cast(pl.String)
    if name in mapping.values or name in mapping.snake_case:
        cells = _translate(cells.cast(pl.String), mapping, name)
    if constant is not None or name == "org_id":
        return _filled_or(cells, constant or DEFAULT_ORG)
    return cells


def _filled_or(cells: pl.Expr, default: str) -> pl.Expr:
    text = cells.cast(pl.String)
    return pl.when(text != "").then(text).otherwise(pl.lit(default))


def _read(expression: Expression, named: dict[str, str]) -> pl.Expr:
    match expression:
        case str():
            return _cell(expression, named)
        case FirstOf():
            return pl.coalesce(_read(one, named).cast(pl.String) for one in expression.first)
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
            return pl.when(pl.all_horizontal(part.is_not_null() for part in parts)).then(whole)
        case Slice():
            return _text(expression.column, named).str.extract(expression.extract, 1)


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


def _parse(name: str, dtype: pl.DataType, reading: Reading) -> pl.Expr:
    parse = parser_for(
        dtype,
        timezone=reading.timezone,
        unit=reading.mapping.units.get(name),
        form=reading.mapping.date_formats.get(name),
        thousands=reading.thousands,
    )
    return pl.col(TEXT_OF + name).map_batches(parse, return_dtype=dtype).alias(name)


def _attributes(reading: Reading, named: dict[str, str]) -> tuple[list[pl.Expr], pl.Expr]:
    """The object of a file's custom columns, and the one that a column of it holds."""
    mapping = reading.mapping
    source = mapping.columns.get(ATTRIBUTES)
    given = _read(source, named) if source is not None else pl.lit(None, pl.String)
    used = {
        fold(c)
        for expression in mapping.columns.values()
        for c in file_columns(expression, named.values())
    }
    used.update(fold(name) for name in (*mapping.when, *mapping.unless_empty))
    custom = [n for f, n in named.items() if f not in used and f not in reading.ignored]
    if not mapping.takes_custom_columns:
        custom = []
    pairs = [
        pl.when(_filled(pl.col(name))).then(
            pl.struct(pl.col(name).alias(name.removeprefix(mapping.attributes_prefix)))
            .struct.json_encode()
            .str.slice(1)
            .str.head(-1)
        )
        for name in custom
    ]
    if not pairs:
        return [pl.lit(None, pl.String).alias("custom attributes")], given
    body = pl.concat_str(pairs, separator=",", ignore_nulls=True)
    whole = pl.when(body != "").then(pl.format("{{{}}}", body))
    return [whole.alias("custom attributes")], given


def _merge_objects(first: str, second: str) -> pl.Expr:
    """Two JSON objects as one, the first's members winning; an empty object is null."""
    return pl.struct(first, second).map_batches(_merge_object_texts, return_dtype=pl.String)


def _merge_object_texts(objects: pl.Series) -> pl.Series:
    first, second = (objects.struct.field(name) for name in objects.struct.fields)
    if second.null_count() == len(second):
        return first.set(first.str.contains(r"^\{\s*\}$"), None)
    is_both = first.is_not_null() & second.is_not_null()
    if is_both.any():
        further = [
            _leave_out(given, custom) if both else custom
            for given, custom, both in zip(first, second, is_both, strict=True)
        ]
        second = pl.Series(second.name, further, pl.String)
    bodies = [
        text.str.strip_chars().str.slice(1).str.head(-1).str.strip_chars().replace("", None)
        for text in (first, second)
    ]
    body = pl.select(pl.concat_str(bodies, separator=",", ignore_nulls=True)).to_series()
    return ("{" + body + "}").set(body == "", None)


def _leave_out(given: str, custom: str) -> str:
    """An object without the members that another one has."""
    taken = json.loads(given)
    kept = {name: text for name, text in json.loads(custom).items() if name not in taken}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def complete_rows(rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """What a table's contract derives: ids from content, the level of ad stats, empty metrics."""
    if table in DERIVED_KEYS:
        name = DERIVED_KEYS[table]
        content = pl.struct(name, *(c for c in columns(FEEDS[table]) if c != name))
        rows = rows.with_columns(
            content.map_batches(_derive_ids, return_dtype=pl.String).alias(name)
        )
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


def _derive_ids(rows: pl.Series) -> pl.Series:
    """The first field of each row, or where it is empty an id made from the others."""
    ids = rows.struct.fields[0]
    given = rows.struct.field(ids)
    missing = given.is_null() | (given == "").fill_null(value=False)
    if not missing.any():
        return given
    content = rows.struct.unnest().drop(ids).to_struct()
    halves = [content.hash(seed).cast(pl.String).str.zfill(20) for seed in (0, 1)]
    return given.set(missing, None).fill_null("row-" + halves[0] + halves[1])


def parsed_columns(table: type[Feed]) -> list[str]:
    """The columns of a table that are parsed from text."""
    return [n for n, dtype in polars_schema(table).items() if dtype != pl.String or n == ATTRIBUTES]


def is_unparsed(name: str) -> pl.Expr:
    """Whether a parsed row's cell of this column had a value that could not be parsed."""
    had_value = pl.col(TEXT_OF + name).is_not_null()
    return had_value if name == ATTRIBUTES else had_value & pl.col(name).is_null()
