"""One account under two ids: what both say of one campaign, ad group or ad counts twice.

Platforms number these over all accounts, so that figures which are the same under two accounts are
those of one that two exports call differently.
"""

import polars as pl

from contracts.columns import Rows
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_stats import DailyStats
from transforms.ads.entities import ENTITY, OWN
from transforms.ads.levels import DAY
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.shared_texts import write_out_texts

ACCOUNT, SPEND = AdEntities.account_id, DailyStats.spend
ID = "id"
ACCOUNTS = "accounts"
OF_ENTITY = [*PLATFORM_KEYS, OWN, ID]
FIGURES = [DailyStats.clicks, DailyStats.impressions, SPEND]


def list_entities_of_several(entities: Rows[AdEntities]) -> pl.LazyFrame:
    """List the campaigns, ad groups and ads that stand under several accounts.

    Returns:
        The number of each, its id and its account.
    """
    ids = [*ID_OF_LEVEL.values()]
    return pl.concat(
        entities.filter(pl.col(OWN) == level, pl.col(ACCOUNT).is_not_null()).select(
            ENTITY, *PLATFORM_KEYS, OWN, ACCOUNT, pl.col(ids[level]).alias(ID)
        )
        for level in range(1, len(ids))
    ).filter(pl.col(ACCOUNT).n_unique().over(OF_ENTITY) > 1)


def sum_told_twice(of_several: pl.DataFrame, stats: Rows[DailyStats]) -> pl.LazyFrame:
    """Add up what several accounts say alike of one entity and day, beyond the first.

    Args:
        of_several: What `list_entities_of_several` lists.

    Returns:
        One row per platform, level and set of accounts that cost something: these as text, days of
        entities as `len`, and spend.
    """
    sums = (
        stats.join(of_several.lazy(), on=ENTITY, how="inner", validate="m:1")
        .group_by(*OF_ENTITY, DAY, ACCOUNT)
        .agg(pl.col(FIGURES).sum())
        .filter(pl.col(SPEND) > 0)
        .pipe(write_out_texts)
    )
    alike = sums.group_by(*OF_ENTITY, DAY, *FIGURES).agg(
        pl.col(ACCOUNT).sort().str.join(" and ").alias(ACCOUNTS),
        (pl.col(SPEND).first() * (pl.len() - 1)).alias("again"),
        pl.len().alias("rows"),
    )
    return (
        alike.filter(pl.col("rows") > 1)
        .group_by(AdEntities.platform, OWN, ACCOUNTS)
        .agg(pl.len(), pl.col("again").sum().alias(SPEND))
        .sort(AdEntities.platform, OWN, ACCOUNTS)
    )
