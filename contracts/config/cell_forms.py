"""How cells are written, where not in the contract's own terms: units, marks of numbers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Literal

import polars as pl

from contracts import columns
from contracts.config.setting_types import problem
from contracts.feeds import FEEDS


class Unit(StrEnum):
    """How a cell's text states its value, where not in the contract's own terms."""

    MICROS = "micros"
    UNIX_SECONDS = "unix_seconds"
    UNIX_MILLISECONDS = "unix_milliseconds"
    UNIX = "unix"
    """Seconds, milliseconds (from 10^11 on) or microseconds (from 10^14 on): by magnitude."""
    EXCEL_DAYS = "excel_days"
    """Days since 30 December 1899 with a fraction for the time, in the feed's time zone."""
    PERCENT = "percent"
    CENTS = "cents"


UNITS_OF_AMOUNTS = frozenset((Unit.MICROS, Unit.CENTS, Unit.PERCENT))
UNIT_WORDS = re.compile(
    r"(?i)(?<![a-z])(?:(?P<micros>micros?)|(?P<cents>cents|pence|in[ _]cent|minor[ _]units?)"
    r"|(?P<thousands>thousands?|tausend|tsd\.?))(?![a-z])|(?P<zeros>\(000s?\))"
)
"""What a column is called that counts parts of an amount, or thousands."""

DecimalMark = Literal[".", ","]
"""What stands before a number's fraction."""

ThousandsMark = Literal[",", ".", " ", "'"]
"""What stands between groups of three digits.

A space stands for the unbroken ones, too, and an apostrophe for the typographic one.
"""
NegativeForm = Literal["(1)", "1-"]
"""How numbers below zero are written beside `-1`, as by accounting programs."""

NO_STAMP = "is neither a day nor a stamp, and only these have formats"
TWO_FORMS = "has a format, too; give one of the two"
BOTH_MARKS = "is the decimal mark too; give the other one as decimal"


def find_unit(header: str) -> str | None:
    """The word of the unit that a column's name says: `micros`, `cents`, `thousands`; or none."""
    found = UNIT_WORDS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header))
    return found and (found.lastgroup or "").replace("zeros", "thousands")


def find_unfit(
    formats: Iterable[str], units: Mapping[str, Unit], types: Mapping[str, pl.DataType]
) -> Iterator[tuple[str, str, str]]:
    """Formats and units that would do nothing: setting, column and what is wrong.

    Args:
        formats: Canonical columns that have a format.
        units: Canonical column -> its unit.
        types: Canonical column -> its type; others are passed over.
    """
    for name in formats:
        if name in types and not types[name].is_temporal():
            yield "formats", name, NO_STAMP
    for name, unit in units.items():
        if name not in types:
            continue
        if unit in UNITS_OF_AMOUNTS:
            fits, kind = types[name].is_decimal(), "amounts"
        elif unit is Unit.EXCEL_DAYS:
            fits, kind = types[name].is_temporal(), "days and stamps"
        else:
            fits, kind = isinstance(types[name], pl.Datetime), "stamps"
        if not fits:
            yield "units", name, f"{unit.value!r} is of {kind} alone"
        elif name in formats:
            yield "units", name, TWO_FORMS


def require_forms(formats: Iterable[str], units: Mapping[str, Unit], table: str) -> None:
    """Refuse formats and units of columns that are not read by them: they would do nothing.

    Raises:
        PydanticCustomError: Such a column.
    """
    for setting, name, sentence in find_unfit(formats, units, columns.polars_schema(FEEDS[table])):
        raise problem(sentence, setting, name)
