"""Figures of campaigns and ads, and what is left of their accounts and campaigns (SPEC §6.2)."""

import polars as pl

from contracts.facts.ads.ad_stats import PlacedStats
from contracts.facts.ads.ad_sums import EntityPlaces, PerformanceParts
from contracts.vocabulary import AdLevel
from transforms.ads.levels import NAMES, PARENTS, RANKS
from transforms.ads.speakers import OWN, TOP, adds_to
from transforms.common.shared_texts import SHARED

CAMPAIGN_ID = PlacedStats.campaign_id
ACCOUNT, CAMPAIGN, AD = (RANKS[level] for level in (AdLevel.ACCOUNT, AdLevel.CAMPAIGN, AdLevel.AD))
TAKEN_OFF = PerformanceParts.rows_taken_off
NUMBERS = {
    ACCOUNT: EntityPlaces.account_number,
    CAMPAIGN: EntityPlaces.campaign_number,
    AD: EntityPlaces.ad_number,
}
"""How fine a row is -> its place in a performance table, where the stats have it."""


def list_campaign_figures(stats: pl.LazyFrame) -> pl.LazyFrame:
    """List the figures that make up those of campaigns, and what is left of their accounts.

    What is left of an account is its figures less those of its campaigns.

    Args:
        stats: `AdEntities`, or `PlacedStats`.

    Returns:
        Rows that add up, some of them taken off (`sign`), under the ids and names of their campaign
        or of their account alone.
    """
    placed = stats.filter(~pl.col(PlacedStats.is_unplaced))
    of_campaign = placed.filter(adds_to(CAMPAIGN) & pl.col(CAMPAIGN_ID).is_not_null())
    of_account = placed.filter(adds_to(ACCOUNT) & pl.col(CAMPAIGN_ID).is_null())
    hidden = of_campaign.filter(pl.col(TOP) > ACCOUNT)
    return pl.concat(
        [
            _forget_below(of_campaign, CAMPAIGN),
            _forget_below(of_account, ACCOUNT),
            _take_off(_forget_below(hidden, ACCOUNT)),
        ],
        how="diagonal",
    )


def list_ad_figures(stats: pl.LazyFrame) -> pl.LazyFrame:
    """List the figures of ads, and what is left of their campaigns and accounts.

    Args:
        stats: `AdEntities`, or `PlacedStats`.

    Returns:
        Rows that add up, some of them taken off (`sign`), under the ids and names of their ad, or
        of their campaign or account alone.
    """
    placed = stats.filter(~pl.col(PlacedStats.is_unplaced))
    is_ad = (pl.col(OWN) == AD) & adds_to(AD)
    in_campaign = pl.col(CAMPAIGN_ID).is_not_null()
    ads = placed.filter(is_ad)
    coarse = placed.filter(pl.col(OWN) < AD)
    is_hidden = pl.col(TOP) > ACCOUNT
    of_campaign = coarse.filter(adds_to(CAMPAIGN) & in_campaign)
    of_account = coarse.filter(adds_to(ACCOUNT) & ~in_campaign)
    campaigns = placed.filter(adds_to(CAMPAIGN) & in_campaign & is_hidden)
    return pl.concat(
        [
            ads,
            _forget_below(of_campaign, CAMPAIGN),
            _take_off(_forget_below(ads.filter(in_campaign & (pl.col(TOP) > CAMPAIGN)), CAMPAIGN)),
            _forget_below(of_account, ACCOUNT),
            _take_off(_forget_below(campaigns, ACCOUNT)),
            _take_off(_forget_below(ads.filter(~in_campaign & is_hidden), ACCOUNT)),
        ],
        how="diagonal",
    )


def _forget_below(rows: pl.LazyFrame, level: int) -> pl.LazyFrame:
    """The rows as those of a level: without the ids and names of finer ones."""
    finer = [
        name
        for rank, names in enumerate(zip(PARENTS, NAMES, strict=True))
        for name in names
        if rank > level
    ]
    return rows.with_columns(
        *(pl.lit(None, SHARED).alias(name) for name in finer),
        *(pl.lit(None, pl.UInt32).alias(name) for rank, name in NUMBERS.items() if rank > level),
    )


def _take_off(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(pl.lit(1, pl.Int64).alias(TAKEN_OFF))


def sign(metric: str) -> pl.Expr:
    """A metric of figures: with the opposite sign where they are taken off."""
    return pl.when(pl.col(TAKEN_OFF).is_null()).then(metric).otherwise(-pl.col(metric))
