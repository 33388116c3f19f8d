"""The status of a send, and the days on which it counts (SPEC §6.1)."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.channels import STANDARD_CODES
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_facts import (
    AssignedEvents,
    ChannelSends,
    CountedEvents,
    SendFacts,
)
from contracts.vocabulary import Action
from tests.support.frames import frame
from transforms.messaging.event_assignment import unit_key
from transforms.messaging.send_facts import build_send_facts, count_unclear, sum_events
from transforms.messaging.send_keys import STATUS_CODES
from transforms.messaging.send_units import list_units, number_events

EMAIL = STANDARD_CODES["email"]
STATUSES = {code: status for status, code in STATUS_CODES.items()}
CODES = frame(MessageCodes, [{"message_key": 1, "channel_code": EMAIL, "org_code": 0}])
Row = dict[str, Any]


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def send(key: int, status: str, **more: Any) -> Row:
    return {
        "send_key": key,
        "message_key": 1,
        "contact_key": 10 + key,
        "channel_code": EMAIL,
        "org_code": 0,
        "feed": 0,
        "status_code": STATUS_CODES[status],
        "is_holdout": False,
        **more,
    }


def event(key: int, action: str, when: datetime, **more: Any) -> Row:
    """An event of a send: its `key` is the send's."""
    return {
        "unit_key": key,
        "channel_code": EMAIL,
        "feed": 1,
        "message_key": 1,
        "contact_key": 10 + key,
        "action_code": ACTION_CODES[Action(action)],
        "bounce_code": 0,
        "is_machine": False,
        "occurred_at": when,
        "has_row": True,
        "names_send": True,
        **more,
    }


def facts(sends: list[Row], *events: Row, timezone: str = "UTC") -> list[Row]:
    """The facts in the order of their contacts."""
    rows = frame(CountedEvents, events).with_columns(
        unit_key("unit_key", "channel_code").alias("unit_key")
    )
    units = list_units(frame(ChannelSends, sends), rows, CODES).collect()
    happened = pl.collect_all(sum_events(number_events(rows, units.lazy())))
    built = build_send_facts(units, happened, timezone)
    return built.sort("contact_key").collect().to_dicts()


def status(given: str | None, *happened: tuple[str, int]) -> str:
    """What a row's status, or none, and a send's events come to."""
    sends = [send(1, given)] if given else []
    rows = [event(1, action, at(day), has_row=given is not None) for action, day in happened]
    (fact,) = facts(sends, *rows)
    return STATUSES[fact["status_code"]]


@pytest.mark.parametrize(
    ("given", "happened", "is_status"),
    [
        ("delivered", [("bounced", 2)], "delivered"),
        ("bounced", [("delivered", 2), ("opened", 3)], "bounced"),
        ("failed", [], "failed"),
        ("sent", [("delivered", 2)], "delivered"),
        ("sent", [("delivered", 2), ("bounced", 3)], "bounced"),
        ("sent", [("bounced", 2), ("delivered", 3)], "delivered"),
        ("sent", [("dropped", 2)], "failed"),
        ("queued", [("failed", 2)], "failed"),
        ("queued", [("sent", 2)], "sent"),
        ("queued", [("deferred", 2)], "queued"),
        ("queued", [("opened", 2)], "delivered"),
        ("sent", [("clicked", 2)], "delivered"),
        ("sent", [("unsubscribed", 2)], "sent"),
        (None, [("clicked", 2)], "delivered"),
        (None, [("sent", 2)], "sent"),
        (None, [("deferred", 2)], "queued"),
        (None, [("complained", 2)], "sent"),
        (None, [("delivered", 2), ("bounced", 2)], "bounced"),
    ],
)
def test_a_final_status_stands_else_events_decide_else_reading_proves_delivery(
    given: str | None, happened: list[tuple[str, int]], is_status: str
) -> None:
    assert status(given, *happened) == is_status


@pytest.mark.parametrize(
    ("given", "happened", "is_status"),
    [
        ("sent", [], "delivered"),
        ("queued", [], "delivered"),
        ("sent", [("bounced", 5)], "bounced"),
        ("sent", [("bounced", 3)], "delivered"),
        ("bounced", [], "bounced"),
        ("failed", [], "failed"),
    ],
)
def test_the_time_of_delivery_of_a_row_whose_status_is_not_final_is_a_delivery(
    given: str, happened: list[tuple[str, int]], is_status: str
) -> None:
    """Providers that leave each status at `sent` and state delivered_at say who got the message."""
    row = send(1, given, sent_at=at(1), delivered_at=at(4))
    (fact,) = facts([row], *(event(1, action, at(day)) for action, day in happened))
    assert STATUSES[fact["status_code"]] == is_status
    assert fact["delivered_day"] == (date(2026, 1, 4) if is_status == "delivered" else None)
    assert fact["is_contradicted"] is False


