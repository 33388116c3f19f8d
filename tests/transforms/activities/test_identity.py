"""Whose a device was, and when."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.feeds import Events, Orders, PageViews, Sessions
from contracts.reports.journeys import IdentityLinks
from tests.support.frames import frame
from transforms.activities.identity import (
    find_device_contacts,
    leave_devices,
    link_identities,
    link_single_devices,
    list_evidence,
)
from transforms.activities.linked_rows import fill_contacts

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)


def row(
    at: datetime, contact: str | None, device: str | None = "d", **more: object
) -> dict[str, Any]:
    """A row of one organization: a device and, where known, a contact."""
    row = {"org_id": "o", "anonymous_id": device, "contact_id": contact}
    return row | {"occurred_at": at, "started_at": at, "viewed_at": at, "ordered_at": at} | more


def link(
    sessions: Iterable[Mapping[str, Any]] = (),
    page_views: Iterable[Mapping[str, Any]] = (),
    events: Iterable[Mapping[str, Any]] = (),
    orders: Iterable[Mapping[str, Any]] = (),
) -> pl.DataFrame:
    """The links of some rows, a week backward."""
    links = link_identities(
        frame(Sessions, sessions),
        frame(PageViews, page_views),
        frame(Events, events),
        frame(Orders, orders),
        backward_days=7,
    )
    return links.collect(engine="streaming")


def fill(rows: pl.LazyFrame, links: pl.DataFrame, at: str) -> pl.DataFrame:
    """Rows with the contacts whose their devices were."""
    return fill_contacts(rows, links.lazy(), at, IdentityLinks.contact_id).collect()


def test_link_is_backward_within_the_window_and_forward_for_ever() -> None:
    """By the row that bore both ids first."""
    links = link(
        events=[row(NOON + HOUR, "1"), row(NOON, None), row(NOON, "1", None)],
        orders=[row(NOON, "1", revenue=Decimal(1))],
    )
    IdentityLinks.validate(links)
    assert links.rows() == [("o", "d", "1", NOON - 7 * DAY, None, "order")]
    asked = [NOON - 7 * DAY - TICK, NOON - 7 * DAY, NOON + 900 * DAY]
    events = frame(Events, [row(at, None, event_id=str(n)) for n, at in enumerate(asked)])
    filled = fill(events, links, Events.occurred_at)
    assert {*filled.schema.items()} == {*polars_schema(Events).items()}
    assert filled["contact_id"].to_list() == [None, "1", "1"]


def test_session_belongs_to_whom_it_identifies_both_ways() -> None:
    """Two contacts on one device: the second's stretch begins with the session of their log-in."""
    visits = [
        row(NOON, "1", session_id="a", ended_at=NOON + HOUR),
        row(NOON + DAY, None, session_id="b", ended_at=NOON + DAY + HOUR),
    ]
    links = link(visits, [row(NOON + DAY + 5 * MINUTE, "2")])
    assert links.select("contact_id", "linked_from", "linked_until", "how").rows() == [
        ("1", NOON - 7 * DAY, NOON + DAY, "session"),
        ("2", NOON + DAY, None, "page_view"),
    ]
    filled = fill(frame(Sessions, visits), links, Sessions.started_at)
    assert filled["contact_id"].to_list() == ["1", "2"]


def test_second_contact_of_one_session_has_what_follows_the_first() -> None:
    """A session does not take back what already bore the other's name."""
    visits = [row(NOON, None, session_id="a", ended_at=NOON + HOUR)]
    links = link(visits, [row(NOON + MINUTE, "1"), row(NOON + 3 * MINUTE, "2")])
    assert links.select("contact_id", "linked_from", "linked_until").rows() == [
        ("1", NOON + MINUTE - 7 * DAY, NOON + MINUTE + TICK),
        ("2", NOON + MINUTE + TICK, None),
    ]


def test_known_contacts_and_other_organizations_are_left_alone() -> None:
    """A link fills only what is empty, in its own organization."""
    links = link(events=[row(NOON, "1")])
    events = [
        row(NOON, "2", event_id="a"),
        row(NOON, None, event_id="b", org_id="p"),
        row(NOON, None, None, event_id="c"),
    ]
    filled = fill(frame(Events, events), links, Events.occurred_at)
    assert filled["contact_id"].to_list() == ["2", None, None]


def whose(evidence: list[tuple[int, str]], minute: int) -> str | None:
    """The contact of a device at a minute, told plainly."""
    before = [(at, contact) for at, contact in evidence if at < minute]
    if before:
        last = max(at for at, _ in before)
        return max(contact for at, contact in before if at == last)
    return min(evidence)[1] if evidence and minute >= min(evidence)[0] - 7 * 1440 else None


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("123")), max_size=8),
    st.randoms(use_true_random=False),
)
def test_links_agree_with_the_plain_account_in_any_order(
    evidence: list[tuple[int, str]], shuffler: Random
) -> None:
    """Each instant between two pieces of evidence is the earlier one's; before all, the first's."""
    rows = [row(NOON + at * MINUTE, contact) for at, contact in evidence]
    links = link(events=rows)
    asked = [*range(-3, 15), -7 * 1440, -7 * 1440 - 1]
    events = [row(NOON + minute * MINUTE, None, event_id=str(minute)) for minute in asked]
    taken = {NOON + at * MINUTE for at, _ in evidence}
    filled = fill(frame(Events, events), links, Events.occurred_at)
    assert filled["event_id"].to_list() == [event["event_id"] for event in events]
    found = dict(filled.select("event_id", "contact_id").iter_rows())
    for minute in asked:
        if NOON + minute * MINUTE not in taken:
            assert found[str(minute)] == whose(evidence, minute)
    shuffler.shuffle(rows)
    half = len(rows) // 2
    assert_frame_equal(link(events=rows[:half] + rows[half:]), links)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12),
            st.sampled_from("123"),
            st.sampled_from("abcd"),
            st.sampled_from(["session", "page_view", "event", "order"]),
            st.integers(0, 4),
        ),
        max_size=14,
    )
)
def test_devices_of_one_contact_are_linked_as_all_are(
    drawn: list[tuple[int, str, str, str, int]],
) -> None:
    """What is found by numbers of devices alone is what is found among all of them."""
    kinds: dict[str, list[dict[str, Any]]] = {"session": [], "page_view": [], "event": []}
    kinds["order"] = []
    for at, contact, device, kind, length in drawn:
        end = NOON + (at + length) * MINUTE
        kinds[kind].append(row(NOON + at * MINUTE, contact, device, ended_at=end))
    tables = [
        frame(table, rows)
        for table, rows in zip((Sessions, PageViews, Events, Orders), kinds.values(), strict=True)
    ]
    devices = find_device_contacts(list_evidence(*tables)).collect().lazy()
    owners = {
        device: {contact for _, contact, own, *_ in drawn if own == device}
        for _, _, device, *_ in drawn
    }
    found = dict(devices.select("anonymous_id", "is_single").collect().iter_rows())
    assert found == {device: len(contacts) == 1 for device, contacts in owners.items()}
    single, shared = devices.filter("is_single"), devices.filter(~pl.col("is_single"))
    parts = [
        link_single_devices(single, tables[0], 7),
        link_identities(*(leave_devices(rows, shared) for rows in tables), 7),
    ]
    whole = link_identities(*tables, 7).collect()
    assert_frame_equal(pl.concat(parts).collect(), whole, check_row_order=False)
