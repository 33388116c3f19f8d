"""Touches and credits against a plain Python account of SPEC §6.5."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.activities import ContactSends, MessageEvents, PricedOrders, Visits
from contracts.columns import Table, polars_schema
from contracts.reports.attribution import MODELS, order_touches_contract
from contracts.workspace import AttributionSection
from transforms.attribution import credit_orders
from transforms.touches import collect_touches

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
NEW_YORK = "America/New_York"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def frame(table: type[Table], rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    """Rows as a table's frame, what they leave out being null."""
    schema = polars_schema(table)
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def click(event_id: str, at: datetime, **more: Any) -> dict[str, Any]:
    """An e-mail click of contact 1."""
    row = {
        "org_id": "o",
        "event_id": event_id,
        "event_type": "email_clicked",
        "channel": "email",
        "occurred_at": at,
        "contact_id": "1",
        "is_machine": False,
    }
    return row | more


def visit(session_id: str, at: datetime, group: str | None, **more: Any) -> dict[str, Any]:
    """A session of contact 1."""
    row = {
        "org_id": "o",
        "session_id": session_id,
        "started_at": at,
        "contact_id": "1",
        "channel_group": group,
    }
    return row | more


def mailing(send_id: str, start: date | None, days: int | None, **more: Any) -> dict[str, Any]:
    """Direct mail to contact 1."""
    row = {
        "org_id": "o",
        "send_id": send_id,
        "contact_id": "1",
        "channel": "direct_mail",
        "status": "sent",
        "window_start": start,
        "window_days": days,
    }
    return row | more


def order(order_id: str, at: datetime, revenue: str = "100.00", **more: Any) -> dict[str, Any]:
    """An order of contact 1 that counts."""
    row = {
        "org_id": "o",
        "order_id": order_id,
        "contact_id": "1",
        "ordered_at": at,
        "date_day": at.date(),
        "revenue": Decimal(revenue),
        "is_conversion": True,
        "is_refund": Decimal(revenue) < 0,
    }
    return row | more


def credit(
    events: Iterable[Mapping[str, Any]] = (),
    sessions: Iterable[Mapping[str, Any]] = (),
    sends: Iterable[Mapping[str, Any]] = (),
    orders: Iterable[Mapping[str, Any]] = (),
    **rules: Any,
) -> pl.DataFrame:
    """The order touches of some rows under all models."""
    section = AttributionSection.model_validate({"models": MODELS} | rules)
    priced = frame(PricedOrders, orders)
    touches = collect_touches(
        frame(MessageEvents, events),
        frame(ContactSends, sends),
        frame(Visits, sessions),
        priced,
        section,
        NEW_YORK,
    )
    return credit_orders(touches, priced, section).collect(engine="streaming")


def touched(result: pl.DataFrame) -> list[str]:
    """The ids of the touches, in their order; direct mail by its channel."""
    return result.select(pl.coalesce("event_id", "session_id", "channel").alias("touch"))[
        "touch"
    ].to_list()


def test_result_is_as_its_contract_says() -> None:
    """The columns are the contract's, under the configured models."""
    result = credit([click("e1", NOON)], orders=[order("A", NOON)], models=("linear", "last_touch"))
    contract = order_touches_contract(("linear", "last_touch"))
    assert result.schema == polars_schema(contract)
    contract.validate(result)


@pytest.mark.parametrize(
    ("age", "counts"),
    [(timedelta(0), True), (30 * DAY, True), (30 * DAY + timedelta(microseconds=1), False)],
)
def test_touch_counts_to_the_end_of_the_lookback(age: timedelta, *, counts: bool) -> None:
    """Exactly that long is included, and so is the instant of the order itself."""
    result = credit([click("e1", NOON - age)], orders=[order("A", NOON)])
    assert touched(result) == (["e1"] if counts else [])


def test_touch_after_the_order_does_not_count() -> None:
    """An order is credited to what was before it."""
    assert credit([click("e1", NOON + MINUTE)], orders=[order("A", NOON)]).is_empty()


def test_lookback_of_a_channel_replaces_the_general_one() -> None:
    """120 hours for email, 24 for sms, two days for sessions without an ad."""
    result = credit(
        [
            click("e1", NOON - 121 * HOUR),
            click("e2", NOON - 120 * HOUR),
            click("e3", NOON - 25 * HOUR, channel="sms", event_type="sms_clicked"),
        ],
        [
            visit("v1", NOON - 3 * DAY, "organic search"),
            visit("v2", NOON - 2 * DAY, "organic search"),
            visit("v3", NOON - 29 * DAY, "paid search", campaign_id="77", platform="google_ads"),
        ],
        orders=[order("A", NOON)],
        lookback_hours={"email": 120, "sms": 24, "web": 48},
    )
    assert touched(result) == ["v3", "e2", "v2"]


