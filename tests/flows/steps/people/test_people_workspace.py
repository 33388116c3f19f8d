"""Single sentences of SPEC §6.4 and §6.5, each by a workspace of a few rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.config.workspace import AudienceSection
from flows.config.loading import load_workspace
from flows.progress import silence
from flows.steps.people import people_reports
from flows.steps.people.audiences import draw_audience
from tests.support.publishing import Rows, Worlds, publish, quarantined, row, rows
from tests.support.workspaces import Ran

PEOPLE = b"contact_id,email\n101,Ann@x.io\n102,bo@x.io\n103,\n"
world = Worlds()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What one run gave to each of the worlds."""
    return world.publish(tmp_path_factory.mktemp("worlds"), contacts=PEOPLE)


OSLO = '[workspace]\ntimezone = "Europe/Oslo"\n'
REPORT = "contact_report"
CLICKED = "2026-01-10T12:00:00Z"


def event(own: str, event_type: str = "email_clicked", **more: object) -> dict[str, Any]:
    """A click of contact 101 at noon of 10 January."""
    cells = {"event_type": event_type, "occurred_at": CLICKED, "contact_id": "101"}
    return {"event_id": own, **cells, "message_id": "m1", **more}


def order(own: str, at: str = "2026-01-11T12:00:00Z", **more: object) -> dict[str, Any]:
    """An order of contact 101 for 100 dollars."""
    who = {} if {"email", "anonymous_id"} & set(more) else {"contact_id": "101"}
    return {"order_id": own, "ordered_at": at, "revenue": "100.00", **who, **more}


def visit(own: str, at: str, link: str = "", **more: object) -> dict[str, Any]:
    who = {} if "anonymous_id" in more else {"contact_id": "101"}
    cells = {"session_id": own, "started_at": at, "landing_url": f"https://x.io/?{link}"}
    return {**cells, **who, **more}


def touches(ran: Ran) -> dict[str, list[str]]:
    """Order -> the events and sessions that led to it; direct mail by its message."""
    table = ran.table("attribution", "order_touches")
    led = pl.coalesce("event_id", "session_id", "message_id").alias("led")
    found: dict[str, list[str]] = {}
    for order_id, touch in table.select("order_id", led).rows():
        found.setdefault(order_id, []).append(touch)
    return found


MAILED = b"dispatch_id,name,channel,attribution_start_date,attribution_window_days\n"
MAILED += b"d1,Catalog,direct_mail,2026-01-01,14\n"
CATALOG = b"message_id,name,dispatch_id\nm1,Catalog A,d1\n"


@pytest.mark.parametrize("told_by", ["send", "event"])
def test_a_window_of_14_days_counts_both_whole_days_of_the_zone(
    tmp_path: Path, told_by: str
) -> None:
    orders = [
        order("before", "2025-12-31T22:59:59Z"),
        order("first", "2025-12-31T23:00:00Z"),
        order("last", "2026-01-14T22:59:00Z"),
        order("after", "2026-01-14T23:00:00Z"),
    ]
    posted = {"contact_id": "101", "message_id": "m1"}
    at = "2026-01-03T08:00:00Z"
    fact = (
        {"sends": [{"send_id": "s1", "status": "sent", "sent_at": at, **posted}]}
        if told_by == "send"
        else {"events": [event("e1", "direct_mail_sent", occurred_at=at)]}
    )
    tables = {"contacts": PEOPLE, "dispatches": MAILED, "messages": CATALOG}
    ran = publish(tmp_path, OSLO, orders=orders, **tables, **fact)
    assert touches(ran) == {"first": ["m1"], "last": ["m1"]}
    report = row(ran, "direct_mail", "dispatch_report")
    assert (report["dispatch_name"], report["orders"], report["revenue"]) == ("Catalog", 2, 200)


NEWS = "utm_source=news&utm_medium=email"


@world
def landing() -> dict[str, Rows]:
    visits = [
        visit("landing", "2026-01-10T12:30:00Z", NEWS),
        visit("later", "2026-01-10T12:30:01Z", NEWS),
        visit("partner", "2026-01-10T12:10:00Z", "utm_source=p&utm_medium=affiliate"),
        visit("direct", "2026-01-10T12:20:00Z"),
    ]
    return {"events": [event("e1")], "sessions": visits, "orders": [order("o1")]}


def test_the_landing_of_a_click_is_no_second_touch(worlds: dict[str, Ran]) -> None:
    ran = worlds["landing"]
    assert touches(ran) == {"o1": ["e1", "partner", "later"]}


def test_the_look_back_is_inclusive_and_per_channel(tmp_path: Path) -> None:
    events = [event("mail"), event("text", "sms_clicked", message_id="m2")]
    orders = [
        order("day", "2026-01-11T12:00:00Z"),
        order("over a day", "2026-01-11T12:00:01Z"),
        order("30 days", "2026-02-09T12:00:00Z"),
        order("over 30 days", "2026-02-09T12:00:01Z"),
    ]
    toml = "[attribution]\nlookback_hours = { sms = 24 }\n"
    ran = publish(tmp_path, toml, contacts=PEOPLE, events=events, orders=orders)
    assert touches(ran) == {
        "day": ["mail", "text"],
        "over a day": ["mail"],
        "30 days": ["mail"],
    }
    direct = rows(ran, "attribution", "channel_attribution", channel="(direct)", model="linear")
    assert [(r["credited_orders"], r["revenue"], str(r["date_day"])) for r in direct] == [
        (1, 100, "2026-02-09")
    ]


