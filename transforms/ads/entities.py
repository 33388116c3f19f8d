"""What stats are about, numbered: rows are summed, grouped and ordered by numbers, not by texts."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.ads.ad_entities import (
    AdEntities,
    EntityNumbers,
    NamedEntities,
    NumberedEntities,
    SettledDays,
)
from contracts.facts.ads.ad_stats import DailyStats
from contracts.feeds import AdStats
from transforms.ads.levels import DAY, rank_level
from transforms.ads.name_versions import PLATFORM_KEYS

ENTITY, PAYER = EntityNumbers.entity, EntityNumbers.payer
OWN = NumberedEntities.own_level
OF_PAYER = [*PLATFORM_KEYS, AdStats.account_id, AdStats.currency]
OF_ENTITY = [name for name in columns(NumberedEntities) if name not in (ENTITY, OWN)]


def list_entities(named: Rows[NamedEntities]) -> Rows[NumberedEntities]:
    """Number what stats are about."""
    found = named.select(OF_ENTITY).unique().with_row_index(ENTITY)
    return found.with_columns(rank_level().alias(OWN)).select(columns(NumberedEntities))


def number_entities(
    named: Rows[NamedEntities], entities: Rows[NumberedEntities]
) -> Rows[EntityNumbers]:
    """Find the numbers of what each set of ids, names and currency is about.

    Returns:
        As many rows.
    """
    payers = named.select(OF_PAYER).unique().with_row_index(PAYER)
    return (
        named.join(entities, on=OF_ENTITY, how="left", nulls_equal=True, validate="m:1")
        .join(payers, on=OF_PAYER, how="left", nulls_equal=True, validate="m:1")
        .select(columns(EntityNumbers))
    )


def list_placed_entities(
    entities: Rows[NumberedEntities], settled: Rows[SettledDays], stats: Rows[DailyStats]
) -> Rows[AdEntities]:
    """List entities with the levels to which their figures are added, as far as they have stats.

    Args:
        stats: Under the numbers of placed entities.
    """
    a = AdEntities
    placed = (
        settled.drop(DAY)
        .unique()
        .join(entities, on=ENTITY, how="left", validate="m:1")
        .with_columns(pl.col("placed").alias(ENTITY))
    )
    days = stats.group_by(ENTITY).agg(
        pl.col(DAY).min().alias(a.first_day), pl.col(DAY).max().alias(a.last_day)
    )
    added = entities.with_columns(
        pl.lit(0, pl.Int64).alias(a.top_level), pl.lit(value=False).alias(a.is_unplaced)
    )
    return (
        pl.concat([added, placed], how="diagonal")
        .join(days, on=ENTITY, how="inner", validate="1:1")
        .select(columns(a))
    )
