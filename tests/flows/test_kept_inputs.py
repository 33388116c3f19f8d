"""What is kept from night to night is made anew where anything that decides it is otherwise."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from flows.catalog import file_batches
from flows.steps.messaging.restating import restated_facts
from flows.steps.people import subscriptions
from tests.support.nights import find_differing, run_anew, run_night
from tests.support.publishing import write_tables_alone
from tests.support.workspaces import as_json_lines, feed, write_workspace

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def at(day: int, time: str = "12:00:00") -> str:
    return f"2026-03-{day:02}T{time}Z"


def event(number: int, event_type: str = "", at: str = "", **cells: Any) -> Row:
    """An event of nobody and nothing, but for some cells."""
    names = dict.fromkeys(("contact_id", "anonymous_id", "email", "send_id", "message_id"))
    of = {"event_id": f"e{number}", "event_type": event_type, "occurred_at": at, "url": None}
    return {**of, **names, **cells}


def send(number: int, when: str | None, **cells: Any) -> Row:
    """A send of message 1 to contact 1."""
    of = {"send_id": f"s{number}", "message_id": "m1", "contact_id": "c1", "email": None}
    return {**of, "status": "sent", "sent_at": when, **cells}


def session(number: int, day: int, device: str, contact: str | None = None) -> Row:
    """A visit by the link of a campaign."""
    link = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "Spring"}
    of = {"session_id": f"v{number}", "anonymous_id": device, "contact_id": contact}
    return {**of, "started_at": at(day, "03:00:00"), **link}


BY_ADDRESS = {"contact_id": None, "email": "a@x.io"}
CONTACT = {"contact_id": "c1", "email": "a@x.io", "updated_at": at(1)}
MESSAGE = {"message_id": "m1", "name": "News", "channel": "email", "updated_at": at(1)}
SPRING = {"platform": "google_ads", "campaign_id": "7", "campaign_name": "Spring"}
STATS = {"date_day": "2026-03-08", "clicks": 1, "impressions": 9, "spend": "1"}
WINDOW = {"attribution_start_date": "2026-03-05", "attribution_window_days": 7}
CLICK = {"event_type": "email_clicked", "url": "https://x.io/"}
VIEW = {"anonymous_id": "d1", "url": "https://x.io/?utm_source=google"}
WORLDS: dict[str, tuple[Rows, Rows]] = {
    "an address names another contact": (
        {
            "contacts": [CONTACT],
            "messages": [MESSAGE],
            "sends": [send(1, at(2), **BY_ADDRESS)],
            "events": [event(1, "email_opened", at(4), message_id="m1", **BY_ADDRESS)],
        },
        {"contacts": [{**CONTACT, "contact_id": "c2", "updated_at": at(2)}]},
    ),
    "a device is a contact's": (
        {
            "contacts": [CONTACT],
            "events": [event(1, "store_visit", at(5), anonymous_id="d1")],
            "sessions": [session(1, 8, "d1")],
            "orders": [
                {"order_id": "o1", "ordered_at": at(9), "revenue": "5", "anonymous_id": "d1"}
            ],
        },
        {"sessions": [session(2, 8, "d1", "c1")]},
    ),
    "the row of a send comes": (
        {
            "contacts": [CONTACT],
            "messages": [MESSAGE],
            "events": [event(1, "email_opened", at(6), send_id="s1")],
        },
        {"sends": [send(1, at(5))]},
    ),
    "an event tells when a send was": (
        {"contacts": [CONTACT], "messages": [MESSAGE], "sends": [send(1, None)]},
        {"events": [event(1, "email_sent", at(2), send_id="s1")]},
    ),
    "a click was hasty": (
        {
            "contacts": [CONTACT],
            "messages": [MESSAGE],
            "sends": [send(1, at(3))],
            "events": [event(1, at=at(3, "12:00:09"), send_id="s1", **CLICK)],
        },
        {"events": [event(2, "email_delivered", at(3, "12:00:07"), send_id="s1")]},
    ),
    "a campaign was renamed": (
        {
            "contacts": [CONTACT],
            "sessions": [session(1, 8, "d1", "c1"), session(2, 12, "d1", "c1")],
            "ads": [{**SPRING, "updated_at": at(1)}],
            "ad_stats": [{**SPRING, **STATS}],
        },
        {"ads": [{**SPRING, "campaign_name": "May", "updated_at": at(10)}]},
    ),
    "a message is of another channel": (
        {
            "contacts": [CONTACT],
            "messages": [MESSAGE],
            "sends": [send(1, at(3))],
            "events": [event(1, "clicked", at(7), message_id="m1", contact_id="c1")],
            "orders": [{"order_id": "o1", "ordered_at": at(8), "revenue": "5", "contact_id": "c1"}],
        },
        {"messages": [{**MESSAGE, "channel": "sms", "updated_at": at(2)}]},
    ),
    "nothing but settings": (
        {
            "contacts": [CONTACT],
            "messages": [{**MESSAGE, "channel": "direct_mail", **WINDOW}],
            "sends": [send(1, None)],
            "page_views": [
                {**VIEW, "page_view_id": f"w{minute}", "viewed_at": at(8, f"03:{minute}:00")}
                for minute in (10, 30)
            ],
            "events": [event(1, "whatsapp_clicked", at(7), contact_id="c1")],
        },
        {},
    ),
}
"""Organization -> what it has, and what comes in the next night, each table in files of its own."""
TABLES = ("contacts", "messages", "sends", "events", "sessions", "page_views", "orders", "ads")
TOML = '[events]\ngeneric = ["store_visit"]\n' + "".join(
    feed(table, f"raw/{table}/*") for table in (*TABLES, "ad_stats")
)
MESSAGES, ADS = "a message is of another channel", "a campaign was renamed"
NIGHTS: dict[str, tuple[str, set[str]]] = {
    "rows": ("", {*WORLDS} - {MESSAGES, ADS}),
    "messages alone": ("", {MESSAGES}),
    "ads alone": ("", {ADS}),
    "links": ('[ads]\nmatch = "utm_content"\n', set()),
    "zone": ('[workspace]\ntimezone = "America/New_York"\n', set()),
    "sessions": ('[workspace]\nchannels = ["whatsapp"]\n[sessions]\ntimeout_minutes = 15\n', set()),
}
"""Settings that are others, and the organizations to which something comes.

