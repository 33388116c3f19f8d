"""What a row's contract derives from the row itself: empty metrics, the level of ad stats."""

from collections.abc import Collection

import polars as pl

from contracts.columns import Table, polars_schema
from contracts.feeds import AdBreakdowns, AdConversions, AdStats
from transforms.common.ad_levels import finest_level

TEXT_OF = "text of "
"""Before a column's name: its cells as the file has them."""
METRICS = (
    AdStats.clicks,
    AdStats.impressions,
    AdStats.spend,
    AdStats.conversions,
    AdStats.conversions_value,
)
MEASURED = (AdStats, AdBreakdowns)
"""Tables whose empty metrics are 0."""
LEVELLED = (AdStats, AdConversions)


def fill_metrics(table: type[Table], missing: Collection[str]) -> list[pl.Expr]:
    """Make empty metrics 0; one whose column the file lacks stays null (SPEC §4).

    Args:
        table: The rows' contract.
        missing: The columns to which the file gives nothing in any row.
    """
    if table not in MEASURED:
        return []
    schema = polars_schema(table)
    return [
        pl.when(pl.col(TEXT_OF + name).is_null())
        .then(pl.lit(0))
        .otherwise(pl.col(name))
        .cast(schema[name])
        .alias(name)
        for name in METRICS
        if name not in missing
    ]


def fill_level(table: type[Table]) -> list[pl.Expr]:
    """Give a row without a level that of the finest id that it names."""
    if table not in LEVELLED:
        return []
    return [pl.col(AdStats.level).fill_null(finest_level())]
