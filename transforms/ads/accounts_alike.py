"""One account under two ids, one campaign under its id and its name: what both say counts twice.

Platforms number campaigns, ad groups and ads over all accounts, so that figures which are the same
under two accounts are those of one that two exports call differently.
"""

import polars as pl

from contracts.columns import Rows
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_stats import DailyStats
from contracts.vocabulary import AdLevel
from transforms.ads.entities import ENTITY, OWN
from transforms.ads.levels import DAY, RANKS
from transforms.ads.name_versions import PLATFORM_KEYS
from transforms.ads.speakers import FEED, adds_to
from transforms.common.ad_levels import ID_OF_LEVEL, has_ids
from transforms.common.shared_texts import write_out_texts

ACCOUNT, SPEND = AdEntities.account_id, DailyStats.spend
ID = "id"
ACCOUNTS = "accounts"
OF_ENTITY = [*PLATFORM_KEYS, OWN, ID]
CAMPAIGN_NAME, BY_NAME, OF_FEED = AdEntities.campaign_name, "by name", "feed and level"
OF_CAMPAIGN = [*PLATFORM_KEYS, CAMPAIGN_NAME]
CAMPAIGN = RANKS[AdLevel.CAMPAIGN]
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


def list_campaigns_by_name_and_id(entities: Rows[AdEntities]) -> pl.LazyFrame:
    """List what adds to campaigns that some feeds or levels know by name and others by id.

    Returns:
        The number of each, its campaign's name and whether that is its id.
    """
    of_campaigns = entities.filter(adds_to(CAMPAIGN), pl.col(CAMPAIGN_NAME).is_not_null())
    told = of_campaigns.select(ENTITY, *OF_CAMPAIGN, FEED, OWN, (~has_ids()).alias(BY_NAME))
    return told.filter(pl.col(BY_NAME).n_unique().over(OF_CAMPAIGN) > 1)


def sum_by_name_and_id(of_both: pl.DataFrame, stats: Rows[DailyStats]) -> pl.LazyFrame:
    """Add up the days on which campaigns cost the same by their names and by their ids.

    Exports of one feed and level are looked at where they are read.

    Args:
        of_both: What `list_campaigns_by_name_and_id` lists.

    Returns:
        One row per platform: days of campaigns as `len`, and spend.
    """
    sums = (
        stats.join(of_both.lazy(), on=ENTITY, how="inner", validate="m:1")
        .group_by(*OF_CAMPAIGN, DAY, BY_NAME)
        .agg(
            pl.col(SPEND).sum(),
            pl.concat_str(pl.col(FEED).min(), pl.col(OWN).min(), separator=" ").alias(OF_FEED),
        )
        .filter(pl.col(SPEND) > 0)
    )
    return (
        sums.group_by(*OF_CAMPAIGN, DAY, SPEND)
        .agg(pl.len().alias("sides"), pl.col(OF_FEED).n_unique())
        .filter(pl.col("sides") > 1, pl.col(OF_FEED) > 1)
        .pipe(write_out_texts)
        .group_by(AdEntities.platform)
        .agg(pl.len(), pl.col(SPEND).sum())
        .sort(AdEntities.platform)
    )