@pytest.mark.parametrize(
    ("local", "counts"),
    [
        ("2025-12-31T23:59", False),
        ("2026-01-01T00:00", True),
        ("2026-01-14T23:59", True),
        ("2026-01-15T00:00", False),
    ],
)
def test_direct_mail_window_is_of_whole_local_days(local: str, *, counts: bool) -> None:
    """14 days from 1 January take in 1 to 14 January, whatever the look-back."""
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)
    result = credit(
        sends=[mailing("s1", date(2026, 1, 1), 14)], orders=[order("A", at)], lookback_days=1
    )
    assert touched(result) == (["direct_mail"] if counts else [])
    if counts:
        assert result["touched_at"].to_list() == [datetime(2026, 1, 1, 5, tzinfo=UTC)]


@pytest.mark.parametrize("more", [{"is_holdout": True}, {"status": "failed"}, {"channel": "email"}])
def test_not_every_send_is_a_touch(more: dict[str, Any]) -> None:
    """Held out, returned, or of a channel whose clicks are its touches."""
    sends = [mailing("s1", date(2026, 1, 1), 14, **more)]
    assert credit(sends=sends, orders=[order("A", NOON)]).is_empty()


def test_direct_mail_without_a_window_counts_from_the_day_of_sending() -> None:
    """And for as long as the look-back says."""
    sends = [mailing("s1", None, None, sent_at=NOON - 2 * DAY)]
    result = credit(sends=sends, orders=[order("A", NOON)])
    assert result["touched_at"].to_list() == [datetime(2026, 1, 8, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("after", "group", "is_touch"),
    [
        (30 * MINUTE, "email", False),
        (31 * MINUTE, "email", True),
        (-MINUTE, "email", True),
        (MINUTE, "sms", True),
        (MINUTE, "direct", False),
    ],
)
def test_landing_of_a_click_is_no_second_touch(
    after: timedelta, group: str, *, is_touch: bool
) -> None:
    """Within 30 minutes of the click, with that channel's utm."""
    result = credit(
        [click("e1", NOON)], [visit("v1", NOON + after, group)], orders=[order("A", NOON + HOUR)]
    )
    assert set(touched(result)) == ({"e1", "v1"} if is_touch else {"e1"})


def test_landing_needs_a_human_click_of_the_same_contact() -> None:
    """A scanner's click or another person's leaves the session a touch."""
    result = credit(
        [click("e1", NOON, is_machine=True), click("e2", NOON, contact_id="2")],
        [visit("v1", NOON + MINUTE, "email")],
        orders=[order("A", NOON + HOUR)],
    )
    assert touched(result) == ["v1"]


def test_session_with_an_ad_is_of_the_channel_ads() -> None:
    """Any other is of its channel group; one without any is unassigned."""
    result = credit(
        sessions=[
            visit("v1", NOON - 3 * HOUR, "paid search", campaign_id="77", platform="google_ads"),
            visit("v2", NOON - 2 * HOUR, "paid search", platform="google_ads"),
            visit("v3", NOON - HOUR, None),
            visit("v4", NOON - HOUR, "referral", is_bot=True),
        ],
        orders=[order("A", NOON)],
    )
    assert result["channel"].to_list() == ["ads", "paid search", "unassigned"]
    assert result["channel_group"].to_list() == ["paid search", "paid search", "unassigned"]


def test_opens_and_generic_events_are_touches_where_configured() -> None:
    """Machine ones never."""
    events = [
        click("e1", NOON, event_type="email_opened"),
        click("e2", NOON, event_type="email_opened", is_machine=True),
        click("e3", NOON, event_type="store_visit", channel=None),
        click("e4", NOON, event_type="survey_filled", channel=None),
    ]
    orders = [order("A", NOON)]
    assert credit(events, orders=orders).is_empty()
    result = credit(events, orders=orders, touch_opens=True, touch_events=["store_visit"])
    assert touched(result) == ["e1", "e3"]
    assert result["channel"].to_list() == ["email", "store_visit"]


def test_touches_of_one_instant_stand_by_channel_and_id() -> None:
    """Whatever the order in which they came."""
    result = credit(
        [click("b", NOON), click("a", NOON), click("0", NOON, channel="sms")],
        [visit("v1", NOON, "affiliates")],
        orders=[order("A", NOON)],
    )
    assert touched(result) == ["v1", "a", "b", "0"]


def test_people_and_organizations_are_kept_apart() -> None:
    """One contact id in two organizations is two people; a device is no contact."""
    result = credit(
        [click("e1", NOON), click("e2", NOON, org_id="p"), click("e3", NOON, contact_id="2")],
        [visit("v1", NOON, "referral", contact_id=None, anonymous_id="1")],
        orders=[
            order("A", NOON),
            order("B", NOON, org_id="p"),
            order("C", NOON, contact_id=None, anonymous_id="1"),
            order("D", NOON, is_conversion=False),
        ],
    )
    pairs = zip(result["order_id"], touched(result), strict=True)
    assert list(pairs) == [("A", "e1"), ("C", "v1"), ("B", "e2")]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first_touch", ["1", "0", "0", "0"]),
        ("last_touch", ["0", "0", "0", "1"]),
        ("last_non_direct", ["0", "0", "0", "1"]),
        ("linear", ["0.25", "0.25", "0.25", "0.25"]),
        ("position_based", ["0.4", "0.1", "0.1", "0.4"]),
        ("time_decay", ["0.06666667", "0.13333333", "0.26666667", "0.53333333"]),
    ],
)
def test_credits_of_four_touches_a_week_apart(model: str, expected: list[str]) -> None:
    """A half-life of seven days gives 1 : 2 : 4 : 8."""
    events = [click(f"e{weeks}", NOON - weeks * 7 * DAY) for weeks in range(4)]
    result = credit(events, orders=[order("A", NOON)])
    assert result[model].to_list() == [Decimal(share) for share in expected]


