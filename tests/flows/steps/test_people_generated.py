"""Generated people: journeys, touches and totals against plain Python."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.reports.attribution import MODELS
from flows.steps import activities
from tests.support.people_world import EURO, MAILED, TOML, VOID, People, Row, make_people
from tests.support.publishing import publish
from tests.support.workspaces import Ran

ZONE = ZoneInfo("America/New_York")
LOOKBACKS = {"email": timedelta(hours=120), "sms": timedelta(hours=24)}
GENERAL = timedelta(days=10)
LANDING = timedelta(minutes=30)
TIMES = {
    "sends": "sent_at",
    "events": "occurred_at",
    "sessions": "started_at",
    "orders": "ordered_at",
}
Person = tuple[str, str | None, str | None]


class Expected:
    """Who did what, what it was worth and what led to it, row by row."""

    def __init__(self, world: People) -> None:
        self.world = world
        self.send_of = {(s["org_id"], s["send_id"]): s for s in world.tables["sends"]}
        seen = [*world.tables["sessions"], *world.tables["events"], *world.tables["orders"]]
        self.owner = {
            (row["org_id"], row["anonymous_id"]): row["contact_id"]
            for row in seen
            if row.get("contact_id") and row.get("anonymous_id")
        }

    def person(self, row: Row) -> Person:
        """Organization, contact and, where no contact is known, device."""
        org_id, device = row["org_id"], row.get("anonymous_id")
        send = self.send_of.get((org_id, row.get("send_id"))) or {}
        address = row.get("email")
        contact = (
            row.get("contact_id")
            or (address.strip()[1] if address else None)
            or send.get("contact_id")
            or self.owner.get((org_id, device))
        )
        return org_id, contact, None if contact else device

    def journey(self) -> set[tuple[str | None, ...]]:
        """Organization, contact, kind and id of everything that happened to a contact."""
        kinds = {"sends": "send", "events": "event", "sessions": "session", "orders": "order"}
        return {
            (*self.person(row)[:2], kind, row[f"{kind}_id"])
            for table, kind in kinds.items()
            for row in self.world.tables[table]
            if self.person(row)[1] and not row.get("is_holdout")
        }

    def revenue(self) -> dict[tuple[str, str], Decimal]:
        """Order -> what it brought, of the orders that count."""
        cents = Decimal("0.0001")
        return {
            (o["org_id"], o["order_id"]): (
                Decimal(o["revenue"]) * (EURO if o["currency"] == "EUR" else 1)
            ).quantize(cents, ROUND_HALF_UP)
            for o in self.world.tables["orders"]
            if o["status"] not in VOID
        }

    def touches(self) -> dict[tuple[str, str], list[str]]:
        """Order -> the ids of what led to it, in order; direct mail by its channel."""
        touches = [*self._messages(), *self._visits(), *self._mailings()]
        orders = defaultdict(list)
        for order in self.world.tables["orders"]:
            if order["status"] in VOID:
                continue
            bought = instant(order, "ordered_at")
            led = [
                (at, channel, touch)
                for person, at, until, channel, touch in touches
                if person == self.person(order) and at <= bought <= until
            ]
            if led:
                orders[order["org_id"], order["order_id"]] = [t for *_, t in sorted(led)]
        return dict(orders)

    def _messages(self) -> list[tuple[Person, datetime, datetime, str, str]]:
        found = []
        for event in self.world.tables["events"]:
            kind, at = event["event_type"], instant(event, "occurred_at")
            if kind != "store_visit" and not kind.endswith("_clicked"):
                continue
            channel = kind.removesuffix("_clicked")
            until = at + LOOKBACKS.get(channel, GENERAL)
            if not event.get("is_machine"):
                found.append((self.person(event), at, until, channel, event["event_id"]))
        return found

    def _visits(self) -> list[tuple[Person, datetime, datetime, str, str]]:
        clicks = [(who, at, channel) for who, at, _, channel, _ in self._messages()]
        found = []
        for session in self.world.tables["sessions"]:
            medium = session["landing_url"].partition("utm_medium=")[2]
            at, who = instant(session, "started_at"), self.person(session)
            landed = any(
                who == person and channel == medium and timedelta() <= at - clicked <= LANDING
                for person, clicked, channel in clicks
            )
            if medium and not landed:
                group = {"affiliate": "affiliates"}.get(medium, medium)
                until = at + LOOKBACKS.get(group, GENERAL)
                found.append((who, at, until, group, session["session_id"]))
        return found

    def _mailings(self) -> list[tuple[Person, datetime, datetime, str, str]]:
        first = date.fromisoformat(str(MAILED["attribution_start_date"]))
        midnight = datetime(first.year, first.month, first.day, tzinfo=ZONE)
        last = midnight + timedelta(days=7) - timedelta(microseconds=1)
        return [
            (self.person(send), midnight, last, "direct_mail", "direct_mail")
            for send in self.world.tables["sends"]
            if send["message_id"] == "m-direct_mail"
            and not send["is_holdout"]
            and send["status"] != "bounced"
        ]


def instant(row: Row, column: str) -> datetime:
    return datetime.fromisoformat(row[column])


@pytest.fixture(scope="module", params=range(3))
def ran(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[People, Ran]:
    world = make_people(request.param)
    return world, publish(tmp_path_factory.mktemp("people"), TOML, **world.tables)


def test_a_journey_has_everything_once_in_order(ran: tuple[People, Ran]) -> None:
    world, published = ran
    journey = published.table("people", "contact_journey")
    ids = journey.select("org_id", "contact_id", "kind", "event_id").rows()
    assert len(ids) == len(set(ids))
    assert set(ids) == Expected(world).journey()
    order = ["org_id", "contact_id", "occurred_at", "event_id"]
    assert journey.select(order).equals(journey.select(order).sort(order))
    times = {
        (row["org_id"], kind.removesuffix("s"), row[f"{kind.removesuffix('s')}_id"]): row[at]
        for kind, at in TIMES.items()
        for row in world.tables[kind]
    }
    for org_id, kind, own, at in journey.select("org_id", "kind", "event_id", "occurred_at").rows():
        assert at == datetime.fromisoformat(times[org_id, kind, own])


def test_a_journey_says_names(ran: tuple[People, Ran]) -> None:
    _, published = ran
    journey = published.table("people", "contact_journey").filter(
        (pl.col("kind") == "send") | pl.col("event_type").str.contains("_(opened|clicked|sent)$")
    )
    assert journey.height
    channel = pl.col("channel")
    assert journey["campaign_name"].equals(journey.select("Idea " + channel).to_series())
    assert journey["message_name"].equals(journey.select("Text " + channel).to_series())


def test_what_a_contact_did_is_the_sum_of_the_journey(ran: tuple[People, Ran]) -> None:
    world, published = ran
    journey = published.table("people", "contact_journey").to_dicts()
    sums: dict[Any, Counter[str]] = defaultdict(Counter)
    for step in journey:
        own = sums[step["org_id"], step["contact_id"]]
        own[step["kind"]] += 1
        own[(step["event_type"] or "").rpartition("_")[2]] += 1
        own["revenue"] += step["revenue"] or 0
    revenue = Expected(world).revenue()
    counts = Counter(
        Expected(world).person(order)[:2]
        for order in world.tables["orders"]
        if revenue.get((order["org_id"], order["order_id"]), -1) >= 0
    )
    for row in published.table("people", "contact_report").to_dicts():
        key = row["org_id"], row["contact_id"]
        own = sums[key]
        got = (row["sends"], row["opens"], row["clicks"], row["sessions"], row["revenue"])
        assert got == tuple(own[n] for n in ("send", "opened", "clicked", "session", "revenue"))
        assert row["orders"] == counts[key]
    assert published.table("people", "contact_report").height == len(world.tables["contacts"])


def test_the_touches_of_every_order(ran: tuple[People, Ran]) -> None:
    world, published = ran
    touches = published.table("attribution", "order_touches")
    got: dict[Any, list[str]] = defaultdict(list)
    for row in touches.to_dicts():
        got[row["org_id"], row["order_id"]].append(
            row["event_id"] or row["session_id"] or row["channel"]
        )
    expected = Expected(world).touches()
    assert dict(got) == expected
    assert any(len(led) > 2 for led in expected.values())


def test_credits_add_up_exactly(ran: tuple[People, Ran]) -> None:
    world, published = ran
    revenue = Expected(world).revenue()
    sums = (
        published.table("attribution", "order_touches")
        .group_by("org_id", "order_id")
        .agg(pl.col(*MODELS, *(f"revenue_{model}" for model in MODELS)).sum())
    )
    for row in sums.to_dicts():
        assert {row[model] for model in MODELS} == {1}
        worth = {row[f"revenue_{model}"] for model in MODELS}
        assert worth == {revenue[row["org_id"], row["order_id"]]}


def test_totals_are_those_of_the_orders(ran: tuple[People, Ran]) -> None:
    world, published = ran
    revenue = Expected(world).revenue()
    days: dict[Any, list[Any]] = defaultdict(lambda: [0, 0])
    for order in world.tables["orders"]:
        worth = revenue.get((order["org_id"], order["order_id"]))
        if worth is not None:
            day = instant(order, "ordered_at").astimezone(ZONE).date()
            days[order["org_id"], day][0] += worth >= 0
            days[order["org_id"], day][1] += worth
    for name in ("channel_attribution", "campaign_attribution"):
        table = published.table("attribution", name).filter(
            pl.col("orders") + pl.col("revenue") != 0
        )
        for model in MODELS:
            sums = (
                table.filter(model=model)
                .group_by("org_id", "date_day")
                .agg(pl.col("orders", "revenue").sum())
            )
            got = {tuple(row[:2]): list(row[2:]) for row in sums.rows()}
            assert got == {day: cells for day, cells in days.items() if day in got}
            assert sum(cells[1] for cells in got.values()) == sum(revenue.values())


def test_the_last_touch_stands_in_the_reports_of_messages(ran: tuple[People, Ran]) -> None:
    world, published = ran
    expected = Expected(world)
    revenue = expected.revenue()
    send_of = {(e["org_id"], e["event_id"]): e.get("send_id") for e in world.tables["events"]}
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for (org_id, order_id), led in expected.touches().items():
        send = expected.send_of.get((org_id, send_of.get((org_id, led[-1]))))
        message = "m-direct_mail" if led[-1] == "direct_mail" else (send or {}).get("message_id")
        if message:
            sums[org_id, message] += revenue[org_id, order_id]
    for channel in ("email", "sms", "direct_mail"):
        for row in published.table(channel, "message_report").to_dicts():
            assert row["revenue"] == sums[row["org_id"], row["message_id"]]


def without_journey(published: Ran) -> dict[str, bytes]:
    return {name: cells for name, cells in published.tables().items() if "journey" not in name}


def test_groups_of_people_and_the_order_of_rows_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: tuple[People, Ran]
) -> None:
    world, published = ran
    again = publish(tmp_path / "shuffled", TOML, **world.shuffled(1))
    assert again.tables() == published.tables()
    monkeypatch.setattr(activities, "ROWS_A_GROUP", 40)
    grouped = publish(tmp_path / "grouped", TOML, **world.shuffled(2))
    parts = sorted((grouped.folder / "people/contact_journey").glob("*.parquet"))
    assert len(parts) > 5
    journey = published.table("people", "contact_journey")
    key = ["org_id", "contact_id", "occurred_at", "event_id"]
    assert pl.read_parquet(parts).sort(key).equals(journey)
    whole = {n: c for n, c in grouped.tables().items() if not n.startswith("contact_journey/")}
    assert whole == without_journey(published)
