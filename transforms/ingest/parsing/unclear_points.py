"""Numbers whose point may group thousands as well as begin a fraction: 1.234."""

from typing import NamedTuple

import polars as pl

from contracts.columns import polars_schema
from contracts.feeds import ExchangeRates
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_completion import TEXT_OF

GROUPED = r"^\D*[1-9]\d{0,2}\.\d{3}\D*$"
"""A number of which three digits follow the point, and at most three stand before it."""
FIRST_ROWS = 1_000
"""Where most files have shown what their points are."""


class Points(NamedTuple):
    """How many cells have a point that could be either, and whether one shows what points are."""

    either: int = 0
    is_shown: bool = False


def count_points(
    parsed: pl.DataFrame, resolved: ResolvedMapping, *, of_counts: bool = False
) -> Points:
    """Count the numbers that are read with a decimal point and could be a thousand times as much.

    One with another number of digits behind its point shows that no point groups them. A rate of
    currencies has three digits behind it as often as not.

    Args:
        parsed: Rows with the text of their parsed columns (`parse_rows`).
        of_counts: Only whole numbers could be so much: amounts are known to have decimal points.
    """
    if resolved.table is ExchangeRates:
        return Points()
    texts = {
        name: text
        for name, dtype in polars_schema(resolved.table).items()
        if dtype.is_numeric() and name not in resolved.mapping.units
        if (text := parsed.get_column(TEXT_OF + name)).dtype == pl.String
    }
    if any(_shows_point(text.head(FIRST_ROWS)) for text in texts.values()):
        return Points(is_shown=True)
    if any(_shows_point(text) for text in texts.values()):
        return Points(is_shown=True)
    schema = polars_schema(resolved.table)
    may_be_either = [
        text for name, text in texts.items() if schema[name] == pl.Int64 or not of_counts
    ]
    return Points(either=sum(int(text.str.contains(GROUPED).sum()) for text in may_be_either))


def _shows_point(cells: pl.Series) -> bool:
    pointed = cells.filter(cells.str.contains(".", literal=True))
    return not pointed.str.contains(GROUPED).all()
