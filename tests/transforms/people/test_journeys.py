"""A contact's journey, from tiny rows whose ids tell what they are."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from contracts.facts.activities import ContactSends, ContactSessions, MessageEvents
from contracts.facts.order_facts import PricedOrders
from contracts.reports.journeys import ContactJourney
from tests.support.frames import frame
from transforms.people.journeys import build_journey

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ME = {"org_id": "o", "contact_id": "1"}
SENDS: list[dict[str, Any]] = [
    ME | {"send_id": "s1", "channel": "email", "sent_at": NOON, "message_name": "Hello"},
    ME | {"send_id": "s2", "channel": "email", "status": "queued"},
    ME | {"send_id": "s3", "channel": "direct_mail", "window_start": date(2026, 1, 2)},
    ME | {"send_id": "s4", "channel": "email", "sent_at": NOON, "is_holdout": True},
    ME | {"send_id": "e1", "channel": "direct_mail", "sent_at": NOON, "is_of_event": True},
    {"org_id": "o", "contact_id": "2", "send_id": "s5", "sent_at": NOON},
]
EVENTS: list[dict[str, Any]] = [
    ME | {"event_id": "e1", "event_type": "email_opened", "occurred_at": NOON + HOUR},
    ME | {"event_id": "7", "event_type": "store_visit", "occurred_at": NOON + 3 * HOUR},
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


def build(step: int = 1) -> pl.DataFrame:
    """The journeys, from rows in their order (1) or the reverse (-1)."""
    return build_journey(
        frame(ContactSends, SENDS[::step]),
        frame(MessageEvents, EVENTS[::step]),
        frame(ContactSessions, SESSIONS[::step]),
        frame(PricedOrders, ORDERS[::step]),
        "America/New_York",
    ).collect(engine="streaming")


def test_journey_is_in_order_and_its_key_unique() -> None:
    """Sends that never left come first; what an event alone shows stands once, as the event."""
    journey = build()
    ContactJourney.validate(journey)
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


def test_order_of_rows_does_not_matter() -> None:
    """The reverse gives the same."""
    assert_frame_equal(build(-1), build())
