"""Figures as the page shows them: readable, with the cell of the table that they stand in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flows.masking import mask

COUNT, MONEY, RATE, NUMBER = "count", "money", "rate", "number"
DAY, TIME, TEXT, CODE = "day", "time", "text", "code"
NOTHING = "\u2013"
MONEY_WORDS = ("spend", "revenue", "cost", "cpc", "cpm", "conversions_value", "amount")
NO_RATES = ("p_value", "score")
Value = Any
"""A cell of a published table."""


@dataclass(frozen=True)
class Cell:
    """One cell of the page.

    Attributes:
        kind: How it is written in the reader's locale.
        value: The value as the table has it, without format; empty for none.
        table: `group/table` where it stands, or of whose rows it is a sum; empty for neither.
        key: The row or rows that are meant, as JSON.
        share: How long its bar is, from 0 to 1; None for no bar.
    """

    text: str
    kind: str = TEXT
    value: str = ""
    table: str = ""
    key: str = ""
    column: str = ""
    share: float | None = None

    @property
    def is_figure(self) -> bool:
        """Whether the cell stands in a table."""
        return bool(self.table)


def kind_of(name: str, value: Value) -> str:
    """How a column's values are written."""
    if isinstance(value, datetime):
        return TIME
    if isinstance(value, date):
        return DAY
    if isinstance(value, int) and not isinstance(value, bool):
        return COUNT
    if name.startswith(MONEY_WORDS) or name.endswith(tuple(f"_{word}" for word in MONEY_WORDS)):
        return MONEY
    is_rate = name.endswith(("_rate", "_rate_of_sends", "share", "_low", "_high", "_difference"))
    if isinstance(value, float) and (is_rate or name == "ctr") and name not in NO_RATES:
        return RATE
    return NUMBER if isinstance(value, (float, Decimal)) else TEXT


def _write_value(value: Value, kind: str) -> str:
    """A value as it reads where no script puts it into the reader's locale."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | date):
        return str(value)
    if kind == RATE:
        return f"{float(value) * 100:.1f} %"
    if kind == COUNT or (kind == NUMBER and value == int(value)):
        return f"{int(value):,}"
    return f"{value:,.2f}"


def plain(value: Value, kind: str | None = None, *, share: float | None = None) -> Cell:
    """A cell that stands in no table: a text, or a ratio of sums."""
    kind = kind or kind_of("", value)
    if kind in (TEXT, CODE):
        return Cell(mask(_write_value(value, kind)), kind, share=share)
    return Cell(_write_value(value, kind), kind, _raw(value), share=share)


def figure(
    table: str, key: Mapping[str, object], column: str, value: Value, kind: str | None = None
) -> Cell:
    """A cell that stands in a table, or is the sum of some of its rows.

    Where the key bears an address or a telephone number the cell does not say where it stands: the
    page names nobody.

    Args:
        key: Column -> value, a list of values, or `{"from", "to"}`; columns left out are any.
        kind: How it is written; by the column where not given.
    """
    return figure_at(table, write_key(key), column, value, kind or kind_of(column, value))


def write_key(key: Mapping[str, object]) -> str:
    """A key as JSON; empty where it bears an address or a number: the page names nobody."""
    text = json.dumps(key, ensure_ascii=False, default=str)
    return text if mask(text) == text else ""


def figure_at(table: str, key: str, column: str, value: Value, kind: str) -> Cell:
    """A cell that stands in a table, its key written already (`write_key`)."""
    if value is None:
        return Cell(NOTHING, kind)
    if not key:
        return plain(value, kind)
    return Cell(_write_value(value, kind), kind, _raw(value), table, key, column)


def _raw(value: Value) -> str:
    return "" if value is None else str(value)
