"""Contacts in numbers, and the ranges that they are cut into."""

from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from transforms.people.person_numbers import (
    add_parts,
    count_parts,
    find_cuts,
    find_slices,
    key_contacts,
    key_people,
    list_people,
    number_contacts,
    place_devices,
    place_people,
    restore_contacts,
    sort_by_person,
)

PERSON = ["org_id", "contact_id"]


def named(*people: tuple[str, str | None]) -> pl.LazyFrame:
    """Rows that name people."""
    rows = pl.LazyFrame(people, dict.fromkeys(PERSON, pl.String), orient="row")
    return key_people(rows)


def test_people_are_numbered_in_the_order_of_their_ids() -> None:
    """Whom other rows name stand among those of the feed, each once; nobody is no contact."""
    listed = list_people(
        named(("o", "2"), ("p", "1")), named(("o", "10"), ("o", "2"), ("o", "10"), ("o", None))
    )
    people = add_parts(listed, [1, 2]).select(
        "contact_no", "org_id", "contact_id", "is_known", "part"
    )
    assert people.collect().rows() == [
        (0, "o", "10", False, 0),
        (1, "o", "2", True, 1),
        (2, "p", "1", True, 2),
    ]


def test_a_number_stands_for_its_contact_alone() -> None:
    people = add_parts(list_people(named(("o", "1"), ("p", "1")), named()), [])
    rows = pl.LazyFrame({"org_id": ["p", "o", "o"], "contact_id": ["1", "1", None], "n": [1, 2, 3]})
    numbered = number_contacts(rows, people)
    back = restore_contacts(numbered.drop("contact_id"), people)
    assert back.sort("n").collect().get_column("contact_id").to_list() == ["1", "1", None]
    assert numbered.sort("n").collect().get_column("contact_no").to_list() == [1, 0, None]


def test_all_that_a_device_did_lies_in_one_part() -> None:
    """A row of neither contact nor device lies in the first."""
    rows = pl.LazyFrame(
        {
            "org_id": ["o"] * 5,
            "anonymous_id": ["d", "d", "d", None, None],
            "part": [3, None, None, 4, None],
        },
        schema_overrides={"part": pl.UInt32},
    )
    parts = place_devices(rows, 7).collect().get_column("part").to_list()
    assert [parts[0], parts[3], parts[4]] == [3, 4, 0]
    assert parts[1] == parts[2] < 7


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 5), st.none() | st.sampled_from("abcdef")),
        max_size=30,
    ),
    st.lists(st.integers(1, 5), unique=True, max_size=4),
)
def test_the_rows_of_a_range_lie_where_its_slices_say(
    drawn: list[tuple[int | None, str | None]], cuts: list[int]
) -> None:
    """Rows of contacts, of devices alone and of nobody, in the order of people."""
    contacts = [("o", str(number)) for number in range(6)]
    people = add_parts(list_people(named(*contacts), named()), cuts).collect()
    rows = pl.DataFrame(
        [("o", None if who is None else str(who), device) for who, device in drawn],
        dict.fromkeys((*PERSON, "anonymous_id"), pl.String),
        orient="row",
    )
    parts = count_parts(people)
    placed = place_people(key_contacts(rows.lazy()), people.lazy(), parts).collect()
    assert_frame_equal(placed.select(rows.columns), rows)
    of_devices = place_devices(number_contacts(rows.lazy(), people.lazy()), parts).collect()
    in_order = sort_by_person(placed.lazy()).collect()
    slices = find_slices(placed)
    assert sum(count for own in slices.values() for _, count in own) == rows.height
    for part, own in slices.items():
        found = pl.concat([in_order.slice(first, count) for first, count in own])
        assert found.get_column("part").unique().to_list() == [part]
        by_device = of_devices.filter(pl.col("part") == part)
        assert_frame_equal(
            found.select(rows.columns), by_device.select(rows.columns), check_row_order=False
        )


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=60), st.integers(1, 9))
def test_no_range_is_longer_than_allowed(keys: list[int], most: int) -> None:
    cuts = find_cuts(pl.Series(keys, dtype=pl.UInt64), most)
    bounds = [0, *cuts, len(keys)]
    assert cuts == sorted(set(cuts))
    assert all(end - first <= most for first, end in pairwise(bounds))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 2**64 - 1), unique=True, min_size=2, max_size=60),
    st.integers(1, 9),
    st.data(),
)
def test_a_new_contact_leaves_the_other_ranges_as_they_are(
    keys: list[int], most: int, data: st.DataObject
) -> None:
    """With a key that is not among the least it moves the bounds of its own range alone."""
    place = data.draw(st.integers(1, len(keys) - 1))
    before = {keys[cut] for cut in find_cuts(pl.Series(keys, dtype=pl.UInt64), most)}
    grown = [*keys[:place], 2**64 - 1, *keys[place:]]
    after = {grown[cut] for cut in find_cuts(pl.Series(grown, dtype=pl.UInt64), most)}
    assert before <= after
