"""What is picked decides as all rows do, for any rows of two contacts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.facts.numbered_activities import NumberedEvents, NumberedMessages, NumberedSends
from tests.support.frames import frame
from transforms.people.activities import describe_events, describe_sends
from transforms.people.deciding_rows import pick_events, pick_sends
from transforms.people.person_numbers import restore_contacts
from transforms.people.subscriptions import list_steps

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
PEOPLE = pl.LazyFrame(
    {"contact_no": [0, 1], "contact_id": ["1", "2"]}, schema_overrides={"contact_no": pl.UInt32}
)
MESSAGES = frame(
    NumberedMessages,
    [
        {"message_no": 0, "message_id": "m0", "channel": "email"},
        {"message_no": 1, "message_id": "m1", "channel": "sms"},
        {"message_no": 2, "message_id": "m2"},
    ],
)
CONTACTS, DAYS = st.none() | st.integers(0, 1), st.none() | st.integers(0, 5)
KINDS = [
    ("email", "email_opened"),
    ("email", "email_sent"),
    ("email", "email_unsubscribed"),
    ("email", "email_club_subscribed"),
    ("sms", "sms_subscribed"),
    ("sms", "sms_complained"),
    ("sms", "email_complained"),
    (None, "club_subscribed"),
    (None, "visit"),
]
EVENTS = st.lists(
    st.tuples(CONTACTS, DAYS, st.sampled_from(KINDS), st.integers(0, 2), st.booleans()), max_size=20
)
SENDS = st.lists(
    st.tuples(CONTACTS, DAYS, st.none() | st.integers(0, 2), st.none() | st.booleans()), max_size=12
)


def on(day: int | None) -> datetime | None:
    return None if day is None else FIRST + timedelta(days=day)


def list_all(events: pl.LazyFrame, sends: pl.LazyFrame) -> pl.DataFrame:
    return list_steps(
        describe_events(restore_contacts(events, PEOPLE), MESSAGES),
        describe_sends(restore_contacts(sends, PEOPLE), MESSAGES),
    ).collect()


@settings(max_examples=60, deadline=None)
@given(EVENTS, SENDS)
def test_the_steps_of_what_is_picked_are_those_of_all_rows(
    events: list[Any], sends: list[Any]
) -> None:
    happened = frame(
        NumberedEvents,
        [
            {"org_id": "o", "event_id": f"e{at}", "contact_no": contact, "message_no": message}
            | {"occurred_at": on(day), "channel": channel, "event_type": kind, "of_holdout": held}
            for at, (contact, day, (channel, kind), message, held) in enumerate(events)
        ],
    )
    told = frame(
        NumberedSends,
        [
            {"org_id": "o", "send_id": f"s{at}", "contact_no": contact, "message_no": message}
            | {"sent_at": on(day), "is_holdout": held}
            for at, (contact, day, message, held) in enumerate(sends)
        ],
    )
    picked = list_all(pick_events(happened), pick_sends(told, MESSAGES))
    assert_frame_equal(picked, list_all(happened, told))