@pytest.mark.parametrize("configured", [False, True])
def test_opens_count_where_configured_and_machines_never(
    tmp_path: Path, *, configured: bool
) -> None:
    events = [
        event("open", "email_opened", occurred_at="2026-01-10T11:00:00Z"),
        event("proxy", "email_opened", is_machine=True),
        event("scanner", is_machine=True),
        event("crawler", user_agent="Mozilla/5.0"),
        event("shop", "store_visit", message_id=None),
        event("call", "phone_call", message_id=None),
    ]
    toml = '[attribution]\ntouch_opens = true\ntouch_events = ["store_visit"]\n'
    ran = publish(
        tmp_path,
        toml if configured else "",
        contacts=PEOPLE,
        events=events,
        orders=[order("o1")],
    )
    assert touches(ran) == ({"o1": ["open", "shop"]} if configured else {})
    machines = rows(ran, "people", "contact_journey", is_machine=True)
    assert {step["event_id"] for step in machines} == {"proxy", "scanner", "crawler"}


@world
def by_address() -> dict[str, Rows]:
    return {"events": [event("e1")], "orders": [order("o1", email=" ANN@X.io")]}


def test_an_order_names_its_contact_by_address(worlds: dict[str, Ran]) -> None:
    ran = worlds["by_address"]
    assert touches(ran) == {"o1": ["e1"]}
    assert row(ran, "people", "contact_report", contact_id="101")["orders"] == 1
    assert row(ran, "people", "contact_journey", order_id="o1")["contact_id"] == "101"


@world
def cancelled() -> dict[str, Rows]:
    orders = [
        order("paid"),
        order("cancelled", status="Cancelled"),
        order("refunded", status="refunded"),
        order("back", revenue="-30.005"),
    ]
    return {"events": [event("e1")], "orders": orders}


def test_what_was_cancelled_or_refunded_brings_nothing(worlds: dict[str, Ran]) -> None:
    ran = worlds["cancelled"]
    assert touches(ran) == {"back": ["e1"], "paid": ["e1"]}
    report = row(ran, "people", "contact_report", contact_id="101")
    assert (report["orders"], report["revenue"]) == (1, Decimal("69.9950"))
    message = row(ran, "email", "message_report")
    assert (message["orders"], message["revenue"]) == (1, Decimal("69.9950"))
    told = {
        r["order_id"]: r["revenue"] for r in rows(ran, "people", "contact_journey", kind="order")
    }
    assert told == {"paid": 100, "cancelled": 0, "refunded": 0, "back": Decimal("-30.0050")}


def test_an_order_in_a_currency_without_a_rate_is_rejected(tmp_path: Path) -> None:
    orders = [order("dollar"), order("crown", currency="NOK")]
    toml = "[workspace]\nmax_rejected_share = 0.5\n"
    tables: dict[str, Any] = {"contacts": PEOPLE, "events": [event("e1")], "orders": orders}
    ran = publish(tmp_path / "1", toml, **tables)
    assert touches(ran) == {"dollar": ["e1"]}
    assert [rejected["row_number"] for rejected in quarantined(ran, "orders")] == [2]
    rates = b"currency,date_day,rate\nNOK,2026-01-11,0.0999\n"
    ran = publish(tmp_path / "2", **tables, exchange_rates=rates)
    assert row(ran, "attribution", "order_touches", order_id="crown")["revenue_linear"] == Decimal(
        "9.9900"
    )


def test_a_device_becomes_a_persons(tmp_path: Path) -> None:
    visits = [
        visit("too early", "2025-12-01T12:00:00Z", anonymous_id="d1"),
        visit("before", "2026-01-05T12:00:00Z", NEWS, anonymous_id="d1"),
        visit("known", "2026-01-10T12:00:00Z", anonymous_id="d1", contact_id="101"),
        visit("after", "2026-03-01T12:00:00Z", anonymous_id="d1"),
        visit("other", "2026-03-02T12:00:00Z", anonymous_id="d1", contact_id="102"),
        visit("stranger", "2026-03-02T12:00:00Z", anonymous_id="d2"),
    ]
    orders = [
        order("o1", anonymous_id="d1"),
        order("o2", "2026-03-03T12:00:00Z", anonymous_id="d2"),
    ]
    toml = "[identity]\nbackward_days = 7\n"
    ran = publish(
        tmp_path, toml, contacts=PEOPLE, events=[event("e1")], sessions=visits, orders=orders
    )
    journey = rows(ran, "people", "contact_journey")
    of_ann = [step["event_id"] for step in journey if step["contact_id"] == "101"]
    assert of_ann == ["before", "e1", "known", "o1", "after"]
    assert [step["event_id"] for step in journey if step["contact_id"] == "102"] == ["other"]
    links = rows(ran, "people", "identity_links")
    assert [(link["contact_id"], link["how"]) for link in links] == [
        ("101", "session"),
        ("102", "session"),
    ]
    assert touches(ran)["o1"] == ["before", "e1"]
    counts = {r["contact_id"]: r["sessions"] for r in rows(ran, "people", "contact_report")}
    assert counts == {"101": 3, "102": 1, "103": 0}


