"""The sentence about a setting that is wrong: what it must be, and what was probably meant."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from contracts.config.nearest_names import guess, unknown
from contracts.config.setting_types import (
    DASK_PATTERN,
    DELIMITER_PATTERN,
    DURATION_PATTERN,
    FEED_NAME_PATTERN,
    MEMORY_PATTERN,
    PROBLEM,
)
from contracts.feeds.orders import CURRENCY_PATTERN
from contracts.vocabulary import NAME_PATTERN, Platform

Path = tuple[str | int, ...]
Model = type[BaseModel]
"""What was to be read: the configuration, or a source mapping."""

TYPE_NAMES = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list",
    "list": "a list",
    "dict": "a table",
    "model": "a table",
}
INPUT_NAMES = {str: "text", bool: "true or false", int: "a number", float: "a fraction"}
PATTERNS = {
    CURRENCY_PATTERN: "must be a currency's three capital letters, as 'USD'",
    NAME_PATTERN: "must be a name of small letters, digits and _, as 'google_ads'",
    DURATION_PATTERN: "must be a number of hours, days or weeks, as '36h', '1d' or '2w'",
    MEMORY_PATTERN: "must be a size, as '2GB' or '500MB'",
    DASK_PATTERN: "must be a scheduler's address, as 'tcp://127.0.0.1:8786'",
    DELIMITER_PATTERN: "must be one character, as ';', and no letter, digit, quote or end of line",
    FEED_NAME_PATTERN: "must be a name of letters, digits, space and _ . ( ) -",
}
EXPRESSION = (
    "must be a column's name or one of { first = […] }, { first_in_file = […] }, { sum = […] }, "
    '{ join = […] }, { labels = {…} }, { column = "…", extract = "…" }, { like = "…" }, '
    '{ in_header = "…" }, { url = "…", parameters = {…} }'
)


def is_in_expression(error: ErrorDetails) -> bool:
    """Whether an error is about a column's expression, which may be one of several things."""
    match error["loc"]:
        case ("feeds" | "tables", int(), "columns" | "members", _, _, *_):
            return True
        case ("tables", int(), "period", "start" | "end", _, *_):
            return True
    return False


def explain(error: ErrorDetails, path: Path, model: Model) -> str:
    """What is wrong with the setting at a path."""
    kind, context = error["type"], error.get("ctx", {})
    if is_in_expression(error):
        return EXPRESSION
    if PROBLEM in context:
        return str(context[PROBLEM])
    if tell := SENTENCES.get(kind):
        return tell(error, path, model)
    if expected := TYPE_NAMES.get(kind.split("_")[0]):
        return _wrong_type(error, path, expected)
    return error["msg"].replace("Input should", "must")


def _missing(_: ErrorDetails, path: Path, model: Model) -> str:
    return f"is missing: {_schema_at(path, model).get('description', 'it is required')}"


def _unknown_key(_: ErrorDetails, path: Path, model: Model) -> str:
    key, known = str(path[-1]), _schema_at(path[:-1], model).get("properties", {})
    if sections := _list_sections_of(key, model):
        return f"unknown key {key!r} here; it belongs under {' or '.join(sections)}"
    return unknown("key", key, known)


def _list_sections_of(key: str, model: Model) -> list[str]:
    """The sections that have a key, as TOML writes their names."""
    tops = {name: _schema_at((name,), model) for name in _schema_at((), model)["properties"]}
    lists = {name for name, top in tops.items() if top.get("type") == "array"}
    entries = {name: _schema_at((name, 0), model) if name in lists else tops[name] for name in tops}
    return [
        f"[[{name}]]" if name in lists else f"[{name}]"
        for name, entry in entries.items()
        if key in entry.get("properties", {})
    ]


def _wrong_type(error: ErrorDetails, path: Path, expected: str) -> str:
    brackets = f"; write it under [[{path[0]}]]" if len(path) == 1 and expected == "a list" else ""
    return f"must be {expected}, not {_kind_of(error['input'])}{brackets}"


def _unknown_word(error: ErrorDetails, _: Path, __: Model) -> str:
    known = [word for _, word in re.findall(r"(['\"])(.+?)\1", error["ctx"]["expected"])]
    choices = f"must be one of {', '.join(map(repr, known))}"
    return choices + (guess(error["input"], known) if isinstance(error["input"], str) else "")


def _wrong_pattern(error: ErrorDetails, path: Path, _: Model) -> str:
    known = [platform.value for platform in Platform] if path[0] == "ads" else []
    return PATTERNS[error["ctx"]["pattern"]] + guess(error["input"], known)


def _empty_list(_: ErrorDetails, __: Path, ___: Model) -> str:
    return "must have at least one entry; without the key the default counts"


def _kind_of(given: object) -> str:
    if isinstance(given, dict):
        return "a table"
    if isinstance(given, list | tuple):
        return "a list"
    return INPUT_NAMES.get(type(given), "a date or time")


def is_list(path: Path, model: Model) -> bool:
    """Whether the setting at a path is a list."""
    return _schema_at(path, model).get("type") == "array"


def _schema_at(path: Path, model: Model) -> dict[str, Any]:
    """The JSON Schema of the setting at a path; empty where there is none."""
    whole = model.model_json_schema()
    place: dict[str, Any] = whole
    for part in path:
        inner = (
            place.get("items", {})
            if place.get("type") == "array"
            else place.get("properties", {}).get(part) or place.get("additionalProperties") or {}
        )
        place = inner if isinstance(inner, dict) else {}
        if "$ref" in place:
            place = whole["$defs"][place["$ref"].rpartition("/")[2]] | {
                key: value for key, value in place.items() if key == "description"
            }
    return place


SENTENCES: dict[str, Callable[[ErrorDetails, Path, Model], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _unknown_word,
    "string_pattern_mismatch": _wrong_pattern,
    "too_short": _empty_list,
}
"""Pydantic's type of an error -> the sentence about it; of what is not here, its type's name."""
