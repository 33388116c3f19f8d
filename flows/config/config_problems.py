"""What is wrong with a configuration: sentences with the key and what was probably meant."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.config.source_mapping import Source
from contracts.config.workspace import Workspace
from flows.config.environment import Settings, find_gap, overlay, variable, variable_below
from flows.config.setting_sentences import Model, Path, explain, is_in_expression, is_list


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
    for error in _errors(merged, Workspace):
        found.setdefault(_path(error, merged), error)
    gaps = {path: gap for path in found if (gap := _find_gap(path, written, overriding))}
    return [
        gaps.get(path)
        or f"{_shown(path)}: {explain(error, path, Workspace)}{_origin(path, written, overriding)}"
        for path, error in found.items()
        if not _follows(error, path, found)
    ]


def _find_gap(path: Path, written: Settings, overriding: Settings) -> str:
    """The sentence about an entry that the environment gives beyond the next one of a list."""
    new = _at(path, overriding)
    if not isinstance(new, dict) or not is_list(path, Workspace):
        return ""
    before = _at(path, written)
    gap = find_gap(before if isinstance(before, list) else [], new)
    if gap is None:
        return ""
    key, following = gap
    given = variable_below((*path, key), overriding)
    return (
        f"{_shown(path)}: the next entry is {following}, not {key} (from the environment: {given})"
    )


def _at(path: Path, settings: Settings) -> object:
    """The setting at a path; None where there is none."""
    place: Any = settings
    for part in path:
        if isinstance(place, list):
            place = dict(enumerate(place)).get(part)
        else:
            place = place.get(str(part)) if isinstance(place, dict) else None
    return place


def find_source_problems(written: Settings) -> list[str]:
    """Every problem of a source mapping as `key: what is wrong`.

    Returns:
        The problems; empty if it is a source mapping.
    """
    found: dict[Path, ErrorDetails] = {}
    for error in _errors(written, Source):
        found.setdefault(_path(error, written), error)
    return [
        f"{_shown(path)}: {explain(error, path, Source)}"
        for path, error in found.items()
        if not _follows(error, path, found)
    ]


def _follows(error: ErrorDetails, path: Path, found: Iterable[Path]) -> bool:
    """Whether a list is too short only because what it has is wrong."""
    depth = len(path)
    within = (len(one) > depth and one[:depth] == path for one in found)
    return error["type"] == "too_short" and any(within)


def _errors(settings: Settings, model: Model) -> list[ErrorDetails]:
    try:
        model.model_validate(settings)
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
    last = error["loc"][-1] if error["loc"] else None
    for part in error["loc"]:
        try:
            place = place[part]
        except (KeyError, IndexError, TypeError):
            if part is not last or error["type"] != "missing" or is_in_expression(error):
                break
        path.append(part)
    return (*path, *error.get("ctx", {}).get("path", ()))


def _shown(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the file"


def _origin(path: Path, written: Settings, overriding: Settings) -> str:
    """The variable that gave a setting, or what is within it where the file has none of it."""
    name = variable(path, overriding)
    if name is None and _at(path, written) is None and _at(path, overriding) is not None:
        name = variable_below(path, overriding)
    return f" (from the environment: {name})" if name else ""
