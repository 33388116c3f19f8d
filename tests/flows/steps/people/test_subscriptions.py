"""Subscriptions and lists in a whole workspace (SPEC §6.4), each event's id telling its day."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.catalog import file_batches
from flows.steps.people import subscriptions
from tests.support.publishing import publish, publish_tables, rows
from tests.support.workspaces import feed, write_workspace

PEOPLE = b"contact_id,plan\n101,pro\n102,free\n103,pro\n"
AUDIENCES = """
[workspace]
channels = ["whatsapp"]
[[audiences]]
name = "reachable"
subscribed = "email"
[[audiences]]
name = "never_left"
never = "email_unsubscribed"
"""


def event(day: int, event_type: str, contact: str = "101", **more: object) -> dict[str, Any]:
    at = f"2026-01-{day:02}T12:00:00Z"
    cells = {"event_id": f"e{day}", "event_type": event_type, "occurred_at": at}
    return {**cells, "contact_id": contact, "message_id": "m1", **more}


def test_re_subscribing_is_honoured(tmp_path: Path) -> None:
    """101 left and came back, 102 left, 103 only ever left WhatsApp."""
    events = [
        event(1, "email_subscribed"),
        event(2, "email_unsubscribed"),
        event(3, "email_subscribed"),
        event(4, "email_unsubscribed", "102"),
        event(5, "whatsapp_unsubscribed", "103", message_id=None),
        event(6, "email_subscribed", "103"),
    ]
    ran = publish(tmp_path, AUDIENCES, contacts=PEOPLE, events=events)
    found = rows(ran, "people", "subscriptions")
    assert [(r["contact_id"], r["channel"], r["status"], r["since"].day) for r in found] == [
        ("101", "email", "subscribed", 3),
        ("102", "email", "unsubscribed", 4),
        ("103", "email", "subscribed", 6),
        ("103", "whatsapp", "unsubscribed", 5),
    ]
    contacts = {r["contact_id"]: r for r in rows(ran, "people", "contact_report")}
    left = {own: r["unsubscribed_at"] and r["unsubscribed_at"].day for own, r in contacts.items()}
    assert left == {"101": None, "102": 4, "103": 5}
    assert contacts["102"]["attributes"] == '{"plan":"free"}'
    assert ran.table("people/audiences", "reachable")["contact_id"].to_list() == ["101", "103"]
    assert ran.table("people/audiences", "never_left")["contact_id"].to_list() == ["103"]


def test_the_list_of_a_channel_grows_and_shrinks(tmp_path: Path) -> None:
    """101 was sent something on the 1st, 102 subscribed on the 2nd, 101 complained on the 3rd."""
    events = [event(2, "email_subscribed", "102"), event(3, "email_complained")]
    sends = [{"send_id": "s1", "contact_id": "101", "message_id": "m1", "status": "delivered"}]
    sends[0]["sent_at"] = "2026-01-01T12:00:00Z"
    ran = publish(
        tmp_path,
        contacts=PEOPLE,
        messages=b"message_id,name,channel\nm1,News,email\n",
        sends=sends,
        events=events,
    )
    growth = rows(ran, "people", "list_growth", channel="email")
    figures = ("date_day", "subscribed", "unsubscribed", "complained", "net", "size")
    assert [tuple(row[name] for name in figures) for row in growth] == [
        (date(2026, 1, 1), 0, 0, 0, 0, 1),
        (date(2026, 1, 2), 1, 0, 0, 1, 2),
        (date(2026, 1, 3), 0, 0, 1, -1, 1),
    ]


def test_direct_mail_stands_once_in_the_journey(tmp_path: Path) -> None:
    """It was there as the event, and again as the send that the event shows."""
    ran = publish(
        tmp_path,
        contacts=PEOPLE,
        messages=b"message_id,name,channel\nm1,Catalog,direct_mail\n",
        events=[event(1, "direct_mail_sent")],
        orders=[
            {"order_id": "o1", "ordered_at": "2026-01-02T12:00:00Z", "contact_id": "101"}
            | {"revenue": "9.00"}
        ],
    )
    journey = rows(ran, "people", "contact_journey")
    assert [(step["kind"], step["event_id"]) for step in journey] == [
        ("event", "e1"),
        ("order", "o1"),
    ]
    touch = rows(ran, "attribution", "order_touches")
    assert [(row["channel"], row["message_id"]) for row in touch] == [("direct_mail", "m1")]


def test_who_was_sent_a_message_is_on_the_list_of_its_channel_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of sends are as they were; their first sendings are kept but for the last one's."""
    monkeypatch.setattr(file_batches, "ENDS", re.compile("."))
    monkeypatch.setattr(subscriptions, "LAST_PIECES", 1)
    header = "send_id,contact_id,message_id,status,sent_at\n"
    files = {
        f"raw/sends/{day}.csv": f"{header}{day},10{day},m1,sent,2026-01-0{day}T12:00:00Z\n".encode()
        for day in (1, 2, 3)
    }
    files |= {"raw/contacts/1.csv": PEOPLE, "raw/messages/1.csv": b"message_id,name,channel\n"}
    toml = "".join(feed(table, f"raw/{table}/*") for table in ("contacts", "messages", "sends"))
    root = write_workspace(tmp_path / "ws", toml, files)
    for channel in ("email", "sms"):
        (root / "raw/messages/1.csv").write_text(f"message_id,name,channel\nm1,News,{channel}\n")
        publish_tables(root)
        growth = pl.read_parquet(root / "reports/latest/people/list_growth.parquet")
        assert growth.select("channel", "size").rows() == [(channel, size) for size in (1, 2, 3)]
