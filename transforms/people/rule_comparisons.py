"""How a segment's rule compares a field with its value: as numbers, as times, or as text."""

import re
from collections.abc import Callable
from datetime import datetime

import polars as pl

from transforms.people.audiences import read_moment

Comparison = Callable[[pl.Expr, object, str], pl.Expr]
"""Of a field's text with a value of the rules, in the reporting time zone."""
LOCAL_FORMAT = "%Y-%m-%dT%H:%M:%S%.f"
INSTANT = pl.Datetime("us", "UTC")
NUMBER = re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$")
"""What is compared as a number; text with leading zeros is an id."""

TIME = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def _fold(field: pl.Expr) -> pl.Expr:
    return field.str.strip_chars().str.to_lowercase()


def _text(value: object) -> str:
    return str(value).strip().lower()


def _equals(field: pl.Expr, value: object, timezone: str) -> pl.Expr:
    """Numbers as numbers, times as times, a day as any time of it, all else as text."""
    if (number := _read_number(value)) is not None:
        return _as_number(field) == number
    same_text = _fold(field) == _text(value)
    if (moment := _read_moment(value, timezone)) is None:
        return same_text
    if DAY.match(str(value).strip()):
        end = read_moment(str(value).strip(), timezone, end=True)
        is_same = _as_instant(field, timezone).is_between(moment, end, closed="left")
    else:
        is_same = _as_instant(field, timezone) == moment
    return same_text | is_same.fill_null(value=False)


def _orders(compare: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Comparison:
    """Greater or less: numbers as numbers, times as times (a day is its midnight), else as text."""

    def compare_field(field: pl.Expr, value: object, timezone: str) -> pl.Expr:
        if (number := _read_number(value)) is not None:
            return compare(_as_number(field), pl.lit(number))
        if (moment := _read_moment(value, timezone)) is not None:
            return compare(_as_instant(field, timezone), pl.lit(moment, INSTANT))
        return compare(_fold(field), pl.lit(_text(value)))

    return compare_field


def _read_number(value: object) -> float | None:
    """A value of the rules that is a number, or the text of one; true and false are none."""
    if isinstance(value, int | float):
        return None if isinstance(value, bool) else float(value)
    return float(str(value)) if NUMBER.match(str(value).strip()) else None


def _as_number(field: pl.Expr) -> pl.Expr:
    """A field's number; null for text, and for ids such as 007."""
    plain = field.str.strip_chars()
    is_number = plain.str.contains(NUMBER.pattern)
    return pl.when(is_number).then(plain.cast(pl.Float64, strict=False))


def _read_moment(value: object, timezone: str) -> datetime | None:
    """A value of the rules that is a date or a time, as an instant."""
    text = str(value).strip()
    if not TIME.match(text):
        return None
    try:
        return read_moment(text.replace("Z", "+00:00"), timezone)
    except ValueError:
        return None


def _as_instant(field: pl.Expr, timezone: str) -> pl.Expr:
    """A field's instant; null where it is not a date or time."""
    full = (
        field.str.strip_chars()
        .str.replace(" ", "T", literal=True)
        .str.replace(r"^(\d{4}-\d\d-\d\d)$", "${1}T00:00:00")
        .str.replace(r"T(\d\d:\d\d)([+-]|Z|$)", "T${1}:00${2}")
        .str.replace(r"Z$", "+00:00")
    )
    local = full.str.to_datetime(LOCAL_FORMAT, time_unit="us", strict=False)
    with_offset = full.str.to_datetime(f"{LOCAL_FORMAT}%:z", time_unit="us", strict=False)
    in_zone = local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return pl.coalesce(with_offset, in_zone.dt.convert_time_zone("UTC"))


def _is_in(field: pl.Expr, values: object, timezone: str) -> pl.Expr:
    listed = values if isinstance(values, list) else [values]
    equal = (_equals(field, value, timezone) for value in listed)
    return pl.any_horizontal(pl.lit(value=False), *equal)


def _contains(field: pl.Expr, value: object, _: str) -> pl.Expr:
    return _fold(field).str.contains(_text(value), literal=True)


OPERATORS: dict[str, Comparison] = {
    "eq": _equals,
    "ne": lambda *of: ~_equals(*of).fill_null(value=False),
    "gt": _orders(lambda field, value: field > value),
    "gte": _orders(lambda field, value: field >= value),
    "lt": _orders(lambda field, value: field < value),
    "lte": _orders(lambda field, value: field <= value),
    "in": _is_in,
    "not_in": lambda *of: ~_is_in(*of).fill_null(value=False),
    "contains": _contains,
    "not_contains": lambda *of: ~_contains(*of).fill_null(value=False),
    "starts_with": lambda field, value, _: _fold(field).str.starts_with(_text(value)),
    "ends_with": lambda field, value, _: _fold(field).str.ends_with(_text(value)),
    "is_set": lambda field, *_: field.is_not_null(),
    "is_not_set": lambda field, *_: field.is_null(),
}
"""Operator -> the comparison of a field's text with a value."""

TAKES_LIST = ("in", "not_in")