AUDIENCES = """
[[audiences]]
name = "clickers"
performed = "email_clicked"
never = "email_unsubscribed"

[[audiences]]
name = "january"
performed = "store_visit"
from = "2026-01-10"
to = "2026-01-10"
"""


def test_who_clicked_and_never_unsubscribed(tmp_path: Path) -> None:
    bare = {"contact_id": None, "message_id": None}
    events = [
        event("e1", "clicked", **bare, send_id="s1"),
        event("e2", "clicked", **bare, send_id="s2"),
        event("e3", "unsubscribed", **bare, send_id="s2"),
        event("e4", "unsubscribed", **bare),
        event("e5", "clicked", contact_id="103", message_id=None, send_id="s3", is_machine=True),
        event("e6", "store_visit", **bare, anonymous_id="d1"),
        event("e7", "store_visit", contact_id="102", occurred_at="2026-01-11T00:00:00Z"),
        event("e8", "clicked", **bare, anonymous_id="d9"),
    ]
    sends = [
        {"send_id": f"s{n}", "campaign_id": "c1", "contact_id": f"10{n}", "status": "delivered"}
        for n in (1, 2, 3)
    ]
    tables = {
        "contacts": PEOPLE,
        "campaigns": b"campaign_id,name,channel\nc1,News,email\n",
        "sends": sends,
        "events": events,
        "sessions": [visit("v1", CLICKED, contact_id="101", anonymous_id="d1")],
    }
    ran = publish(tmp_path, AUDIENCES, **tables)
    for name, expected in {"clickers": ["101"], "january": ["101"]}.items():
        assert ran.table("people/audiences", name)["contact_id"].to_list() == expected
        asked = next(
            one
            for one in load_workspace(tmp_path / "ws", environ={}).config.audiences
            if one.name == name
        )
        drawn = draw_audience(load_workspace(tmp_path / "ws", environ={}), asked, silence)
        assert drawn["contact_id"].to_list() == expected


def test_a_segments_members_are_an_audience(tmp_path: Path) -> None:
    asked = AudienceSection.model_validate({"name": "vip", "segment": "Very important"})
    toml = '[[audiences]]\nname = "vip"\nsegment = "Very important"\n'
    ran = publish(
        tmp_path,
        toml,
        contacts=PEOPLE,
        events=[event("e1")],
        segments=b"segment_id,name\n1,Very important\n",
        list_members=b"campaign_id,segment_id,contact_id\nc1,1,102\nc2,1,102\nc1,2,103\n",
    )
    assert ran.table("people/audiences", asked.name)["contact_id"].to_list() == ["102"]


@world
def held_out() -> dict[str, Rows]:
    contacts = b"contact_id\n" + b"".join(b"%d\n" % n for n in range(8))
    sends = [
        {"send_id": f"s{n}", "message_id": "m1", "contact_id": str(n), "status": "delivered"}
        | {"sent_at": CLICKED, "is_holdout": n >= 4}
        for n in range(8)
    ]
    orders = [order(f"o{n}", contact_id=str(n)) for n in (0, 1, 2, 4)]
    orders.append(order("late", "2026-02-09T12:00:01Z", contact_id="5"))
    messages = b"message_id,name,channel,campaign_id\nm1,News,email,c1\n"
    return {"contacts": contacts, "messages": messages, "sends": sends, "orders": orders}


def test_what_a_message_added_against_those_held_out(worlds: dict[str, Ran]) -> None:
    ran = worlds["held_out"]
    lift = row(ran, "attribution", "holdout_lift", level="message")
    assert (lift["message_name"], lift["treated_contacts"], lift["holdout_contacts"]) == (
        *("News", 4),
        4,
    )
    assert (lift["treated_conversion_rate"], lift["holdout_conversion_rate"]) == (0.75, 0.25)
    assert lift["conversion_rate_difference"] == 0.5
    error = 1.959963984540054 * (2 * 0.75 * 0.25 / 4) ** 0.5
    assert lift["conversion_rate_difference_low"] == pytest.approx(0.5 - error)
    assert row(ran, "email", "message_report")["holdout"] == 4


def test_contacts_are_reported_alike_however_many_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [event("e1"), event("e2", contact_id="103")]
    whole = publish(tmp_path / "1", contacts=PEOPLE, events=events).table("people", REPORT)
    monkeypatch.setattr(people_reports, "CONTACTS_AT_A_TIME", 2)
    cut = publish(tmp_path / "2", contacts=PEOPLE, events=events).table("people", REPORT)
    assert whole["clicks"].to_list() == [1, 0, 1]
    assert cut.equals(whole)
