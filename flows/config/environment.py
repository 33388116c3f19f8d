"""What the environment says about a workspace: CAMPAIGN_REPORTS_<SECTION>__<KEY>.

A list's entry is named by its position (CAMPAIGN_REPORTS_FEEDS__0__FILES); a whole list or table is
given as JSON (CAMPAIGN_REPORTS_ATTRIBUTION__MODELS='["linear"]').
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.config.workspace import Workspace
from flows.config.setting_sentences import Path, is_list

Settings = dict[str, Any]
"""A configuration, or a part of it, as TOML and JSON have it."""

PREFIX = "CAMPAIGN_REPORTS_"
SEPARATOR = "__"
AMONG_VARIABLES: Path = ("variables",)
"""Where settings that variables give are put together: no list is begun there."""
OURS = frozenset({"CAMPAIGN_REPORTS_DEBUG"})
"""Variables of the command itself, which are not part of the configuration."""


def overrides(environ: Mapping[str, str]) -> Settings:
    """The nested settings that the environment gives: keys in lower case, values text or JSON."""
    nested: Settings = {}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in OURS:
            path = name.removeprefix(PREFIX).lower().split(SEPARATOR)
            nested = _overlay(AMONG_VARIABLES, nested, _nest(path, _value(environ[name])))
    return nested


def overlay(written: Settings, overriding: Settings) -> Settings:
    """The written settings with the overriding ones in their place, entry by entry.

    An override `{"0": …}` of a list changes the entry at that position, or adds the next one; of
    a list that is not written it makes one.
    """
    return _overlay((), written, overriding)


def _overlay(path: Path, written: Settings, overriding: Settings) -> Settings:
    merged = {key: _merge((*path, key), written.get(key), new) for key, new in overriding.items()}
    return {**written, **merged}


def _merge(path: Path, before: object, new: object) -> object:
    if not isinstance(new, dict):
        return new
    if before is None and is_list(path, Workspace):
        before = []
    if isinstance(before, list) and find_gap(before, new) is None:
        by_position = {str(position): entry for position, entry in enumerate(before)}
        entries = _overlay(path, by_position, new)
        return [entries[key] for key in sorted(entries, key=int)]
    return _overlay(path, before if isinstance(before, dict) else {}, new)


def find_gap(before: list[Any], new: Iterable[str]) -> tuple[str, int] | None:
    """The first entry that a list does not have and that is not its next one, and which that is.

    Args:
        new: The entries' positions, as variables name them.
    """
    following = len(before)
    for key in sorted(new, key=lambda key: (len(key), key)):
        if key not in map(str, range(following + 1)):
            return key, following
        following = max(following, int(key) + 1)
    return None


def variable(path: Path, overriding: object) -> str | None:
    """The variable that gave the setting at a path; None where the environment did not."""
    place = overriding
    for depth, part in enumerate(path):
        if not isinstance(place, dict) or str(part) not in place:
            return None
        place = place[str(part)]
        if not isinstance(place, dict):
            return PREFIX + SEPARATOR.join(str(one).upper() for one in path[: depth + 1])
    return None


def variable_below(path: Path, overriding: Settings) -> str:
    """The first variable that gave something at a path, which leads to something, or within it."""
    place: Any = overriding
    for part in path:
        place = place[str(part)]
    while isinstance(place, dict) and place:
        first = next(iter(place))
        path, place = (*path, first), place[first]
    return PREFIX + SEPARATOR.join(str(one).upper() for one in path)


def _nest(path: list[str], value: object) -> dict[str, object]:
    first, *rest = path
    return {first: _nest(rest, value) if rest else value}


def _value(text: str) -> object:
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
