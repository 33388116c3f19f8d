"""The Hightouch sample: users, message assets, interaction models, sessions, ads and their stats.

Two workspaces share the tables (`workspace_id`). Most interaction models have a table each, whose
type is a constant of the configuration; those of SMS name their type in a column.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from data.generators.hightouch_ads import (
    AD,
    AD_STAT,
    SESSION,
    damaged_ad_stats,
    make_ad_stats,
    make_ads,
    make_sessions,
)
from data.generators.people import Person, invent_people
from data.generators.writing import (
    instant,
    iso_stamp,
    later,
    local_stamp,
    write_csv,
    write_json_array,
    write_json_lines,
    write_parquet,
)

Rows = list[dict[str, Any]]
INSTANT = pl.Datetime("us", "UTC")
USER = {
    "workspace_id": pl.String, "user_id": pl.String, "email": pl.String, "phone_number": pl.String,
    "first_name": pl.String, "last_name": pl.String, "created_at": INSTANT, "updated_at": INSTANT,
    "plan": pl.String, "lifetime_orders": pl.Int32,
}  # fmt: skip
SENT = {
    "id": pl.String, "workspace_id": pl.String, "user_id": pl.String, "timestamp": INSTANT,
    "message_id": pl.String,
}  # fmt: skip
EMAIL = (
    "workspace_id", "message_id", "message_name", "campaign_id", "campaign_name", "subject",
    "variant", "start_at", "ended_at", "template",
)  # fmt: skip
DELIVERED = ("id", "workspace_id", "user_id", "timestamp", "message_id", "mailbox_provider")
CLICKED = (*DELIVERED[:5], "clicked_url", "user_agent")
SMS_EVENT = ("id", "workspace_id", "event_type", "user_id", "timestamp", "message_id", "segments")
BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) Safari/605.1.15"
EMAILS = (
    ("north", "em-1", "Welcome, A", "cmp-1", "Welcome series", "A", "2026-03-02 09:00:00", 120),
    ("north", "em-2", "Welcome, B", "cmp-1", "Welcome series", "B", "2026-03-02 09:00:00", 120),
    ("north", "em-3", "Renewal – 3 Tage übrig", "cmp-2", "Renewals, spring", None,
     "2026-03-16 15:00:00", 90),
    ("south", "em-1", "Bienvenue", "cmp-1", "Bienvenue à tous", None, "2026-03-09 07:00:00", 60),
)  # fmt: skip


def write_hightouch(workspace: Path) -> None:
    """Write the raw files of the Hightouch sample."""
    random = Random(20260302)
    raw = workspace / "raw"
    users = {
        "north": [make_user(random, "north", p) for p in invent_people(random, 150)],
        "south": [
            make_user(random, "south", p) for p in invent_people(random, 70, first_number=151)
        ],
    }
    everyone = users["north"] + users["south"]
    early = [{**user, "plan": None, "updated_at": user["created_at"]} for user in everyone[:10]]
    write_parquet(raw / "users/2026-01.parquet", early, USER)
    write_parquet(raw / "users/2026-04.parquet", everyone, USER)
    write_csv(raw / "emails.csv", make_emails(), columns=EMAIL)
    write_json_array(raw / "sms.json", make_sms())
    write_email_events(raw, random, users)
    write_csv(
        raw / "sms_events.tsv",
        make_sms_events(random, users["north"]),
        columns=SMS_EVENT,
        delimiter="\t",
    )
    write_json_lines(raw / "store_visits.jsonl", make_store_visits(random, everyone))
    write_csv(raw / "sessions.csv.gz", make_sessions(random, users["north"]), columns=SESSION)
    write_csv(raw / "ads.csv", make_ads(), columns=AD)
    write_csv(
        raw / "ad_stats.csv.zst", [*make_ad_stats(random), *damaged_ad_stats()], columns=AD_STAT
    )


def make_user(random: Random, workspace: str, person: Person) -> dict[str, Any]:
    """A user of the parent model, with two custom columns."""
    created = later(instant("2025-06-01 00:00:00"), random, most_minutes=300_000)
    return {
        "workspace_id": workspace,
        "user_id": f"u{person.number:05d}",
        "email": person.email,
        "phone_number": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "created_at": created,
        "updated_at": created + timedelta(days=30),
        "plan": random.choice(("free", "pro", "team")),
        "lifetime_orders": random.randrange(12),
    }


def make_emails() -> Iterator[dict[str, Any]]:
    """The email assets; two of them are variants of one campaign."""
    for workspace, message, name, campaign, campaign_name, variant, day, _ in EMAILS:
        yield {
            "workspace_id": workspace,
            "message_id": message,
            "message_name": name,
            "campaign_id": campaign,
            "campaign_name": campaign_name,
            "subject": f"{name} ✉",
            "variant": variant,
            "start_at": day,
            "ended_at": local_stamp(datetime.fromisoformat(day) + timedelta(days=7)),
            "template": "two columns",
        }


def make_sms() -> Rows:
    """The SMS assets: one belongs to the campaign of two emails, one to none."""
    return [
        {
            "workspace_id": "north",
            "message_id": "sms-1",
            "message_name": "Welcome text",
            "campaign_id": "cmp-1",
            "campaign_name": "Welcome series",
            "start_at": "2026-03-04T10:00:00Z",
            "tone": {"formal": False},
        },
        {"workspace_id": "north", "message_id": "sms-2", "message_name": "One-time code"},
    ]


def write_email_events(raw: Path, random: Random, users: dict[str, Rows]) -> None:
    """One file an interaction model, each in another format, with damaged rows in some."""
    sent: Rows = []
    delivered: Rows = []
    opened: Rows = []
    clicked: Rows = []
    bounced: Rows = []
    for workspace, message, *_, day, size in EMAILS:
        for user in random.sample(users[workspace], size):
            at = later(instant(day), random, most_minutes=30)
            row = {"workspace_id": workspace, "user_id": user["user_id"], "message_id": message}
            row_id = f"{workspace}-{message}-{user['user_id']}"
            sent.append({**row, "id": f"s-{row_id}", "timestamp": at})
            if random.random() < 0.05:
                how = {
                    "id": f"b-{row_id}",
                    "timestamp": iso_stamp(at),
                    "bounce_type": random.choice(("hard", "soft")),
                }
                bounced.append({**row, **how})
                continue
            at = later(at, random, most_minutes=2)
            provider = {"mailbox_provider": random.choice(("Gmail", "Outlook, 365"))}
            delivered.append({**row, **provider, "id": f"d-{row_id}", "timestamp": iso_stamp(at)})
            at = later(at, random, most_minutes=3_000)
            machine = random.random() < 0.25
            if random.random() < 0.5:
                agent = "Mozilla/5.0" if machine else BROWSER
                opened.append(
                    {
                        **row,
                        "id": f"o-{row_id}",
                        "timestamp": iso_stamp(at),
                        "machine_open": machine,
                        "user_agent": agent,
                    }
                )
            if random.random() < 0.2:
                link = {
                    "clicked_url": "https://app.example.com/start?plan=pro&x=1",
                    "user_agent": BROWSER,
                }
                clicked.append(
                    {
                        **row,
                        **link,
                        "id": f"c-{row_id}",
                        "timestamp": iso_stamp(at + timedelta(minutes=1)),
                    }
                )
    write_parquet(raw / "email_sent.parquet", sent, SENT)
    write_csv(
        raw / "email_delivered.csv.zst", [*delivered, *damaged_deliveries()], columns=DELIVERED
    )
    write_json_lines(raw / "email_opened/2026-03.jsonl.gz", opened)
    broken: list[dict[str, Any] | str] = [
        {**opened[0], "id": "o-odd", "timestamp": "soon"},
        '{"id": "o-broken", "user_id": ',
    ]
    write_json_lines(raw / "email_opened/2026-03-copy.jsonl", [*opened, *broken])
    write_csv(
        raw / "email_clicked.csv",
        [*clicked, clicked[0], {**clicked[1], "id": "c-odd", "timestamp": "0"}],
        columns=CLICKED,
    )
    write_json_array(raw / "email_bounced.json", bounced)


def damaged_deliveries() -> list[dict[str, Any] | str]:
    """A row of each kind of damage that a delimited file can have, and an orphan."""
    row = {"id": "d-odd", "workspace_id": "north", "user_id": "u00001", "message_id": "em-1"}
    return [
        {**row, "timestamp": "2026-03-32T00:00:00Z"},
        {**row, "timestamp": None},
        {**row, "id": "d-nowhere", "timestamp": "2026-03-20T08:00:00Z", "message_id": "em-404"},
        "d-short,north,u00002",
        "d-long,north,u00002,2026-03-20T08:00:00Z,em-1,Gmail,and,more",
        '"d-open quote,north,u00003,2026-03-20T08:00:00Z,em-1,Gmail',
    ]


def make_sms_events(random: Random, users: Rows) -> Iterator[dict[str, Any]]:
    """Texts sent, delivered or failed, clicked and answered; the type is in a column."""
    for number, user in enumerate(random.sample(users, 50)):
        at = later(instant("2026-03-04 10:00:00"), random, most_minutes=60)
        row = {
            "workspace_id": "north",
            "user_id": user["user_id"],
            "message_id": "sms-1",
            "segments": 1,
        }
        types = ["SMS Sent", random.choices(("SMS Delivered", "SMS Failed"), (9, 1))[0]]
        if types[1] == "SMS Delivered":
            types += [
                kind
                for kind in ("SMS Clicked", "SMS Replied", "SMS Unsubscribed")
                if random.random() < 0.12
            ]
        for step, kind in enumerate(types):
            stamp = iso_stamp(at + timedelta(minutes=4 * step))
            yield {**row, "id": f"sms-{number}-{step}", "event_type": kind, "timestamp": stamp}


def make_store_visits(random: Random, users: Rows) -> Iterator[dict[str, Any]]:
    """A model of the user's own, with names of its own."""
    for number, user in enumerate(random.sample(users, 30)):
        at = later(instant("2026-03-10 09:00:00"), random, most_minutes=20_000)
        yield {
            "visit": number,
            "tenant": user["workspace_id"],
            "who": user["user_id"],
            "entered": iso_stamp(at),
            "store": "Łódź",
        }
