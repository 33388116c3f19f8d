"""Ad figures that two files of a feed give under two names, so that both count.

Exports without ids know an entity by its name. Where it is renamed between two of them that
overlap, the later one says its days anew, but of another entity.
"""

import polars as pl

from contracts.feeds import AdStats
from transforms.ingest.deduplication import FILE
from transforms.ingest.restatements import ENTITY_ID, restated_unit

LATER, OTHER = "later file", "other name"
FIGURES = (AdStats.clicks, AdStats.impressions, AdStats.spend)
SAME_SHARE = 2
"""One in so many of the days that both files have must say the same, at least."""


def find_renamed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Find figures of entities without ids that a later file has under another name.

    Args:
        rows: Rows of one feed's files: `AdStats` and `file`.

    Returns:
        One row per entity, day, currency and file, of those with the later file's entity: it is not
        in the later file on that day, nor the later one in this file, and their clicks,
        impressions and spend are equal. `org_id`, `date_day`, `currency`, `file`, `entity_id`,
        `spend`.
    """
    unit = restated_unit(AdStats)
    keys = [one.meta.output_name() for one in unit]
    day = [name for name in keys if name != ENTITY_ID]
    known = (
        rows.filter(pl.col(AdStats.campaign_id) == pl.col(AdStats.campaign_name))
        .group_by(*unit, FILE)
        .agg(*(pl.col(name).sum() for name in FIGURES), pl.col(AdStats.currency).min())
    )
    later = known.select(*day, *FIGURES, pl.col(FILE).alias(LATER), pl.col(ENTITY_ID).alias(OTHER))
    there = known.select(*keys, FILE)
    covered = known.select(*day, pl.col(FILE).alias(LATER)).unique()
    pair = [AdStats.org_id, AdStats.platform, AdStats.account_id, AdStats.level, ENTITY_ID, FILE]
    days = (
        known.join(covered, on=day, how="inner", nulls_equal=True, validate="m:m")
        .filter(pl.col(FILE) < pl.col(LATER))
        .group_by(*pair, LATER)
        .agg(days=pl.len())
    )
    return (
        known.filter(pl.col(AdStats.spend) > 0)
        .join(later, on=[*day, *FIGURES], how="inner", nulls_equal=True, validate="m:m")
        .filter(pl.col(FILE) < pl.col(LATER), pl.col(ENTITY_ID) != pl.col(OTHER))
        .join(there, left_on=[*keys, LATER], right_on=[*keys, FILE], how="anti", nulls_equal=True)
        .join(
            there, left_on=[*day, OTHER, FILE], right_on=[*keys, FILE], how="anti", nulls_equal=True
        )
        .join(days, on=[*pair, LATER], how="inner", nulls_equal=True, validate="m:1")
        .filter(SAME_SHARE * pl.len().over(*pair, LATER, OTHER) >= pl.col("days"))
        .select(AdStats.org_id, AdStats.date_day, AdStats.currency, FILE, ENTITY_ID, AdStats.spend)
        .unique()
        .sort(pl.all())
    )
