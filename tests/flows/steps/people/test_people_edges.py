"""What only whole workspaces show about people: machines, costs and unknown things."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.steps.activities import write_activities
from flows.steps.people import journey_slices
from tests.support.publishing import Rows, Worlds, publish, row, rows
from tests.support.workspaces import Ran

PEOPLE = b"contact_id,email\n101,Ann@x.io\n102,\n"
world = Worlds()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What one run gave to each of the worlds."""
    return world.publish(tmp_path_factory.mktemp("worlds"), contacts=PEOPLE)


def event(own: str, event_type: str, at: str, **more: object) -> dict[str, Any]:
    """An event of contact 101 and message m1 on 10 January, without a send."""
    cells = {"event_type": event_type, "occurred_at": f"2026-01-10T{at}Z", "message_id": "m1"}
    return {"event_id": own, "contact_id": "101", **cells, **more}


def order(own: str, **more: object) -> dict[str, Any]:
    cells = {"ordered_at": "2026-01-11T00:00:00Z", "contact_id": "101", "revenue": "10.00"}
    return {"order_id": own, **cells, **more}


@pytest.mark.parametrize("rows_a_part", [10**6, 1])
def test_a_scanners_clicks_are_told_in_the_journey_and_touch_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_part: int
) -> None:
    """Of organization 1 an event tells the delivery, of 2 the send."""
    monkeypatch.setattr(write_activities, "ROWS_A_GROUP", rows_a_part)
    monkeypatch.setattr(journey_slices, "ROWS_A_SLICE", rows_a_part)
    clicks = [
        event("first", "email_clicked", "12:00:02", url="https://x.io/a"),
        event("second", "email_clicked", "12:00:03", url="https://x.io/b"),
        event("human", "email_clicked", "13:00:00", url="https://x.io/b"),
    ]
    delivered = {"contact_id": "101", "message_id": "m1", "delivered_at": "2026-01-10T12:00:00Z"}
    ran = publish(
        tmp_path,
        contacts=b"org_id,contact_id\n1,101\n2,101\n",
        events=[
            *(click | {"org_id": org_id} for org_id in "12" for click in clicks),
            event("delivered", "email_delivered", "12:00:00", org_id="1"),
        ],
        sends=[{"org_id": "2", "send_id": "s1", "status": "delivered", **delivered}],
        orders=[order("o1", org_id=org_id) for org_id in "12"],
    )
    machines = ran.table("people", "contact_journey").filter("is_machine")
    assert machines.select("org_id", "event_id").sort("org_id", "event_id").rows() == [
        *(("1", "first"), ("1", "second"), ("2", "first"), ("2", "second"))
    ]
    touches = [
        (one["org_id"], one["event_id"]) for one in rows(ran, "attribution", "order_touches")
    ]
    assert touches == [("1", "human"), ("2", "human")]


@world
def costly() -> dict[str, Rows]:
    messages = (
        b"message_id,name,campaign_id,cost\nm1,Sent,c1,5.00\nm2,Untimed,c1,7.00\nm3,Unsent,c1,11\n"
    )
    sends = [
        {"send_id": "s1", "message_id": "m1", "sent_at": "2026-01-09T12:00:00Z"},
        {"send_id": "s2", "message_id": "m2"},
    ]
    return {
        "campaigns": b"campaign_id,name,channel\nc1,One,email\n",
        "messages": messages,
        "sends": [{**send, "contact_id": "101", "status": "sent"} for send in sends],
        "orders": [order("o1")],
    }


def test_the_cost_of_messages_in_attribution_is_that_of_their_reports(
    worlds: dict[str, Ran],
) -> None:
    ran = worlds["costly"]
    assert row(ran, "email", "campaign_report")["cost"] == 23
    for name in ("channel_attribution", "campaign_attribution"):
        costs = ran.table("attribution", name).filter(pl.col("cost") > 0, model="linear")
        assert [(str(day), cost) for day, cost in costs.select("date_day", "cost").rows()] == [
            ("None", 18),
            ("2026-01-09", 5),
        ]


@world
def implied() -> dict[str, Rows]:
    """Skene: a campaign is its one message, an event names its send alone."""
    click = {"event_id": "e1", "event_type": "clicked", "occurred_at": "2026-01-10T12:00:00Z"}
    send = {"send_id": "s1", "campaign_id": "c1", "contact_id": "101", "status": "delivered"}
    return {
        "campaigns": b"campaign_id,name,channel\nc1,One,sms\nc2,Two,sms\n",
        "sends": [send],
        "events": [{**click, "send_id": "s1"}],
        "orders": [order("o1"), order("o2", contact_id="404"), order("o3", contact_id="102")],
    }


