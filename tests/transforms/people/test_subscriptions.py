"""Who may be written to, and how lists grow (SPEC §6.4), from steps whose ids tell their day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.facts.people.described_activities import ContactSends, MessageEvents
from contracts.facts.people.lists import SubscriptionDays, SubscriptionSteps
from contracts.reports.people import ListGrowth, Subscriptions
from tests.support.frames import frame
from transforms.people.subscriptions import (
    find_states,
    list_steps,
    report_list_growth,
    report_subscriptions,
    sum_subscription_days,
)

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)


def on(day: int) -> datetime:
    """Noon of a day of January."""
    return FIRST + timedelta(days=day - 1)


def did(day: int, action: str, contact: str = "1", channel: str = "email") -> dict[str, Any]:
    """An event of contact 1's e-mail by message m<day>."""
    cells = {"event_id": f"e{day}-{action}", "message_id": f"m{day}", "channel": channel}
    kind = {"event_type": f"{channel}_{action}", "occurred_at": on(day), "of_holdout": False}
    return {"org_id": "o", "contact_id": contact, **cells, **kind}


def sent(day: int, contact: str = "1") -> dict[str, Any]:
    """An e-mail to contact 1."""
    row = {"org_id": "o", "contact_id": contact, "channel": "email", "sent_at": on(day)}
    return row | {"send_id": f"s{day}", "message_id": f"m{day}", "is_holdout": False}


def step(events: list[dict[str, Any]], sends: list[dict[str, Any]] | None = None) -> pl.LazyFrame:
    """The steps of some rows, as their contract says."""
    steps = list_steps(frame(MessageEvents, events), frame(ContactSends, sends or [])).collect()
    assert steps.schema == polars_schema(SubscriptionSteps)
    return steps.lazy()


@pytest.mark.parametrize(
    ("events", "status", "since"),
    [
        ([did(1, "subscribed")], "subscribed", 1),
        ([did(1, "subscribed"), did(2, "subscribed")], "subscribed", 1),
        ([did(1, "unsubscribed")], "unsubscribed", 1),
        ([did(1, "unsubscribed"), did(2, "unsubscribed")], "unsubscribed", 1),
        ([did(1, "unsubscribed"), did(2, "subscribed")], "subscribed", 2),
        ([did(2, "unsubscribed"), did(1, "subscribed")], "unsubscribed", 2),
        ([did(1, "unsubscribed"), did(2, "complained")], "complained", 2),
        ([did(1, "complained"), did(2, "unsubscribed")], "complained", 1),
        ([did(1, "complained"), did(2, "subscribed")], "subscribed", 2),
        ([did(1, "unsubscribed"), did(1, "subscribed")], "unsubscribed", 1),
        ([did(1, "complained"), did(1, "subscribed")], "complained", 1),
    ],
)
def test_a_subscription_is_as_its_last_stretch_left_it(
    events: list[dict[str, Any]], status: str, since: int
) -> None:
    """A later subscribe ends an objection; of one instant the objection rules."""
    result = report_subscriptions(find_states(step(events))).collect()
    expected = pl.DataFrame(
        [("o", "1", "email", status, on(since), f"m{since}")],
        schema=polars_schema(Subscriptions),
        orient="row",
    )
    assert_frame_equal(result, expected)


def test_channels_and_contacts_are_apart() -> None:
    """Subscribing to SMS ends no unsubscribe from e-mail; a send alone is no subscription."""
    events = [
        did(1, "unsubscribed"),
        did(2, "subscribed", channel="sms"),
        did(3, "unsubscribed", contact="2", channel="whatsapp"),
        did(4, "opened", contact="3"),
        did(5, "unsubscribed") | {"contact_id": None},
    ]
    states = find_states(step(events, [sent(1, contact="3")])).sort("contact_id", "channel")
    assert states.select("contact_id", "channel", "status", "unsubscribed_at").collect().rows() == [
        ("1", "email", "unsubscribed", on(1)),
        ("1", "sms", "subscribed", None),
        ("2", "whatsapp", "unsubscribed", on(3)),
    ]


def test_an_unsubscribe_stays_in_force_beneath_a_complaint() -> None:
    """And the first complaint is remembered though the contact came back."""
    rows = [
        did(1, "complained"),
        did(2, "subscribed"),
        did(3, "unsubscribed"),
        did(4, "complained"),
    ]
    (state,) = find_states(step(rows)).collect().to_dicts()
    assert (state["status"], state["since"]) == ("complained", on(4))
    assert (state["unsubscribed_at"], state["complained_at"]) == (on(3), on(1))


def test_a_list_grows_by_subscriptions_and_first_sends() -> None:
    """Contact 1 leaves on the 3rd and comes back on the 4th; 2 complains the day after a send."""
    events = [
        did(1, "subscribed"),
        did(3, "unsubscribed"),
        did(4, "subscribed"),
        did(3, "complained", contact="2"),
        did(4, "unsubscribed", contact="2"),
    ]
    steps = step(events, [sent(2, "2"), sent(5, "2"), sent(2)])
    days = sum_subscription_days(steps, "UTC").collect()
    assert days.schema == polars_schema(SubscriptionDays)
    expected = pl.DataFrame(
        [
            ("o", "email", date(2026, 1, 1), 1, 0, 0, 1, 1),
            ("o", "email", date(2026, 1, 2), 0, 0, 0, 0, 2),
            ("o", "email", date(2026, 1, 3), 0, 1, 1, -2, 0),
            ("o", "email", date(2026, 1, 4), 1, 0, 0, 1, 1),
        ],
        schema=polars_schema(ListGrowth),
        orient="row",
    )
    assert_frame_equal(report_list_growth(days.lazy()).collect(), expected)


def test_days_add_up_over_any_split_of_the_contacts() -> None:
    """Contact by contact or all at once."""
    events = [did(day, "subscribed", contact=str(day % 3)) for day in range(1, 9)]
    events += [did(day, "unsubscribed", contact=str(day % 2)) for day in range(2, 9, 2)]
    whole = sum_subscription_days(step(events), "UTC")
    parts = [
        sum_subscription_days(step([e for e in events if e["contact_id"] == who]), "UTC")
        for who in "012"
    ]
    assert_frame_equal(
        report_list_growth(pl.concat(parts)).collect(), report_list_growth(whole).collect()
    )


def test_a_send_that_only_events_show_puts_a_contact_on_the_list() -> None:
    """Contact 1 was sent an e-mail on the 1st and left on the 3rd; 2 opened one on the 2nd.

    Contacts 3 and 4 were held out: an open of that send, or of its message, shows none.
    """
    held_out = [sent(2, who) | {"is_holdout": True} for who in ("3", "4")]
    events = [
        did(1, "sent"),
        did(2, "opened", "2"),
        did(2, "opened", "3") | {"of_holdout": True},
        did(2, "opened", "4"),
        did(3, "unsubscribed"),
    ]
    days = sum_subscription_days(step(events, held_out), "UTC")
    growth = report_list_growth(days).select("date_day", "unsubscribed", "size").collect()
    assert growth.rows() == [
        (date(2026, 1, 1), 0, 1),
        (date(2026, 1, 2), 0, 2),
        (date(2026, 1, 3), 1, 1),
    ]
