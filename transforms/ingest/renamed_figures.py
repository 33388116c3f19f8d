"""Ad figures that two files of a feed give under two names, so that both count.

Exports without ids know an entity by its name. Where it is renamed between two of them that
overlap, or one has ids or accounts and the other none, the later one says its days anew, but of
another entity.
"""

import polars as pl

from contracts.feeds import AdStats
from transforms.common.ad_levels import has_ids
from transforms.ingest.deduplication import FILE
from transforms.ingest.restatements import ENTITY_ID, restated_unit

LATER, OTHER = "later file", "other name"
OTHER_ACCOUNT = "other account"
NAMES, BY_NAME = "names", "by name"
FIGURES = (AdStats.clicks, AdStats.impressions, AdStats.spend)
MOST_ALIKE = 10
"""Figures that more entities of one file have on a day tell none of them."""
SAME_SHARE = 2
"""One in so many of the days that both files have must say the same, at least."""


def is_told_otherwise(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Whether one file has no ids, or no account, and another always: no later one replaces.

    Returns:
        One cell.
    """
    told = {"ids": ~has_ids(), "accounts": pl.col(AdStats.account_id).is_null()}
    by_file = rows.group_by(FILE).agg(
        *(one.all().alias(f"no {name}") for name, one in told.items()),
        *((~one).all().alias(f"all {name}") for name, one in told.items()),
    )
    is_mixed = [pl.col(f"no {name}").any() & pl.col(f"all {name}").any() for name in told]
    return by_file.select(pl.any_horizontal(is_mixed))


def find_renamed(rows: pl.LazyFrame, *, with_ids: bool) -> pl.LazyFrame:
    """Find figures of entities without ids that a later file has under another name.

    Args:
        rows: Rows of one feed's files: `AdStats` and `file`.
        with_ids: Whether also those that one file has by its name and another by its id, or with
            an account and without.

    Returns:
        One row per entity, day, currency and file, of those with the later file's entity: it is not
        in the later file on that day, nor the later one in this file, and their clicks,
        impressions and spend are equal. `org_id`, `date_day`, `currency`, `file`, `entity_id`,
        `spend`.
    """
    unit = restated_unit(AdStats)
    keys = [one.meta.output_name() for one in unit]
    day = [name for name in keys if name not in (ENTITY_ID, AdStats.account_id)]
    names = pl.struct(AdStats.campaign_name, AdStats.ad_group_name, AdStats.ad_name)
    known = (
        (rows if with_ids else rows.filter(~has_ids()))
        .group_by(*unit, FILE)
        .agg(
            *(pl.col(name).sum() for name in FIGURES),
            pl.col(AdStats.currency).min(),
            names.first().alias(NAMES),
            (~has_ids()).first().alias(BY_NAME),
        )
    )
    alike = pl.len().over(*day, *FIGURES, FILE)
    telling = known.filter(pl.col(AdStats.spend) > 0, alike <= MOST_ALIKE)
    later = telling.select(
        *(*day, *FIGURES, pl.col(FILE).alias(LATER), pl.col(ENTITY_ID).alias(OTHER)),
        pl.col(AdStats.account_id).alias(OTHER_ACCOUNT),
        *(pl.col(name).alias(f"{name} later") for name in (NAMES, BY_NAME)),
    )
    there = known.select(*keys, FILE)
    covered = known.select(*day, pl.col(FILE).alias(LATER)).unique()
    pair = [AdStats.org_id, AdStats.platform, AdStats.account_id, AdStats.level, ENTITY_ID, FILE]
    days = (
        known.join(covered, on=day, how="inner", nulls_equal=True, validate="m:m")
        .filter(pl.col(FILE) < pl.col(LATER))
        .group_by(*pair, LATER)
        .agg(days=pl.len())
    )
    of_later = [AdStats.account_id, ENTITY_ID, FILE]
    return (
        telling.join(later, on=[*day, *FIGURES], how="inner", nulls_equal=True, validate="m:m")
        .filter(pl.col(FILE) < pl.col(LATER), _is_the_same())
        .join(there, left_on=[*keys, LATER], right_on=[*keys, FILE], how="anti", nulls_equal=True)
        .join(
            there,
            left_on=[*day, OTHER_ACCOUNT, OTHER, FILE],
            right_on=[*day, *of_later],
            how="anti",
            nulls_equal=True,
        )
        .join(days, on=[*pair, LATER], how="inner", nulls_equal=True, validate="m:1")
        .filter(SAME_SHARE * pl.len().over(*pair, LATER, OTHER) >= pl.col("days"))
        .select(AdStats.org_id, AdStats.date_day, AdStats.currency, FILE, ENTITY_ID, AdStats.spend)
        .unique()
        .sort(pl.all())
    )


def _is_the_same() -> pl.Expr:
    """Whether two entities of equal figures may be one: by other names, by id or account or not."""
    by_name, later_by_name = pl.col(BY_NAME), pl.col(f"{BY_NAME} later")
    is_other = pl.col(ENTITY_ID) != pl.col(OTHER)
    are_named = pl.col(NAMES) == pl.col(f"{NAMES} later")
    account, other = pl.col(AdStats.account_id), pl.col(OTHER_ACCOUNT)
    one_account = account.is_null() | other.is_null() | (account == other)
    is_half_placed = account.is_null() != other.is_null()
    return one_account & (
        (is_other & by_name & later_by_name)
        | (is_other & (by_name != later_by_name) & are_named)
        | (~is_other & is_half_placed)
    )
