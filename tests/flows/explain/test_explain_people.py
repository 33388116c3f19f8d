"""`explain` of lists, segments, variants, providers' summaries, and of orders that do not count."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.publishing import publish_tables
from tests.support.workspaces import as_csv, feed, read_raw_row, write_workspace

TABLES: dict[str, list[dict[str, str]]] = {
    "contacts": [{"contact_id": f"c{n}"} for n in range(4)],
    "campaigns": [{"campaign_id": k, "name": k, "channel": "email"} for k in ("k1", "k2")],
    "segments": [
        {"segment_id": "s1", "name": "All", "contact_count": count, "updated_at": at}
        for count, at in (("4", "2026-01-01T00:00:00Z"), ("5", "2026-02-01T00:00:00Z"))
    ],
    "list_members": [
        {"campaign_id": campaign, "segment_id": "s1", "contact_id": contact}
        for campaign, contact in (("k1", "c0"), ("k1", "c1"), ("k2", "c1"), ("s1", "c2"))
    ],
    "dispatches": [{"dispatch_id": "d1", "name": "First", "campaign_id": "k1", "channel": "email"}],
    "messages": [
        {"message_id": m, "name": m, "dispatch_id": "d1", "variant": v}
        for m, v in (("m1", "A"), ("m2", "B"))
    ],
    "sends": [
        {"send_id": f"s{n}", "message_id": m, "contact_id": f"c{n}", "status": status}
        | {"sent_at": "2026-03-01T08:00:00Z"}
        for n, (m, status) in enumerate(
            [("m1", "delivered"), ("m1", "delivered"), ("m2", "delivered"), ("m2", "bounced")]
        )
    ],
    "events": [
        {"event_id": f"e{n}", "event_type": f"email_{kind}", "send_id": send, "is_machine": machine}
        | {"occurred_at": f"2026-03-0{day}T09:00:00Z", "contact_id": f"c{send[1:]}"}
        for n, (kind, send, day, machine) in enumerate(
            [
                ("opened", "s0", 1, "false"),
                ("clicked", "s0", 2, "false"),
                ("clicked", "s1", 2, "true"),
                ("unsubscribed", "s0", 3, ""),
                ("unsubscribed", "s0", 3, ""),
                ("complained", "s0", 4, ""),
                ("subscribed", "s1", 4, ""),
            ]
        )
    ],
    "orders": [
        {"order_id": i, "contact_id": c, "ordered_at": at, "revenue": "10", "status": status}
        for i, c, at, status in (
            ("o1", "c0", "2026-03-02T10:00:00Z", "paid"),
            ("o2", "c0", "2026-03-02T11:00:00Z", "cancelled"),
            ("o3", "c0", "2026-05-02T10:00:00Z", "paid"),
            ("o4", "c1", "2026-03-02T10:00:00Z", "paid"),
        )
    ],
    "message_stats": [
        {"channel": "email", "message_id": "m1", "sends": "9", "delivered": "6", "opens": "3"}
    ],
}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_workspace(
        tmp_path_factory.mktemp("people") / "ws",
        "".join(feed(table, f"raw/{table}.csv") for table in TABLES),
        {f"raw/{table}.csv": as_csv(rows, list(rows[0])) for table, rows in TABLES.items()},
    )
    publish_tables(root)
    return root


@pytest.fixture
def ask(workspace: Path, explain: Ask) -> Ask:
    """Explain a figure: its ids, by raw row, of what counts and of what does not."""

    def name_rows(table: str, column: str, **key: str) -> dict[str, Any]:
        said = explain(table, column, *(f"{name}={value}" for name, value in key.items()))
        counted = {name_row(workspace, row): row["counts"] for row in said["rows"]}
        left = {name_row(workspace, row): row["because"] for row in said["excluded"]}
        return said | {"counted": counted, "left": left}

    return name_rows


def name_row(root: Path, row: dict[str, Any]) -> str:
    """The id of a raw row; of one without an id of its own, all its cells."""
    cells = read_raw_row(root, row)
    ids = [name for name in ("event_id", "send_id", "order_id") if name in cells]
    return cells[ids[0]] if ids else " ".join(cells.values())


@pytest.mark.parametrize(
    ("day", "column", "counted", "left"),
    [
        ("2026-03-01", "size", {"s0": "1", "s1": "1", "s2": "1", "s3": "1"}, {}),
        ("2026-03-03", "unsubscribed", {"e3": "1"}, {"e4": "status was unsubscribed before"}),
        ("2026-03-03", "net", {"e3": "-1"}, {"e4": "status was unsubscribed before"}),
        ("2026-03-03", "size", {"s1": "1", "s2": "1", "s3": "1"}, {"e3": "left the list by it"}),
        ("2026-03-04", "complained", {"e5": "1"}, {}),
        ("2026-03-04", "net", {"e5": "-1", "e6": "1"}, {}),
        ("2026-03-04", "subscribed", {"e6": "1"}, {}),
    ],
)
def test_a_list_grows_by_events_and_first_sends(
    day: str, column: str, counted: dict[str, str], left: dict[str, str], ask: Ask
) -> None:
    said = ask("people/list_growth", column, channel="email", date_day=day)
    assert said["counted"] == counted
    assert said["left"].keys() == left.keys()
    assert all(part in said["left"][one] for one, part in left.items())


def test_a_contact_and_a_campaign_of_a_segment_count_once(ask: Ask) -> None:
    members = ask("people/segment_report", "members", segment_id="s1")
    assert members["counted"] == {"k1 s1 c0": "1", "k1 s1 c1": "1", "s1 s1 c2": "1"}
    assert members["left"] == {"k2 s1 c1": "its contact_id counts once"}
    used = ask("people/segment_report", "campaigns_used_in", segment_id="s1")
    assert used["counted"] == {"k1 s1 c0": "1", "k2 s1 c1": "1"}
    assert used["left"]["s1 s1 c2"] == "the segment's own list: no campaign used it"


def test_a_segment_has_the_sends_of_the_campaigns_of_its_lists(ask: Ask) -> None:
    assert ask("people/segment_report", "delivered", segment_id="s1")["counted"].keys() == {
        "s0",
        "s1",
    }
    source = ask("people/segment_report", "contact_count", segment_id="s1")
    assert list(source["counted"].values()) == ["5"]
    assert [why[:10] for why in source["left"].values()] == ["superseded"]


def test_a_variant_is_compared_by_the_operands_of_both(ask: Ask) -> None:
    said = ask("email/variant_report", "open_difference", message_id="m2")
    assert [(one["name"], one["value"], one["rows_total"]) for one in said["operands"]] == [
        ("human_unique_opens", 0, 0),
        ("delivered", 1, 1),
        ("human_unique_opens of the first variant", 1, 1),
        ("delivered of the first variant", 2, 2),
    ]
    assert said["value"] == -0.5
    for column in ("open_low", "open_high", "open_p_value"):
        words = ask("email/variant_report", column, message_id="m2")
        assert len(words["operands"]) == 4
        assert "delivered" in words["formula"]
    first = ask("email/variant_report", "open_low", message_id="m1")
    assert (first["value"], len(first["operands"])) == (None, 2)


def test_a_provider_s_summary_is_one_row_and_ours_are_our_sends(ask: Ask) -> None:
    theirs = ask("email/provider_report", "sends", message_id="m1")
    assert list(theirs["counted"].values()) == ["9"]
    assert ask("email/provider_report", "counted_sends", message_id="m1")["counted"] == {
        "s0": "1",
        "s1": "1",
    }
    rate = ask("email/provider_report", "delivery_rate", message_id="m1")
    assert [one["value"] for one in rate["operands"]] == [6, 9]


def test_orders_after_a_click_that_do_not_count_say_why(ask: Ask) -> None:
    said = ask("email/message_report", "revenue", message_id="m1")
    assert said["counted"] == {"o1": "10"}
    assert said["left"].keys() == {"o2", "o3", "o4"}
    assert said["left"]["o2"].startswith("it brings nothing: cancelled")
    assert said["left"]["o3"].endswith("the touch lies 61 days before it")
    assert said["left"]["o4"] == "no touch: flagged as a machine's"


def test_a_contact_s_cancelled_order_is_told(ask: Ask) -> None:
    said = ask("people/contact_report", "orders", contact_id="c0")
    assert said["counted"].keys() == {"o1", "o3"}
    assert said["left"].keys() == {"o2"}
    at = "2026-03-02T11:00:00+00:00"
    journey = ask("people/contact_journey", "revenue", contact_id="c0", occurred_at=at)
    assert (journey["value"], journey["counted"], journey["left"].keys()) == (0, {}, {"o2"})


def test_a_machine_s_click_and_a_bounced_send_are_told(ask: Ask) -> None:
    clicks = ask("email/message_report", "human_unique_clicks", message_id="m1")
    assert (clicks["counted"], clicks["left"]) == ({"e1": "1"}, {"e2": "flagged as a machine's"})
    delivered = ask("email/message_report", "delivered", message_id="m2")
    assert (delivered["counted"], delivered["left"]) == ({"s2": "1"}, {"s3": "its send is bounced"})
    rate = ask("email/message_report", "human_click_rate", message_id="m1")
    assert rate["left"] == {"e2": "flagged as a machine's"}
