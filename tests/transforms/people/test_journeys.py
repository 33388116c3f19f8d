"""A contact's journey, from tiny rows whose ids tell what they are."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSessions
from contracts.facts.people.numbered_activities import (
    JourneySteps,
    NumberedEvents,
    NumberedMessages,
    NumberedSends,
    numbered_schema,
)
from contracts.reports.journeys import ContactJourney
from tests.support.frames import frame
from transforms.common.shared_texts import write_out_texts
from transforms.people.journeys import (
    build_journey,
    order_steps,
    set_out_steps,
    show_messages,
)

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = pl.DataFrame(
    {"contact_no": [0, 1], "org_id": ["o", "o"], "contact_id": ["1", "2"]},
    schema_overrides={"contact_no": pl.UInt32},
)
MESSAGES: list[dict[str, Any]] = [
    {"message_no": 0, "message_id": "m0", "message_name": "Hello", "channel": "email"},
    {"message_no": 1, "channel": "direct_mail", "window_start": date(2026, 1, 2)},
]
ME = {"org_id": "o", "contact_no": 0}
SENDS: list[dict[str, Any]] = [
    ME | {"send_id": "s1", "message_no": 0, "sent_at": NOON},
    ME | {"send_id": "s2", "message_no": 0, "status": "queued"},
    ME | {"send_id": "s3", "message_no": 1},
    ME | {"send_id": "s4", "message_no": 0, "sent_at": NOON, "is_holdout": True},
    {"org_id": "o", "contact_no": 1, "send_id": "s5", "sent_at": NOON},
]
EVENTS: list[dict[str, Any]] = [
    ME
    | {"event_id": "e1", "event_type": "email_opened", "occurred_at": NOON + HOUR, "message_no": 0},
    ME
    | {"event_id": "7", "event_type": "visit", "occurred_at": NOON + 3 * HOUR, "message_id": "m9"},
    {"org_id": "o", "event_id": "e3", "event_type": "login", "occurred_at": NOON},
]
SESSIONS: list[dict[str, Any]] = [
    ME | {"session_id": "v1", "started_at": NOON + 2 * HOUR, "campaign_id": "9", "ad_name": "Red"},
    ME | {"session_id": "7", "started_at": NOON + 3 * HOUR, "landing_url": "https://x.test/"},
]
ORDERS: list[dict[str, Any]] = [
    ME | {"order_id": "7", "ordered_at": NOON + 3 * HOUR, "revenue": 5, "is_conversion": True},
    ME | {"order_id": "A", "ordered_at": NOON + 4 * HOUR, "revenue": 9, "is_conversion": False},
]


def rows_of(schema: pl.Schema, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """Rows, what they leave out being null."""
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def build(step: int = 1) -> pl.DataFrame:
    """The journeys, from rows in their order (1) or the reverse (-1)."""
    messages = frame(NumberedMessages, MESSAGES).collect()
    steps = set_out_steps(
        frame(NumberedSends, SENDS[::step]),
        frame(NumberedEvents, EVENTS[::step]),
        rows_of(numbered_schema(ContactSessions), SESSIONS[::step]),
        rows_of(numbered_schema(PricedOrders), ORDERS[::step]),
        messages,
        "America/New_York",
    ).collect(engine="streaming")
    assert steps.schema == polars_schema(JourneySteps)
    return order_and_build(steps, messages)


def order_and_build(steps: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    """The journeys of steps, two rows at a time, as large ones are built."""
    order, shown = order_steps(steps).collect(), show_messages(messages)
    pieces = [order, *order.iter_slices(2)]
    whole, *parts = (
        build_journey(steps, piece, PEOPLE, shown).collect(engine="in-memory") for piece in pieces
    )
    if parts:
        assert_frame_equal(pl.concat(parts), whole)
    return whole


def test_journey_is_in_order_and_its_key_unique() -> None:
    """Sends that never left come first; what an event alone shows stands once, as the event."""
    journey = build()
    ContactJourney.validate(write_out_texts(journey.lazy()).collect())
    mine = journey.filter(pl.col("contact_id") == "1")
    assert mine.select("occurred_at", "event_id", "kind", "channel", "revenue").rows() == [
        (None, "s2", "send", "email", None),
        (datetime(2026, 1, 2, 5, tzinfo=UTC), "s3", "send", "direct_mail", None),
        (NOON, "s1", "send", "email", None),
        (NOON + HOUR, "e1", "event", None, None),
        (NOON + 2 * HOUR, "v1", "session", "ads", None),
        (NOON + 3 * HOUR, "7", "event", None, None),
        (NOON + 3 * HOUR, "7 (order)", "order", None, Decimal(5)),
        (NOON + 3 * HOUR, "7 (session)", "session", "web", None),
        (NOON + 4 * HOUR, "A", "order", None, Decimal(0)),
    ]
    assert journey.filter(pl.col("contact_id") != "1")["event_id"].to_list() == ["s5"]
    assert (
        not journey.select("org_id", "contact_id", "occurred_at", "event_id").is_duplicated().any()
    )


def test_names_are_those_of_the_message() -> None:
    """An event of a message that nothing describes keeps the id that it names."""
    journey = build().filter(pl.col("event_id").is_in(["s1", "e1", "7", "v1"]))
    names = ["event_id", "message_id", "message_name", "campaign_id", "ad_name"]
    assert journey.select(names).rows() == [
        ("s1", "m0", "Hello", None, None),
        ("e1", "m0", "Hello", None, None),
        ("v1", None, None, "9", "Red"),
        ("7", "m9", None, None, None),
    ]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.none() | st.integers(0, 2),
            st.sampled_from("abc"),
            st.sampled_from(["event", "order", "send", "session"]),
        ),
        max_size=16,
        unique=True,
    )
)
def test_the_order_is_that_of_a_plain_sort(steps: list[tuple[int, int | None, str, str]]) -> None:
    """By contact, instant, id and kind, nulls first; who shares an id follows in brackets."""
    rows = [
        {"contact_no": no, "event_id": own, "kind": kind}
        | {"occurred_at": None if at is None else NOON + at * HOUR}
        for no, at, own, kind in steps
    ]
    messages = frame(NumberedMessages, []).collect()
    journey = order_and_build(frame(JourneySteps, rows).collect(), messages)
    expected, before = [], None
    for no, at, own, kind in sorted(
        steps, key=lambda s: (s[0], -1 if s[1] is None else s[1], s[2:])
    ):
        is_taken = (no, at, own) == before
        expected.append((str(no + 1), f"{own} ({kind})" if is_taken else own, kind))
        before = (no, at, own)
    assert journey.select("contact_id", "event_id", "kind").rows() == expected


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 2**32 - 1]),
            st.none() | st.integers(-2, 2),
            st.sampled_from("ab"),
        ),
        max_size=8,
        unique=True,
    ),
    st.sampled_from([timedelta(microseconds=1), timedelta(days=300_000)]),
)
def test_no_contact_and_no_time_is_too_far(
    steps: list[tuple[int, int | None, str]], apart: timedelta
) -> None:
    """Contacts of the highest number, and centuries between steps, are in order as all others."""
    rows = [
        {"contact_no": no, "event_id": own, "kind": "event"}
        | {"occurred_at": None if at is None else NOON + at * apart}
        for no, at, own in steps
    ]
    order = order_steps(frame(JourneySteps, rows).collect()).collect()
    keys = [(no, -3 if at is None else at, own) for no, at, own in steps]
    assert order["place"].to_list() == sorted(range(len(keys)), key=keys.__getitem__)


def test_order_of_rows_does_not_matter() -> None:
    """The reverse gives the same."""
    assert_frame_equal(build(-1), build())
