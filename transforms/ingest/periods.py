"""Rows that cover a period: only one of a single day has a day (SPEC §5.2)."""

import polars as pl

from contracts.feeds import AdStats
from transforms.ingest.column_mapping import ResolvedMapping, is_in_file
from transforms.ingest.expressions import read_expression
from transforms.ingest.parsing.cell_parsing import parser_for

COVERED_DAYS = "covered_days"
"""How many days a row covers, both its first and its last; null where the file does not say, 0
where what it says is not a period, as of a campaign that has begun and has no end."""

MIDNIGHT = r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?\s*$"
"""How the stamp of a day's first instant ends: a period that ends then ends the day before."""


def count_covered_days(resolved: ResolvedMapping, named: dict[str, str]) -> pl.Expr:
    """How many days a row covers, by the first and the last day that the file gives it.

    Args:
        resolved: The mapping, which may name the columns of the period.
        named: The file's columns by their folded names.
    """
    period = resolved.mapping.period
    if period is None or not all(is_in_file(end, named) for end in (period.start, period.end)):
        return pl.lit(None, pl.Int64)
    form = resolved.mapping.formats.get(AdStats.date_day)
    unit = resolved.mapping.units.get(AdStats.date_day)
    read_days = parser_for(pl.Date(), form=form, unit=unit)
    texts = [
        read_expression(end, named).cast(pl.String).replace("", None)
        for end in (period.start, period.end)
    ]
    first, last = (text.map_batches(read_days, return_dtype=pl.Date) for text in texts)
    is_exclusive = (last > first) & texts[1].str.contains(MIDNIGHT)
    days = (last - first).dt.total_days() + pl.when(is_exclusive).then(0).otherwise(1)
    return pl.when(texts[0].is_not_null()).then(pl.max_horizontal(days.fill_null(0), 0))


def covers_other_than_its_day() -> pl.Expr:
    """Whether a row says that it covers several days, or what cannot be a period."""
    return (pl.col(COVERED_DAYS) != 1).fill_null(value=False)


def explain_period() -> pl.Expr:
    """What is wrong with a row that covers other than its day."""
    return (
        pl.when(pl.col(COVERED_DAYS) > 1)
        .then(pl.format("covers {} days: export by day", COVERED_DAYS))
        .otherwise(pl.lit("the first and last day that it covers are not a period: export by day"))
    )
