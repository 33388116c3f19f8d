"""What the environment says about a workspace: CAMPAIGN_REPORTS_<SECTION>__<KEY>.

A list's entry is named by its position (CAMPAIGN_REPORTS_FEEDS__0__FILES); a whole list or table is
given as JSON (CAMPAIGN_REPORTS_ATTRIBUTION__MODELS='["linear"]').
"""

import json
from collections.abc import Mapping
from typing import Any

Settings = dict[str, Any]
"""A configuration, or a part of it, as TOML and JSON have it."""

PREFIX = "CAMPAIGN_REPORTS_"
SEPARATOR = "__"
OURS = frozenset({"CAMPAIGN_REPORTS_DEBUG"})
"""Variables of the command itself, which are no part of the configuration."""


def overrides(environ: Mapping[str, str]) -> Settings:
    """The nested settings that the environment gives: keys in lower case, values text or JSON."""
    nested: Settings = {}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in OURS:
            path = name.removeprefix(PREFIX).lower().split(SEPARATOR)
            nested = overlay(nested, _nest(path, _value(environ[name])))
    return nested


def overlay(written: Settings, overriding: Settings) -> Settings:
    """The written settings with the overriding ones in their place, entry by entry.

    An override `{"0": …}` of a list changes the entry at that position, or adds the next one.
    """
    return {**written, **{key: _merge(written.get(key), new) for key, new in overriding.items()}}


def _merge(before: object, new: object) -> object:
    if not isinstance(new, dict):
        return new
    if isinstance(before, list) and all(_is_position(key, before) for key in new):
        by_position = {str(position): entry for position, entry in enumerate(before)}
        return list(overlay(by_position, new).values())
    return overlay(before if isinstance(before, dict) else {}, new)


def variable(path: tuple[str | int, ...], overriding: object) -> str | None:
    """The variable that gave the setting at a path; None where the environment did not."""
    place = overriding
    for depth, part in enumerate(path):
        if not isinstance(place, dict) or str(part) not in place:
            return None
        place = place[str(part)]
        if not isinstance(place, dict):
            return PREFIX + SEPARATOR.join(str(one).upper() for one in path[: depth + 1])
    return None


def _nest(path: list[str], value: object) -> dict[str, object]:
    first, *rest = path
    return {first: _nest(rest, value) if rest else value}


def _is_position(key: str, entries: list[object]) -> bool:
    return key.isdecimal() and int(key) <= len(entries)


def _value(text: str) -> object:
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