def test_a_send_counts_on_the_days_of_what_happened() -> None:
    """Sent on the 1st, delivered by its event on the 2nd; bounced on the 3rd; failed unsent."""
    sends = [
        send(1, "sent", sent_at=at(1)),
        send(2, "sent", sent_at=at(1)),
        send(3, "failed", created_at=at(4)),
    ]
    rows = [
        event(1, "delivered", at(2)),
        event(2, "bounced", at(3), bounce_code=1),
        event(2, "bounced", at(4), bounce_code=2),
    ]
    days = ["sent_day", "delivered_day", "bounced_day", "bounce_code"]
    got = pl.DataFrame(facts(sends, *rows)).select(days)
    expected = {
        "sent_day": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 4)],
        "delivered_day": [date(2026, 1, 2), None, None],
        "bounced_day": [None, date(2026, 1, 3), None],
        "bounce_code": [0, 1, 0],
    }
    assert_frame_equal(got, pl.DataFrame(expected), check_dtypes=False)


@pytest.mark.parametrize(
    ("own", "happened", "planned", "is_sent_at"),
    [
        ({"sent_at": at(1), "created_at": at(2)}, at(3), at(4), at(1)),
        ({"created_at": at(2)}, at(3), at(4), at(2)),
        ({}, at(3), at(4), at(3)),
        ({}, None, at(4), at(4)),
        ({}, None, None, None),
    ],
)
def test_a_send_without_sent_at_has_its_created_at_its_event_s_or_its_message_s_time(
    own: Row, happened: datetime | None, planned: datetime | None, is_sent_at: datetime | None
) -> None:
    rows = [event(1, "sent", happened)] if happened else []
    (fact,) = facts([send(1, "sent", planned_at=planned, **own)], *rows)
    assert fact["sent_at"] == is_sent_at


def test_days_are_the_reporting_time_zone_s() -> None:
    (fact,) = facts([send(1, "delivered", sent_at=at(2, 3))], timezone="America/New_York")
    assert (fact["sent_day"], fact["delivered_day"]) == (date(2026, 1, 1), date(2026, 1, 1))


def test_first_times_of_people_and_of_machines() -> None:
    (fact,) = facts(
        [send(1, "delivered")],
        event(1, "opened", at(2), is_machine=True),
        event(1, "opened", at(3)),
        event(1, "clicked", at(4), is_machine=True),
    )
    assert (fact["opens"], fact["first_open_at"], fact["first_human_open_at"]) == (2, at(2), at(3))
    assert (fact["clicks"], fact["first_human_click_at"]) == (1, None)


def test_a_send_that_events_alone_show_is_of_the_feed_of_its_sent_event() -> None:
    (fact,) = facts(
        [],
        event(1, "opened", at(3), feed=0, has_row=False),
        event(1, "sent", at(2), feed=7, has_row=False),
    )
    assert (fact["basis_key"], fact["sent_at"]) == (7 * 2**8 + EMAIL, at(2))


def test_receipts_are_a_row_s_status_or_time_or_a_delivery_event() -> None:
    """Of five sends the first three have one; an open is none."""
    sends = [
        send(1, "delivered"),
        send(2, "sent", delivered_at=at(1)),
        send(3, "sent"),
        send(4, "sent"),
        send(5, "bounced"),
    ]
    got = facts(sends, event(3, "delivered", at(2)), event(4, "opened", at(2)))
    assert [fact["has_receipt"] for fact in got] == [True, True, True, False, False]


def test_contradictions_and_unknown_sends_are_counted() -> None:
    """s1 is bounced and was delivered, s2 is bounced and was read; one event is nobody's."""
    rows = [event(1, "delivered", at(2)), event(2, "opened", at(2)), event(3, "delivered", at(2))]
    sends = [send(1, "bounced"), send(2, "bounced"), send(3, "delivered")]
    got = frame(SendFacts, facts(sends, *rows))
    events = frame(AssignedEvents, [{"is_orphan": True}, {"is_orphan": False}])
    assert count_unclear(got, events).collect().rows() == [("contradicted", 2), ("orphans", 1)]


def test_sends_that_events_of_another_channel_name_are_counted() -> None:
    """Two events show send 1 in another channel; send 2 is nobody's row, 3 an address's."""
    rows = [
        {"unit_key": 1, "names_send": True, "has_row": False, "is_orphan": False},
        {"unit_key": 1, "names_send": True, "has_row": False, "is_orphan": False},
        {"unit_key": 2, "names_send": True, "has_row": False, "is_orphan": True},
        {"unit_key": 3, "names_send": False, "has_row": False, "is_orphan": False},
        {"unit_key": 4, "names_send": True, "has_row": True, "is_orphan": False},
    ]
    unclear = count_unclear(frame(SendFacts, []), frame(CountedEvents, rows))
    assert unclear.collect().rows() == [("orphans", 1), ("elsewhere", 1)]


def test_sends_of_several_contacts_are_counted() -> None:
    """Send 1 is 11's and 12's by its events, 2 is 12's or nobody's; of send 3 a row says it."""
    rows = [
        event(1, "delivered", at(2), contact_key=11, has_row=False),
        event(1, "opened", at(2), contact_key=12, has_row=False),
        event(2, "delivered", at(2), has_row=False),
        event(2, "opened", at(2), contact_key=None, has_row=False),
        event(3, "delivered", at(2)),
        event(3, "opened", at(2), contact_key=14),
    ]
    got = frame(SendFacts, facts([send(3, "delivered")], *rows))
    unclear = count_unclear(got, frame(AssignedEvents, [{"is_orphan": False}]))
    assert unclear.collect().rows() == [("shared", 1)]
