"""Cells that no setting of a feed reads: days in words, figures given roughly, other columns."""

from collections.abc import Iterator

import polars as pl

from contracts.columns import polars_schema
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_completion import TEXT_OF

WORDED_DAY = r"^\d{1,2}[\s.-]{1,3}(?:de )?\p{L}{3}|^\p{L}{3,9}\.?,? \d"
"""How a day begins whose month is a word."""
NO_FORMAT = (
    "no format reads its days, whose months are words other than English ones, or that have no "
    "year: export it with days in numbers, as 2026-01-31"
)
A_DAY = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
NOT_COUNTED = 'they are days or times: columns = {{ {} = "…" }} names the column of the figures'
A_BOUND = r"^\s*[<>≤≥]"
"""How a figure begins that is given roughly, as small ones are for the sake of privacy: `< 10`."""
ROUGHLY = "some figures are given roughly, as < 10, and nobody knows them: export them as they are"


def explain_unreadable(parsed: pl.DataFrame, resolved: ResolvedMapping) -> dict[str, str]:
    """Say of columns that no setting reads what their cells are.

    Args:
        parsed: Rows with the text of their parsed columns (`parse_rows`).

    Returns:
        Canonical column -> a clause that says what would mend it.
    """
    worded = dict.fromkeys(_find_worded(parsed, resolved), NO_FORMAT)
    return worded | dict(_explain_numbers(parsed, resolved))


def _find_worded(parsed: pl.DataFrame, resolved: ResolvedMapping) -> Iterator[str]:
    """Columns of days or stamps whose months are mostly words, and cannot be parsed."""
    for name, dtype in polars_schema(resolved.table).items():
        text = TEXT_OF + name
        if dtype.is_temporal() and parsed.schema.get(text) == pl.String:
            failing = parsed.filter(pl.col(name).is_null()).get_column(text).drop_nulls()
            if 2 * failing.str.contains(WORDED_DAY).sum() > len(failing):
                yield name


def _explain_numbers(parsed: pl.DataFrame, resolved: ResolvedMapping) -> Iterator[tuple[str, str]]:
    """Columns of numbers whose cells that cannot be parsed are days, or are given roughly."""
    for name, dtype in polars_schema(resolved.table).items():
        text = TEXT_OF + name
        if dtype.is_numeric() and parsed.schema.get(text) == pl.String:
            failing = parsed.filter(pl.col(name).is_null()).get_column(text).drop_nulls()
            if 2 * failing.str.contains(A_DAY).sum() > len(failing):
                yield name, NOT_COUNTED.format(name)
            elif failing.str.contains(A_BOUND).any():
                yield name, ROUGHLY
