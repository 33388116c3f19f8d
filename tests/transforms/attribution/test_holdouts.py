"""The treated against those held out."""

import statistics
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSends
from contracts.reports.attribution import HoldoutLift
from tests.support.frames import frame
from transforms.attribution.holdouts import report_holdout_lift

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def send(contact: str, message: str = "m1", **more: object) -> dict[str, Any]:
    """A send of campaign c."""
    row = {"org_id": "o", "send_id": f"{message}-{contact}", "contact_id": contact}
    return row | {"message_id": message, "campaign_id": "c", "channel": "email"} | more


def order(contact: str, after: timedelta, revenue: str) -> dict[str, Any]:
    """An order that counts."""
    return {
        "org_id": "o",
        "order_id": f"{contact}-{after}",
        "contact_id": contact,
        "ordered_at": NOON + after,
        "credited_at": NOON + after,
        "revenue": Decimal(revenue),
        "is_conversion": True,
        "is_refund": False,
    }


def lift(
    sends: list[dict[str, Any]], orders: list[dict[str, Any]], **rules: object
) -> pl.DataFrame:
    """The lift of some rows."""
    result = report_holdout_lift(
        frame(ContactSends, sends),
        frame(PricedOrders, orders),
        AttributionSection.model_validate(rules),
        "America/New_York",
    ).collect()
    HoldoutLift.validate(result)
    return result


def test_lift_of_a_message_and_its_campaign() -> None:
    """Who was held out of one message and got another is treated by the campaign."""
    sends = [
        *(send(str(n), sent_at=NOON) for n in range(1, 5)),
        *(send(str(n), is_holdout=True) for n in range(5, 9)),
        send("8", "m2", sent_at=NOON),
    ]
    orders = [
        order("1", DAY, "10.00"),
        order("1", 2 * DAY, "2.50"),
        order("2", 30 * DAY, "5"),
        order("3", 31 * DAY, "7"),
        order("5", DAY, "4"),
        order("8", -DAY, "9"),
    ]
    campaign, message = lift(sends, orders).iter_rows(named=True)
    assert (message["level"], message["message_id"]) == ("message", "m1")
    assert (message["treated_contacts"], message["holdout_contacts"]) == (4, 4)
    assert (message["treated_conversions"], message["holdout_conversions"]) == (2, 1)
    assert message["treated_revenue"] == Decimal("17.5")
    assert message["conversion_rate_difference"] == 0.25
    assert message["conversion_lift"] == 1.0
    error = 1.959963984540054 * (0.5 * 0.5 / 4 + 0.25 * 0.75 / 4) ** 0.5
    assert message["conversion_rate_difference_low"] == pytest.approx(0.25 - error)
    treated, held = [12.5, 5.0, 0.0, 0.0], [4.0, 0.0, 0.0, 0.0]
    gain = statistics.mean(treated) - statistics.mean(held)
    error = (
        1.959963984540054
        * (statistics.variance(treated) / 4 + statistics.variance(held) / 4) ** 0.5
    )
    assert message["revenue_per_contact_difference"] == pytest.approx(gain)
    assert message["revenue_per_contact_difference_high"] == pytest.approx(gain + error)
    assert (campaign["level"], campaign["message_id"]) == ("campaign", None)
    assert (campaign["treated_contacts"], campaign["holdout_contacts"]) == (5, 3)


def test_direct_mail_is_watched_for_its_window() -> None:
    """Both whole days, in place of the look-back."""
    window: dict[str, Any] = {
        "channel": "direct_mail",
        "window_start": date(2026, 1, 10),
        "window_days": 2,
    }
    sends = [send("1", **window), send("2", **window, is_holdout=True)]
    orders = [order("1", timedelta(hours=40), "1"), order("2", timedelta(hours=41), "1")]
    row = lift(sends, orders, lookback_days=1).row(1, named=True)
    assert (row["treated_conversions"], row["holdout_conversions"]) == (1, 0)
    assert row["revenue_per_contact_difference_low"] is None


def test_who_got_a_message_again_is_watched_from_the_first_to_the_end_after_the_last() -> None:
    again = send("1", send_id="again", sent_at=NOON + 20 * DAY)
    sends = [send("1", sent_at=NOON), again, send("2", is_holdout=True)]
    orders = [order("1", day * DAY, "1") for day in (5, 45, 55)]
    assert lift(sends, orders)["treated_revenue"].to_list() == [Decimal(2), Decimal(2)]


def test_messages_without_holdouts_are_no_rows() -> None:
    """Nor is one that was sent to nobody."""
    assert lift([send("1", sent_at=NOON), send("1", "m2", is_holdout=True)], []).rows() == []
