"""Sums by message and day: uniques on the day of the first, so that days add up (SPEC §6.1)."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from contracts.channels import STANDARD_CODES, RunChannels
from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.send_facts import CountedEvents, SendFacts
from contracts.facts.messaging.send_keys import LinkTexts
from contracts.facts.messaging.send_sums import AssumedBases
from contracts.vocabulary import Action
from tests.support.frames import frame
from transforms.messaging.additive_sums import SUMS, add_up
from transforms.messaging.daily_sums import (
    name_days,
    name_links,
    sum_links,
    sum_message_days,
)
from transforms.messaging.send_keys import STATUS_CODES

EMAIL = STANDARD_CODES["email"]
BASIS = (1 << 8) + EMAIL
Row = dict[str, Any]


def at(day: int) -> datetime:
    return datetime(2026, 1, day, 12, tzinfo=UTC)


def fact(unit: int, status: str, day: int | None, **more: Any) -> Row:
    return {
        "unit_key": unit,
        "message_key": 1,
        "channel_code": EMAIL,
        "basis_key": BASIS,
        "status_code": STATUS_CODES[status],
        "is_holdout": False,
        "has_receipt": False,
        "bounce_code": 0,
        "sent_day": day and date(2026, 1, day),
        "sent_at": day and at(day),
        **more,
    }


def event(unit: int, action: Action, day: int, link: int | None = None) -> Row:
    return {
        "unit_key": unit,
        "message_key": 1,
        "channel_code": EMAIL,
        "action_code": ACTION_CODES[action],
        "occurred_at": at(day),
        "link_key": link,
    }


def days(facts: list[Row], *events: Row, assumed: bool = False) -> dict[int | None, Row]:
    """What happened on which day of January, without what is zero."""
    sums = sum_message_days(frame(SendFacts, facts), frame(CountedEvents, events), "UTC")
    bases = frame(AssumedBases, [{"basis_key": BASIS}] if assumed else [])
    named = name_days(sums, bases, RunChannels()).collect()
    hidden = {"message_key", "channel", "date_day", "first_sent_at", "last_sent_at"}
    return {
        row["date_day"] and row["date_day"].day: {
            name: value for name, value in row.items() if value and name not in hidden
        }
        for row in named.to_dicts()
    }


def test_sends_fall_on_sent_at_deliveries_on_theirs_and_uniques_on_the_first() -> None:
    """Sent on the 1st, delivered on the 2nd, opened on the 3rd and 4th."""
    sent = fact(1, "delivered", 1, delivered_day=date(2026, 1, 2), first_open_at=at(3))
    opens = [event(1, Action.OPENED, 3), event(1, Action.OPENED, 4)]
    assert days([sent], *opens) == {
        1: {"sends": 1},
        2: {"delivered": 1},
        3: {"opens": 1, "unique_opens": 1},
        4: {"opens": 1},
    }


def test_bounces_fall_on_their_day_and_are_hard_soft_or_other() -> None:
    bounced = [
        fact(code, "bounced", 1, bounced_day=date(2026, 1, 2), bounce_code=code)
        for code in range(3)
    ]
    whole = {"bounced": 3, "hard_bounces": 1, "soft_bounces": 1, "other_bounces": 1}
    assert days(bounced) == {1: {"sends": 3}, 2: whole}


def test_hold_outs_stand_in_holdout_alone_and_what_has_no_time_on_no_day() -> None:
    rows = [fact(1, "queued", None), fact(2, "sent", 1, is_holdout=True)]
    assert days(rows) == {None: {"sends": 1, "queued": 1}, 1: {"holdout": 1}}


def test_without_receipts_what_was_sent_is_delivered_on_the_day_of_sending() -> None:
    rows = [fact(1, "sent", 1), fact(2, "failed", 1)]
    expected = {"sends": 2, "delivered": 1, "failed": 1, "assumed_sends": 2}
    assert days(rows, assumed=True) == {1: expected}


def test_parts_of_the_sends_add_up() -> None:
    rows = [frame(SendFacts, [fact(n, "sent", n)]) for n in (1, 1, 2)]
    none = frame(CountedEvents, [])
    whole = sum_message_days(pl.concat(rows), none, "UTC").sort("date_day").collect()
    parts = pl.concat([sum_message_days(row, none, "UTC") for row in rows])
    assert_frame_equal(add_up(parts, SUMS["days"]).sort("date_day").collect(), whole)


def test_a_link_has_its_clicks_the_sends_with_one_and_its_first_and_last() -> None:
    """Send 1 clicked link 7 twice, send 2 once; link 8 once."""
    clicks = [(1, 2, 7), (1, 3, 7), (2, 5, 7), (2, 4, 8)]
    events = frame(
        CountedEvents, [event(unit, Action.CLICKED, day, link) for unit, day, link in clicks]
    )
    texts = frame(LinkTexts, [{"link_key": 7, "url": "/a"}, {"link_key": 8, "url": "/b"}])
    named = name_links(sum_links(events), texts, RunChannels()).sort("url").collect()
    got = named.select(
        "channel", "url", "clicks", "unique_clicks", "first_clicked_at", "last_clicked_at"
    )
    assert got.rows() == [("email", "/a", 3, 2, at(2), at(5)), ("email", "/b", 1, 1, at(4), at(4))]
