"""At which level of an ad account a row states its figures."""

import polars as pl

from contracts.feeds import AdStats
from contracts.vocabulary import AdLevel

ID_OF_LEVEL = {
    AdLevel.ACCOUNT: AdStats.account_id,
    AdLevel.CAMPAIGN: AdStats.campaign_id,
    AdLevel.AD_GROUP: AdStats.ad_group_id,
    AdLevel.AD: AdStats.ad_id,
}
"""Level -> the column of the id of what stands at that level, the coarsest first."""


def finest_level() -> pl.Expr:
    """The level of the finest id that a row names; the account's where it names none."""
    finer = [level for level in reversed(ID_OF_LEVEL) if level is not AdLevel.ACCOUNT]
    named = [
        pl.when(pl.col(ID_OF_LEVEL[level]).is_not_null()).then(pl.lit(level)) for level in finer
    ]
    return pl.coalesce(*named, pl.lit(AdLevel.ACCOUNT))


def has_ids() -> pl.Expr:
    """Whether a row's campaign has an id: sources without ids have the name stand for it."""
    return (
        pl.col(AdStats.campaign_id).ne_missing(pl.col(AdStats.campaign_name))
        | pl.col(AdStats.campaign_id).is_null()
    )
