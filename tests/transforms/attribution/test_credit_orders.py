"""Credits against a plain Python account of SPEC §6.5."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.reports.attribution import MODELS, order_touches_contract
from tests.oracles.purchases import DAY, HOUR, NOON, click, credit, order
from tests.support.examples import count_examples


def test_result_is_as_its_contract_says() -> None:
    """The columns are the contract's, under the configured models."""
    result = credit([click("e1", NOON)], orders=[order("A", NOON)], models=("linear", "last_touch"))
    contract = order_touches_contract(("linear", "last_touch"))
    assert result.schema == polars_schema(contract)
    contract.validate(result)


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


@settings(max_examples=count_examples(25))
@given(histories(), st.randoms(use_true_random=False))
def test_every_model_agrees_with_its_plain_account(
    history: tuple[list[dict[str, Any]], list[dict[str, Any]]], shuffler: Random
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
