"""What is wrong with a configuration: sentences with the key and what was probably meant."""

import json
import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.config.nearest_names import nearest, unknown
from contracts.config.setting_types import (
    DASK_PATTERN,
    DURATION_PATTERN,
    FEED_NAME_PATTERN,
    MEMORY_PATTERN,
    PROBLEM,
)
from contracts.config.workspace import Workspace
from contracts.feeds.orders import CURRENCY_PATTERN
from contracts.vocabulary import NAME_PATTERN, Platform
from flows.config.environment import Settings, overlay, variable

Path = tuple[str | int, ...]

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
    FEED_NAME_PATTERN: "must be a name of letters, digits, space and _ . ( ) -",
}
EXPRESSION = (
    "must be a column's name or one of { first = […] }, { sum = […] }, { join = […] }, "
    '{ column = "…", extract = "…" }'
)


def find_problems(written: Settings, overriding: Settings) -> list[str]:
    """Every problem of a configuration as `key: what is wrong`, in the order of the file.

    Args:
        written: campaigns.toml as parsed; its values must have the right type.
        overriding: What the environment gives; its values are text and may be read as numbers.

    Returns:
        The problems; empty if the two together are a configuration.
    """
    merged = overlay(written, overriding)
    found = {_path(error, written): error for error in _type_errors(written)}
    found = {path: error for path, error in found.items() if variable(path, overriding) is None}
    for error in _errors(merged):
        found.setdefault(_path(error, merged), error)
    return [
        f"{_shown(path)}: {_sentence(error, path)}{_origin(path, overriding)}"
        for path, error in found.items()
    ]


def _errors(settings: Settings) -> list[ErrorDetails]:
    try:
        Workspace.model_validate(settings)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _type_errors(written: Settings) -> list[ErrorDetails]:
    """Wrong types alone, such as a number in quotes or true for 1, which would pass else."""
    try:
        Workspace.model_validate_json(json.dumps(written, default=str), strict=True)
    except ValidationError as error:
        return [one for one in error.errors(include_url=False) if one["type"].endswith("_type")]
    return []


def _path(error: ErrorDetails, settings: Settings) -> Path:
    """Where in the settings an error lies: its location without the tags of union members."""
    path: list[str | int] = []
    place: Any = settings
    *_, last = error["loc"]
    for part in error["loc"]:
        try:
            place = place[part]
        except (KeyError, IndexError, TypeError):
            if part is not last or error["type"] != "missing" or _in_union(error):
                break
        path.append(part)
    return (*path, *error.get("ctx", {}).get("path", ()))


def _in_union(error: ErrorDetails) -> bool:
    """Whether an error is about a column's expression, which may be one of several things."""
    match error["loc"]:
        case ("feeds", int(), "columns", _, _, *_):
            return True
    return False


def _shown(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "campaigns.toml"


def _origin(path: Path, overriding: Settings) -> str:
    name = variable(path, overriding)
    return f" (from the environment: {name})" if name else ""


def _sentence(error: ErrorDetails, path: Path) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if _in_union(error):
        return EXPRESSION
    if PROBLEM in context:
        return str(context[PROBLEM])
    if tell := SENTENCES.get(kind):
        return tell(error, path)
    if expected := TYPE_NAMES.get(kind.split("_")[0]):
        return _wrong_type(error, path, expected)
    return error["msg"].replace("Input should", "must")


def _missing(_: ErrorDetails, path: Path) -> str:
    return f"is missing: {_schema_at(path).get('description', 'it is required')}"


def _unknown_key(_: ErrorDetails, path: Path) -> str:
    return unknown("key", str(path[-1]), _schema_at(path[:-1]).get("properties", {}))


def _wrong_type(error: ErrorDetails, path: Path, expected: str) -> str:
    brackets = f"; write it under [[{path[0]}]]" if len(path) == 1 and expected == "a list" else ""
    return f"must be {expected}, not {_kind_of(error['input'])}{brackets}"


def _unknown_word(error: ErrorDetails, _: Path) -> str:
    known = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    choices = f"must be one of {', '.join(known)}"
    near = nearest(error["input"], known) if isinstance(error["input"], str) else None
    return f"{choices}; did you mean {near!r}?" if near else choices


def _wrong_pattern(error: ErrorDetails, path: Path) -> str:
    known = [platform.value for platform in Platform] if path[0] == "ads" else []
    near = nearest(error["input"], known)
    hint = f"; did you mean {near!r}?" if near else ""
    return PATTERNS[error["ctx"]["pattern"]] + hint


def _wrong_length(_: ErrorDetails, __: Path) -> str:
    return "must be one character"


def _kind_of(given: object) -> str:
    if isinstance(given, dict):
        return "a table"
    if isinstance(given, list | tuple):
        return "a list"
    return INPUT_NAMES.get(type(given), "a date or time")


def _schema_at(path: Path) -> dict[str, Any]:
    """The JSON Schema of the setting at a path; empty where there is none."""
    whole = Workspace.model_json_schema()
    place: dict[str, Any] = whole
    for part in path:
        inner = (
            place.get("items", {})
            if isinstance(part, int)
            else place.get("properties", {}).get(part) or place.get("additionalProperties") or {}
        )
        place = inner if isinstance(inner, dict) else {}
        if "$ref" in place:
            place = whole["$defs"][place["$ref"].rpartition("/")[2]] | {
                key: value for key, value in place.items() if key == "description"
            }
    return place


SENTENCES: dict[str, Callable[[ErrorDetails, Path], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _unknown_word,
    "string_pattern_mismatch": _wrong_pattern,
    "string_too_long": _wrong_length,
    "string_too_short": _wrong_length,
}
"""Pydantic's type of an error -> the sentence about it; of what is not here, its type's name."""
