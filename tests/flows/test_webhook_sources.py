"""Real payloads of email providers give the fields that their documentation promises."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.workspace import FeedSection, Workspace
from flows.feeds import configure_feeds
from flows.readers import ROW_NUMBER, open_feed
from transforms.parsing import keep_rows_of_table, parse_rows

PAYLOADS = Path(__file__).parents[2] / "../shared/realdata/anymail_webhooks/extracted"
SOURCES = {
    "brevo": "brevo.webhooks",
    "mailjet": "mailjet.events",
    "mandrill": "mandrill.webhooks",
    "postmark": "postmark.webhooks",
    "sendgrid": "sendgrid.events",
    "sparkpost": "sparkpost.webhooks",
}
EVENT_TYPES = {
    "queued": "email_sent",
    "sent": "email_sent",
    "delivered": "email_delivered",
    "opened": "email_opened",
    "clicked": "email_clicked",
    "bounced": "email_bounced",
    "deferred": "email_deferred",
    "rejected": "email_dropped",
    "failed": "email_dropped",
    "complained": "email_complained",
    "subscribed": "email_subscribed",
    "unsubscribed": "email_unsubscribed",
    "autoresponded": "email_answered_automatically",
}
OTHERWISE = {
    ("mandrill", "test_sync_event", "event_type"): "email_list_changed",
    ("sparkpost", "test_initial_open_event_as_unknown", "event_type"): "email_opened",
    ("sendgrid", "test_compatibility_message_id_from_smtp_id", "message_id"): (
        "wrfRRvF7Q0GgwUo2CvDmEA.filter0425p1mdw1.13037.57168B4A1D.0"
    ),
}
"""(provider, payload, field) -> ours, where the payload's own name or id is worth more."""


def read_events(source: str, records: list[dict[str, Any]], folder: Path) -> pl.DataFrame:
    """Records as delivered, read as JSON Lines and put into the events table."""
    feed = configure_feeds(Workspace(feeds=(FeedSection(source=source, files="raw/x.jsonl"),)))[0]
    file = folder / "payloads.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    opened = open_feed(file, feed.options)
    (reading,) = feed.readings
    batches = [batch.rows for batch in opened.batches()]
    header = [name for name in batches[-1].columns if name != ROW_NUMBER]
    rows = keep_rows_of_table(pl.concat(batches).lazy(), reading, header)
    return parse_rows(rows, reading, header).collect().sort(ROW_NUMBER)


def find_payloads() -> Iterator[Any]:
    """Every payload with the fields that it must give."""
    for provider, source in SOURCES.items():
        path = PAYLOADS / f"test_{provider}_webhooks.jsonl"
        for line in path.read_text().splitlines() if path.exists() else ():
            case = json.loads(line)
            if case["expected"]:
                given = case["payload"] if isinstance(case["payload"], list) else [case["payload"]]
                yield pytest.param(provider, source, case["test"], given, case["expected"], id=f"{provider}-{case['test']}")


def expected_instant(text: str) -> datetime:
    """The instant of an expectation such as `expr: datetime(2016, 4, …, tzinfo=…)`."""
    words = {
        "datetime": datetime,
        "timezone": timezone,
        "get_fixed_timezone": lambda minutes: timezone(timedelta(minutes=minutes)),
    }
    return eval(text.removeprefix("expr: "), {"__builtins__": {}}, words).astimezone(UTC)  # noqa: S307


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the payloads are no part of the project")
@pytest.mark.parametrize(("provider", "source", "name", "given", "expected"), find_payloads())
def test_payload_gives_its_fields(
    provider: str, source: str, name: str, given: list[dict[str, Any]], expected: dict[str, Any], tmp_path: Path
) -> None:
    event = read_events(source, given, tmp_path).row(0, named=True)
    ours = {
        "event_type": event["event_type"],
        "timestamp": event["occurred_at"],
        "recipient": event["email"],
        "user_agent": event["user_agent"],
        "click_url": event["url"],
        "event_id": event["event_id"],
        "message_id": event["send_id"],
    }
    if provider == "sparkpost":
        ours["message_id"] = given[0]["msys"]["message_event"]["transmission_id"] if "message_id" in expected else None
    wanted = {field: expected[field] for field in ours if field in expected}
    if "event_type" in wanted:
        wanted["event_type"] = EVENT_TYPES.get(wanted["event_type"])
    if "timestamp" in wanted:
        wanted["timestamp"] = expected_instant(wanted["timestamp"])
    wanted.update({field: value for (of, case, field), value in OTHERWISE.items() if (of, case) == (provider, name)})
    assert {field: ours[field] for field in wanted} == wanted
