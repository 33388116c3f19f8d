"""What ad stats state of their entities, and what names, parents and links these have (SPEC §4).

Rows of days repeat what they state: it is read, named and given parents once, and by the day only
where the day matters.
"""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.ads.ad_entities import NamedEntities, StatedDays, StatedEntities
from contracts.facts.ads.ad_stats import FeedStats
from contracts.feeds import AdStats
from transforms.ads.levels import DAY, METRICS, NAMES, PARENTS, drop_finer_ids
from transforms.ads.name_lookup import CHANGES, AdVersions, fill_names
from transforms.common.ad_levels import finest_level, has_ids
from transforms.common.shared_texts import share_texts

S, N = StatedEntities, NamedEntities
STATED = S.stated
STATED_KEY = [S.stated_key, S.stated_check]
OF_STATED = [
    *(AdStats.org_id, AdStats.platform, S.feed, AdStats.level),
    *PARENTS,
    *NAMES,
    *(AdStats.landing_url, AdStats.currency),
]
OF_STATS = [
    *STATED_KEY,
    *OF_STATED,
    DAY,
    *METRICS,
    *(AdStats.source_relation, AdStats.attributes),
]
"""What is read of stats."""
KNOWN = " known"


def key_stats(stats: Rows[AdStats]) -> pl.LazyFrame:
    """Add to stats the keys of what they state: ids, names, landing page and currency.

    Args:
        stats: With the place of their `feed` in the configuration.
    """
    stated = pl.struct(OF_STATED)
    return stats.with_columns(pl.col(AdStats.level).fill_null(finest_level())).with_columns(
        stated.hash(1).alias(S.stated_key), stated.hash(2).alias(S.stated_check)
    )


def list_stated(keyed: pl.LazyFrame) -> Rows[StatedEntities]:
    """List what stats state, each once.

    Args:
        keyed: Stats with keys (`key_stats`).
    """
    first, last = pl.col(DAY).min().alias(S.first_day), pl.col(DAY).max().alias(S.last_day)
    days = keyed.group_by(STATED_KEY).agg(first, last)
    return (
        keyed.select(*STATED_KEY, *OF_STATED)
        .unique(STATED_KEY)
        .join(days, on=STATED_KEY, how="inner", validate="1:1")
        .with_row_index(STATED)
        .pipe(share_texts)
        .pipe(drop_finer_ids)
        .select(columns(S))
    )


def number_stated(parts: Rows[StatedEntities]) -> Rows[StatedEntities]:
    """Number anew what the stats of several batches of files state.

    Args:
        parts: Of each, one after the other.
    """
    days = (pl.col(S.first_day).min(), pl.col(S.last_day).max())
    return (
        parts.group_by(STATED_KEY)
        .agg(pl.exclude(STATED, S.first_day, S.last_day).first(), *days)
        .with_row_index(STATED)
        .select(columns(S))
    )


def name_entities(stated: Rows[StatedEntities], versions: AdVersions) -> Rows[NamedEntities]:
    """Fill in the names, parents and links that stats do not state themselves.

    Returns:
        As of the first version of all: as many rows.
    """
    return (
        stated.with_columns(pl.lit(None, pl.Date).alias(DAY))
        .pipe(fill_names, versions, DAY)
        .pipe(drop_finer_ids)
        .rename({CHANGES: N.is_dated})
        .select(columns(N))
    )


def list_dated_days(named: Rows[NamedEntities], rows: Rows[FeedStats]) -> Rows[StatedDays]:
    """List the days of what has not the same names and parents on all of them.

    Args:
        named: As of the first version (`name_entities`).
    """
    dated = named.filter(N.is_dated).select(STATED)
    return rows.select(columns(StatedDays)).join(dated, on=STATED, how="semi").unique()


def name_dated(
    named: Rows[NamedEntities],
    stated: Rows[StatedEntities],
    days: Rows[StatedDays],
    versions: AdVersions,
) -> Rows[NamedEntities]:
    """Name what has not the same names and parents on all days by the day.

    Args:
        named: As of the first version (`name_entities`).
        days: `StatedDays` (`list_dated_days`).
    """
    dated = (
        stated.join(days, on=STATED, how="inner", validate="1:m")
        .with_columns(pl.col(DAY).alias(N.first_day), pl.col(DAY).alias(N.last_day))
        .pipe(fill_names, versions, DAY)
        .pipe(drop_finer_ids)
        .with_columns(pl.lit(value=True).alias(N.is_dated))
        .select(columns(N))
    )
    return pl.concat([named.filter(~pl.col(N.is_dated)), dated])


def fill_parents(named: Rows[NamedEntities]) -> Rows[NamedEntities]:
    """Fill in the parents that only other rows of the same entity or parent state.

    A feed by campaign may name no account where one by ad does. Names that stand for ids say
    nothing of the same name elsewhere.

    Args:
        named: In memory.

    Returns:
        As many rows.
    """
    for rank in range(len(PARENTS) - 1, 0, -1):
        by, coarser = PARENTS[rank], PARENTS[:rank]
        keys = [N.org_id, N.platform, by]
        held = [*coarser, *NAMES[:rank]]
        is_id = pl.col(by).is_not_null() & has_ids()
        lacks_one = pl.any_horizontal(pl.col(name).is_null() for name in coarser)
        lacking = named.filter(is_id & lacks_one).select(keys).unique()
        known = (
            named.filter(is_id)
            .join(lacking, on=keys, how="semi")
            .group_by(keys)
            .agg(pl.col(held).max().name.suffix(KNOWN))
        )
        named = (
            named.join(known, on=keys, how="left", validate="m:1")
            .with_columns(
                pl.when(has_ids()).then(pl.coalesce(name, name + KNOWN)).otherwise(name).alias(name)
                for name in held
            )
            .drop(name + KNOWN for name in held)
        )
    return named
