"""Segment's and RudderStack's calls, as their warehouses and pipelines have them."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from flows.config.source_files import load_sources
from flows.steps.reading.feed_candidates import KnownSources
from flows.steps.reading.feed_proposals import propose_feed
from tests.support.exports import answer_of, read_export, rows_of

PAGES = """\
id,anonymous_id,user_id,received_at,sent_at,original_timestamp,timestamp,uuid_ts,channel,name,url,\
path,referrer,title,context_request_ip,context_passed_ip,context_library_name,context_page_url,\
context_session_id,context_user_agent,context_traits_email,context_campaign_source,\
context_campaign_medium,context_campaign_name,context_destination_id
p1,a1,,2026-01-31 10:00:02.1,,,2026-01-31 10:00:01,,web,Home,https://x.example/p,/p,,Shop,1.2.3.4,,\
RudderLabs JavaScript SDK,https://x.example/p,1769,Mozilla/5.0,,google,cpc,Spring sale,d1
p2,a1,7,2026-01-31 10:01:02.1,,,2026-01-31 10:01:01,,web,,https://x.example/q?utm_source=own,/q,,,\
1.2.3.4,,RudderLabs JavaScript SDK,,1769,Mozilla/5.0,ada@example.com,,,,d1
"""
TRACKS = """\
id,anonymous_id,user_id,event,event_text,timestamp,received_at,context_request_ip,\
context_traits_email,context_user_agent
t1,a1,,product_added,Product Added,2026-01-31 10:00:01,2026-01-31 10:00:02,1.2.3.4,,Mozilla/5.0
t2,a1,7,email_link_clicked,Email Link Clicked,2026-01-31 10:00:03,,,ada@example.com,
"""
CALLS = [
    {
        "type": "track", "messageId": "m1", "anonymousId": "a1", "event": "Order Completed",
        "timestamp": "2026-01-31T10:00:00.000Z",
        "context": {"traits": {"email": "ada@example.com"}},
        "properties": {
            "order_id": "o1", "total": 119.0, "revenue": 95.5, "currency": "USD",
            "products": [{"name": "Boots"}],
        },
    },
    {
        "type": "track", "messageId": "m2", "userId": "7", "event": "Email Opened",
        "timestamp": "2026-01-31T11:00:00.000Z", "context": {},
        "properties": {"email_id": "e9", "campaign_id": "c9"},
    },
    {
        "type": "page", "messageId": "m3", "userId": "7", "name": "Home",
        "timestamp": "2026-01-31T12:00:00.000Z", "properties": {"url": "https://x.example/"},
    },
]  # fmt: skip
LINES = "".join(f"{json.dumps(call)}\n" for call in CALLS)
COMPLETED = """\
id,anonymous_id,user_id,event,event_text,timestamp,order_id,{money},currency,products
t9,a1,7,order_completed,Order Completed,2026-01-31 10:00:01,o1,119.00,USD,"[{{""name"":""Hat""}}]"
t8,a2,,order_completed,Order Completed,2026-01-31 10:00:01,o2,,USD,[]
"""


def test_rudderstack_s_pages_are_read_as_segment_s(tmp_path: Path) -> None:
    """Neither the network's address nor a person's is kept of a page."""
    found = read_export(tmp_path, "segment.pages", PAGES)
    assert (found.refused, answer_of(found)) == ([], "")
    assert rows_of(found, "page_views", "page_view_id", "contact_id", "url") == [
        ("p1", None,
         "https://x.example/p?utm_source=google&utm_medium=cpc&utm_campaign=Spring%20sale"),
        ("p2", "7", "https://x.example/q?utm_source=own"),
    ]  # fmt: skip
    kept = str(rows_of(found, "page_views", "attributes"))
    assert "1.2.3.4" not in kept
    assert "ada@" not in kept


def test_tracks_of_a_warehouse(tmp_path: Path) -> None:
    found = read_export(tmp_path, "segment.tracks", TRACKS)
    assert (found.refused, answer_of(found)) == ([], "")
    columns = ("event_id", "event_type", "anonymous_id", "contact_id", "email")
    assert rows_of(found, "events", *columns) == [
        ("t1", "product_added", "a1", None, None),
        ("t2", "email_clicked", "a1", "7", "ada@example.com"),
    ]
    assert "1.2.3.4" not in str(rows_of(found, "events", "attributes"))


def test_calls_of_a_pipeline(tmp_path: Path) -> None:
    """A page is no event; what a call is named is its type."""
    found = read_export(tmp_path, "segment.tracks", LINES, name="a.jsonl")
    assert rows_of(found, "events", "event_id", "event_type", "email", "message_id") == [
        ("m1", "order_completed", "ada@example.com", None),
        ("m2", "email_opened", None, "e9"),
    ]
    [note] = [one.message for one in found.warnings if one.code == "note"]
    assert "(type 'page' 1)" in note


def test_orders_among_the_calls(tmp_path: Path) -> None:
    """An order brings what was paid; calls of other names are none."""
    found = read_export(tmp_path, "segment.orders", LINES, name="a.jsonl")
    columns = ("order_id", "anonymous_id", "email", "revenue", "currency")
    assert rows_of(found, "orders", *columns) == [
        ("o1", "a1", "ada@example.com", Decimal(119), "USD")
    ]


@pytest.mark.parametrize("money", ["total", "revenue"])
def test_orders_of_a_warehouse(tmp_path: Path, money: str) -> None:
    """One without an amount is rejected, and not counted as nothing."""
    found = read_export(tmp_path, "segment.orders", COMPLETED.format(money=money))
    assert rows_of(found, "orders", "order_id", "contact_id", "revenue") == [
        ("o1", "7", Decimal(119))
    ]
    assert "revenue" in answer_of(found)


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("pages.csv", PAGES, "segment.pages"),
        ("rudder.csv", PAGES, "segment.pages"),
        ("tracks.csv", TRACKS, "segment.tracks"),
        ("calls.jsonl", LINES, "segment.orders"),
        ("calls.jsonl", LINES.partition("\n")[2], "segment.tracks"),
        ("order_completed.csv", COMPLETED.format(money="total"), "segment.orders"),
    ],
)
def test_a_table_of_calls_is_known(tmp_path: Path, name: str, text: str, source: str) -> None:
    (tmp_path / name).write_text(text)
    found = propose_feed(tmp_path / name, KnownSources(load_sources()))
    assert found.settings == {"source": source}
