"""Sums of credits: whatever the grouping, they are the orders feed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.config.workspace import AttributionSection
from contracts.reports.attribution import MODELS, CampaignAttribution, ChannelAttribution
from tests.support.examples import count_examples
from tests.support.held_activities import credit_them, find_their_paths, number_activities
from transforms.reports.attribution import (
    count_orders_by_message,
    count_orders_by_session,
    report_campaign_attribution,
    report_channel_attribution,
    sum_campaigns,
)

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = AttributionSection.model_validate({"models": MODELS})
COSTS = {
    "org_id": pl.String,
    "date_day": pl.Date,
    "channel": pl.String,
    "platform": pl.String,
    "campaign_id": pl.String,
    "cost": pl.Decimal(18, 4),
}
NAMES = pl.LazyFrame(
    [("o", None, "7", "Spring mail"), ("o", "google_ads", "7", "Spring ads")],
    schema=["org_id", "platform", "campaign_id", "campaign_name"],
    orient="row",
)


def click(hour: int) -> dict[str, Any]:
    """A click on message m7 of campaign 7."""
    return {
        "org_id": "o",
        "event_id": f"e{hour}",
        "event_type": "email_clicked",
        "channel": "email",
        "occurred_at": NOON + hour * HOUR,
        "contact_id": "1",
        "message_id": "m7",
        "campaign_id": "7",
        "is_machine": False,
    }


def visit(hour: int) -> dict[str, Any]:
    """A session by an ad of campaign 7."""
    return {
        "org_id": "o",
        "session_id": f"v{hour}",
        "started_at": NOON + hour * HOUR,
        "date_day": (NOON + hour * HOUR).date(),
        "contact_id": "1",
        "channel_group": "paid search",
        "platform": "google_ads",
        "campaign_id": "7",
        "ad_id": "77",
    }


def order(number: int, hour: int, revenue: str, contact: str = "1") -> dict[str, Any]:
    """An order that counts."""
    return {
        "org_id": "o",
        "order_id": f"A{number}",
        "contact_id": contact,
        "ordered_at": NOON + hour * HOUR,
        "credited_at": NOON + hour * HOUR,
        "date_day": (NOON + hour * HOUR).date(),
        "revenue": Decimal(revenue),
        "is_conversion": True,
        "is_refund": Decimal(revenue) < 0,
    }


def credit(
    events: list[dict[str, Any]], sessions: list[dict[str, Any]], orders: list[dict[str, Any]]
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The credited orders, and their sums by campaign."""
    found = find_their_paths(number_activities(events, sessions, orders=orders), RULES, "UTC")
    credited = credit_them(found, RULES)
    return credited, sum_campaigns(credited, found.ranked, found.ends, MODELS)


def test_channels_and_campaigns_of_three_orders() -> None:
    """Two touched orders, one without a touch, a refund that counts no order, and a cost.

    What cost nothing that anybody says has no cost: 0 would be a figure.
    """
    _, earned = credit(
        [click(0)],
        [visit(1)],
        [
            order(1, 2, "10.00"),
            order(2, 36, "5.00", contact="2"),
            order(3, 3, "-1.00"),
        ],
    )
    costs = pl.LazyFrame(
        [("o", date(2026, 1, 10), "ads", "google_ads", "7", Decimal(4))], COSTS, orient="row"
    )
    channels = report_channel_attribution(earned, costs, MODELS).collect()
    ChannelAttribution.validate(channels)
    linear = channels.filter(pl.col("model") == "linear").drop("org_id", "model")
    assert linear.rows() == [
        (date(2026, 1, 10), "ads", Decimal("0.5"), Decimal("4.5"), Decimal(4), 1.125),
        (date(2026, 1, 10), "email", Decimal("0.5"), Decimal("4.5"), None, None),
        (date(2026, 1, 12), "(direct)", Decimal(1), Decimal(5), None, None),
    ]
    campaigns = report_campaign_attribution(earned, costs, NAMES, MODELS).collect()
    CampaignAttribution.validate(campaigns)
    last = campaigns.filter(pl.col("model") == "last_touch")
    assert last.select("channel", "campaign_name", "credited_orders", "revenue", "cost").rows() == [
        ("ads", "Spring ads", Decimal(1), Decimal(9), Decimal(4)),
        ("email", "Spring mail", Decimal(0), Decimal(0), None),
        ("(direct)", "(none)", Decimal(1), Decimal(5), None),
    ]


def test_last_touch_fills_ads_and_messages() -> None:
    """Whole orders, on the session's day, whichever models are configured."""
    rows = [order(1, 2, "10.00"), order(2, 15, "5.00")]
    credited, _ = credit([click(13)], [visit(1)], rows)
    by_session = count_orders_by_session(credited).collect()
    assert by_session.rows() == [("o", "v1", 1, Decimal(10))]
    by_message = count_orders_by_message(credited).collect()
    assert by_message.rows() == [("o", "email", "m7", "1", date(2026, 1, 11), 1, Decimal(5))]


@settings(max_examples=count_examples(15))
@given(
    st.sets(st.integers(0, 900), max_size=8),
    st.sets(st.integers(0, 900), max_size=8),
    st.lists(
        st.tuples(st.integers(0, 900), st.decimals("-99", "9999", places=4), st.sampled_from("12")),
        max_size=8,
    ),
)
def test_totals_equal_the_orders(
    clicks: set[int], visits: set[int], bought: list[tuple[int, Decimal, str]]
) -> None:
    """By day, channel or campaign, in every model."""
    rows = [order(n, hour, str(money), contact=who) for n, (hour, money, who) in enumerate(bought)]
    _, earned = credit([click(h) for h in clicks], [visit(h) for h in visits], rows)
    costs = pl.LazyFrame(schema=COSTS)
    channels = report_channel_attribution(earned, costs, MODELS).collect()
    campaigns = report_campaign_attribution(earned, costs, NAMES, MODELS).collect()
    count, total = sum(row["revenue"] >= 0 for row in rows), sum(row["revenue"] for row in rows)
    for table in (channels, campaigns):
        for model in MODELS:
            of_model = table.filter(pl.col("model") == model)
            assert sum(of_model["credited_orders"].to_list()) == count
            assert sum(of_model["revenue"].to_list()) == total
    assert channels["date_day"].n_unique() == len({row["date_day"] for row in rows})
    for day in {row["date_day"] for row in rows}:
        of_day = channels.filter(pl.col("model") == "time_decay", pl.col("date_day") == day)
        expected = sum(row["revenue"] for row in rows if row["date_day"] == day)
        assert sum(of_day["revenue"].to_list()) == expected
