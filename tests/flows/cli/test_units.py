"""Figures as a terminal shows them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.cli.units import MOST_DAYS, draw_days, find_currency, in_units


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("sends", 12345, "12,345"),
        ("spend", Decimal("1204.5000"), "1,204.50 EUR"),
        ("cpc", 0.0287, "0.0287 EUR"),
        ("open_rate", 2 / 3, "66.7 %"),
        ("click_p_value", 0.04123, "0.0412"),
        ("roas", 75.2471, "75.25"),
        ("reported_conversions", Decimal("2.0000"), "2"),
        ("message_id", "00123", None),
        ("is_late", True, None),
        ("spend", None, None),
    ],
)
def test_a_figure_has_its_unit(column: str, value: object, text: str | None) -> None:
    assert in_units("EUR")(column, value) == text


def test_days_are_a_line_each_column() -> None:
    """The days between have 0; a column without any value has no line."""
    rows = pl.LazyFrame(
        {
            "date_day": [date(2026, 7, 1), date(2026, 7, 1), date(2026, 7, 4), None],
            "sends": [4, 3, 7, 100],
            "orders": [0, 0, 0, 0],
            "spend": [Decimal("0.5"), None, Decimal("3.5"), None],
        }
    )
    assert draw_days(rows, ["sends", "orders", "spend"]) == [
        "sends  2026-07-01 \u2588\u2581\u2581\u2588 2026-07-04",
        "spend  2026-07-01 \u2582\u2581\u2581\u2588 2026-07-04",
    ]
    assert draw_days(rows.head(2), ["sends"]) == []


def test_a_line_shows_the_last_days() -> None:
    days = pl.date_range(date(2026, 1, 1), date(2026, 6, 1), eager=True).to_list()
    rows = pl.LazyFrame({"date_day": days, "sends": [1] * len(days)})
    [line] = draw_days(rows, ["sends"])
    assert line.endswith(" 2026-06-01")
    assert line.count("\u2588") == MOST_DAYS


def test_a_workspace_that_cannot_be_read_has_no_currency(workspace: Path) -> None:
    assert find_currency(workspace) == "USD"
    (workspace / "campaigns.toml").write_text("[workspace]\ncurrncy = 1\n")
    assert find_currency(workspace) == ""
