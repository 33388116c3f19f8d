"""Ranges of days, and pieces of a table of several organizations: each row in one, in order."""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.steps.ads.day_ranges import ROWS, count_days, cut_days
from flows.steps.ads.performance_reports import cut_pieces

FIRST = date(2026, 3, 1)
PLACES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=60)
"""Organization and day of each row."""


def rows_of(places: list[tuple[int, int]]) -> pl.LazyFrame:
    """A row for each place."""
    days = [FIRST + timedelta(days=day) for _, day in places]
    orgs = [org for org, _ in places]
    schema = {"org_number": pl.UInt32, "date_day": pl.Date}
    return pl.LazyFrame({"org_number": orgs, "date_day": days}, schema=schema)


def count_rows(rows: pl.LazyFrame) -> pl.LazyFrame:
    """A count of one for each row, as counts of a day add up."""
    return rows.select("date_day", pl.lit(1).alias(ROWS))


@settings(max_examples=25)
@given(PLACES, st.integers(1, 20))
def test_each_day_is_of_one_range_and_ranges_follow_each_other(
    places: list[tuple[int, int]], most_rows: int
) -> None:
    rows = rows_of(places)
    parts = [rows.filter(of).collect() for of in cut_days(count_days(count_rows(rows)), most_rows)]
    assert sum(part.height for part in parts) == len(places)
    days = [sorted(part["date_day"].unique()) for part in parts]
    assert all(before[-1] < after[0] for before, after in pairwise(filter(None, days)))
    assert all(
        part.height <= most_rows + max(part["date_day"].value_counts()["count"])
        for part in parts
        if part.height
    )


def test_a_row_without_a_day_is_of_the_first_range_alone() -> None:
    days = {"date_day": [None, FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)]}
    rows = pl.LazyFrame(days, schema={"date_day": pl.Date})
    ranges = cut_days(count_days(count_rows(rows)), 1)
    assert [rows.filter(of).collect().height for of in ranges] == [2, 1, 1]


@settings(max_examples=25)
@given(PLACES, st.integers(1, 20))
def test_pieces_are_the_table_in_the_order_of_organizations_and_days(
    places: list[tuple[int, int]], most_rows: int
) -> None:
    rows = rows_of(places)
    days = cut_days(count_days(count_rows(rows)), most_rows)
    parts = [rows.filter(of).collect().sort(pl.all()) for of in cut_pieces(rows, days, most_rows)]
    whole = [place for part in parts for place in part.iter_rows()]
    assert whole == sorted(rows.collect().iter_rows())
    assert all(part["org_number"].n_unique() == 1 for part in parts if part.height > most_rows)
