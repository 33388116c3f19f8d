"""Keys of ids, and those that rows share."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.common.keys import flag_repeated, hash_id, list_repeated


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5)))
def test_keys_that_stand_more_than_once_are_listed_once(keys: list[int]) -> None:
    found = list_repeated(pl.Series("key", keys, dtype=pl.UInt64))
    assert sorted(found) == sorted({key for key in keys if keys.count(key) > 1})


@given(st.lists(st.none() | st.integers(0, 5) | st.integers(0, 2**64 - 1)))
def test_rows_tell_whether_their_key_stands_more_than_once(keys: list[int | None]) -> None:
    found = flag_repeated(pl.Series("key", keys, dtype=pl.UInt64))
    assert found.to_list() == [key is not None and keys.count(key) > 1 for key in keys]


def test_a_key_is_of_its_organization_its_id_and_its_kind() -> None:
    """The organization of one row is the id of the other."""
    rows = pl.DataFrame({"org_id": ["a", "b", "a", "a"], "id": ["b", "a", "a", None]})
    keys = rows.select(hash_id("id", seed=1), other=hash_id("id", seed=2))
    assert keys.slice(0, 3).unpivot().get_column("value").n_unique() == 6
    assert keys.row(3) == (None, None)
