"""What things are: equal things are the same, others are not."""

from datetime import date
from decimal import Decimal
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.config.workspace import AttributionSection
from flows.kept.identities import identify, identify_rows

CELLS = st.tuples(
    st.one_of(st.none(), st.text(max_size=3)),
    st.one_of(st.none(), st.integers(-3, 3)),
    st.one_of(st.none(), st.decimals(-1, 1, places=4)),
)
SCHEMA = {"name": pl.String, "count": pl.Int64, "cost": pl.Decimal(18, 4)}


def frame(rows: list[tuple[object, ...]]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=SCHEMA, orient="row")


@given(rows=st.lists(CELLS, max_size=8), seed=st.integers())
def test_the_order_of_rows_changes_nothing(rows: list[tuple[object, ...]], seed: int) -> None:
    mixed = Random(seed).sample(rows, len(rows))  # noqa: S311
    assert identify_rows(frame(rows)) == identify_rows(frame(mixed))


@given(first=st.lists(CELLS, max_size=6), other=st.lists(CELLS, max_size=6))
def test_other_rows_are_another_table(
    first: list[tuple[object, ...]], other: list[tuple[object, ...]]
) -> None:
    is_same = sorted(map(repr, frame(first).collect().rows())) == sorted(
        map(repr, frame(other).collect().rows())
    )
    assert (identify_rows(frame(first)) == identify_rows(frame(other))) == is_same


def test_other_columns_or_types_are_another_table() -> None:
    one = pl.LazyFrame({"a": [1]})
    assert identify_rows(one) != identify_rows(one.rename({"a": "b"}))
    assert identify_rows(one) != identify_rows(one.cast(pl.Int32))


def test_a_row_that_stands_twice_counts_twice() -> None:
    one, twice = (pl.LazyFrame({"a": ["x"] * times}) for times in (1, 2))
    assert identify_rows(one) != identify_rows(twice)


def test_where_a_part_ends_is_part_of_what_it_is() -> None:
    assert identify("ab", "c") != identify("a", "bc")
    assert identify(["a"], []) != identify([], ["a"])
    assert identify(1) != identify("1")


def test_settings_days_and_amounts_say_what_they_are() -> None:
    one, other = AttributionSection(), AttributionSection(lookback_days=3)
    assert identify(one) == identify(AttributionSection()) != identify(other)
    assert identify(date(2026, 1, 1), Decimal("1.0")) != identify(date(2026, 1, 1), Decimal("1.1"))


def test_what_does_not_say_what_it_is_is_refused() -> None:
    with pytest.raises(TypeError, match="object does not say what it is"):
        identify(object())