What decides a table of all organizations is seen where no other table changes.
"""


def deliver(root: Path, night: int, organizations: set[str]) -> None:
    """Write what some organizations have that night."""
    for place, (org, nights) in enumerate(WORLDS.items()):
        for table, rows in nights[night].items() if org in organizations else ():
            file = root / f"raw/{table}/{place}-{night}.jsonl"
            file.write_bytes(as_json_lines({"org_id": org, **row} for row in rows))


@pytest.fixture(autouse=True)
def _each_file_is_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables_alone(monkeypatch)
    monkeypatch.setattr(file_batches, "ENDS", re.compile("."))
    monkeypatch.setattr(subscriptions, "LAST_PIECES", 0)
    monkeypatch.setattr(restated_facts, "MOST_TOUCHED", 100)


def test_a_night_gives_what_one_that_computes_everything_gives(tmp_path: Path) -> None:
    before = write_workspace(tmp_path / "before", TOML, {})
    deliver(before, 0, {*WORLDS})
    run_night(before)
    for change, (settings, organizations) in NIGHTS.items():
        root = Path(shutil.copytree(before, tmp_path / change))
        (root / "campaigns.toml").write_text(settings + TOML)
        deliver(root, 1, organizations)
        anew = run_anew(root, tmp_path / "anew")
        assert not anew.refused
        assert [*find_differing(run_night(root), anew)] == [], change
