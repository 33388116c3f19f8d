"""Stamps of ISO 8601 as few write them: without signs, with a comma, at 24:00 (SPEC §5.2)."""

import polars as pl

END_OF_DAY = r"^(.{10}[Tt ])24:00((?::00(?:\.0+)?)?(?:[^:.\d].*)?)$"
"""The midnight that ends a day."""
AS_MANY_WRITE = (
    (r"^((?:19|20)\d\d)(\d\d)(\d\d)([Tt ]|$)", "${1}-${2}-${3}${4}"),
    (r"^(.{10}[Tt ]\d\d)(\d\d)", "${1}:${2}"),
    (r"^(.{10}[Tt ]\d\d:\d\d)(\d\d)", "${1}:${2}"),
    (r"^(.{10}[Tt ]\d\d:\d\d:\d\d),(\d)", "${1}.${2}"),
    (r"^(.{10})t", "${1}T"),
)
"""What such a stamp has, and what it has otherwise. A day of eight digits is of 1900 to 2099: no
day whose year stands last reads as one of these."""


def spell_out(cells: pl.Series) -> pl.Series:
    """Stamps of the basic format, with a comma before fractions or a small `t` as the usual ones.

    Args:
        cells: Text; what is no such stamp comes back as it is, without blanks around it.
    """
    text = cells.str.strip_chars()
    for pattern, written in AS_MANY_WRITE:
        text = text.str.replace(pattern, written)
    return text


def end_days(cells: pl.Series) -> pl.Series:
    """Stamps at 24:00 as those of the next day's midnight.

    Args:
        cells: Text, spelled out (`spell_out`); what is no such stamp comes back as it is.
    """
    is_end = cells.str.contains(END_OF_DAY).fill_null(value=False)
    if not is_end.any():
        return cells
    day = cells.set(~is_end, None).str.slice(0, 10)
    day = day.str.to_date("%Y-%m-%d", strict=False)
    midnight = cells.str.replace(END_OF_DAY, "${1}00:00${2}").str.slice(10)
    return cells.zip_with(~is_end, day.dt.offset_by("1d").cast(pl.String) + midnight)
