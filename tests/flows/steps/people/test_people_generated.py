"""Generated people: journeys, touches and totals against plain Python."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.reports.attribution import MODELS
from flows.steps.activities import people_inputs, write_activities
from flows.steps.people import journey_slices
from tests.oracles.expected_people import ZONE, ExpectedPeople, instant
from tests.support.people_world import TOML, People, make_people
from tests.support.publishing import publish
from tests.support.workspaces import Ran

TIMES = {
    "sends": "sent_at",
    "events": "occurred_at",
    "sessions": "started_at",
    "orders": "ordered_at",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[People, Ran]]:
    """Publishes the people of a seed, once."""

    @cache
    def publish_people(seed: int) -> tuple[People, Ran]:
        world = make_people(seed)
        return world, publish(tmp_path_factory.mktemp("people"), TOML, **world.tables)

    return publish_people


@pytest.fixture(params=range(3))
def ran(
    request: pytest.FixtureRequest, run: Callable[[int], tuple[People, Ran]]
) -> tuple[People, Ran]:
    return run(request.param)


def test_a_journey_has_everything_once_in_order(ran: tuple[People, Ran]) -> None:
    world, published = ran
    journey = published.table("people", "contact_journey")
    ids = journey.select("org_id", "contact_id", "kind", "event_id").rows()
    assert len(ids) == len(set(ids))
    assert set(ids) == ExpectedPeople(world).journey()
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
    expected = ExpectedPeople(world)
    counts = Counter(
        expected.person(order)[:2] for order in world.tables["orders"] if expected.is_order(order)
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
    expected = ExpectedPeople(world).touches()
    assert dict(got) == expected
    assert any(len(led) > 2 for led in expected.values())


def test_credits_add_up_exactly(ran: tuple[People, Ran]) -> None:
    world, published = ran
    revenue = ExpectedPeople(world).revenue()
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
    expected = ExpectedPeople(world)
    revenue = expected.revenue()
    days: dict[Any, list[Any]] = defaultdict(lambda: [0, 0])
    for order in world.tables["orders"]:
        worth = revenue.get((order["org_id"], order["order_id"]))
        if worth is not None:
            day = instant(order, "ordered_at").astimezone(ZONE).date()
            days[order["org_id"], day][0] += expected.is_order(order)
            days[order["org_id"], day][1] += worth
    for name in ("channel_attribution", "campaign_attribution"):
        table = published.table("attribution", name).filter(
            (pl.col("credited_orders") != 0) | (pl.col("revenue") != 0)
        )
        for model in MODELS:
            sums = (
                table.filter(model=model)
                .group_by("org_id", "date_day")
                .agg(pl.col("credited_orders", "revenue").sum())
            )
            got = {tuple(row[:2]): list(row[2:]) for row in sums.rows()}
            assert got == {day: cells for day, cells in days.items() if day in got}
            assert sum(cells[1] for cells in got.values()) == sum(revenue.values())


def test_the_last_touch_stands_in_the_reports_of_messages(ran: tuple[People, Ran]) -> None:
    world, published = ran
    expected = ExpectedPeople(world)
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


def test_the_order_of_rows_changes_nothing(
    tmp_path: Path, run: Callable[[int], tuple[People, Ran]]
) -> None:
    world, published = run(2)
    again = publish(tmp_path / "shuffled", TOML, **world.shuffled(1))
    assert again.tables() == published.tables()


@pytest.mark.parametrize(("seed", "rows_a_slice"), [(0, 12), (1, 40)])
def test_how_activities_are_cut_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[[int], tuple[People, Ran]],
    seed: int,
    rows_a_slice: int,
) -> None:
    """A contact's steps are in order over the parts of their journey, in the order of the names."""
    world, published = run(seed)
    order = ["org_id", "contact_id", "occurred_at", "event_id"]
    monkeypatch.setattr(write_activities, "ROWS_A_GROUP", 80)
    monkeypatch.setattr(journey_slices, "ROWS_A_SLICE", rows_a_slice)
    monkeypatch.setattr(people_inputs, "CONTACTS_A_SORT", 2)
    monkeypatch.setattr(people_inputs, "BOUNDS_A_SORT", 1)
    cut = publish(tmp_path / "cut", TOML, **world.shuffled(2))
    parts = sorted((cut.folder / "people/contact_journey").glob("*.parquet"))
    assert len(parts) > 5
    journey = published.table("people", "contact_journey")
    told = [pl.read_parquet(part) for part in parts]
    for part in told:
        assert part.select(order).equals(part.select(order).sort(order))
    together = pl.concat(told)
    assert together.sort("org_id", "contact_id", maintain_order=True).equals(journey)
    whole = {n: c for n, c in cut.tables().items() if not n.startswith("contact_journey/")}
    assert whole == without_journey(published)
