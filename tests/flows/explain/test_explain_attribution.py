"""`explain` of credits: the formula, the touches' raw rows, and what days and channels add up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.publishing import publish_tables
from tests.support.workspaces import as_csv, feed, write_workspace

TOML = '[attribution]\nmodels = ["linear", "last_touch"]\n' + "".join(
    feed(table, f"raw/{table}.csv") for table in ("contacts", "messages", "events", "orders")
)
CLICKS = [
    {"event_id": f"e{n}", "event_type": kind, "message_id": message, "contact_id": "c"}
    | {"occurred_at": f"2026-03-0{n}T00:00:00Z"}
    for n, kind, message in ((1, "email_clicked", "m1"), (2, "sms_clicked", "m2"))
]
ORDERS = [
    {"order_id": "o1", "contact_id": "c", "ordered_at": "2026-03-04T00:00:00Z", "revenue": "10.01"},
    {"order_id": "o2", "contact_id": "", "ordered_at": "2026-03-04T00:00:00Z", "revenue": "7"},
]
MESSAGES = [
    {"message_id": f"m{n}", "name": "Hello", "channel": channel, "cost": cost}
    for n, channel, cost in ((1, "email", "2"), (2, "sms", "3"))
]
Explain = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An order after a click on an e-mail and one on an SMS, and an order of nobody known."""
    tables = {"contacts": [{"contact_id": "c"}], "messages": MESSAGES}
    tables |= {"events": CLICKS, "orders": ORDERS}
    files = {f"raw/{name}.csv": as_csv(rows, list(rows[0])) for name, rows in tables.items()}
    root = write_workspace(tmp_path_factory.mktemp("explain") / "ws", TOML, files)
    publish_tables(root)
    return root


def test_a_credit_has_its_formula_and_the_rows_of_its_touches(explain: Explain) -> None:
    said = explain("attribution/order_touches", "linear", "order_id=o1", "touch_position=1")
    assert said["value"] == 0.5
    assert said["formula"].startswith("1 / touches")
    operands = {one["name"]: one for one in said["operands"]}
    assert [row["row_number"] for row in operands["touches"]["rows"]] == [1, 2]
    assert [row["row_number"] for row in operands["touch"]["rows"]] == [1]


def test_revenue_of_a_touch_is_its_share_of_the_order_s(explain: Explain) -> None:
    said = explain("attribution/order_touches", "revenue_linear", "order_id=o1", "touch_position=2")
    operands = {one["name"]: one for one in said["operands"]}
    assert said["value"] == 5.0
    assert operands["order_revenue"]["value"] == 10.01
    assert operands["order_revenue"]["rows"][0]["file"] == "raw/orders.csv"


def test_a_channel_s_revenue_adds_up_its_shares_of_orders(explain: Explain) -> None:
    key = ("date_day=2026-03-04", "channel=email", "model=linear")
    said = explain("attribution/channel_attribution", "revenue", *key)
    assert [(one["row_number"], one["counts"]) for one in said["rows"]] == [(1, "5.01")]
    direct = explain(
        "attribution/campaign_attribution", "credited_orders", key[0], "channel=(direct)", key[2]
    )
    assert [(one["row_number"], one["counts"]) for one in direct["rows"]] == [(2, "1")]


def test_a_channel_s_cost_stands_on_the_day_of_sending(explain: Explain) -> None:
    key = ("date_day=2026-03-02", "channel=sms", "model=linear")
    said = explain("attribution/channel_attribution", "cost", *key)
    assert [(one["table"], one["row_number"], one["counts"]) for one in said["rows"]] == [
        ("messages", 2, "3")
    ]
