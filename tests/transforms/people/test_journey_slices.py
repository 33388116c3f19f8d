"""Which days of journeys lie together, and what a slice is."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.columns import polars_schema
from contracts.facts.people.journey_slices import ActivityDays, PieceDays, SubjectContents
from transforms.activities.activity_extracts import sum_days
from transforms.people.journey_slices import (
    list_stretches,
    name_slices,
    place_undated,
    sum_contents,
)

AT = pl.Datetime("us", "UTC")
DAYS = st.dates(date(2024, 12, 20), date(2026, 2, 10))


def count(days: dict[date | None, int]) -> pl.LazyFrame:
    """Days with so many steps each."""
    rows = [{"day": day, "steps": steps} for day, steps in days.items()]
    return pl.LazyFrame(rows, {name: polars_schema(PieceDays)[name] for name in ("day", "steps")})


def name(days: dict[date | None, int], most: int) -> dict[date | None, str]:
    """Day -> slice."""
    return dict(name_slices(count(days), most).collect().rows())


def test_little_lies_in_one_slice() -> None:
    assert set(name({None: 1, date(2026, 1, 1): 2, date(2025, 3, 1): 3}, 6).values()) == {"0000"}


def test_time_is_cut_where_much_happened() -> None:
    """A year, a month, eight days and a day, each for itself; what has no time comes first."""
    days = {
        None: 1,
        date(2025, 5, 5): 1,
        date(2025, 7, 5): 3,
        date(2026, 1, 31): 4,
        date(2026, 2, 16): 1,
        date(2026, 2, 17): 2,
        date(2026, 2, 24): 2,
        date(2026, 2, 25): 3,
        date(2026, 2, 28): 9,
    }
    assert name(days, 4) == {
        None: "0000",
        date(2025, 5, 5): "2025",
        date(2025, 7, 5): "2025",
        date(2026, 1, 31): "2026-01",
        date(2026, 2, 16): "2026-02-09",
        date(2026, 2, 17): "2026-02-17",
        date(2026, 2, 24): "2026-02-17",
        date(2026, 2, 25): "2026-02-25",
        date(2026, 2, 28): "2026-02-28",
    }


@settings(max_examples=60)
@given(st.dictionaries(DAYS, st.integers(1, 9), min_size=1, max_size=40), st.integers(1, 30))
def test_slices_are_in_order_and_no_longer_than_allowed(days: dict[date, int], most: int) -> None:
    names = name({**days}, most)
    in_order = [names[day] for day in sorted(days)]
    assert in_order == sorted(in_order)
    for one in set(in_order):
        own = [day for day in days if names[day] == one]
        assert len(own) == 1 or sum(days[day] for day in own) <= most


@settings(max_examples=60)
@given(st.dictionaries(DAYS, st.integers(1, 9), min_size=1, max_size=40), DAYS, st.integers(1, 30))
def test_a_late_row_moves_the_bounds_of_its_own_year_alone(
    days: dict[date, int], late: date, most: int
) -> None:
    """Once there is more than fits into one slice."""
    before = name({**days}, most)
    after = name({**days, late: days.get(late, 0) + 1}, most)
    if set(before.values()) != {"0000"}:
        others = [day for day in days if day.year != late.year]
        assert [before[day] for day in others] == [after[day] for day in others]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(0, 40), st.none() | st.sampled_from([7, 8, 9]), st.booleans()
        ),
        max_size=25,
    ),
    st.integers(1, 9),
    st.integers(1, 4),
)
def test_stretches_and_contents_are_those_of_the_rows(
    drawn: list[tuple[int | None, int | None, bool]], most: int, pieces: int
) -> None:
    """Whatever the pieces: a slice's stretches have its steps, and it is what these are."""
    start = datetime(2026, 1, 25, 12, tzinfo=UTC)
    rows = pl.DataFrame(
        [
            (None if day is None else start + timedelta(days=day), subject, step, number)
            for number, (day, subject, step) in enumerate(drawn)
        ],
        {"at": AT, "subject": pl.UInt64, "is_step": pl.Boolean, "n": pl.Int64},
        orient="row",
    )
    planned = pl.LazyFrame(
        {
            "message_key": pl.Series([7, 8], dtype=pl.UInt64),
            "planned_at": pl.Series([datetime(2026, 2, 3, tzinfo=UTC), None], dtype=AT),
            "window_start": [None, date(2026, 1, 29)],
        }
    )
    subjects = pl.LazyFrame(
        [(7, 70, 71), (8, 80, 81)], polars_schema(SubjectContents), orient="row"
    )

    def cut(into: int) -> tuple[dict[str, list[int]], list[tuple[object, ...]]]:
        held = [
            rows.filter(pl.col("n") % into == piece).sort("at", "subject", nulls_last=False)
            for piece in range(into)
        ]
        days = pl.concat(
            [
                sum_days(own.lazy(), "at", "subject", pl.col("is_step"))
                .with_columns(
                    kind=pl.lit("sends"),
                    piece=pl.lit(number, pl.UInt32),
                    first=pl.col("rows").cum_sum() - pl.col("rows"),
                )
                .select(polars_schema(PieceDays).names())
                for number, own in enumerate(held)
            ]
        )
        placed = place_undated(days, planned, "UTC").collect().lazy()
        slices = name_slices(placed, most).collect().lazy()
        found: dict[str, list[int]] = {}
        for one, _, piece, first, length, _ in list_stretches(placed, slices).collect().rows():
            own = held[piece].slice(first, length).filter("is_step")
            found[one] = sorted([*found.get(one, []), *own.get_column("n")])
        return found, sum_contents(placed, slices, subjects).collect().rows()

    found, contents = cut(pieces)
    assert sorted(n for own in found.values() for n in own) == [
        number for number, (_, _, step) in enumerate(drawn) if step
    ]
    assert (found, contents) == cut(1)


def test_hold_outs_and_rows_of_nobody_change_no_content() -> None:
    """But they lie in the file, and are counted there."""
    day = datetime(2026, 1, 1, tzinfo=UTC)
    rows = pl.LazyFrame({"at": [day, day], "is_step": [True, False], "n": [1, 2]})
    told, other = (
        sum_days(each, "at", None, pl.col("is_step")).collect()
        for each in (rows, rows.with_columns(n=pl.when("is_step").then("n").otherwise(5)))
    )
    assert told.schema == polars_schema(ActivityDays)
    assert told.equals(other)
    assert told.get_column("rows").to_list() == [2]
