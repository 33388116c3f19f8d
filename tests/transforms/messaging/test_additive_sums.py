"""Sums add up over any split of the sends, and what some sends gave comes off."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts.messaging.send_sums import MessageLinks, SaidDelivered
from tests.support.frames import frame
from transforms.messaging.additive_sums import IS_LOST, SUMS, add_up, restate

LINKS = SUMS["links"]
Row = dict[str, Any]


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def clicked(first: int, last: int, clicks: int = 1, link: int = 7) -> Row:
    """Link 7 of message 1, clicked on days of January."""
    return {
        "message_key": 1,
        "channel_code": 1,
        "link_key": link,
        "clicks": clicks,
        "unique_clicks": 1,
        "first_clicked_at": at(first),
        "last_clicked_at": at(last),
    }


def links(*rows: Row) -> pl.LazyFrame:
    return frame(MessageLinks, rows)


def test_counts_come_off_and_are_added_and_what_nothing_gives_is_no_row() -> None:
    kept = links(clicked(1, 9, clicks=5), clicked(2, 2, link=8))
    gone = links(clicked(3, 4, clicks=2), clicked(2, 2, link=8))
    got = restate(kept, gone, links(clicked(3, 5, clicks=3)), LINKS).collect()
    assert got.select("link_key", "clicks", "unique_clicks", IS_LOST).rows() == [(7, 6, 1, False)]
    assert got.select("first_clicked_at", "last_clicked_at").rows() == [(at(1), at(9))]


@pytest.mark.parametrize(
    ("gone", "come", "first", "last", "is_lost"),
    [
        pytest.param((3, 4), (2, 5), 1, 9, False, id="between: neither was its"),
        pytest.param((1, 4), (1, 5), 1, 9, False, id="the first, which it gives still"),
        pytest.param((1, 9), (1, 12), 1, 12, False, id="the last, which is later now"),
        pytest.param((3, 9), (3, 5), 1, None, True, id="the last, which it gives no more"),
        pytest.param((1, 4), (2, 4), None, 9, True, id="the first, which it gives no more"),
    ],
)
def test_an_instant_is_lost_where_only_other_sends_can_tell_the_next(
    gone: tuple[int, int], come: tuple[int, int], first: int, last: int, *, is_lost: bool
) -> None:
    kept = links(clicked(1, 9, clicks=5))
    got = restate(kept, links(clicked(*gone)), links(clicked(*come)), LINKS).collect()
    assert got.get_column(IS_LOST).to_list() == [is_lost]
    assert first is None or got.get_column("first_clicked_at").item() == at(first)
    assert last is None or got.get_column("last_clicked_at").item() == at(last)


def test_what_was_never_kept_is_what_comes() -> None:
    got = restate(links(), links(), links(clicked(2, 3, clicks=4)), LINKS)
    assert got.drop(IS_LOST).collect().equals(links(clicked(2, 3, clicks=4)).collect())


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 28)), min_size=1), st.data())
def test_sums_without_some_rows_are_those_of_the_others(
    rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Of clicks on links 1 to 3, some are taken off: what is not lost, the others give as well."""
    parts = [links(clicked(day, day, link=link)) for link, day in rows]
    cut = data.draw(st.integers(0, len(parts)))
    gone, left = (pl.concat([links(), *some]) for some in (parts[:cut], parts[cut:]))
    got = restate(add_up(pl.concat(parts), LINKS), add_up(gone, LINKS), links(), LINKS).collect()
    expected = add_up(left, LINKS).collect()
    assert {*got["link_key"]} == {*expected["link_key"]}
    told = got.filter(~pl.col(IS_LOST)).drop(IS_LOST).sort("link_key")
    same = expected.join(told, on="link_key", how="semi").sort("link_key")
    assert told.equals(same)
    counts = ["link_key", "clicks", "unique_clicks"]
    assert got.select(counts).sort("link_key").equals(expected.select(counts).sort("link_key"))


def test_what_has_no_instants_is_never_lost() -> None:
    said = frame(SaidDelivered, [{"basis_key": 1, "events": 2}])
    got = restate(said, said, frame(SaidDelivered, []), SUMS["said"]).collect()
    assert got.is_empty()
