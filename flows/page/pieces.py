"""Pieces of the page that are shown or not, by how many rows its tables show.

A tab is written once, with all the rows that it may show; how many it does show is decided when
the sizes of all tabs are known, by leaving pieces out.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LIMITS = (50, 25, 12, 6, 3, 1)
"""How many rows a table may show at most: the tables of a tab all show as many."""
MOST_ROWS, FEWEST_ROWS = LIMITS[0], LIMITS[-1]
OPENING = 8
"""A row opens into an eighth as many rows as a table has, at most."""
LEAST_FINER = 2
"""So many rows a row opens into at least, where there are as many."""


class PagePiece(NamedTuple):
    """Some HTML, and with which limits of rows it is shown."""

    text: str
    least: int = FEWEST_ROWS
    most: int = MOST_ROWS


def limit_of(place: int) -> int:
    """The smallest limit with which the row at a place, from 0, is shown; the greatest for rest."""
    return min((limit for limit in LIMITS if limit > place), default=MOST_ROWS)


def count_finer(limit: int) -> int:
    """Into how many rows a row opens at most."""
    return max(LEAST_FINER, limit // OPENING)


def limit_of_finer(place: int) -> int:
    """The smallest limit with which the row at a place below another is shown."""
    return min((limit for limit in LIMITS if count_finer(limit) > place), default=MOST_ROWS)


def fit_pieces(tabs: Mapping[str, Sequence[PagePiece]], room: int) -> dict[str, str]:
    """Join the pieces of each tab, the rows of the largest tabs cut until all have room.

    Args:
        room: How many bytes there are for all of them.

    Returns:
        Name -> HTML. Where even the fewest rows have no room, these.
    """
    sizes = {
        name: {limit: sum(len(text.encode()) for text in _shown(pieces, limit)) for limit in LIMITS}
        for name, pieces in tabs.items()
    }
    chosen = dict.fromkeys(tabs, MOST_ROWS)
    while sum(sizes[name][limit] for name, limit in chosen.items()) > room:
        cuttable = [name for name, limit in chosen.items() if limit > FEWEST_ROWS]
        if not cuttable:
            break
        largest = max(cuttable, key=lambda name: sizes[name][chosen[name]])
        chosen[largest] = LIMITS[LIMITS.index(chosen[largest]) + 1]
    return {name: "".join(_shown(tabs[name], limit)) for name, limit in chosen.items()}


def _shown(pieces: Sequence[PagePiece], limit: int) -> list[str]:
    return [text for text, least, most in pieces if least <= limit <= most]
