"""A shop's words for the state of an order: those that are known, and those that are not."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.facts.order_facts import PricedOrders
from contracts.reference.order_words import CANCELLED_WORDS, REFUNDED_WORDS, SOLD_WORDS
from tests.support.frames import frame
from transforms.attribution.orders import find_unknown_states, fold_state


def test_a_state_says_one_thing() -> None:
    known = [*SOLD_WORDS, *CANCELLED_WORDS, *REFUNDED_WORDS]
    assert len(known) == len({*known})
    assert known == pl.Series(known).to_frame("s").select(fold_state(pl.col("s")))["s"].to_list()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (None, ""),
        (" Partially-Refunded ", "partially_refunded"),
        ("On  hold", "on_hold"),
        ("wc-cancelled", "cancelled"),
        ("wc-checkout-draft", "checkout_draft"),
    ],
)
def test_states_are_compared_in_one_form(status: str | None, state: str) -> None:
    one = pl.DataFrame({"status": [status]}, schema={"status": pl.String})
    assert one.select(fold_state(pl.col("status"))).item() == state


def order(revenue: int, status: str | None, **more: Any) -> dict[str, Any]:
    return {"revenue": Decimal(revenue), "status": status, "is_conversion": True, **more}


def test_states_that_nobody_knows_are_counted_with_what_they_bring() -> None:
    """What is known, said by nobody or no sale anyhow is no question."""
    orders = [
        order(100, "paid"),
        order(50, None),
        order(7, "storniert"),
        order(3, " storniert"),
        order(40, "Annulée"),
        order(9, "storniert", is_conversion=False),
        order(1, "cancelled", is_conversion=False),
    ]
    found = find_unknown_states(frame(PricedOrders, orders).lazy()).collect()
    assert found.rows() == [("Annulée", 1, Decimal(40)), ("storniert", 2, Decimal(10))]
