"""What messages and ads cost (SPEC §6.5): the cost of message m<n> is n."""

from datetime import date
from decimal import Decimal

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.facts.order_facts import DayCosts, NamedCampaigns
from transforms.attribution.costs import list_costs, name_message_campaigns

ROWS = pl.LazyFrame(
    {
        "message_key": [1, 2, 3],
        "org_id": ["o", "o", "o"],
        "channel": ["email", "sms", "email"],
        "campaign_id": ["c1", "c1", None],
        "campaign_name": ["Spring", "Spring", "(none)"],
        "cost": [Decimal("1.0000"), Decimal("2.0000"), None],
    },
    schema_overrides={"message_key": pl.UInt64, "cost": pl.Decimal(18, 4)},
)
DAYS = pl.LazyFrame(
    {
        "message_key": [1, 1, 1],
        "channel": ["email", "email", "email"],
        "date_day": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)],
        "sends": [0, 5, 7],
    },
    schema_overrides={"message_key": pl.UInt64},
)


def test_a_message_costs_on_its_first_day_of_sending_and_an_ad_every_day() -> None:
    """Message 1 was first sent on the 2nd (opens of the 1st send nothing); 2 never was."""
    spending = pl.LazyFrame(
        [("o", date(2026, 1, 2), "google_ads", "7", Decimal("4.5"))],
        schema={
            "org_id": pl.String,
            "date_day": pl.Date,
            "platform": pl.String,
            "campaign_id": pl.String,
            "spend": pl.Decimal(18, 4),
        },
        orient="row",
    )
    expected = pl.DataFrame(
        [
            ("o", date(2026, 1, 2), "email", None, "c1", Decimal(1)),
            ("o", None, "sms", None, "c1", Decimal(2)),
            ("o", date(2026, 1, 2), "ads", "google_ads", "7", Decimal("4.5")),
        ],
        schema=polars_schema(DayCosts),
        orient="row",
    )
    costs = list_costs(DAYS, ROWS, spending).collect()
    assert_frame_equal(costs, expected, check_row_order=False)


def test_a_campaign_of_several_messages_is_named_once() -> None:
    """Messages without a campaign name none."""
    expected = pl.DataFrame(
        [("o", None, "c1", "Spring")], schema=polars_schema(NamedCampaigns), orient="row"
    )
    assert_frame_equal(name_message_campaigns(ROWS).collect(), expected)
