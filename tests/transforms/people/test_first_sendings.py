"""First sendings and events of lists decide as all rows do, for any rows of two contacts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.facts.people.numbered_activities import (
    KeyedEvents,
    KeyedSends,
    NumberedMessages,
    People,
)
from tests.support.frames import frame
from transforms.activities.described_activities import (
    describe_events,
    describe_sends,
    number_events,
    number_sends,
)
from transforms.activities.person_numbers import number_contacts, place_contacts, restore_contacts
from transforms.common.shared_texts import SHARED
from transforms.people.first_sendings import (
    find_firsts,
    keep_list_events,
    list_sendings,
    list_shown_sendings,
    restore_firsts,
    sum_first_days,
)
from transforms.people.subscriptions import (
    PLACE,
    find_held_out,
    find_states,
    list_steps,
    report_list_growth,
    sum_subscription_days,
)

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
ZONE = "America/New_York"
PEOPLE = frame(
    People,
    [
        {"contact_no": 0, "contact_key": 7, "org_id": "o", "contact_id": "1"},
        {"contact_no": 1, "contact_key": 8, "org_id": "o", "contact_id": "2"},
    ],
).collect()
MESSAGES = frame(
    NumberedMessages,
    [
        {"message_no": 0, "message_key": 4, "message_id": "m0", "channel": "email"},
        {"message_no": 1, "message_key": 5, "message_id": "m1", "channel": "sms"}
        | {"planned_at": FIRST + timedelta(hours=3)},
        {"message_no": 2, "message_key": 6, "message_id": "m2"},
    ],
).collect()
CONTACTS, DAYS = st.none() | st.integers(7, 8), st.none() | st.integers(0, 5)
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
    (None, "opened"),
    (None, "unsubscribed"),
]
EVENTS = st.lists(
    st.tuples(CONTACTS, DAYS, st.sampled_from(KINDS), st.integers(4, 6), st.booleans()), max_size=20
)
PLACES = place_contacts(PEOPLE)
SENDS = st.lists(
    st.tuples(CONTACTS, DAYS, st.none() | st.integers(4, 6), st.none() | st.booleans()), max_size=12
)


def on(day: int | None) -> datetime | None:
    return None if day is None else FIRST + timedelta(days=day)


def list_all(events: pl.LazyFrame, sends: pl.LazyFrame) -> pl.LazyFrame:
    """The steps of all rows."""
    numbered = number_events(number_contacts(events, PLACES), MESSAGES)
    return list_steps(
        describe_events(restore_contacts(numbered, PEOPLE), MESSAGES.lazy()),
        describe_sends(
            restore_contacts(number_sends(number_contacts(sends, PLACES), MESSAGES), PEOPLE),
            MESSAGES.lazy(),
        ),
    )


@settings(max_examples=60)
@given(EVENTS, SENDS, st.integers(0, 20))
def test_first_sendings_and_list_events_tell_what_all_rows_tell(
    events: list[Any], sends: list[Any], cut: int
) -> None:
    happened = frame(
        KeyedEvents,
        [
            {"org_id": "o", "event_id": f"e{at}", "contact_key": contact, "message_key": message}
            | {"occurred_at": on(day), "channel": channel, "event_type": kind, "of_holdout": held}
            for at, (contact, day, (channel, kind), message, held) in enumerate(events)
        ],
    )
    told = frame(
        KeyedSends,
        [
            {"org_id": "o", "send_id": f"s{at}", "contact_key": contact, "message_key": message}
            | {"sent_at": on(day), "is_holdout": held}
            for at, (contact, day, message, held) in enumerate(sends)
        ],
    )
    people, messages = PEOPLE.lazy(), MESSAGES.lazy()
    halves = (happened.head(cut), happened.slice(cut))
    held_out = find_held_out(told, ["contact_key", "message_key"])
    shown = [list_shown_sendings(half, messages, held_out, has_bare=True) for half in halves]
    parts = pl.collect_all([list_sendings(told, messages), *shown])
    firsts = find_firsts(parts, PEOPLE, PLACES)
    own = describe_events(
        restore_contacts(
            number_events(number_contacts(keep_list_events(happened), PLACES), MESSAGES), PEOPLE
        ),
        messages,
    )
    keys = people.select("contact_id", "contact_key")
    channel = pl.col("channel").cast(SHARED)
    places = own.join(keys, on="contact_id").select("contact_key", channel).unique()
    few = firsts.join(places, on=["contact_key", "channel"], how="semi")
    rest = firsts.join(places, on=["contact_key", "channel"], how="anti")
    steps, whole = list_steps(own, restore_firsts(few, PEOPLE, PLACES)), list_all(happened, told)
    is_first_alone = ~pl.struct(PLACE).is_in(own.select(pl.struct(PLACE)).collect().to_series())
    assert_frame_equal(steps.collect(), whole.filter(~is_first_alone).collect())
    assert_frame_equal(find_states(steps).collect(), find_states(whole).collect())
    days = pl.concat(
        [sum_subscription_days(steps, ZONE), sum_first_days(rest, PEOPLE, PLACES, ZONE)]
    )
    growth = [report_list_growth(one) for one in (days, sum_subscription_days(whole, ZONE))]
    assert_frame_equal(*pl.collect_all(growth))
