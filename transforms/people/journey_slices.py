"""Journeys cut by time: which days lie together, what lies there, and what it is."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.people.journey_slices import (
    ActivityDays,
    PieceDays,
    SliceContents,
    SliceDays,
    SliceStretches,
    SubjectContents,
)
from contracts.facts.people.numbered_activities import NumberedMessages
from transforms.common.calendar import start_of_day

DAY, SUBJECT, STEPS = PieceDays.day, PieceDays.subject, PieceDays.steps
KIND, PIECE, FIRST, ROWS = PieceDays.kind, PieceDays.piece, PieceDays.first, PieceDays.rows
SLICE = SliceDays.slice
UNDATED = "0000"
"""The slice of what has no time, and of everything where it is not much: the first by name."""
DAYS_TOGETHER = 8
"""Into how many days a month is cut: the 1st to 8th, 9th to 16th, 17th to 24th, and the rest."""
NAMES = "names"
"""The kind of content that the names of messages and links are."""
STRETCH, OWN_DAY = "stretch", "own day"


def place_undated(
    days: Rows[PieceDays], messages: Rows[NumberedMessages], timezone: str
) -> pl.LazyFrame:
    """Put sends without a time of their own on the day on which journeys show them.

    That is the day of their message's planned time, else the first of its attribution window; of a
    message that tells neither they stay without a day.

    Args:
        timezone: the reporting time zone, in which attribution windows begin.
    """
    window = start_of_day(pl.col(NumberedMessages.window_start), timezone)
    planned = pl.coalesce(NumberedMessages.planned_at, window).dt.date().alias(OWN_DAY)
    own = messages.select(pl.col(NumberedMessages.message_key).alias(SUBJECT), planned)
    is_undated = pl.col(DAY).is_null()
    placed = days.filter(is_undated).join(own, on=SUBJECT, how="left", validate="m:1")
    dated = placed.with_columns(pl.col(OWN_DAY).alias(DAY)).drop(OWN_DAY)
    return pl.concat([days.filter(~is_undated), dated])


def name_slices(days: Rows[PieceDays], most_rows: int) -> Rows[SliceDays]:
    """Name the slice of journeys in which each day lies.

    All days lie in one slice if they have no more rows than one may have. Else they are cut into
    years, a year of more rows into months, such a month into `DAYS_TOGETHER` days, and those into
    days. So a row that comes late can change where its own year is cut, and no other. The names of
    slices sort in the order of time; what has no time comes first.

    Args:
        days: Those without a time placed.
        most_rows: How many rows a slice of several days has at most.
    """
    day = pl.col(DAY)
    together = day - pl.duration(days=(day.dt.day().cast(pl.Int64) - 1) % DAYS_TOGETHER)
    names = [
        pl.lit(UNDATED),
        day.dt.strftime("%Y"),
        day.dt.strftime("%Y-%m"),
        together.dt.strftime("%Y-%m-%d"),
    ]
    is_small = (pl.col(STEPS).sum().over(name) <= most_rows for name in names)
    fitting = (pl.when(small).then(name) for small, name in zip(is_small, names, strict=True))
    whole = pl.coalesce(*fitting, day.dt.strftime("%Y-%m-%d")).fill_null(UNDATED)
    return (
        days.group_by(DAY)
        .agg(pl.col(STEPS).sum())
        .with_columns(pl.when(day.is_null()).then(pl.lit(UNDATED)).otherwise(whole).alias(SLICE))
        .select(columns(SliceDays))
    )


def list_stretches(days: Rows[PieceDays], slices: Rows[SliceDays]) -> Rows[SliceStretches]:
    """List which rows of each piece lie in each slice.

    Args:
        days: Those without a time placed.
    """
    place = [SLICE, KIND, PIECE]
    follows = pl.col(FIRST) == (pl.col(FIRST) + pl.col(ROWS)).shift()
    goes_on = pl.all_horizontal(follows, *(pl.col(name) == pl.col(name).shift() for name in place))
    return (
        _cut(days, slices)
        .sort(KIND, PIECE, FIRST)
        .with_columns((~goes_on).fill_null(value=True).cum_sum().alias(STRETCH))
        .group_by(STRETCH, *place, maintain_order=True)
        .agg(pl.col(FIRST).min(), pl.col(ROWS, STEPS).sum())
        .filter(pl.col(STEPS) > 0)
        .select(columns(SliceStretches))
    )


def sum_contents(
    days: Rows[PieceDays], slices: Rows[SliceDays], subjects: Rows[SubjectContents]
) -> Rows[SliceContents]:
    """Say what each slice is, whatever the pieces in which its rows lie.

    Args:
        days: Those without a time placed.
    """
    cut = _cut(days, slices).filter(pl.col(STEPS) > 0)
    sums = [STEPS, ActivityDays.content, ActivityDays.content_check]
    named = cut.select(SLICE, SUBJECT).unique().join(subjects, on=SUBJECT, validate="m:1")
    rows = cut.group_by(SLICE, KIND).agg(pl.col(sums).sum())
    names = named.group_by(SLICE).agg(
        pl.lit(NAMES).alias(KIND), pl.lit(0, pl.Int64).alias(STEPS), pl.col(sums[1:]).sum()
    )
    return pl.concat([rows, names]).select(columns(SliceContents)).sort(SLICE, KIND)


def _cut(days: pl.LazyFrame, slices: pl.LazyFrame) -> pl.LazyFrame:
    return days.join(slices, on=DAY, how="left", validate="m:1", nulls_equal=True)
