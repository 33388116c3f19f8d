"""What things are: hashes by which a run knows that nothing that decides a result has changed."""

import hashlib
import json
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Protocol, runtime_checkable

import polars as pl
from pydantic import BaseModel

from contracts.config.workspace import Workspace

DECIDES_NOTHING = "run"
"""The section of a configuration that says what a run may use: no figure hangs on it."""
HASH, FIRST, SECOND = "hash", 1, 2
"""A row's hash and its seed, and that of the hash of it that is added up beside it."""
SUMS = (pl.len(), pl.sum(HASH), pl.col(HASH).hash(SECOND).sum().alias("again"))
"""What is told of the hashes of a table's rows."""


@runtime_checkable
class Identified(Protocol):
    """Something that knows what it is."""

    @property
    def identity(self) -> str:
        """Differs wherever a result that is made from it could differ."""
        ...


def identify(*parts: object) -> str:
    """One hash of several things, in their order.

    Args:
        parts: Texts, numbers, days, lists, mappings, models, and whatever has an `identity`.

    Raises:
        TypeError: A part does not say what it is.
    """
    text = json.dumps(parts, default=_describe, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def identify_rows(rows: pl.LazyFrame) -> str:
    """The hash of a table's rows, whatever their order.

    Equal rows give equal hashes within one version of Polars, which every key of a kept result
    names. A row's hash is of all of its cells together; hashes add up, so that rows may come in
    any order, and a row that stands twice counts twice.
    """
    schema = rows.collect_schema()
    whole = pl.struct(pl.all())
    found = rows.select(whole.hash(FIRST).alias(HASH)).select(SUMS).collect(engine="streaming")
    return identify([(name, str(dtype)) for name, dtype in schema.items()], found.row(0))


def identify_each(rows: pl.LazyFrame, by: str) -> dict[int, str]:
    """The hash of the rows of each group of a table, as `identify_rows` has it of all.

    Args:
        by: The column with the number of a row's group.
    """
    whole = pl.struct(pl.exclude(by)).hash(FIRST).alias(HASH)
    found = rows.select(by, whole).group_by(by).agg(SUMS).collect(engine="streaming")
    return {number: identify(sums) for number, *sums in found.iter_rows()}


def _describe(part: object) -> object:
    match part:
        case Workspace():
            return part.model_dump(mode="json", by_alias=True, exclude={DECIDES_NOTHING})
        case BaseModel():
            return part.model_dump(mode="json", by_alias=True)
        case Identified():
            return part.identity
        case date() | Decimal():
            return str(part)
        case AbstractSet():
            return sorted(part, key=str)
    msg = f"{type(part).__name__} does not say what it is"
    raise TypeError(msg)
