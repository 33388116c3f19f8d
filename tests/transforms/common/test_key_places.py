"""What a place is: that of a key among the keys, whatever they have in common."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.common.key_places import KeyPlaces

KEYS = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, 40),
    st.integers(0, 40).map(lambda number: number << 58),
    st.integers(0, 40).map(lambda number: (number << 5) + 7),
)


def find(keys: list[int], asked: list[int | None]) -> list[int | None]:
    places = KeyPlaces.of(pl.Series("key", keys, dtype=pl.UInt64))
    rows = pl.LazyFrame({"asked": asked}, schema={"asked": pl.UInt64})
    return rows.select(places.find("asked")).collect().to_series().to_list()


@given(keys=st.lists(KEYS, unique=True), others=st.lists(st.one_of(st.none(), KEYS)))
def test_places_are_those_of_keys(keys: list[int], others: list[int | None]) -> None:
    asked = [*others, *keys, *others]
    of = {key: place for place, key in enumerate(keys)}
    assert find(keys, asked) == [None if key is None else of.get(key) for key in asked]


@pytest.mark.parametrize("apart", [1, 1 << 5, 1 << 40])
def test_many_keys_of_one_kind_have_their_places(apart: int) -> None:
    keys = [number * apart for number in range(20_000)]
    assert find(keys, keys[::-1]) == list(range(20_000))[::-1]
    assert find(keys, [key + 1 for key in keys if apart > 1]) == [None] * (20_000 * (apart > 1))


def test_rows_of_a_stream_find_theirs() -> None:
    keys = pl.Series("key", range(1_000), dtype=pl.UInt64)
    rows = pl.LazyFrame({"key": keys}).with_columns(place=KeyPlaces.of(keys).find("key"))
    assert rows.collect(engine="streaming").get_column("place").to_list() == [*range(1_000)]
