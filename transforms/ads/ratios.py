"""What the figures of ad performance come to: ratios of sums (SPEC §6.2)."""

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.ad_facts import DailyStats
from contracts.reports.ads import CampaignPerformance
from transforms.common.rates import divide

CONVERTED = [CampaignPerformance.orders, CampaignPerformance.revenue]
"""Columns that sessions bear where a feed gives orders: what each was the last touch of."""


def converted(rows: pl.LazyFrame) -> list[str]:
    """The columns of orders that the rows have."""
    return [name for name in CONVERTED if name in rows.collect_schema()]


def add_ratios(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Ratios of sums, null where the denominator is 0 or unknown."""
    p = CampaignPerformance
    schema = polars_schema(p)
    unknown = [name for name in CONVERTED if name not in converted(rows)]
    return (
        rows.rename(
            {
                DailyStats.conversions: p.reported_conversions,
                DailyStats.conversions_value: p.reported_conversions_value,
            }
        )
        .with_columns(pl.lit(None, schema[name]).alias(name) for name in unknown)
        .with_columns(
            divide(p.clicks, p.impressions).alias(p.ctr),
            divide(p.spend, p.clicks).alias(p.cpc),
            (divide(p.spend, p.impressions) * 1000).alias(p.cpm),
            divide(p.spend, p.sessions).alias(p.cost_per_session),
            divide(p.spend, p.orders).alias(p.cost_per_order),
            divide(p.revenue, p.spend).alias(p.roas),
            divide(p.reported_conversions_value, p.spend).alias(p.reported_roas),
            divide(p.reported_conversions, p.orders).alias(p.over_claim_ratio),
        )
    )
