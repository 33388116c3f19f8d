"""What stats are about, numbered: rows are grouped and ordered by a number, not by texts.

A year of days repeats few entities. What tells them apart, and the order in which a report lists
them, is found once an entity and not once a row.
"""

import polars as pl

from contracts.columns import columns
from contracts.facts.ads.ad_facts import AdEntities

ENTITY = AdEntities.entity
OF_ENTITY = [name for name in columns(AdEntities) if name != ENTITY]


def list_entities(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Number what stats are about.

    Args:
        stats: `DailyStats`.

    Returns:
        `AdEntities`, in no order.
    """
    return stats.select(OF_ENTITY).unique().with_row_index(ENTITY)


def number_entities(stats: pl.LazyFrame, entities: pl.LazyFrame) -> pl.LazyFrame:
    """Add to stats the number of what they are about.

    Args:
        stats: `PlacedStats`.
        entities: `AdEntities` of them.

    Returns:
        `NumberedStats`: as many rows.
    """
    return stats.join(entities, on=OF_ENTITY, how="left", nulls_equal=True, validate="m:1")