def test_two_touches_share_evenly_by_position() -> None:
    """50/50 for two, and cents by largest remainder, the earlier touch first."""
    events = [click("e1", NOON - DAY), click("e2", NOON)]
    result = credit(events, orders=[order("A", NOON, "0.05")])
    assert result["position_based"].to_list() == [Decimal("0.5")] * 2
    assert result["revenue_position_based"].to_list() == [Decimal("0.03"), Decimal("0.02")]


def share_out(units: int, weights: list[int]) -> list[int]:
    """The largest-remainder method, told plainly."""
    exact = [Fraction(units * weight, sum(weights)) for weight in weights]
    shares = [int(value) for value in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: units - sum(shares)]:
        shares[i] += 1
    return shares


def weigh(model: str, ages: list[timedelta], half_life_days: float) -> list[int]:
    """What each touch weighs, the oldest first."""
    count = len(ages)
    match model:
        case "first_touch":
            return [1] + [0] * (count - 1)
        case "last_touch" | "last_non_direct":
            return [0] * (count - 1) + [1]
        case "position_based" if count > 2:
            return [2 * (count - 2)] + [1] * (count - 2) + [2 * (count - 2)]
        case "time_decay":
            since_last = [(age - ages[-1]) / (half_life_days * DAY) for age in ages]
            return [round(2.0**-halvings * 2**40) for halvings in since_last]
        case _:
            return [1] * count


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Clicks and orders of three contacts in two organizations, on few instants."""
    hours = st.integers(0, 40 * 24)
    person = st.sampled_from([("o", "1"), ("o", "2"), ("p", "1")])
    events, orders = [], []
    for number, (hour, (org, contact)) in enumerate(draw(st.lists(st.tuples(hours, person)))):
        at = NOON + hour * HOUR
        events.append(click(f"e{number}", at, org_id=org, contact_id=contact))
    revenue = st.decimals("-99999.9999", "9999999.9999", places=4) | st.decimals(
        "0", "9999.99", places=2
    )
    drawn = draw(st.lists(st.tuples(hours, person, revenue), max_size=6))
    for number, (hour, (org, contact), money) in enumerate(drawn):
        at = NOON + hour * HOUR
        orders.append(order(f"A{number}", at, str(money), org_id=org, contact_id=contact))
    return events, orders


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_every_model_agrees_with_its_plain_account(
    history: tuple[list[dict[str, Any]], list[dict[str, Any]]], shuffler: Any
) -> None:
    """Credits and revenue to the last digit; they add up; the order of rows does not matter."""
    events, orders = history
    result = credit(events, orders=orders, half_life_days=3.5)
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in result.iter_rows(named=True):
        found[row["org_id"], row["order_id"]].append(row)
    for bought in orders:
        at, money = bought["ordered_at"], bought["revenue"]
        led = sorted(
            (
                event
                for event in events
                if (event["org_id"], event["contact_id"])
                == (bought["org_id"], bought["contact_id"])
                and timedelta(0) <= at - event["occurred_at"] <= 30 * DAY
            ),
            key=lambda event: (event["occurred_at"], event["event_id"]),
        )
        rows = found.pop((bought["org_id"], bought["order_id"]), [])
        assert [row["event_id"] for row in rows] == [event["event_id"] for event in led]
        assert [row["touch_position"] for row in rows] == list(range(1, len(led) + 1))
        if not led:
            continue
        unit = Decimal("0.01") if money % Decimal("0.01") == 0 else Decimal("0.0001")
        sign = -1 if money < 0 else 1
        for model in MODELS:
            weights = weigh(model, [at - event["occurred_at"] for event in led], 3.5)
            shares = share_out(10**8, weights)
            assert [row[model] for row in rows] == [Decimal(n).scaleb(-8) for n in shares]
            cents = share_out(int(abs(money) / unit), weights)
            assert [row[f"revenue_{model}"] for row in rows] == [sign * unit * n for n in cents]
            assert sum(row[model] for row in rows) == 1
            assert sum(row[f"revenue_{model}"] for row in rows) == money
    assert not found
    shuffler.shuffle(events)
    shuffler.shuffle(orders)
    assert_frame_equal(credit(events, orders=orders, half_life_days=3.5), result)
