"""Events of engagement platforms, as their exports and warehouses have them: read to rows."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.config.source_files import load_sources
from flows.steps.reading.feed_candidates import KnownSources
from flows.steps.reading.feed_proposals import propose_feed
from tests.support.exports import answer_of, read_export, rows_of

OPENED = 'constants = { event_type = "email_opened" }'
MAIL = {
    "app_group_id": "g", "campaign_id": "c1", "campaign_name": "Spring", "dispatch_id": "d1",
    "message_variation_id": "v1", "message_variation_name": "Variant 1",
    "email_address": "ada@example.com",
}  # fmt: skip
CANVAS = {
    "canvas_id": "k1", "canvas_name": "Welcome", "canvas_step_id": "s1",
    "canvas_step_name": "Day 1", "dispatch_id": "d2", "email_address": "bob@example.com",
}  # fmt: skip


def braze(number: int, kind: str, properties: dict[str, Any], **user: str) -> dict[str, Any]:
    """An event as Braze posts it to a partner."""
    person = {"user_id": "b1", "external_user_id": "7", "device_id": "x", **user}
    return {
        "event_type": f"users.{kind}", "id": f"e{number}", "time": 1769853600, "user": person,
        "properties": properties,
    }  # fmt: skip


def as_lines(rows: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


BRAZE = as_lines([
    braze(1, "messages.email.Send", MAIL),
    braze(2, "messages.email.Open", {**MAIL, "machine_open": "true"}),
    braze(3, "messages.email.Click", {**MAIL, "is_suspected_bot_click": False, "url": "https://x"}),
    braze(4, "messages.email.SoftBounce", {**MAIL, "bounce_reason": "full"}),
    braze(5, "messages.email.Bounce", CANVAS, external_user_id="", user_id="b2"),
    braze(6, "messages.sms.InboundReceive", {"action": "Unsubscribed", "user_phone_number": "+1"}),
    braze(7, "behaviors.CustomEvent", {"name": "Store Visit", "properties": {"till": 1}}),
])  # fmt: skip


def test_braze_s_events_of_all_types(tmp_path: Path) -> None:
    """A dispatch is to many people: with a person it is a send. A canvas's step is its message."""
    found = read_export(tmp_path, "braze.currents", BRAZE, name="a.jsonl")
    assert (found.refused, answer_of(found)) == ([], "")
    columns = ("event_id", "event_type", "subtype", "contact_id", "send_id", "message_id")
    assert rows_of(found, "events", *columns, "is_machine") == [
        ("e1", "email_sent", None, "7", "d1:b1:v1", "v1", None),
        ("e2", "email_opened", None, "7", "d1:b1:v1", "v1", True),
        ("e3", "email_clicked", None, "7", "d1:b1:v1", "v1", False),
        ("e4", "email_bounced", "soft", "7", "d1:b1:v1", "v1", None),
        ("e5", "email_bounced", "hard", "b2", "d2:b2:s1", "s1", None),
        ("e6", "sms_unsubscribed", None, "7", None, None, None),
        ("e7", "store_visit", None, "7", None, None, None),
    ]
    assert rows_of(found, "messages", "message_id", "name", "campaign_id") == [
        ("s1", "Welcome, Day 1", "k1"),
        ("v1", "Spring, Variant 1", "c1"),
    ]
    assert rows_of(found, "campaigns", "campaign_id", "name") == [
        ("c1", "Spring"),
        ("k1", "Welcome"),
    ]
    assert not any("+1" in (cell or "") for (cell,) in rows_of(found, "events", "attributes"))


def braze_opens() -> bytes:
    """The file of one type, as Currents stores it: what happened is its folder's name alone."""
    common = {"time": 1769853600, "timezone": "Europe/Berlin", "user_agent": "Mozilla/5.0"}
    nobody = dict.fromkeys({**MAIL, **CANVAS})
    rows = [
        {"id": "f1", "user_id": "b1", "external_user_id": "7", **common, **nobody, **MAIL},
        {"id": "f2", "user_id": "b2", "external_user_id": None, **common, **nobody, **CANVAS},
    ]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


SNOWFLAKE = """\
ID,USER_ID,EXTERNAL_USER_ID,APP_GROUP_ID,TIME,DISPATCH_ID,CAMPAIGN_ID,CAMPAIGN_API_ID,\
MESSAGE_VARIATION_API_ID,CANVAS_STEP_API_ID,GENDER,EMAIL_ADDRESS,MACHINE_OPEN,SF_CREATED_AT
e1,b1,7,g,1769853600,d1,5f0,c1,v1,,F,ada@example.com,,2026-01-31 11:00:00
"""


