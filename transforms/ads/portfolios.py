"""The portfolios of ad campaigns: their names among the campaigns' attributes."""

import polars as pl

from contracts.feeds import AdCampaigns, AdPortfolios
from transforms.common.json_objects import merge_objects

PORTFOLIO_KEYS = ["org_id", AdPortfolios.platform, AdPortfolios.portfolio_id]
NAME = AdPortfolios.portfolio_name


def add_portfolio_names(campaigns: pl.LazyFrame, portfolios: pl.LazyFrame) -> pl.LazyFrame:
    """Put the name of a campaign's portfolio among its attributes, where these name the portfolio.

    Args:
        campaigns: Canonical `ad_campaigns`.
        portfolios: Canonical `ad_portfolios`; of several versions the latest one's name counts.

    Returns:
        The campaigns, with `portfolio_name` in their attributes.
    """
    names = portfolios.group_by(PORTFOLIO_KEYS).agg(
        pl.col(NAME).sort_by(AdPortfolios.updated_at, NAME, nulls_last=False).last()
    )
    named = pl.when(pl.col(NAME).is_not_null()).then(pl.struct(NAME).struct.json_encode())
    return (
        campaigns.with_columns(
            pl.col(AdCampaigns.attributes)
            .str.json_path_match("$.portfolio_id")
            .alias(AdPortfolios.portfolio_id)
        )
        .join(names, on=PORTFOLIO_KEYS, how="left", validate="m:1")
        .with_columns(
            merge_objects(pl.col(AdCampaigns.attributes), named).alias(AdCampaigns.attributes)
        )
        .drop(AdPortfolios.portfolio_id, NAME)
    )
