"""Deliveries that feeds state, and those that are assumed (SPEC §6.1)."""

from typing import Any

import pytest

from contracts.facts.key_types import ACTION_CODES
from contracts.facts.messaging.hierarchy import MessageCodes
from contracts.facts.messaging.send_facts import CountedEvents
from contracts.facts.messaging.send_sums import AssumedBases, MessageDays, SaidDelivered
from contracts.vocabulary import Action
from tests.support.frames import frame
from transforms.messaging.delivery_basis import (
    assume_deliveries,
    channel_of_basis,
    count_assumed,
    feed_of_basis,
    find_assumed,
    list_said_delivered,
    name_basis,
    org_of_basis,
    pack_basis,
)

FEED_1_EMAIL, FEED_2_EMAIL, FEED_2_SMS = (1 << 8) + 1, (2 << 8) + 1, (2 << 8) + 2
Row = dict[str, Any]


def day(basis: int, **counts: int) -> Row:
    zero = dict.fromkeys(("sends", "sent", "delivered", "assumable", "receipts"), 0)
    return {"message_key": 1, "basis_key": basis, **zero, **counts}


def test_a_basis_is_organization_feed_and_channel() -> None:
    row = frame(MessageDays, [{}]).select(org_code=70_000, feed=300, channel_code=21)
    packed = row.select(pack_basis("org_code", "feed", "channel_code").alias("basis_key"))
    parts = packed.select(a=org_of_basis(), b=feed_of_basis(), c=channel_of_basis())
    assert parts.collect().row(0) == (70_000, 300, 21)


def test_what_has_neither_receipt_nor_delivery_event_is_assumed() -> None:
    """Feed 1's e-mails have a receipt, feed 2's SMS a delivery event; its e-mails nothing."""
    days = [
        day(FEED_1_EMAIL, sends=2, receipts=1),
        day(FEED_1_EMAIL, sends=5),
        day(FEED_2_EMAIL, sends=3),
        day(FEED_2_SMS, sends=3),
        day(1, clicks=4),
    ]
    said = frame(SaidDelivered, [{"basis_key": FEED_2_SMS}])
    assert find_assumed(frame(MessageDays, days), said).collect().rows() == [(FEED_2_EMAIL,)]


def test_a_feed_that_has_a_delivery_event_says_it_of_its_channel_and_organization() -> None:
    delivered, opened = (ACTION_CODES[action] for action in (Action.DELIVERED, Action.OPENED))
    common = {"message_key": 5, "channel_code": 1}
    events = [
        {**common, "feed": 1, "action_code": delivered},
        {**common, "feed": 1, "action_code": delivered},
        {**common, "feed": 2, "action_code": opened},
    ]
    codes = frame(MessageCodes, [{"message_key": 5, "org_code": 0}])
    got = list_said_delivered(frame(CountedEvents, events), codes).collect()
    assert got.rows() == [(FEED_1_EMAIL, 2)]


def test_what_was_sent_counts_as_delivered_where_it_is_assumed() -> None:
    days = [
        day(FEED_1_EMAIL, sends=4, sent=2, delivered=2, assumable=2),
        day(FEED_2_EMAIL, sends=4, sent=3, delivered=1, assumable=3),
    ]
    assumed = frame(AssumedBases, [{"basis_key": FEED_2_EMAIL}])
    rows = assume_deliveries(frame(MessageDays, days), assumed).sort("basis_key")
    got = rows.select("sent", "delivered", "assumed_sends", basis=name_basis()).collect()
    assert got.rows() == [(2, 2, 0, "receipts"), (0, 4, 4, "assumed")]
    counted = count_assumed(frame(MessageDays, days), assumed).collect()
    assert counted.rows() == [(2, 1, 4)]


@pytest.mark.parametrize(
    ("sends", "assumed", "basis"),
    [(5, 0, "receipts"), (5, 5, "assumed"), (5, 2, "mixed"), (0, 0, "receipts")],
)
def test_a_level_of_both_is_mixed(sends: int, assumed: int, basis: str) -> None:
    row = frame(MessageDays, [{}]).select(sends=sends, assumed_sends=assumed)
    assert row.select(name_basis()).collect().item() == basis