def test_braze_s_files_of_one_type(tmp_path: Path) -> None:
    """Their type is said in constants; Snowflake's have no names of messages and need none."""
    for name in ("stored", "shared"):
        (tmp_path / name).mkdir()
    columns = ("event_type", "contact_id", "send_id", "message_id")
    stored = braze_opens()
    found = read_export(tmp_path / "stored", "braze.currents", stored, OPENED, name="a.parquet")
    assert rows_of(found, "events", *columns) == [
        ("email_opened", "7", "d1:b1:v1", "v1"),
        ("email_opened", "b2", "d2:b2:s1", "s1"),
    ]
    assert [name for (name,) in rows_of(found, "campaigns", "name")] == ["Spring", "Welcome"]
    found = read_export(tmp_path / "shared", "braze.currents", SNOWFLAKE, OPENED)
    assert rows_of(found, "events", *columns) == [("email_opened", "7", "d1:b1:v1", "v1")]
    assert rows_of(found, "events", "attributes") == [(None,)]


def test_a_file_that_leaves_its_type_to_its_name_is_refused(tmp_path: Path) -> None:
    found = read_export(tmp_path, "braze.currents", SNOWFLAKE)
    assert 'constants = { event_type = "email_opened" }' in answer_of(found)


ITERABLE = """\
eventName,email,userId,createdAt,campaignId,templateId,messageId,recipientState,url,userAgent,ip
emailSend,ada@example.com,7,2026-01-31 11:00:00 +01:00,55,66,m1,,,,
emailBounce,bob@example.com,,2026-01-31 10:00:05 +00:00,55,66,m2,HardBounce,,,
emailClick,ada@example.com,7,2026-01-31 11:00:00 +00:00,55,66,m1,,https://x,Mozilla/5.0,1.2.3.4
emailUnSubscribe,ada@example.com,7,2026-01-31 11:01:00 +00:00,,,,,,,
Store Visit,ada@example.com,7,2026-01-31 12:01:00 +00:00,,,,,,,
"""
HOOKS = as_lines([
    {
        "email": "ada@example.com", "userId": "7", "eventName": "smsSend",
        "dataFields": {
            "campaignId": 77, "campaignName": "SMS spring", "messageId": "s1",
            "createdAt": "2026-01-31 10:00:00 +00:00", "toPhoneNumber": "+1",
        },
    },
])  # fmt: skip
OF_ONE_TYPE = """\
campaignId,createdAt,email,messageId,templateId,userAgent,userAgentDevice,city
55,2026-01-31 10:00:00 +00:00,ada@example.com,m1,66,Mozilla/5.0,Gmail,Berlin
"""
CONNECTOR = """\
_fivetran_id,email,campaign_id,message_id,created_at,event_name,ip,recipient_state,user_agent
HF=,ada@example.com,55,m1,2026-01-31 10:00:00.000,emailOpen,1.2.3.4,,Mozilla/5.0
"""


def test_iterable_s_exported_events(tmp_path: Path) -> None:
    """A campaign is a message; a stamp has its offset; what is no word of Iterable's is told."""
    found = read_export(tmp_path, "iterable.events", ITERABLE)
    assert (found.refused, answer_of(found)) == ([], "")
    columns = ("event_type", "subtype", "email", "send_id", "message_id", "url")
    assert rows_of(found, "events", *columns) == [
        ("email_bounced", "hard", "bob@example.com", "m2", "55", None),
        ("email_clicked", None, "ada@example.com", "m1", "55", "https://x"),
        ("email_sent", None, "ada@example.com", "m1", "55", None),
        ("email_unsubscribed", None, "ada@example.com", None, None, None),
        ("store_visit", None, "ada@example.com", None, None, None),
    ]
    ((at, _), *_) = rows_of(found, "events", "occurred_at", "event_type")
    assert str(at) == "2026-01-31 10:00:00+00:00"
    [told] = [one.message for one in found.warnings if one.code == "unknown_event_type"]
    assert "'store_visit'" in told


