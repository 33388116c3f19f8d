"""The rows of performance tables, numbered in the order of their texts (SPEC §6.2)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import columns
from contracts.facts.ad_sums import EntityPlaces, PerformanceGroups
from transforms.ads.entities import ENTITY
from transforms.ads.levels import PARENTS
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.ads.rests import NUMBERS
from transforms.ads.shared_texts import SHARED

G = PerformanceGroups
GROUP = G.group_number
IDS = [*PLATFORM_KEYS, *PARENTS]
OF_CAMPAIGN = IDS[: IDS.index(G.campaign_id) + 1]


def list_groups(entities: pl.LazyFrame, sessions: pl.LazyFrame, level: int) -> pl.LazyFrame:
    """List what a performance table may have rows of: ads or campaigns, and their parents.

    Args:
        entities: `AdEntities`.
        sessions: `SessionCounts`.
        level: how fine the table is, from 0 for accounts.

    Returns:
        `PerformanceGroups`.
    """
    coarser = [keep_ids(entities, rank) for rank in NUMBERS if rank <= level]
    return (
        pl.concat([*coarser, keep_ids(sessions, level)])
        .unique()
        .sort(IDS)
        .with_row_index(GROUP)
        .with_columns(
            pl.struct(OF_CAMPAIGN).rle_id().alias(G.campaign_number),
            pl.col(G.org_id).rle_id().alias(G.org_number),
        )
        .select(columns(G))
    )


def place_entities(entities: pl.LazyFrame, groups: pl.LazyFrame, level: int) -> pl.LazyFrame:
    """Find where entities and their parents stand among the groups of a performance table.

    Args:
        entities: `AdEntities`.
        groups: `PerformanceGroups`.
        level: how fine the table is.

    Returns:
        `EntityPlaces`, in no order.
    """
    placed = entities.select(ENTITY)
    for rank, number in NUMBERS.items():
        if rank > level:
            placed = placed.with_columns(pl.lit(None, pl.UInt32).alias(number))
            continue
        found = number_groups(keep_ids(entities, rank, ENTITY), groups, IDS)
        placed = placed.join(
            found.select(ENTITY, pl.col(GROUP).alias(number)),
            on=ENTITY,
            how="left",
            validate="1:1",
        )
    return placed.select(columns(EntityPlaces))


def number_groups(rows: pl.LazyFrame, groups: pl.LazyFrame, ids: Sequence[str]) -> pl.LazyFrame:
    """Add to rows the number of the group that bears their ids.

    Args:
        rows: Rows with ids.
        groups: `PerformanceGroups`.
        ids: The ids.
    """
    return rows.join(
        groups.select(*ids, GROUP), on=ids, how="left", nulls_equal=True, validate="m:1"
    )


def keep_ids(rows: pl.LazyFrame, level: int, *also: str) -> pl.LazyFrame:
    """The ids of rows down to a level; finer ones are empty."""
    finer = [pl.lit(None, SHARED).alias(name) for name in PARENTS[level + 1 :]]
    return rows.select(*also, *PLATFORM_KEYS, *PARENTS[: level + 1], *finer)
