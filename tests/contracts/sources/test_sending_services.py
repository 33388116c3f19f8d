"""Events of services that send mail for developers, and contacts of two tools: by their documents.

Each record has the form that its vendor documents; the rows are by hand.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.exports import answer_of, read_export, rows_of

Record = dict[str, Any]
EVENT = ("event_type", "subtype", "email", "send_id", "message_id", "url")


def as_lines(records: list[Record]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def sent_by_ses(number: str, *to: str) -> Record:
    return {
        "timestamp": "2026-02-01T10:00:00.123Z", "source": "shop@x.org", "messageId": number,
        "destination": list(to), "commonHeaders": {"subject": "Hi"},
        "tags": {"campaign": ["spring"], "ses:configuration-set": ["c"]},
    }  # fmt: skip


def bounced_at_ses(number: str, kind: str) -> Record:
    of = {"bounceType": kind, "bouncedRecipients": [{"emailAddress": "b@x.io"}]}
    bounce = {**of, "timestamp": "2026-02-01T10:00:05Z"}
    return {"eventType": "Bounce", "mail": sent_by_ses(number, "b@x.io"), "bounce": bounce}


ANN = sent_by_ses("1", "ann@x.io")
LATER = {"timestamp": "2026-02-01T11:00:00Z", "userAgent": "UA"}
LEFT = {"timestamp": "2026-02-02T10:00:00Z", "newTopicPreferences": {"unsubscribeAll": True}}


def test_events_of_amazon_ses(tmp_path: Path) -> None:
    """The click is an hour after the mail; an undetermined bounce is neither hard nor soft."""
    records = [
        {"eventType": "Send", "mail": ANN, "send": {}},
        {"eventType": "Click", "mail": ANN, "click": {**LATER, "link": "https://x.org/a"}},
        {"eventType": "Subscription", "mail": ANN, "subscription": LEFT},
        {"notificationType": "Delivery", "mail": ANN, "delivery": {"recipients": ["ann@x.io"]}},
        bounced_at_ses("2", "Permanent"),
        bounced_at_ses("3", "Undetermined"),
    ]
    found = read_export(tmp_path, "amazon_ses.events", as_lines(records), name="a.jsonl")
    assert answer_of(found) == ""
    assert rows_of(found, "events", *EVENT) == [
        ("email_bounced", None, "b@x.io", "3", "spring", None),
        ("email_bounced", "hard", "b@x.io", "2", "spring", None),
        ("email_clicked", None, "ann@x.io", "1", "spring", "https://x.org/a"),
        ("email_delivered", None, "ann@x.io", "1", "spring", None),
        ("email_sent", None, "ann@x.io", "1", "spring", None),
        ("email_unsubscribed", None, "ann@x.io", "1", "spring", None),
    ]
    at = {kind: str(at)[:19] for kind, at in rows_of(found, "events", "event_type", "occurred_at")}
    assert at["email_clicked"] == "2026-02-01 11:00:00"
    assert at["email_unsubscribed"] == "2026-02-02 10:00:00"
    assert not [one for one in found.warnings if one.code.endswith(("_odd", "_unknown"))]


def test_a_mail_to_several_people_is_told(tmp_path: Path) -> None:
    """One event stands for both of them: it is nobody's, aloud."""
    sent = {"eventType": "Send", "mail": sent_by_ses("1", "a@x.io", "b@x.io"), "send": {}}
    found = read_export(tmp_path, "amazon_ses.events", as_lines([sent]), name="a.jsonl")
    assert [one.count for one in found.warnings if one.code == "address_odd"] == [1]


def of_mailgun(event: str, **told: object) -> Record:
    return {
        "id": f"{event} {told}", "event": event, "timestamp": 1769940000.25,
        "recipient": "ann@x.io",
        "message": {"headers": {"message-id": "m1@x.org", "subject": "Hi"}}, "tags": ["spring"],
        "user-variables": {}, **told,
    }  # fmt: skip


MAILGUN = [
    of_mailgun("accepted"),
    of_mailgun("clicked", url="https://x.org/a"),
    of_mailgun("failed", severity="permanent", reason="bounce"),
    of_mailgun("failed", severity="permanent", reason="old"),
    of_mailgun("failed", severity="permanent", reason="suppress-unsubscribe"),
    of_mailgun("failed", severity="temporary", reason="generic"),
]


