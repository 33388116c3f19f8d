"""A campaign bears the name of its portfolio, in its latest version."""

from datetime import UTC, datetime

import polars as pl
from polars.testing import assert_frame_equal

from transforms.ads.name_versions import add_portfolio_names

AMAZON = {"org_id": "o", "platform": "amazon_ads"}


def test_the_latest_name_of_a_portfolio_is_among_its_campaigns_attributes() -> None:
    """Another organization's portfolio of the same id names nothing; no id, no name."""
    portfolios = pl.LazyFrame(
        [
            {**AMAZON, "portfolio_id": "1138", "portfolio_name": "Rebels", "updated_at": None},
            {
                **AMAZON,
                "portfolio_id": "1138",
                "portfolio_name": "Empire",
                "updated_at": datetime(2026, 1, 2, tzinfo=UTC),
            },
            {
                **AMAZON,
                "portfolio_id": "1138",
                "portfolio_name": "Senate",
                "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
            },
        ]
    )
    campaigns = pl.LazyFrame(
        [
            {**AMAZON, "campaign_id": "1", "attributes": '{"portfolio_id":"1138","x":"1"}'},
            {**AMAZON, "campaign_id": "2", "attributes": '{"x":"2"}'},
            {**AMAZON, "campaign_id": "3", "attributes": None},
            {**AMAZON, "org_id": "p", "campaign_id": "1", "attributes": '{"portfolio_id":"1138"}'},
        ]
    )
    expected = [
        '{"portfolio_id":"1138","x":"1","portfolio_name":"Empire"}',
        '{"x":"2"}',
        None,
        '{"portfolio_id":"1138"}',
    ]
    assert_frame_equal(
        add_portfolio_names(campaigns, portfolios).collect(),
        campaigns.with_columns(attributes=pl.Series(expected)).collect(),
        check_row_order=False,
    )
