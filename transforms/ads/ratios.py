"""What the figures of ads come to: ratios of sums (SPEC §6.2)."""

import polars as pl

from contracts.columns import Table, columns
from contracts.facts.ads.ad_stats import DailyStats
from contracts.reports.ads import CampaignPerformance
from transforms.common.rates import divide

P = CampaignPerformance
OF_STATS = {
    P.reported_conversions: DailyStats.conversions,
    P.reported_conversions_value: DailyStats.conversions_value,
}
"""Column of a report -> what stats call it."""
RATIOS: dict[str, tuple[str, str]] = {
    P.ctr: (P.clicks, P.impressions),
    P.cpc: (P.spend, P.clicks),
    P.cpm: (P.spend, P.impressions),
    P.cost_per_session: (P.spend, P.sessions),
    P.cost_per_order: (P.spend, P.orders),
    P.roas: (P.revenue, P.spend),
    P.reported_roas: (P.reported_conversions_value, P.spend),
    P.over_claim_ratio: (P.reported_conversions, P.orders),
}
"""Ratio -> its numerator and denominator."""
STATS_RATIOS = {
    ratio: (OF_STATS.get(upper, upper), lower) for ratio, (upper, lower) in RATIOS.items()
}
"""The same by what stats call their figures."""
THOUSANDS = {P.cpm: 1000}
"""Ratio -> how many of the denominator it is for."""


def make_ratios(table: type[Table]) -> list[pl.Expr]:
    """The ratios that a table has, of sums of stats; null where the denominator is 0."""
    return [
        (divide(*parts) * THOUSANDS.get(ratio, 1)).alias(ratio)
        for ratio, parts in STATS_RATIOS.items()
        if ratio in columns(table)
    ]
