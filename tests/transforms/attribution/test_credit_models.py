"""How models share an order (SPEC §6.5): three orders whose touches are numbered by position."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from contracts.reports.attribution import MODELS
from transforms.attribution.credit_models import (
    COUNT,
    END_NO,
    LAST_AT,
    LAST_NOT_DIRECT,
    POSITION,
    REVENUE,
    add_credits,
)

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)


def share(
    touches: int, revenue: str, last_non_direct: int | None = None, days_apart: float = 7
) -> pl.DataFrame:
    """One order's touches, so many days apart, the last at noon, under all models."""
    ages = [(touches - place) * days_apart for place in range(1, touches + 1)]
    ranked = pl.LazyFrame(
        {
            END_NO: [0] * touches,
            POSITION: range(1, touches + 1),
            COUNT: [touches] * touches,
            LAST_NOT_DIRECT: [last_non_direct or touches] * touches,
            "touched_at": [NOON - timedelta(days=age) for age in ages],
            LAST_AT: [NOON] * touches,
            REVENUE: [Decimal(revenue)] * touches,
        },
        schema_overrides={END_NO: pl.UInt32, REVENUE: pl.Decimal(18, 4)},
    )
    return add_credits(ranked, MODELS, half_life_days=7).collect()


@pytest.mark.parametrize(
    ("model", "touches", "expected"),
    [
        ("linear", 3, ["0.33333334", "0.33333333", "0.33333333"]),
        ("position_based", 1, ["1"]),
        ("position_based", 2, ["0.5", "0.5"]),
        ("position_based", 3, ["0.4", "0.2", "0.4"]),
        ("position_based", 5, ["0.4", "0.06666667", "0.06666667", "0.06666666", "0.4"]),
        ("time_decay", 2, ["0.33333333", "0.66666667"]),
        ("time_decay", 3, ["0.14285714", "0.28571429", "0.57142857"]),
        ("first_touch", 3, ["1", "0", "0"]),
        ("last_touch", 3, ["0", "0", "1"]),
    ],
)
def test_credits_are_exact_to_eight_places(model: str, touches: int, expected: list[str]) -> None:
    """What is left over goes to the largest remainders, the earlier touch first."""
    shares = share(touches, "100.00")[model].to_list()
    assert shares == [Decimal(one) for one in expected]
    assert sum(shares) == 1


def test_last_non_direct_takes_the_last_that_is_not_direct() -> None:
    """And the last of all where every touch is direct."""
    assert share(3, "1.00", last_non_direct=2)["last_non_direct"].to_list() == [0, 1, 0]
    assert share(3, "1.00")["last_non_direct"].to_list() == [0, 0, 1]


@pytest.mark.parametrize(
    ("revenue", "shares"),
    [
        ("0.05", ["0.02", "0.02", "0.01"]),
        ("-0.05", ["-0.02", "-0.02", "-0.01"]),
        ("10.0001", ["3.3334", "3.3334", "3.3333"]),
        ("0", ["0", "0", "0"]),
    ],
)
def test_revenue_is_shared_in_whole_cents(revenue: str, shares: list[str]) -> None:
    """In hundredths of cents only where the order has such; a refund as its order, with a minus."""
    found = share(3, revenue)["revenue_linear"].to_list()
    assert found == [Decimal(one) for one in shares]
    assert sum(found) == Decimal(revenue)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("touches", [1, 2, 3, 7, 13])
def test_every_model_shares_everything(model: str, touches: int) -> None:
    """Credits add up to 1 and revenue to the order's, whatever cannot be divided."""
    result = share(touches, "99.97", days_apart=0.37)
    assert result[model].sum() == 1
    assert result[f"revenue_{model}"].sum() == Decimal("99.97")
