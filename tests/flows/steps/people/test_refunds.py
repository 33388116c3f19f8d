"""Refunds and cancelled orders, from raw rows to what channels earned (SPEC §4, §6.5)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.publishing import Rows, Worlds, row, rows
from tests.support.workspaces import Ran

PEOPLE = b"contact_id\n101\n"
world = Worlds()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What one run gave to each of the worlds."""
    return world.publish(tmp_path_factory.mktemp("worlds"), contacts=PEOPLE)


CLICK: dict[str, Any] = {
    "event_id": "e1",
    "event_type": "email_clicked",
    "occurred_at": "2026-01-10T12:00:00Z",
    "contact_id": "101",
    "message_id": "m1",
}
SOLD: dict[str, Any] = {
    "order_id": "100",
    "ordered_at": "2026-01-11T12:00:00Z",
    "contact_id": "101",
    "revenue": "80.00",
}
BACK: dict[str, Any] = {
    "order_id": "100-r",
    "ordered_at": "2026-05-01T12:00:00Z",
    "refund_of": "100",
    "revenue": "-30.00",
}


@world
def refunded() -> dict[str, Rows]:
    """80 by e-mail on 11 January; 110 days later the 30 go back to e-mail, not to (direct)."""
    cancelled = SOLD | {"order_id": "200", "cancelled_at": "2026-01-12T00:00:00Z"}
    return {"events": [CLICK], "orders": [SOLD, BACK, cancelled]}


def test_a_refund_after_the_look_back_is_taken_from_the_orders_channel(
    worlds: dict[str, Ran],
) -> None:
    ran = worlds["refunded"]
    touches = ran.table("attribution", "order_touches")
    assert touches.select("order_id", "event_id", "linear", "revenue_linear").rows() == [
        ("100", "e1", Decimal(1), Decimal(80)),
        ("100-r", "e1", Decimal(1), Decimal(-30)),
    ]
    channels = rows(ran, "attribution", "channel_attribution", model="last_touch")
    assert [(str(r["date_day"]), r["channel"], r["revenue"]) for r in channels] == [
        ("2026-01-11", "email", Decimal(80)),
        ("2026-05-01", "email", Decimal(-30)),
    ]
    message = row(ran, "email", "message_report")
    assert (message["orders"], message["revenue"]) == (1, Decimal(50))
    contact = row(ran, "people", "contact_report")
    assert (contact["orders"], contact["revenue"]) == (1, Decimal(50))
    journey = rows(ran, "people", "contact_journey", kind="order")
    assert [(step["order_id"], step["revenue"]) for step in journey] == [
        ("100", Decimal(80)),
        ("200", Decimal(0)),
        ("100-r", Decimal(-30)),
    ]


@world
def of_nobody() -> dict[str, Rows]:
    """Cash on delivery, point of sale: no e-mail, no cookie."""
    sold = {"order_id": "300", "ordered_at": "2026-01-11T12:00:00Z", "revenue": "5.00"}
    return {"events": [CLICK], "orders": [sold]}


def test_an_order_that_names_nobody_is_direct(worlds: dict[str, Ran]) -> None:
    direct = row(worlds["of_nobody"], "attribution", "channel_attribution", model="linear")
    assert (direct["channel"], direct["revenue"]) == ("(direct)", Decimal(5))