def test_bare_clicks_of_an_implied_message_bring_orders(worlds: dict[str, Ran]) -> None:
    ran = worlds["implied"]
    for level in ("campaign", "dispatch", "message"):
        found = rows(ran, "campaigns", "hierarchy_report", level=level)
        assert [(r["campaign_name"], r["orders"], r["revenue"]) for r in found] == [
            ("One", 1, Decimal(10)),
            ("Two", 0, Decimal(0)),
        ]
    by_campaign = rows(ran, "attribution", "campaign_attribution", model="last_touch")
    assert [(r["channel"], r["campaign_name"], r["credited_orders"]) for r in by_campaign] == [
        ("(direct)", "(none)", 2),
        ("sms", "One", 1),
    ]


@world
def said_again() -> dict[str, Rows]:
    again = b"contact_id,email,updated_at\n101,old@x.io,2026-01-01\n101,Ann@x.io,2026-01-02\n"
    orders = [order("o1", contact_id=None, email="ann@x.io"), order("o1", contact_id="101")]
    events = [event("e1", "email_clicked", "12:00:00")] * 2
    return {"contacts": again, "events": events, "orders": orders}


def test_a_contacts_newer_version_and_a_file_twice_change_no_journey(
    worlds: dict[str, Ran],
) -> None:
    ran = worlds["said_again"]
    assert [step["event_id"] for step in rows(ran, "people", "contact_journey")] == ["e1", "o1"]
    assert row(ran, "people", "contact_report")["orders"] == 1


def test_organizations_never_meet(tmp_path: Path) -> None:
    events = [event("e1", "email_clicked", "12:00:00", org_id="a")]
    orders = [order("o1", org_id="a"), order("o1", org_id="b")]
    visits = [
        {"session_id": "v1", "org_id": org_id, "anonymous_id": "d1", **known}
        | {"started_at": "2026-01-10T10:00:00Z"}
        for org_id, known in (("a", {"contact_id": "101"}), ("b", {}))
    ]
    contacts = b"org_id,contact_id\na,101\nb,101\n"
    toml = '[[audiences]]\nname = "clickers"\nperformed = "email_clicked"\n'
    ran = publish(tmp_path, toml, contacts=contacts, events=events, orders=orders, sessions=visits)
    assert [r["org_id"] for r in rows(ran, "attribution", "order_touches")] == ["a"]
    assert ran.table("people/audiences", "clickers").rows() == [("a", "101")]
    assert [link["org_id"] for link in rows(ran, "people", "identity_links")] == ["a"]
    assert [r["sessions"] for r in rows(ran, "people", "contact_report")] == [1, 0]


def test_contacts_who_did_nothing_have_a_report_and_no_journey(tmp_path: Path) -> None:
    """Beside ads alone, nobody's sends, events, sessions or orders are there to be told."""
    ads = b"platform,campaign_id,campaign_name\ngoogle_ads,1,Spring\n"
    ran = publish(tmp_path, contacts=PEOPLE, ads=ads)
    assert [one["contact_id"] for one in rows(ran, "people", "contact_report")] == ["101", "102"]
    assert ran.table("people", "contact_journey").is_empty()


def test_identity_links_exist_where_web_feeds_are_configured(tmp_path: Path) -> None:
    """Whoever joins them need not ask whether anybody was identified yet."""
    session = {"session_id": "s1", "started_at": "2026-01-10T12:00:00Z", "contact_id": "101"}
    opened = {"event_type": "email_opened", "occurred_at": "2026-01-10T12:00:00Z"}
    events = [{**opened, "contact_id": "101"}]
    contacts = b"contact_id\n101\n"
    ran = publish(tmp_path / "web", contacts=contacts, events=events, sessions=[session])
    assert rows(ran, "people", "identity_links") == []
    ran = publish(tmp_path / "mail", contacts=contacts, events=events)
    assert not (ran.folder / "people/identity_links.parquet").exists()


def hold_out(**names: str) -> dict[str, Rows]:
    """101 was held out, and clicked a forwarded mail, perhaps; 102 was sent it."""
    sent = {"status": "delivered", "sent_at": "2026-01-10T12:00:00Z", **names}
    return {
        "campaigns": b"campaign_id,name,channel\nm1,One,email\n",
        "sends": [
            {"send_id": "s1", "contact_id": "101", "is_holdout": "true", **sent},
            {"send_id": "s2", "contact_id": "102", "is_holdout": "false", **sent},
        ],
        "events": [event("e1", "email_clicked", "13:00:00")],
    }


@world
def held_out_by_message() -> dict[str, Rows]:
    return hold_out(message_id="m1")


@world
def held_out_by_campaign() -> dict[str, Rows]:
    return hold_out(campaign_id="m1")


@pytest.mark.parametrize("name", ["held_out_by_message", "held_out_by_campaign"])
def test_a_click_of_a_hold_out_by_message_and_contact_puts_nobody_on_the_list(
    worlds: dict[str, Ran], name: str
) -> None:
    assert row(worlds[name], "people", "list_growth")["size"] == 1
    assert row(worlds[name], "email", "message_report")["holdout"] == 1