@pytest.mark.parametrize(
    ("text", "name", "settings", "expected"),
    [
        (HOOKS, "a.jsonl", (), ("sms_sent", "7", "s1", "77")),
        (OF_ONE_TYPE, "a.csv", (OPENED,), ("email_opened", None, "m1", "55")),
        (CONNECTOR, "a.csv", (), ("email_opened", None, "m1", "55")),
    ],
)
def test_iterable_s_other_forms(
    tmp_path: Path, text: str, name: str, settings: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    found = read_export(tmp_path, "iterable.events", text, *settings, name=name)
    assert rows_of(found, "events", "event_type", "contact_id", "send_id", "message_id") == [
        expected
    ]
    told = [rows_of(found, t, "name") for t in ("messages", "campaigns") if text == HOOKS]
    assert told == [[("SMS spring",)]] * len(told)


ACTIVITY = """\
processed,message_id,event,api_key_id,recv_message_id,credential_id,subject,from,email,\
asm_group_id,template_id,originating_ip,reason,outbound_ip,mx,url,attempt,user_agent,type,\
is_unique,username,categories,marketing_campaign_id,marketing_campaign_name,unique_args
2026-01-31 10:00:00,abc.f1,delivered,,r1,,Hi,shop@x.example,ada@example.com,,,1.2.3.4,250 OK,\
5.6.7.8,gmail,,1,,,,u,"[""spring""]",mc1,Spring,
2026-01-31 11:00:00,abc.f1,click,,r1,,Hi,shop@x.example,ada@example.com,,,,,,,https://x,,\
Mozilla/5.0,,true,u,"[""spring""]",mc1,Spring,
2026-01-31 11:00:00,abc.f2,spam_report,,r2,,Hi,shop@x.example,bob@example.com,,,,,,,,,,,,u,\
spring,,,
"""


def test_sendgrid_s_activity_as_exported(tmp_path: Path) -> None:
    """The webhook's events under other names, with written stamps; the first category else."""
    found = read_export(tmp_path, "sendgrid.events", ACTIVITY)
    assert (found.refused, answer_of(found)) == ([], "")
    columns = ("event_type", "email", "send_id", "message_id", "url")
    assert rows_of(found, "events", *columns) == [
        ("email_clicked", "ada@example.com", "abc.f1", "mc1", "https://x"),
        ("email_complained", "bob@example.com", "abc.f2", "spring", None),
        ("email_delivered", "ada@example.com", "abc.f1", "mc1", None),
    ]
    assert "1.2.3.4" not in str(rows_of(found, "events", "attributes"))


SENT = {
    "type": "single", "cdate": "2026-01-30T03:00:00-06:00", "mdate": "2026-01-31T04:10:00-06:00",
    "sdate": "2026-01-31T04:00:00-06:00", "send_amt": "1200", "total_amt": "1200", "opens": "700",
    "uniqueopens": "480", "linkclicks": "90", "uniquelinkclicks": "70", "subscriberclicks": "60",
    "hardbounces": "10", "softbounces": "30", "unsubscribes": "6", "status": "5",
    "links": {"user": "https://x.example/user"},
}  # fmt: skip
CAMPAIGNS = as_lines([
    {**SENT, "id": "1", "name": "Spring"},
    {**SENT, "id": "2", "name": "Next", "status": "0", "send_amt": "0", "sdate": None},
    {**SENT, "id": "3", "name": "Odd", "status": "9"},
])  # fmt: skip


def test_activecampaign_s_campaigns(tmp_path: Path) -> None:
    """A contact who clicked twice clicked once; a draft has no figures; a new status is told."""
    found = read_export(tmp_path, "activecampaign.campaigns", CAMPAIGNS, name="a.jsonl")
    assert rows_of(
        found, "message_stats", "message_id", "sends", "unique_opens", "unique_clicks", "bounced"
    ) == [("1", 1200, 480, 60, 40), ("3", 1200, 480, 60, 40)]
    rows = rows_of(found, "campaigns", "campaign_id", "name", "status", "sent_at")
    assert [(*told, at and str(at)) for *told, at in rows] == [
        ("1", "Spring", "sent", "2026-01-31 10:00:00+00:00"),
        ("2", "Next", "draft", None),
    ]
    assert "status: not one of draft" in answer_of(found)


TYPELESS = {"constants": {"event_type": "…"}}


@pytest.mark.parametrize(
    ("name", "content", "settings"),
    [
        ("events.jsonl", BRAZE, {"source": "braze.currents"}),
        ("part-0.parquet", braze_opens(), {"source": "braze.currents", **TYPELESS}),
        ("OPEN_SHARED.csv", SNOWFLAKE, {"source": "braze.currents", **TYPELESS}),
        ("export.csv", ITERABLE, {"source": "iterable.events"}),
        ("hooks.jsonl", HOOKS, {"source": "iterable.events"}),
        ("emailOpen.csv", OF_ONE_TYPE, {"source": "iterable.events", **TYPELESS}),
        ("event.csv", CONNECTOR, {"source": "iterable.events"}),
        ("activity.csv", ACTIVITY, {"source": "sendgrid.events"}),
        ("ac.jsonl", CAMPAIGNS.splitlines()[0], {"source": "activecampaign.campaigns"}),
    ],
)
def test_a_file_of_events_is_known(
    tmp_path: Path, name: str, content: str | bytes, settings: dict[str, Any]
) -> None:
    """One that leaves its type to its name asks for it, and for no more."""
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    found = propose_feed(tmp_path / name, KnownSources(load_sources()))
    assert found.settings == settings
    asked = [point for point in found.open_points if "no column tells event_type" in point]
    assert bool(asked) == ("constants" in settings)
    assert not any("rejected" in point for point in found.open_points)


def test_a_bounce_of_a_kind_that_nobody_knows_is_told(tmp_path: Path) -> None:
    """A word that Iterable has or may get: it stands in other_bounces, not as hard or soft."""
    text = ITERABLE.replace("HardBounce", "BlockBounce")
    found = read_export(tmp_path, "iterable.events", text)
    [told] = [one for one in found.warnings if one.code == "bounce_kind_unknown"]
    assert (told.count, told.setting) == (1, "feeds[0].values.subtype")
