"""Links of devices that a night takes over are those that it would find anew."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.steps.activities import identity_links
from flows.steps.activities.identity_links import Evidence
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_json_lines, feed, write_workspace

LINKS = "people/identity_links.parquet"
TABLES = ("contacts", "sessions", "page_views", "events", "orders")
CONFIGURATION = '[workspace]\ntimezone = "UTC"\n[events]\ngeneric = ["visit"]\n' + "".join(
    feed(table, f"raw/{table}/*") for table in TABLES
)
Rows = list[dict[str, object]]


def at(day: int, minute: int = 0) -> str:
    """An instant of a month."""
    return f"2026-01-{day:02}T10:{minute:02}:00Z"


def session(name: str, day: int, device: str, contact: str | None = None, minutes: int = 0) -> Rows:
    ends = {"started_at": at(day), "ended_at": at(day, minutes)}
    return [{"session_id": name, "anonymous_id": device, "contact_id": contact} | ends]


def event(name: str, when: str, device: str, **who: str) -> Rows:
    told = {"event_id": name, "event_type": "visit", "occurred_at": when, "anonymous_id": device}
    return [told | who]


def order(name: str, when: str, device: str | None, contact: str | None, **more: object) -> Rows:
    told = {"order_id": name, "ordered_at": when, "revenue": 5, "anonymous_id": device}
    return [told | {"contact_id": contact} | more]


def people(address: str) -> Rows:
    """Contacts, of whom one has an address."""
    return [{"contact_id": one, "email": f"{one}@x.io"} for one in "12"] + [
        {"contact_id": "3", "email": address}
    ]


FIRST = {
    "contacts/a": people("a@x.io"),
    "sessions/a": session("s1", 3, "d1", "1") + session("s2", 3, "d2") + session("s3", 9, "d3"),
    "sessions/b": session("s4", 5, "d1", "2") + session("s5", 5, "d9", "1"),
    "page_views/a": [
        {"page_view_id": "p1", "viewed_at": at(9), "anonymous_id": "d3", "contact_id": "2"}
        | {"url": "https://x.io"}
    ],
    "events/a": event("e1", at(4), "d4", email="a@x.io")
    + event("e2", at(6, 20), "d5", contact_id="1"),
    "orders/a": order("o2", at(8), "d6", "1", refund_of="o1") + order("o3", at(8), "d2", "2"),
}
NIGHTS: list[dict[str, Rows | None]] = [
    {"sessions/c": session("s6", 6, "d5", minutes=40) + session("s7", 4, "d2", "1")},
    {"contacts/a": [*people("b@x.io"), {"contact_id": "4", "email": "a@x.io"}]},
    {"orders/b": order("o1", at(2), None, "2")},
    {"sessions/b": None, "page_views/b": [dict(FIRST["page_views/a"][0], page_view_id="p2")]},
    {"sessions/d": session("s4", 7, "d1", "3"), "orders/a": None},
]


def deliver(root: Path, files: dict[str, Rows | None] | dict[str, Rows]) -> None:
    """Put files into a workspace, or take them out."""
    for name, rows in files.items():
        path = root / f"raw/{name}.jsonl"
        if rows is None:
            path.unlink()
        else:
            path.write_bytes(as_json_lines(rows))


def read_links(root: Path) -> bytes:
    """The links of the published snapshot."""
    return (root / "reports/latest" / LINKS).read_bytes()


def test_links_taken_over_are_those_found_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late session, an address that is another's, an order behind its refund, files withdrawn."""
    restate, compared = identity_links.restate_links, []

    def restate_and_compare(evidence: Evidence, *more: Any) -> pl.LazyFrame | None:
        links = restate(evidence, *more)
        if links is not None:
            anew = identity_links.link_all(evidence)
            assert_frame_equal(links.collect(), anew.collect(), check_row_order=False)
            compared.append(evidence)
        return links

    monkeypatch.setattr(identity_links, "MOST_CHANGED", 100)
    monkeypatch.setattr(identity_links, "restate_links", restate_and_compare)
    files = {f"raw/{name}.jsonl": as_json_lines(rows) for name, rows in FIRST.items()}
    root = write_workspace(tmp_path / "ws", CONFIGURATION, files)
    publish_tables(root)
    before = read_links(root)
    for night in NIGHTS:
        deliver(root, night)
        publish_tables(root)
        assert read_links(root) != before, json.dumps(night)
        before = read_links(root)
    assert len(compared) == len(NIGHTS)
