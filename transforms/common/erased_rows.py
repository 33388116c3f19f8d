"""Which rows bear an erased person, by whatever column."""

from collections.abc import Mapping

import polars as pl

from contracts.erasures import KIND_OF_COLUMN, Erasures
from contracts.feeds import Feed
from contracts.quarantine import Quarantine

ORG_ID = Feed.org_id
UNREAD = r'^\{"(?:line|cells)":'
"""How quarantine shows a record that could not be read."""
RECORD = "record that could not be read"


def is_erased(schema: Mapping[str, pl.DataType], erasures: Erasures) -> pl.Expr:
    """Whether a row bears an erased person: an id, an address, a number, or text with one of them.

    Args:
        schema: the rows' columns; ids of other things than people are not looked at. Rows of
            quarantine that could not be read are looked at word by word (`says_erased`).
        erasures: who was erased.
    """
    named = list(bears_erased(schema, erasures).values())
    if Quarantine.failed_checks in schema:
        raw = pl.col(Quarantine.raw)
        named.append(says_erased(pl.when(raw.str.contains(UNREAD)).then(raw), erasures))
    return pl.any_horizontal(pl.lit(value=False), *named)


def bears_erased(schema: Mapping[str, pl.DataType], erasures: Erasures) -> dict[str, pl.Expr]:
    """Column -> whether its cell bears an erased person, for all but ids of other things."""
    org_id = pl.col(ORG_ID) if ORG_ID in schema else pl.lit(None, pl.String)
    return {
        name: pl.struct(org_id.alias(ORG_ID), pl.col(name).alias(name)).map_batches(
            lambda cells, name=name: _judge(cells, name, erasures), return_dtype=pl.Boolean
        )
        for name, dtype in schema.items()
        if dtype == pl.String and (name in KIND_OF_COLUMN or not name.endswith("_id"))
    }


def says_erased(record: pl.Expr, erasures: Erasures) -> pl.Expr:
    """Whether a record that could not be read bears an erased person, be the id ever so short."""
    org_id = pl.lit(None, pl.String)
    return pl.struct(org_id.alias(ORG_ID), record.alias(RECORD)).map_batches(
        lambda cells: _judge(cells, RECORD, erasures), return_dtype=pl.Boolean
    )


def _judge(cells: pl.Series, name: str, erasures: Erasures) -> pl.Series:
    """Judge each distinct cell once."""
    rows = cells.struct.unnest()
    distinct = rows.unique().drop_nulls(name)
    judge = erasures.says if name == RECORD else erasures.mentions
    kind = KIND_OF_COLUMN.get(name)
    flags = [
        erasures.knows(org_id, kind, cell) if kind else judge(org_id, cell)
        for org_id, cell in distinct.select(ORG_ID, name).iter_rows()
    ]
    bad = distinct.filter(pl.Series(flags, dtype=pl.Boolean)).with_columns(bad=pl.lit(value=True))
    keys = [ORG_ID, name]
    joined = rows.join(
        bad, on=keys, how="left", validate="m:1", nulls_equal=True, maintain_order="left"
    )
    return joined.get_column("bad").fill_null(value=False)
