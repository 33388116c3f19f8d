"""What a name was meant to be, for the messages that refuse it."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

MOST = 3
"""How many names are near at most."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be."""
    by_folded = {one.casefold(): one for one in sorted(known)}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[found[0]] if found else None


def nearest_names(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    """The three known names at most that are like one of the wanted ones, the likest first."""
    by_folded = {one.casefold(): one for one in known}
    scored: dict[str, float] = {}
    for name in map(str.casefold, wanted):
        for found in get_close_matches(name, by_folded, n=MOST, cutoff=0.5):
            likeness = SequenceMatcher(None, name, found).ratio()
            scored[found] = max(likeness, scored.get(found, 0))
    in_order = sorted(scored, key=lambda one: (-scored[one], one))
    return [by_folded[found] for found in in_order[:MOST]]


def hint_nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """The question whether the nearest known name was meant; another hint where none is near."""
    near = nearest(name, known)
    return f"Did you mean {near!r}?" if near else otherwise


def guess(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The same as the end of a sentence."""
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else otherwise


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence that tells an unknown name and the nearest known one."""
    names = list(known)
    hint = guess(name, names, f"; known: {', '.join(names)}")
    return f"unknown {what} {name!r}{hint}"