@pytest.mark.parametrize("is_hook", [True, False])
def test_events_of_mailgun(tmp_path: Path, *, is_hook: bool) -> None:
    """What is tried again is no bounce; what is not sent to who left is none either."""
    records = [{"signature": {}, "event-data": one} if is_hook else one for one in MAILGUN]
    found = read_export(tmp_path, "mailgun.events", as_lines(records), name="a.jsonl")
    assert answer_of(found) == ""
    columns = ("event_type", "subtype", "url")
    assert rows_of(found, "events", *columns) == [
        ("email_bounced", "hard", None),
        ("email_bounced", "soft", None),
        ("email_clicked", None, "https://x.org/a"),
        ("email_deferred", "soft", None),
        ("email_dropped", "hard", None),
        ("email_sent", None, None),
    ]
    assert {*rows_of(found, "events", "email", "send_id", "message_id")} == {
        ("ann@x.io", "m1@x.org", "spring")
    }
    (at, *_) = {at for (at,) in rows_of(found, "events", "occurred_at")}
    assert str(at) == "2026-02-01 10:00:00.250000+00:00"


def of_resend(kind: str, **told: object) -> Record:
    data = {"email_id": "e1", "to": ["ann@x.io"], "subject": "Hi", "broadcast_id": "b1", **told}
    return {"type": kind, "created_at": "2026-02-01T10:00:00.000Z", "data": data}


def test_events_of_resend(tmp_path: Path) -> None:
    """What happens to a contact or a domain is left out."""
    records = [
        of_resend("email.sent"),
        of_resend("email.delivery_delayed"),
        of_resend("email.clicked", click={"link": "https://x.org/a", "userAgent": "UA"}),
        of_resend("email.bounced", bounce={"type": "Permanent", "subType": "Suppressed"}),
        {"type": "contact.created", "created_at": "2026-02-01T10:00:00Z", "data": {"id": "c"}},
    ]
    found = read_export(tmp_path, "resend.webhooks", as_lines(records), name="a.jsonl")
    assert answer_of(found) == ""
    assert rows_of(found, "events", *EVENT) == [
        ("email_bounced", "hard", "ann@x.io", "e1", "b1", None),
        ("email_clicked", None, "ann@x.io", "e1", "b1", "https://x.org/a"),
        ("email_deferred", None, "ann@x.io", "e1", "b1", None),
        ("email_sent", None, "ann@x.io", "e1", "b1", None),
    ]
    assert [one.code for one in found.warnings if "left out" in one.message] == ["note"]


ACTIVECAMPAIGN = as_lines([
    {
        "id": "113", "email": "ann@x.io", "firstName": "Ann", "cdate": "2026-01-28T13:50:41-05:00",
        "created_utc_timestamp": "2026-01-28 18:50:41", "deleted": "0", "links": {"tags": "…"},
    },
    {"id": "114", "email": "gone@x.io", "cdate": "2026-01-28T13:50:41-05:00", "deleted": "1"},
    {"id": "115", "email": "bob@x.io", "cdate": "2026-01-28T13:50:41-05:00", "deleted": "0"},
])  # fmt: skip
CUSTOMERIO = """\
workspace_id,customer_id,internal_customer_id,email_addr,deleted,suppressed,created_at,updated_at
1,7,c7,ann@x.io,false,false,1769626241,2026-01-28T18:50:41Z
1,8,c8,gone@x.io,true,false,1769626241,
"""


@pytest.mark.parametrize(
    ("source", "text", "name", "expected"),
    [
        (
            "activecampaign.contacts",
            ACTIVECAMPAIGN,
            "a.jsonl",
            [("113", "ann@x.io"), ("115", "bob@x.io")],
        ),
        ("customerio.people", CUSTOMERIO, "a.csv", [("7", "ann@x.io")]),
    ],
)
def test_contacts_that_are_deleted_are_left_out(
    tmp_path: Path, source: str, text: str, name: str, expected: list[tuple[str, str]]
) -> None:
    found = read_export(tmp_path, source, text, name=name)
    assert answer_of(found) == ""
    assert rows_of(found, "contacts", "contact_id", "email") == expected
    created = {str(at) for (at,) in rows_of(found, "contacts", "created_at")}
    assert created == {"2026-01-28 18:50:41+00:00"}
