"""Ids of rows that have none of their own: derived from what the row says, the same for good."""

import hashlib
from functools import cache

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import DERIVED_KEYS, FEEDS

PREFIX = "row-"
DIGEST_BYTES = 16
"""128 bits: among 10 billion rows two share an id by chance once in 10^18 workspaces."""


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
