"""Events to sends in a channel; sends that events alone show (SPEC §6.1)."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from contracts.channels import OTHER_CODE, STANDARD_CODES
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_facts import ChannelSends, CountedEvents
from contracts.facts.messaging.send_keys import FeedEvents, FeedSends
from contracts.vocabulary import Action
from tests.support.frames import frame
from transforms.messaging.event_assignment import (
    assign_channels,
    assign_events,
    find_event_channels,
    keep_counted,
    name_messages,
    separate_sends,
    unit_key,
)

EMAIL, SMS = STANDARD_CODES["email"], STANDARD_CODES["sms"]
NOBODY = 999
"""The key of the message that is not known."""
Row = dict[str, Any]


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def event(send: int, channel: int, message: int = NOBODY, *, names_send: bool = True) -> Row:
    return {
        "send_key": send,
        "message_key": message,
        "contact_key": 5,
        "type_code": channel * CHANNEL_STRIDE + ACTION_CODES[Action.OPENED],
        "feed": 0,
        "bounce_code": 0,
        "is_machine": False,
        "occurred_at": at(1),
        "names_send": names_send,
    }


def assign(sends: list[Row], *events: Row, messages: dict[int, int] | None = None) -> pl.DataFrame:
    named = pl.LazyFrame(
        events, schema={**frame(FeedEvents, []).collect_schema(), "names_send": pl.Boolean}
    )
    codes = [{"message_key": key, "channel_code": code} for key, code in (messages or {}).items()]
    return assign_events(named, frame(ChannelSends, sends), frame(MessageCodes, codes)).collect()


def test_an_event_is_of_its_type_s_channel_and_of_its_send_s_message() -> None:
    """Send 1 is an e-mail of message 11: its SMS event is none of its row."""
    sends = [{"send_key": 1, "message_key": 11, "channel_code": EMAIL, "is_holdout": False}]
    got = assign(sends, event(1, EMAIL), event(1, SMS))
    told = {*got.select("channel_code", "message_key", "has_row", "is_orphan").rows()}
    assert told == {(EMAIL, 11, True, False), (SMS, 11, False, False)}
    assert got.get_column("unit_key").n_unique() == 2


def test_a_bare_action_takes_its_send_s_channel_its_message_s_or_other() -> None:
    sends = [{"send_key": 1, "message_key": 11, "channel_code": SMS, "is_holdout": False}]
    got = assign(sends, event(1, 0), event(2, 0, 12), event(3, 0), messages={12: EMAIL})
    channels = {(SMS, False), (EMAIL, True), (OTHER_CODE, True)}
    assert {*got.select("channel_code", "is_orphan").rows()} == channels


def test_events_of_hold_outs_count_for_nothing() -> None:
    sends = [{"send_key": 1, "message_key": 11, "channel_code": EMAIL, "is_holdout": True}]
    got = keep_counted(assign(sends, event(1, EMAIL), event(2, EMAIL)).lazy()).collect()
    assert got.height == 1


def test_a_send_has_its_message_s_channel() -> None:
    sends = frame(
        FeedSends, [{"send_key": 1, "message_key": 11}, {"send_key": 2, "message_key": 12}]
    )
    codes = frame(
        MessageCodes,
        [
            {"message_key": 11, "channel_code": EMAIL, "org_code": 3},
            {"message_key": 12, "channel_code": SMS},
        ],
    )
    got = assign_channels(sends, codes).sort("send_key").collect()
    assert got.get_column("channel_code").to_list() == [EMAIL, SMS]


def test_the_first_channel_of_its_sends_events_is_a_message_s() -> None:
    """Bare actions tell none; message 12 was not asked for."""
    sends = frame(
        FeedSends, [{"send_key": n, "message_key": key} for n, key in ((1, 11), (2, 11), (3, 12))]
    )
    events = frame(FeedEvents, [event(1, SMS), event(2, EMAIL), event(1, 0), event(3, SMS)])
    asked = frame(MessageCodes, [{"message_key": 11}])
    assert find_event_channels(sends, events, asked).collect().rows() == [(11, EMAIL)]


def shown(unit: int, action: str, day: int, **more: Any) -> Row:
    return {
        "unit_key": unit,
        "channel_code": EMAIL,
        "message_key": 11,
        "contact_key": 5,
        "action_code": ACTION_CODES[Action(action)],
        "occurred_at": at(day),
        "has_row": False,
        "names_send": False,
        **more,
    }


def parts(*events: Row) -> list[set[tuple[str, int]]]:
    """The sends that events show: the action and day of each of their events."""
    got = separate_sends(frame(CountedEvents, events)).collect()
    assert got.height == len(events)
    actions = {code: str(action) for action, code in ACTION_CODES.items()}
    rows = got.with_columns(pl.col("occurred_at").dt.day().alias("day"))
    units = rows.partition_by("unit_key")
    found = [
        {(actions[code], day) for code, day in unit.select("action_code", "day").rows()}
        for unit in units
    ]
    return sorted(found, key=lambda one: min(day for _, day in one))


@pytest.mark.parametrize(
    ("happened", "sends"),
    [
        (["sent 2", "opened 3"], [{"sent 2", "opened 3"}]),
        (
            ["sent 2", "sent 4", "opened 1", "opened 3", "opened 5"],
            [{"sent 2", "opened 1", "opened 3"}, {"sent 4", "opened 5"}],
        ),
        (["sent 2", "sent 2", "delivered 3"], [{"sent 2", "delivered 3"}]),
        (["sent 2", "delivered 3", "delivered 4"], [{"sent 2", "delivered 3", "delivered 4"}]),
        (
            ["delivered 3", "delivered 4", "clicked 4"],
            [{"delivered 3"}, {"delivered 4", "clicked 4"}],
        ),
        (["opened 3", "clicked 4"], [{"opened 3", "clicked 4"}]),
    ],
)
def test_every_sent_is_a_send_else_every_delivered_else_all_together(
    happened: list[str], sends: list[set[str]]
) -> None:
    rows = [(action, int(day)) for action, day in (one.split() for one in happened)]
    got = parts(*(shown(1, action, day) for action, day in rows))
    assert [{f"{action} {day}" for action, day in one} for one in got] == sends


def test_sends_with_a_row_or_an_id_of_their_own_are_one_each() -> None:
    rows = [shown(1, "sent", day, has_row=True) for day in (1, 2)]
    rows += [shown(2, "sent", day, names_send=True) for day in (3, 4)]
    assert parts(*rows) == [{("sent", 1), ("sent", 2)}, {("sent", 3), ("sent", 4)}]


def test_an_event_that_names_no_message_takes_that_of_its_send_s_others() -> None:
    rows = [
        shown(1, "sent", 1, names_send=True),
        shown(1, "opened", 2, names_send=True, message_key=NOBODY),
        shown(2, "opened", 3, names_send=True, message_key=NOBODY),
    ]
    got = name_messages(frame(CountedEvents, rows), [NOBODY]).sort("occurred_at").collect()
    assert got.get_column("message_key").to_list() == [11, 11, NOBODY]


def test_a_send_in_two_channels_is_two_units() -> None:
    rows = pl.DataFrame(
        {"send": [7, 7, 8], "channel": [EMAIL, SMS, EMAIL]},
        schema={"send": pl.UInt64, "channel": pl.UInt8},
    )
    assert rows.select(unit_key("send", "channel")).n_unique() == 3
