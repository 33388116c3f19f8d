"""The Skene sample: two organizations' campaigns, segments, lists, sends and events.

Rows that are damaged on purpose stand in the files named `by-hand`, older versions of rows in those
of an earlier date, and one month of events is delivered twice. A send that is not final has no
events, so that Skene's own queries over the latest rows give the figures of the reports.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from data.generators.people import Person, invent_people
from data.generators.skene_sends import (
    GOLDEN,
    STAMPS,
    Plan,
    Rows,
    make_event,
    make_events,
    make_send,
    write_events,
    write_sends,
)
from data.generators.writing import (
    instant,
    iso_stamp,
    later,
    new_id,
    postgres_stamp,
    to_json,
    write_csv,
    write_json_array,
    write_parquet,
)

SHOP, CAFE = "Northwind Books", "Lumen Café"


PLANS = (
    Plan(SHOP, GOLDEN, "email", "sent", "2026-04-14 14:00:00", 4),
    Plan(SHOP, "Spring Sale, 20% off everything", "email", "sent", "2026-04-21 09:30:00", 130),
    Plan(SHOP, "Reading Nook – ein Café für Bücher ☕", "email", "sent", "2026-05-05 16:00:00", 45),
    Plan(SHOP, "VIP reactivation", "sms", "sent", "2026-05-12 10:15:00", 40, opens=False),
    Plan(SHOP, "New arrivals", "push", "sent", "2026-05-19 18:00:00", 30),
    Plan(SHOP, "Summer preview", "email", "scheduled", None, 12),
    Plan(SHOP, "Autumn ideas", "email", "draft", None, 0),
    Plan(SHOP, "Flash sale that never was", "sms", "canceled", None, 0),
    Plan(CAFE, "Grand opening", "email", "sent", "2026-05-02 08:00:00", 70),
    Plan(CAFE, "Loyalty stamps", "sms", "sending", "2026-05-28 12:00:00", 25, opens=False),
)
CONTACTS = (
    "id", "org_id", "owner_id", "first_name", "last_name", "email", "phone", "type", "title",
    "source", "city", "country", *STAMPS, "metadata",
)  # fmt: skip
SEGMENTS = (
    "id",
    "org_id",
    "name",
    "description",
    "filter_rules",
    "contact_count",
    *STAMPS,
    "metadata",
)
LISTS = {
    "id": pl.String, "org_id": pl.String, "campaign_id": pl.String, "segment_id": pl.String,
    "contact_id": pl.String, "created_at": pl.Datetime("us", "UTC"),
    "updated_at": pl.Datetime("us", "UTC"), "metadata": pl.String,
}  # fmt: skip


def write_skene(workspace: Path) -> None:
    """Write the raw files of the Skene sample."""
    random = Random(20260414)
    raw = workspace / "raw"
    orgs = {name: new_id(random) for name in (SHOP, CAFE)}
    people = {SHOP: invent_people(random, 90), CAFE: invent_people(random, 40, first_number=91)}
    contacts = {org: [make_contact(random, orgs[org], p) for p in people[org]] for org in orgs}
    everyone = [contact for members in contacts.values() for contact in members]
    segments = {org: list(make_segments(random, orgs[org], len(contacts[org]))) for org in orgs}
    campaigns = [make_campaign(random, plan, orgs[plan.org]) for plan in PLANS]
    sends: Rows = []
    events: Rows = []
    members: Rows = []
    for plan, campaign in zip(PLANS, campaigns, strict=True):
        audience = random.sample(contacts[plan.org], min(plan.sends, len(contacts[plan.org])))
        members += make_members(random, campaign, segments[plan.org], audience)
        audience += random.sample(audience, max(plan.sends - len(audience), 0))
        sent = [make_send(random, plan, campaign, to, at) for at, to in enumerate(audience)]
        sends += sent
        for at, send in enumerate(sent):
            events += make_events(random, plan, send, at)
    disagreeing = next(
        send for send in sends if send["status"] == "delivered" and send["org_id"] == orgs[CAFE]
    )
    events.append(make_event(random, disagreeing, "bounce", instant("2026-05-03 04:00:00")))

    older = [
        {**contact, "city": None, "updated_at": contact["created_at"]} for contact in everyone[:9]
    ]
    write_csv(raw / "contacts/2026-03-01.csv", older, columns=CONTACTS)
    write_csv(raw / "contacts/2026-06-01.csv", everyone, columns=CONTACTS)
    write_json_array(raw / "campaigns/2026-03-01.json", [draft_of(row) for row in campaigns[:3]])
    write_json_array(raw / "campaigns/2026-06-01.json", campaigns)
    rows = [segment for org in orgs for segment in segments[org]]
    write_csv(raw / "campaign_segments/2026-06-01.tsv", rows, columns=SEGMENTS, delimiter="\t")
    write_parquet(raw / "campaign_lists/2026-06-01.parquet", members, LISTS)
    write_sends(raw / "campaign_sends", sends)
    write_events(raw / "campaign_events", events, random)


def make_contact(random: Random, org_id: str, person: Person) -> dict[str, Any]:
    """A contact of the crm skill, with a custom attribute in its metadata."""
    created = later(instant("2025-11-03 08:00:00"), random, most_minutes=120_000)
    return {
        "id": new_id(random),
        "org_id": org_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone if random.random() < 0.7 else None,
        "type": random.choice(("lead", "prospect", "customer", "customer", "partner")),
        "title": random.choice((None, "Dr.", "Owner, Reading Circle")),
        "source": random.choice(("web", "import", "referral")),
        "city": random.choice(("Lyon", "Gdańsk", "São Paulo", "Austin", "Kyoto")),
        "country": random.choice(("FR", "PL", "BR", "US", "JP")),
        "created_at": postgres_stamp(created),
        "updated_at": postgres_stamp(created + timedelta(days=40)),
        "metadata": to_json({"favorite_genre": random.choice(("poetry", "crime", "history"))}),
    }


def make_segments(random: Random, org_id: str, size: int) -> Iterator[dict[str, Any]]:
    """Three segments; the last is used by no campaign."""
    stamps = dict.fromkeys(STAMPS, "2026-02-01 07:00:00+00")
    rules = (
        ("Customers", "Who has bought", {"type": "customer"}, size // 2),
        ("Newsletter, all", "Everyone with an address", {"email": {"exists": True}}, size),
        ("Partners", "Wholesale", {"type": "partner"}, size // 8),
    )
    for name, description, rule, count in rules:
        yield {
            "id": new_id(random),
            "org_id": org_id,
            "name": name,
            "description": description,
            "filter_rules": to_json(rule),
            "contact_count": count,
            "metadata": to_json({"owner": "growth"}),
            **stamps,
        }


def make_campaign(random: Random, plan: Plan, org_id: str) -> dict[str, Any]:
    """A campaign; sent ones have their time."""
    created = instant(plan.day or "2026-05-20 00:00:00") - timedelta(days=10)
    stamp = None if plan.day is None else iso_stamp(instant(plan.day))
    return {
        "id": new_id(random),
        "org_id": org_id,
        "creator_id": new_id(random),
        "name": plan.name,
        "subject": None if plan.channel == "sms" else f"{plan.name}!",
        "body": f"Hello {{{{first_name}}}},\nnews from {plan.org}.",
        "channel": plan.channel,
        "status": plan.status,
        "scheduled_at": stamp or ("2026-06-20T09:00:00Z" if plan.status == "scheduled" else None),
        "sent_at": stamp,
        "created_at": iso_stamp(created),
        "updated_at": iso_stamp(created + timedelta(days=11)),
        "metadata": {"budget_code": f"MK-{random.randrange(100, 999)}", "season": "spring"},
    }


def draft_of(campaign: dict[str, Any]) -> dict[str, Any]:
    """An earlier version of a campaign: before it was sent."""
    before = {"name": "Untitled", "status": "draft", "sent_at": None}
    return {**campaign, **before, "updated_at": campaign["created_at"]}


def make_members(
    random: Random, campaign: dict[str, Any], segments: Rows, audience: Rows
) -> Iterator[dict[str, Any]]:
    """Each contact once on the campaign's list, through one of two segments or by hand."""
    moment = datetime.fromisoformat(campaign["created_at"])
    for contact in audience:
        segment = random.choice((segments[0], segments[1], segments[1], None))
        yield {
            "id": new_id(random),
            "org_id": campaign["org_id"],
            "campaign_id": campaign["id"],
            "segment_id": segment and segment["id"],
            "contact_id": contact["id"],
            "created_at": moment,
            "updated_at": moment,
            "metadata": to_json({"wave": random.choice((1, 2))}),
        }
