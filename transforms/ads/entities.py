"""Ad stats in two frames: figures by the day, and once for each thing the texts that name it.

Grouping a year of days by a number costs a fraction of grouping them by a dozen texts; texts come
back when a report is dressed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.columns import columns
from contracts.facts.ad_facts import AdEntities, DailyStats
from contracts.feeds import AdStats
from contracts.vocabulary import AdLevel
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.common.settling import Settle

ENTITY, DAY = DailyStats.entity, DailyStats.date_day
METRICS = [
    AdStats.clicks,
    AdStats.impressions,
    AdStats.spend,
    AdStats.conversions,
    AdStats.conversions_value,
]
PARENTS = [AdStats.account_id, AdStats.campaign_id, AdStats.ad_group_id, AdStats.ad_id]
NAMES = [AdStats.account_name, AdStats.campaign_name, AdStats.ad_group_name, AdStats.ad_name]
TEXTS = [name for name in columns(AdEntities) if name != ENTITY]
LEVEL_IDS = {
    AdLevel.ACCOUNT: AdStats.account_id,
    AdLevel.CAMPAIGN: AdStats.campaign_id,
    AdLevel.AD_GROUP: AdStats.ad_group_id,
    AdLevel.AD: AdStats.ad_id,
}
"""Level -> the id of its things, the coarsest first."""

RANKS = {str(level): place for place, level in enumerate(LEVEL_IDS)}
RANK = "rank"
HASHES = ["hash", "second hash"]


@dataclass(frozen=True)
class EntityDays:
    """Rows of days in numbers, and what they are about in texts.

    Attributes:
        days: Rows with `entity` and a day, such as `DailyStats`.
        entities: One row per entity, such as `AdEntities`; days of others do not count.
    """

    days: pl.LazyFrame
    entities: pl.LazyFrame

    def among(self, entities: pl.LazyFrame) -> "EntityDays":
        """The same days of some of the entities, or of entities that say something else."""
        return replace(self, entities=entities)

    def rows(self) -> pl.LazyFrame:
        """Numbers and texts beside each other."""
        return self.days.join(self.entities, on=ENTITY, how="inner", validate="m:1")


def code_entities(rows: pl.LazyFrame, texts: Sequence[str], settle: Settle) -> EntityDays:
    """Part rows into figures by the day and the distinct texts that they bear.

    Args:
        rows: Figures of days with texts.
        texts: Which of their columns tell what the figures are about.
        settle: Holds the distinct texts, so that their numbers stay.

    Returns:
        The rows with `entity` in place of the texts; the distinct texts with their number.
    """
    entities = settle(rows.select(texts).unique().with_row_index(ENTITY))
    numbers = entities.select(ENTITY, *hash_texts(texts))
    days = (
        rows.with_columns(hash_texts(texts))
        .drop(texts)
        .join(numbers, on=HASHES, how="left", validate="m:1")
        .drop(HASHES)
    )
    return EntityDays(days, entities)


def hash_texts(texts: Sequence[str]) -> list[pl.Expr]:
    """Two independent hashes of texts, so that no two sets of them share both."""
    return [pl.struct(texts).hash(seed).alias(name) for seed, name in enumerate(HASHES)]


def keep_level(entities: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Keep the entities from which a level is reported: its own where the account gives them.

    Else those of the nearest finer level that the account gives. Those of an unknown account are
    taken together, by organization and platform.

    Args:
        entities: `AdEntities`.
        level: The level to report.

    Returns:
        The entities of one level for each organization, platform and account.
    """
    account = [*PLATFORM_KEYS, AdStats.account_id]
    given = (
        entities.select(*account, level_rank().alias(RANK))
        .filter(pl.col(RANK) >= RANKS[level])
        .group_by(account)
        .agg(pl.col(RANK).min())
    )
    return (
        entities.join(given, on=account, how="inner", validate="m:1", nulls_equal=True)
        .filter(level_rank() == pl.col(RANK))
        .drop(RANK)
    )


def level_rank() -> pl.Expr:
    """How fine a row's level is, from 0 for an account."""
    return pl.col(AdStats.level).replace_strict(RANKS, return_dtype=pl.Int8)


def list_spending(entities: pl.LazyFrame) -> pl.LazyFrame:
    """List the entities whose figures are those of campaigns, each figure once.

    What an account gives at several levels counts once: by campaign, where it gives that, else by
    account.

    Args:
        entities: `AdEntities`.
    """
    campaigns = keep_level(entities, AdLevel.CAMPAIGN)
    accounts = keep_level(entities, AdLevel.ACCOUNT).join(
        campaigns, on=[*PLATFORM_KEYS, AdStats.account_id], how="anti", nulls_equal=True
    )
    return pl.concat([campaigns, accounts])


def agree(name: str) -> pl.Expr:
    """The one value of a column that a group's rows agree on, else null."""
    cell = pl.col(name)
    return pl.when(cell.min() == cell.max()).then(cell.max()).alias(name)
