"""Campaign > dispatch > message: names, implied levels and channels (SPEC §6.1)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.facts.messaging.send_keys import MessageReferences
from contracts.feeds import Campaigns, Dispatches, Messages
from tests.support.frames import frame
from transforms.messaging.messages.hierarchy import describe_messages

Row = dict[str, Any]
Q: Row = {"org_id": "o", "campaign_id": "q", "name": "Q", "channel": "sms"}
D: Row = {"org_id": "o", "dispatch_id": "d", "name": "D", "campaign_id": "q", "channel": "push"}
M: Row = {"org_id": "o", "message_id": "m", "name": "M"}


def at(day: int) -> datetime:
    return datetime(2026, 1, day, 12, tzinfo=UTC)


def describe(
    messages: list[Row] | None = None,
    dispatches: list[Row] | None = None,
    campaigns: list[Row] | None = None,
    references: list[Row] | None = None,
    timezone: str = "UTC",
) -> list[Row]:
    """Every message, in the order of its name."""
    referred = [{"org_id": "o", "message_key": n, **r} for n, r in enumerate(references or [])]
    described = describe_messages(
        frame(Messages, messages or []),
        frame(Dispatches, dispatches or []),
        frame(Campaigns, campaigns or []),
        frame(MessageReferences, referred),
        timezone,
    )
    return described.sort("message_name", "message_id").collect().to_dicts()


def test_a_message_takes_names_and_campaign_of_its_dispatch() -> None:
    (m,) = describe([{**M, "dispatch_id": "d"}], [D], [Q])
    assert (m["message_name"], m["dispatch_name"], m["campaign_name"]) == ("M", "D", "Q")


@pytest.mark.parametrize(
    ("own", "of_dispatch", "of_campaign", "channel"),
    [
        ("email", "push", "sms", "email"),
        (None, "push", "sms", "push"),
        (None, None, "sms", "sms"),
        (None, None, None, "other"),
    ],
)
def test_a_channel_is_the_message_s_the_dispatch_s_the_campaign_s_or_other(
    own: str | None, of_dispatch: str | None, of_campaign: str | None, channel: str
) -> None:
    (m,) = describe(
        [{**M, "dispatch_id": "d", "channel": own}],
        [{**D, "channel": of_dispatch}],
        [{**Q, "channel": of_campaign}],
    )
    assert m["channel"] == channel


def test_events_give_a_channel_to_messages_that_nothing_describes() -> None:
    (m,) = describe(references=[{"message_id": "x", "channel": "email"}])
    assert (m["message_id"], m["channel"], m["message_name"]) == ("x", "email", None)


def test_a_campaign_without_levels_below_has_one_of_each() -> None:
    (m,) = describe(campaigns=[Q])
    assert (m["message_id"], m["message_name"], m["dispatch_id"]) == ("q", "Q", "q")
    assert m["dispatch_name"] == "Q"


def test_a_dispatch_without_messages_has_one() -> None:
    (m,) = describe(dispatches=[D], campaigns=[Q])
    assert (m["message_id"], m["message_name"], m["campaign_id"]) == ("d", "D", "q")


def test_a_message_that_names_no_campaign_is_none_s() -> None:
    (m,) = describe([M])
    assert (m["campaign_id"], m["campaign_name"]) == (None, "(none)")
    assert (m["dispatch_id"], m["dispatch_name"]) == (None, "(none)")


def test_the_message_of_rows_that_name_none_is_a_row_of_its_own() -> None:
    (m,) = describe(references=[{}])
    assert (m["message_id"], m["campaign_name"], m["is_described"]) == (None, "(none)", False)


def test_an_implied_id_gives_way_to_one_that_a_feed_names() -> None:
    """Campaign 1 has no levels below; message 1 is another's."""
    one = {"org_id": "o", "campaign_id": "1", "name": "One"}
    got = describe([{**M, "message_id": "1", "campaign_id": "2"}], campaigns=[one])
    assert [(m["message_name"], m["message_id"]) for m in got] == [
        ("M", "1"),
        ("One", "campaign:1"),
    ]


def test_organizations_are_kept_apart() -> None:
    got = describe([{**M, "dispatch_id": "d"}], [{**D, "org_id": "p"}])
    assert [(m["org_id"], m["dispatch_name"]) for m in got] == [("p", "D"), ("o", None)]


@pytest.mark.parametrize(
    ("send_date", "dispatched_at", "sent_at", "planned_at"),
    [
        (date(2026, 1, 5), at(6), at(7), datetime(2026, 1, 5, 5, tzinfo=UTC)),
        (None, at(6), at(7), at(6)),
        (None, None, at(7), at(7)),
        (None, None, None, None),
    ],
)
def test_sends_without_a_time_went_out_with_their_message_dispatch_or_campaign(
    send_date: date | None,
    dispatched_at: datetime | None,
    sent_at: datetime | None,
    planned_at: datetime | None,
) -> None:
    """A send_date begins at midnight in New York."""
    (m,) = describe(
        [{**M, "dispatch_id": "d", "send_date": send_date}],
        [{**D, "dispatched_at": dispatched_at}],
        [{**Q, "sent_at": sent_at}],
        timezone="America/New_York",
    )
    assert m["planned_at"] == planned_at
