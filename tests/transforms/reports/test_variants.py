"""variant_report: every variant against its dispatch's first."""

import math
from typing import Any

import polars as pl
import pytest

from contracts.reports.messaging import MessageReport
from tests.support.frames import frame
from transforms.reports.variants import compare_variants


def compare(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    common = {"org_id": "o", "dispatch_id": "d", "sends": 200, "orders": None}
    rows = frame(MessageReport, [common | message for message in messages])
    return compare_variants(rows).collect().to_dicts()


def variant(own: str, delivered: int, opens: int, **more: Any) -> dict[str, Any]:
    return {
        "message_id": own,
        "variant": own.upper(),
        "delivered": delivered,
        "human_unique_opens": opens,
        "human_unique_clicks": 0,
        **more,
    }


def test_newcombe_s_own_example() -> None:
    """Newcombe 1998, table II, example a: 56/70 - 48/80 is 0.2, from 0.0524 to 0.3339."""
    first, second = compare(variant("a", 80, 48), variant("b", 70, 56))
    assert (first["open_rate"], first["open_difference"], first["open_p_value"]) == (
        0.6,
        None,
        None,
    )
    assert second["open_difference"] == pytest.approx(0.2)
    assert second["open_low"] == pytest.approx(0.0524, abs=5e-5)
    assert second["open_high"] == pytest.approx(0.3339, abs=5e-5)
    # The pooled share is 104/150; 0.2 lies 2.6516 of its standard errors from 0.
    spread = math.sqrt(104 / 150 * 46 / 150 * (1 / 70 + 1 / 80))
    assert second["open_p_value"] == pytest.approx(math.erfc(0.2 / spread / math.sqrt(2)))


def test_the_first_is_that_of_the_first_variant_and_not_of_the_first_id() -> None:
    a, b = compare(
        variant("a", 10, 5, variant="Z"),
        variant("b", 10, 1, variant="Y"),
        variant("c", 9, 9, dispatch_id="e"),
    )
    assert (a["open_difference"], b["open_difference"]) == (pytest.approx(0.4), None)


def test_equal_rates_differ_by_nothing_and_more_orders_than_deliveries_are_not_compared() -> None:
    _, b = compare(variant("a", 10, 0, orders=2), variant("b", 20, 0, orders=21))
    assert (b["open_difference"], b["open_p_value"]) == (0.0, 1.0)
    assert (b["conversion_rate"], b["conversion_difference"]) == (1.05, None)


def test_nothing_delivered_has_no_rate() -> None:
    _, b = compare(variant("a", 10, 1), variant("b", 0, 0))
    assert {name: b[name] for name in b if name.startswith("open_")} == dict.fromkeys(
        ("open_rate", "open_difference", "open_low", "open_high", "open_p_value")
    )


def test_scipy_agrees_on_the_score_test() -> None:
    """The square of the score is Pearson's chi-squared without a correction."""
    stats = pytest.importorskip("scipy.stats")  # a second to import, of every process
    for hits, base in ((3, 9), (40, 41), (0, 5)):
        _, b = compare(variant("a", 50, base), variant("b", 60, hits))
        table = [[hits, 60 - hits], [base, 50 - base]]
        assert b["open_p_value"] == pytest.approx(
            stats.chi2_contingency(table, correction=False)[1]
        )


def test_figures_of_a_dispatch_are_the_same_to_the_last_digit_beside_those_of_another() -> None:
    pair = [variant("a", 1, 1), variant("b", 1, 0)]
    others = [variant("c", 1, 1, dispatch_id="e"), variant("d", 1, 0, dispatch_id="e")]
    assert compare(*pair, *others)[:2] == compare(*pair)


def test_messages_of_no_dispatch_are_no_variants_of_each_other() -> None:
    assert (
        compare(variant("a", 10, 5, dispatch_id=None), variant("b", 9, 1, dispatch_id=None)) == []
    )


def test_a_lone_message_is_no_variant() -> None:
    assert compare(variant("a", 10, 1)) == []
    assert isinstance(compare_variants(frame(MessageReport, [])), pl.LazyFrame)
