"""What the figures of ad performance come to: ratios of sums (SPEC §6.2)."""

import polars as pl

from contracts.facts.ad_facts import DailyStats
from contracts.reports.ads import CampaignPerformance
from transforms.common.rates import divide


def make_ratios() -> list[pl.Expr]:
    """Conversions as the platform reports them, and ratios; null where the denominator is 0."""
    p, conversions, value = (
        CampaignPerformance,
        DailyStats.conversions,
        DailyStats.conversions_value,
    )
    return [
        pl.col(conversions).alias(p.reported_conversions),
        pl.col(value).alias(p.reported_conversions_value),
        divide(p.clicks, p.impressions).alias(p.ctr),
        divide(p.spend, p.clicks).alias(p.cpc),
        (divide(p.spend, p.impressions) * 1000).alias(p.cpm),
        divide(p.spend, p.sessions).alias(p.cost_per_session),
        divide(p.spend, p.orders).alias(p.cost_per_order),
        divide(p.revenue, p.spend).alias(p.roas),
        divide(value, p.spend).alias(p.reported_roas),
        divide(conversions, p.orders).alias(p.over_claim_ratio),
    ]
