"""Contacts in numbers, and the groups of people."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.numbered_people import number_people
from transforms.activities.person_numbers import (
    count_bounds_before,
    find_bounds,
    find_person,
    is_in_groups,
    key_contacts,
    key_people,
    number_contacts,
    place_contacts,
    restore_contacts,
    sort_people,
)

PERSON = ["org_id", "contact_id"]


def named(*people: tuple[str, str | None]) -> pl.LazyFrame:
    """Rows that name people."""
    rows = pl.LazyFrame(people, dict.fromkeys(PERSON, pl.String), orient="row")
    return key_people(rows)


def test_people_are_numbered_in_the_order_of_their_ids() -> None:
    """Whom other rows name stand among those of the feed, each once; nobody is no contact."""
    people = number_people(
        named(("o", "2"), ("p", "1")), named(("o", "10"), ("o", "2"), ("o", "10"), ("o", None))
    ).select("contact_no", "org_id", "contact_id", "is_known")
    assert people.rows() == [
        (0, "o", "10", False),
        (1, "o", "2", True),
        (2, "p", "1", True),
    ]


def test_a_number_stands_for_its_contact_alone() -> None:
    people = number_people(named(("o", "1"), ("p", "1")), named())
    rows = pl.LazyFrame({"org_id": ["p", "o", "o"], "contact_id": ["1", "1", None], "n": [1, 2, 3]})
    numbered = number_contacts(key_contacts(rows), place_contacts(people))
    back = restore_contacts(numbered.drop("contact_id"), people)
    assert back.sort("n").collect().get_column("contact_id").to_list() == ["1", "1", None]
    assert numbered.sort("n").collect().get_column("contact_no").to_list() == [1, 0, None]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["", "o", "o\0", "p"]), st.text(max_size=3)), min_size=1),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_contacts_sorted_stretch_by_stretch_are_in_order(
    drawn: list[tuple[str, str]], among: int, every: int
) -> None:
    people = named(*drawn).unique()
    bounds = find_bounds(people, among).collect().gather_every(every)
    cut = people.with_columns(count_bounds_before(bounds).alias("piece"))
    pieces = [
        sort_people(cut.filter(pl.col("piece") == piece).drop("piece"))
        for piece in range(bounds.height + 1)
    ]
    assert pl.concat(pieces).collect().equals(sort_people(people).collect())


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 5), st.none() | st.sampled_from("abcdef")),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 9),
)
def test_all_that_a_person_did_lies_in_one_group(
    drawn: list[tuple[int | None, str | None]], groups: int
) -> None:
    """Of a contact, or of a device without one; a row of neither lies in the first."""
    rows = pl.LazyFrame(
        [("o", None if who is None else str(who), device) for who, device in drawn],
        dict.fromkeys((*PERSON, "anonymous_id"), pl.String),
        orient="row",
    )
    keyed = key_contacts(rows).with_columns(find_person()).collect()
    own = [
        keyed.filter(is_in_groups(pl.col("person_key"), range(group, group + 1), groups))
        for group in range(groups)
    ]
    found = pl.concat(rows.with_columns(group=pl.lit(group)) for group, rows in enumerate(own))
    assert found.height == keyed.height
    person = pl.coalesce("contact_id", "anonymous_id")
    is_alone = pl.col("group").n_unique().over(person) == 1
    assert found.select(is_alone.all()).item()
    half = keyed.filter(is_in_groups(pl.col("person_key"), range(groups // 2), groups))
    assert half.height == sum(rows.height for rows in own[: groups // 2])
    nobody = found.filter(person.is_null()).get_column("group")
    assert set(nobody) <= {0}
