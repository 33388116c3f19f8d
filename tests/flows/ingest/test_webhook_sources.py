"""Real payloads of email providers give the fields that their documentation promises."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.config.feed_section import FeedSection
from contracts.config.workspace import Workspace
from flows.config.configured_feeds import configure_feeds
from flows.readers import ROW_NUMBER, open_feed
from transforms.ingest.column_mapping import keep_rows_of_table
from transforms.ingest.row_parsing import parse_rows

PAYLOADS = Path(__file__).parents[3] / "../shared/realdata/anymail_webhooks/extracted"
Row = dict[str, Any]
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
FIELDS = {
    "event_type": "event_type",
    "timestamp": "occurred_at",
    "recipient": "email",
    "user_agent": "user_agent",
    "click_url": "url",
    "event_id": "event_id",
    "message_id": "send_id",
}
"""The provider's field -> our column: a provider's message is one mail, which we call a send."""
OTHERWISE: dict[str, Row] = {
    "mandrill-test_sync_event": {"event_type": "email_list_changed"},
    "sparkpost-test_initial_open_event_as_unknown": {"event_type": "email_opened"},
    "sparkpost-test_injection_event": {"message_id": "000443ee14578172be22"},
    "sparkpost-test_bounce_event": {"message_id": "0004e3724f57753a3561"},
    "sendgrid-test_compatibility_message_id_from_smtp_id": {
        "message_id": "wrfRRvF7Q0GgwUo2CvDmEA.filter0425p1mdw1.13037.57168B4A1D.0"
    },
}
"""Where ours is another: a transmission has many mails, and opens do not bear an smtp-id."""


def read_events(source: str, records: list[Row], folder: Path) -> pl.DataFrame:
    """Records as delivered, read as JSON Lines and put into the events table."""
    feed = configure_feeds(Workspace(feeds=(FeedSection(source=source, files="raw/x.jsonl"),)))[0]
    file = folder / "payloads.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    opened = open_feed(file, feed.options)
    (resolved,) = feed.mappings
    batches = [batch.rows for batch in opened.batches()]
    header = [name for name in batches[-1].columns if name != ROW_NUMBER]
    rows = keep_rows_of_table(pl.concat(batches).lazy(), resolved, header)
    return parse_rows(rows, resolved, header).collect().sort(ROW_NUMBER)


def find_payloads() -> list[Any]:
    """Every payload with the fields that it must give."""
    cases = []
    for provider, source in SOURCES.items():
        path = PAYLOADS / f"test_{provider}_webhooks.jsonl"
        for line in path.read_text().splitlines() if path.exists() else ():
            case = json.loads(line)
            given = case["payload"] if isinstance(case["payload"], list) else [case["payload"]]
            if case["expected"]:
                name = f"{provider}-{case['test']}"
                cases.append(pytest.param(source, name, given, case["expected"], id=name))
    return cases


def expected_instant(text: str) -> datetime:
    """The instant of an expectation such as `expr: datetime(2016, 4, 27, 16, 28, 50, tzinfo=…)`."""
    year, month, day, hour, minute, second = map(int, re.findall(r"\d+", text)[:6])
    micros = re.search(r"microsecond=(\d+)", text)
    zone = re.search(r"timezone\((-?\d+) \* 60\)", text)
    offset = timezone(timedelta(hours=int(zone[1]))) if zone else UTC
    micro = int(micros[1]) if micros else 0
    return datetime(year, month, day, hour, minute, second, micro, offset)


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the payloads are no part of the project")
@pytest.mark.parametrize(("source", "name", "given", "expected"), find_payloads())
def test_payload_gives_its_fields(
    source: str, name: str, given: list[Row], expected: Row, tmp_path: Path
) -> None:
    event = read_events(source, given, tmp_path).row(0, named=True)
    ours = {field: event[column] for field, column in FIELDS.items()}
    wanted = {field: expected[field] for field in ours if field in expected}
    if "event_type" in wanted:
        wanted["event_type"] = EVENT_TYPES.get(wanted["event_type"])
    if "timestamp" in wanted:
        wanted["timestamp"] = expected_instant(wanted["timestamp"])
    wanted |= OTHERWISE.get(name, {})
    assert {field: ours[field] for field in wanted} == wanted
