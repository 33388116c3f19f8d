"""Audiences: what contacts did, and what they never did."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from contracts.config.workspace import AudienceSection
from contracts.facts.people.described_activities import ContactSends, MessageEvents
from contracts.facts.people.lists import SubscriptionStates
from contracts.feeds import Contacts
from tests.support.frames import frame
from transforms.people.audiences import read_moment, select_audience

JANUARY, FEBRUARY = (
    datetime(2026, month, 31 - 30 * (month - 1), 23, tzinfo=UTC) for month in (1, 2)
)
MEMBERS = pl.LazyFrame(
    [("o", "9", "Best", "2"), ("o", "9", "Best", "3"), ("p", "9", "Best", "1")],
    schema=["org_id", "segment_id", "segment_name", "contact_id"],
    orient="row",
)


def did(
    contact: str | None, event_type: str, at: datetime = JANUARY, **more: object
) -> dict[str, Any]:
    """An event of campaign c."""
    row = {"org_id": "o", "contact_id": contact, "event_type": event_type, "occurred_at": at}
    return row | {"campaign_id": "c", "campaign_name": "Spring", "is_machine": False} | more


EVENTS = [
    did("1", "email_clicked", message_id="m", message_name="Variant A"),
    did("1", "email_unsubscribed", FEBRUARY),
    did("2", "email_clicked", FEBRUARY, message_id="n"),
    did("2", "email_opened"),
    did("3", "email_clicked", is_machine=True),
    did("3", "store_visit", campaign_id=None, campaign_name=None),
    did("3", "sms_unsubscribed", is_machine=True),
    did(None, "email_unsubscribed"),
    did(None, "email_clicked"),
    did("unknown", "email_clicked"),
    did("1", "email_clicked", org_id="p", campaign_id="d", campaign_name="Autumn"),
]
SENDS: list[dict[str, Any]] = [
    {"org_id": "o", "contact_id": "3", "channel": "sms", "status": "delivered", "sent_at": JANUARY},
    {"org_id": "o", "contact_id": "2", "channel": "sms", "status": "sent", "is_holdout": True},
    {"org_id": "o", "contact_id": "2", "channel": "sms", "status": "queued"},
]


STATES = [
    {"org_id": "o", "contact_id": "1", "channel": "email", "status": "unsubscribed"},
    {"org_id": "o", "contact_id": "1", "channel": "sms", "status": "subscribed"},
    {"org_id": "o", "contact_id": "2", "channel": "email", "status": "subscribed"},
    {"org_id": "p", "contact_id": "1", "channel": "email", "status": "complained"},
]


@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ({}, "o1 o2 o3 p1"),
        ({"performed": "email_clicked"}, "o1 o2 p1"),
        ({"performed": "email_clicked", "never": "email_unsubscribed"}, "o2 p1"),
        ({"never": "email_clicked"}, "o3"),
        ({"never": "sms_unsubscribed"}, "o1 o2 p1"),
        ({"never": "store_visit"}, "o1 o2 p1"),
        ({"performed": "store_visit"}, "o3"),
        ({"performed": "sms_delivered"}, "o3"),
        ({"performed": "sms_sent"}, "o3"),
        ({"performed": "email_clicked", "from": "2026-02-01"}, "o2"),
        ({"performed": "email_clicked", "to": "2026-01-31"}, "o1 p1"),
        ({"performed": "email_opened", "from": "2026-02-01"}, ""),
        ({"campaign": "Spring"}, "o1 o2"),
        ({"campaign": "d"}, "p1"),
        ({"message": "Variant A"}, "o1"),
        ({"message": "n", "performed": "email_opened"}, ""),
        ({"segment": "Best"}, "o2 o3 p1"),
        ({"segment": "9", "performed": "email_clicked"}, "o2 p1"),
        ({"segment": "Worst"}, ""),
        ({"subscribed": "email"}, "o2"),
        ({"subscribed": "sms", "performed": "email_clicked"}, "o1"),
    ],
)
def test_audience(asked: dict[str, str], people: str) -> None:
    """Criteria refine one another; rows without a contact break nothing."""
    contacts = frame(
        Contacts,
        [{"org_id": org, "contact_id": contact} for org, contact in ("o1", "o2", "o3", "p1")],
    )
    result = select_audience(
        contacts,
        frame(MessageEvents, EVENTS),
        frame(ContactSends, SENDS),
        MEMBERS,
        frame(SubscriptionStates, STATES),
        AudienceSection.model_validate({"name": "a"} | asked),
        "UTC",
    ).collect()
    assert [org + contact for org, contact in result.rows()] == people.split()


@pytest.mark.parametrize(
    ("text", "end", "moment"),
    [
        ("2026-01-31", False, "2026-01-31T05:00:00+00:00"),
        ("2026-03-08", True, "2026-03-09T04:00:00+00:00"),
        ("2026-01-31T12:00", False, "2026-01-31T17:00:00+00:00"),
        ("2026-01-31T12:00Z", True, "2026-01-31T12:00:00.000001+00:00"),
    ],
)
def test_moments_are_of_the_reporting_zone(text: str, *, end: bool, moment: str) -> None:
    """A day ends at its zone's midnight."""
    assert read_moment(text, "America/New_York", end=end).isoformat() == moment


def test_a_moment_that_is_none_says_so() -> None:
    """With examples."""
    with pytest.raises(ValueError, match="is neither a date"):
        read_moment("yesterday", "UTC")
