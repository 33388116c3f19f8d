"""Ids of rows: bare, as other feeds write them; derived from what a row says where it has none."""

import hashlib
from functools import cache, lru_cache

import numpy as np
import polars as pl

from contracts.columns import polars_schema, rules
from contracts.feeds import DERIVED_KEYS, FEEDS, Feed, Orders
from transforms.common.cell_ends import read_byte, read_last_byte
from transforms.ingest.column_mapping import MAPPINGS_KNOWN, ResolvedMapping, index_header
from transforms.ingest.expressions import file_columns, fold

PREFIX = "row-"
DIGEST_BYTES = 16
"""128 bits: among 10 billion rows two share an id by chance once in 10^18 workspaces."""
PRINTED = (ord("!"), ord("~"))
"""The bytes of ASCII that are not blanks; those of blanks beyond ASCII are none of them."""
EXACT: dict[pl.DataType, int] = {pl.Float64(): 2**53, pl.Float32(): 2**24}
"""Below which number a float tells every whole one from the next."""
UNSEEN = r"[\x{FEFF}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}]"
"""Characters without width, as a file's mark where files were put together, or those of a copy."""
FORMULA = r'(?s)^="(.*)"$'
"""How a file has a spreadsheet keep an id's zeros: `="00123"`."""
APOSTROPHE = r"^'(\+?\d[^'\s]*)$"
"""How a file made by a spreadsheet may keep them: `'00123`; a name, as "'90s hits", is none."""


def bare_ids(
    rows: pl.DataFrame, resolved: ResolvedMapping, header: tuple[str, ...]
) -> pl.DataFrame:
    """A file's rows with ids and words without blanks around them or what a spreadsheet adds.

    What has no width is a blank here, too.

    An id of blanks alone is none. Whole numbers that a file holds as fractions, as numbers beside
    nulls often are, are ids without a fraction. Rows whose ids are all bare come back as they are.
    """
    names = {name for read in find_bare_columns(resolved, header).values() for name in read}
    cells = (rows.get_column(name) for name in sorted(names))
    changed = [bare for column in cells if (bare := _bare(column)) is not column]
    return rows.with_columns(changed) if changed else rows


def count_bared(
    before: pl.DataFrame, after: pl.DataFrame, resolved: ResolvedMapping, header: tuple[str, ...]
) -> dict[str, int]:
    """Column of the table -> how many of its ids were text that was not bare.

    Args:
        before: The rows as the file has them.
        after: The same rows with bare ids.
    """
    counts = {
        ours: sum(
            int(before[name].ne_missing(after[name]).sum())
            for name in read
            if before.schema[name] == pl.String
        )
        for ours, read in find_bare_columns(resolved, header).items()
    }
    return {ours: count for ours, count in counts.items() if count}


def is_id(name: str) -> bool:
    """Whether a column of a canonical table is an id."""
    return name.endswith("_id") or name == Orders.refund_of


def is_word(table: type[Feed], name: str) -> bool:
    """Whether a column's texts are words that the contract tells, as a status or a platform."""
    return polars_schema(table)[name] == pl.String and bool(rules(table)[name])


@lru_cache(maxsize=MAPPINGS_KNOWN)
def find_bare_columns(
    resolved: ResolvedMapping, header: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Each id of the table, and each word of a contract's -> the file's columns that give it."""
    named = index_header(header, resolved)
    return {
        ours: tuple(named[fold(n)] for n in file_columns(read, header) if fold(n) in named)
        for ours, read in resolved.mapping.columns.items()
        if is_id(ours) or is_word(resolved.table, ours)
    }


def _bare(cells: pl.Series) -> pl.Series:
    if cells.dtype.is_float() or cells.dtype.is_decimal():
        return _drop_fractions(cells)
    if cells.dtype != pl.String or not _may_be_dressed(cells):
        return cells
    bare = cells.str.strip_chars()
    if bare.str.contains(UNSEEN).any():
        bare = bare.str.replace_all(rf"^(?:\s|{UNSEEN})+|(?:\s|{UNSEEN})+$", "")
    if bare.str.starts_with("'").any():
        bare = bare.str.replace(APOSTROPHE, "${1}")
    if bare.str.starts_with('="').any():
        bare = bare.str.replace(FORMULA, "${1}").str.strip_chars()
    elif bare.str.len_bytes().sum() == cells.str.len_bytes().sum():
        return cells
    return bare.replace("", None)


def _may_be_dressed(cells: pl.Series) -> bool:
    """Whether the first or last byte of a cell can be a blank's, or the first a spreadsheet's."""
    first, last = read_byte(cells, 0), read_last_byte(cells)
    is_written = (first == ord("=")) | (first == ord("'"))
    return bool((_is_blank(first) | _is_blank(last) | is_written).any())


def _is_blank(byte: np.ndarray) -> np.ndarray:
    """Whether a byte may be a blank's; that of an empty cell, which is 0, is none."""
    return (byte > 0) & ((byte < PRINTED[0]) | (byte > PRINTED[1]))


def _drop_fractions(cells: pl.Series) -> pl.Series:
    """Whole numbers as their digits; fractions, and what a float is too coarse for, as they are."""
    known = cells.fill_nan(None) if cells.dtype.is_float() else cells
    whole = known.cast(pl.Int64, strict=False)
    is_whole = whole.cast(known.dtype, strict=False) == known
    if (limit := EXACT.get(cells.dtype)) is not None:
        is_whole &= whole.is_between(-limit, limit, closed="none")
    return whole.cast(pl.String).zip_with(is_whole.fill_null(value=False), known.cast(pl.String))


def derive_ids(rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """Give rows without an id one that is made from all other columns (SPEC §4).

    The id is `row-` and the BLAKE2b hash, of 128 bits in hexadecimal, of the row's columns that
    have a value, in the contract's order, each as `name=length:value;` in UTF-8: the length is
    that of the value in bytes; instants are microseconds since 1970 in UTC; true is `true`. It
    depends on no version of any library, and a column that the contract gets later, being empty
    in the rows that there are, changes no id.

    Args:
        rows: Rows of the table.
        table: A canonical table; one whose keys are not derived is given back as it is.
    """
    if table not in DERIVED_KEYS:
        return rows
    return rows.with_columns(_derive(table))


@cache
def _derive(table: str) -> pl.Expr:
    own, schema = DERIVED_KEYS[table], polars_schema(FEEDS[table])
    cells = [_encode_cell(name, dtype) for name, dtype in schema.items() if name != own]
    content = pl.concat_str(cells, ignore_nulls=True)

    def fill_ids(whole: pl.Series) -> pl.Series:
        ids = whole.struct.field(own)
        is_missing = ids.is_null() | (ids == "")
        if not is_missing.any():
            return ids
        places = is_missing.arg_true()
        texts = whole.gather(places).struct.unnest().select(content).to_series()
        return ids.clone().scatter(places, _hash_texts(texts))

    return pl.struct(*schema).map_batches(fill_ids, return_dtype=pl.String).alias(own)


def _encode_cell(name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name)
    value = (cell.cast(pl.Int64) if isinstance(dtype, pl.Datetime) else cell).cast(pl.String)
    return pl.format("{}={}:{};", pl.lit(name), value.str.len_bytes(), value)


def _hash_texts(texts: pl.Series) -> pl.Series:
    hashed = [
        PREFIX + hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()
        for text in texts
    ]
    return pl.Series(texts.name, hashed, pl.String)
