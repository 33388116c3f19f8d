"""The sends and events of the Skene sample, whole and damaged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from data.generators.writing import (
    instant,
    iso_stamp,
    later,
    new_id,
    postgres_stamp,
    to_json,
    write_csv,
    write_json_lines,
)

Rows = list[dict[str, Any]]
GOLDEN = "Q2 Product Update"
GOLDEN_CLICKS = 2
LINKS = ("https://shop.example.com/sale", "https://shop.example.com/new?ref=mail#top")
AGENTS = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)", "Mozilla/5.0")


@dataclass(frozen=True)
class Plan:
    """What to make of one campaign."""

    org: str
    name: str
    channel: str
    status: str
    day: str | None
    sends: int
    opens: bool = True


STAMPS = ("created_at", "updated_at")
SENDS = (
    "id", "org_id", "campaign_id", "contact_id", "status", "sent_at", "delivered_at", "error",
    *STAMPS, "metadata",
)  # fmt: skip


def make_send(
    random: Random, plan: Plan, campaign: dict[str, Any], contact: dict[str, Any], at: int
) -> dict[str, Any]:
    """A send; of four of the golden campaign the last bounces."""
    status = "queued"
    if plan.day is not None:
        status = random.choices(("delivered", "bounced", "failed", "sent"), (88, 7, 3, 2))[0]
    if plan.name == GOLDEN:
        status = "bounced" if at == plan.sends - 1 else "delivered"
    planned = instant(plan.day) if plan.day else instant("2026-06-01 00:00:00")
    sent = later(planned, random, most_minutes=45) if plan.day else None
    delivered = (
        sent + timedelta(seconds=random.randrange(1, 90))
        if sent and status == "delivered"
        else None
    )
    error = {"bounced": "550 5.1.1 mailbox, unknown", "failed": 'provider said "try later"'}.get(
        status
    )
    return {
        "id": new_id(random),
        "org_id": campaign["org_id"],
        "campaign_id": campaign["id"],
        "contact_id": contact["id"],
        "status": status,
        "sent_at": postgres_stamp(sent),
        "delivered_at": postgres_stamp(delivered),
        "error": error,
        "created_at": postgres_stamp(planned - timedelta(hours=1)),
        "updated_at": postgres_stamp(delivered or sent or planned),
        "metadata": to_json({"ip_pool": random.choice(("warm", "cold"))}),
    }


def make_events(
    random: Random, plan: Plan, send: dict[str, Any], at: int
) -> Iterator[dict[str, Any]]:
    """What happened to a send after it was delivered, or that it bounced."""
    if send["status"] == "bounced" and plan.channel == "email":
        yield make_event(random, send, "bounce", datetime.fromisoformat(send["sent_at"]))
    if send["status"] != "delivered":
        return
    moment = later(datetime.fromisoformat(send["delivered_at"]), random, most_minutes=2_000)
    if plan.name == GOLDEN:
        yield make_event(random, send, "open", moment)
        if at < GOLDEN_CLICKS:
            yield make_event(random, send, "click", moment + timedelta(minutes=3), LINKS[0])
        return
    if plan.opens:
        if random.random() < 0.45:
            return
        for again in range(random.choice((1, 1, 1, 2, 3))):
            yield make_event(random, send, "open", moment + timedelta(hours=7 * again))
    if random.random() < 0.35:
        for link in random.choice((LINKS[:1], LINKS[1:], LINKS)):
            clicked = later(moment, random, most_minutes=30)
            yield make_event(random, send, "click", clicked, link)
    if random.random() < 0.06:
        kind = "complaint" if plan.channel == "email" and random.random() < 0.3 else "unsubscribe"
        yield make_event(random, send, kind, moment + timedelta(days=1))


def make_event(
    random: Random, send: dict[str, Any], kind: str, moment: datetime, url: str | None = None
) -> dict[str, Any]:
    """An event of a send, with its browser or its kind of bounce in the metadata."""
    detail = {"user_agent": random.choice(AGENTS)}
    if kind == "bounce":
        detail = {"bounce_type": random.choice(("hard", "soft"))}
    stamp = iso_stamp(moment)
    return {
        "id": new_id(random),
        "org_id": send["org_id"],
        "send_id": send["id"],
        "event_type": kind,
        "url": url,
        "occurred_at": stamp,
        "created_at": stamp,
        "updated_at": stamp,
        "metadata": detail,
    }


def write_sends(folder: Path, sends: Rows) -> None:
    """Two months, an early state of some rows, and rows that somebody broke by hand."""
    april = [send for send in sends if (send["sent_at"] or "") < "2026-05" and send["sent_at"]]
    rest = [send for send in sends if send not in april]
    before = {"status": "queued", "sent_at": None, "delivered_at": None, "error": None}
    early = [{**send, **before, "updated_at": send["created_at"]} for send in april[:12]]
    write_csv(folder / "2026-04-early.csv", early, columns=SENDS)
    write_csv(folder / "2026-04.csv", [*april, *april[5:8]], columns=SENDS)
    write_csv(folder / "2026-05.csv.zst", rest, columns=SENDS)
    good, late, odd, short = (
        {**send, "id": f"by-hand-{number}", "status": "failed"}
        for number, send in enumerate(april[20:24])
    )
    damaged: list[dict[str, Any] | str] = [
        {**good, "sent_at": "next tuesday"},
        {**late, "status": "exploded"},
        {**odd, "contact_id": None},
        f"{short['id']},{short['org_id']},{short['campaign_id']}",
        f"{short['id']},{short['org_id']},,{short['contact_id']},failed,,,,,,,,one,two",
    ]
    write_csv(folder / "2026-06-by-hand.csv", damaged, columns=SENDS)


def write_events(folder: Path, events: Rows, random: Random) -> None:
    """Two months, one of them twice, and events that point nowhere or are broken."""
    april = [event for event in events if event["occurred_at"] < "2026-05"]
    rest = [event for event in events if event not in april]
    write_json_lines(folder / "2026-04.jsonl.gz", april)
    write_json_lines(folder / "2026-04-delivered-again.jsonl", april)
    write_json_lines(folder / "2026-05.jsonl.gz", rest)
    nowhere = {"id": new_id(random), "org_id": april[0]["org_id"]}
    orphan = make_event(random, nowhere, "open", instant("2026-05-30 12:00:00"))
    damaged: list[dict[str, Any] | str] = [
        orphan,
        {**orphan, "id": "by-hand-0", "occurred_at": "2026-02-30T12:00:00Z"},
        {**orphan, "id": "by-hand-1", "event_type": None},
        '{"id":"by-hand-2","event_type":"open","occurred_at":',
    ]
    write_json_lines(folder / "2026-06-by-hand.jsonl", damaged)
