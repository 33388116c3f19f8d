"""The names that ads and ad campaigns bore, from the tables of names and from the day's stats."""

import polars as pl

from contracts.columns import columns
from contracts.facts.ad_facts import AdNames
from contracts.feeds import Ads, AdStats
from contracts.vocabulary import AdLevel
from transforms.ads.entities import ENTITY, EntityDays
from transforms.ads.name_lookup import CHANGES, AdVersions, fill_names
from transforms.ads.name_versions import (
    PLATFORM_KEYS,
    VALID_FROM,
    VALID_UNTIL,
    VERSION_DAY,
    is_valid_on,
    make_versions,
)
from transforms.common.settling import Settle
from transforms.web.utm import normalize_value

NAME = AdNames.name
KNOWN_FROM, KNOWN_UNTIL = AdNames.known_from, AdNames.known_until
IDS = {AdLevel.AD: Ads.ad_id, AdLevel.CAMPAIGN: Ads.campaign_id}
NAMES = {AdLevel.AD: Ads.ad_name, AdLevel.CAMPAIGN: Ads.campaign_name}
PARENTS = {
    AdLevel.AD: [Ads.ad_group_id, Ads.campaign_id, Ads.account_id],
    AdLevel.CAMPAIGN: [Ads.account_id],
}
FIRST_DAY = "first day"
LAST_DAY = "last day"
RUN = "run"
IN_TABLES = "in tables"


def list_ad_names(stats: EntityDays, versions: AdVersions, settle: Settle) -> pl.LazyFrame:
    """List every name that an ad or ad campaign bore, and when.

    Names of the tables hold as their versions do. A name that the day's stats bore holds from the
    first to the last day of its run where the tables name the id too; where they do not, until the
    next name, the first also before and the last still.

    Args:
        stats: `DailyStats` and their entities.
        versions: what the tables of names tell.
        settle: works a frame out once that several others are made from.

    Returns:
        `AdNames`, in no order.
    """
    tables = versions.tables
    ads = tables.ads
    if ads is not None:
        ads = settle(fill_names(ads, versions, VERSION_DAY).drop(CHANGES))
    day = pl.col(AdStats.date_day)
    spans = stats.days.group_by(ENTITY).agg(day.min().alias(FIRST_DAY), day.max().alias(LAST_DAY))
    dated = settle(stats.entities.join(spans, on=ENTITY, how="inner", validate="1:1"))
    levels = [
        _list_level(AdLevel.AD, [ads], stats.among(dated), settle),
        _list_level(AdLevel.CAMPAIGN, [tables.campaigns, ads], stats.among(dated), settle),
    ]
    name_key = normalize_value(pl.col(NAME)).alias(AdNames.name_key)
    return pl.concat(levels).with_columns(name_key).select(columns(AdNames))


def _list_level(
    level: AdLevel, tables: list[pl.LazyFrame | None], stats: EntityDays, settle: Settle
) -> pl.LazyFrame:
    keys = [*PLATFORM_KEYS, IDS[level]]
    told = settle(_take_from_tables(level, tables))
    named_by_tables = told.filter(pl.col(NAME).is_not_null())
    borne = stats.entities.filter(pl.col(IDS[level]).is_not_null()).rename({NAMES[level]: NAME})
    of_stats = _take_from_stats(level, stats.among(borne), named_by_tables)
    named = pl.concat([named_by_tables, of_stats], how="diagonal")
    nameless = (
        pl.concat([frame.select(*keys, *PARENTS[level]) for frame in (told, borne)])
        .join(named, on=keys, how="anti")
        .group_by(keys)
        .agg(pl.col(PARENTS[level]).max())
    )
    finer = () if level is AdLevel.AD else (AdNames.ad_group_id, AdNames.ad_id)
    return (
        pl.concat([named, nameless], how="diagonal")
        .with_columns(
            pl.lit(level, pl.String).alias(AdNames.level),
            *(pl.lit(None, pl.String).alias(name) for name in finer),
        )
        .select(name for name in columns(AdNames) if name != AdNames.name_key)
    )


def _take_from_tables(level: AdLevel, tables: list[pl.LazyFrame | None]) -> pl.LazyFrame:
    """The versions of each id as the first table that has it tells them."""
    keys = [*PLATFORM_KEYS, IDS[level]]
    schema = dict.fromkeys([*keys, NAME, *PARENTS[level]], pl.String)
    days = dict.fromkeys([VALID_FROM, VALID_UNTIL, KNOWN_FROM, KNOWN_UNTIL], pl.Date)
    told = pl.LazyFrame(schema={**schema, **days})
    for table in tables:
        if table is not None:
            versions = make_versions(table, IDS[level], [NAMES[level], *PARENTS[level]]).pipe(
                _add_known_days, table, keys
            )
            fresh = versions.rename({NAMES[level]: NAME}).join(told, on=keys, how="anti")
            told = pl.concat([told, fresh], how="diagonal")
    return told


def _add_known_days(versions: pl.LazyFrame, table: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Add the days that versions prove: a first one is valid before its day, but not known."""
    first = table.group_by(keys).agg(pl.col(VERSION_DAY).min().alias(FIRST_DAY))
    until = pl.col(VALID_UNTIL)
    is_within = until.is_null() | (pl.col(FIRST_DAY) < until)
    known = pl.coalesce(VALID_FROM, pl.when(is_within).then(FIRST_DAY))
    return (
        versions.join(first, on=keys, how="left", validate="m:1")
        .with_columns(
            known.alias(KNOWN_FROM), pl.when(known.is_not_null()).then(until).alias(KNOWN_UNTIL)
        )
        .drop(FIRST_DAY)
    )


def _take_from_stats(level: AdLevel, stats: EntityDays, told: pl.LazyFrame) -> pl.LazyFrame:
    """The names that stats have, and what they prove of those that the tables tell.

    An id with one name, as nearly all have, needs no look at its single days.
    """
    keys = [*PLATFORM_KEYS, IDS[level]]
    borne = stats.entities.filter(pl.col(NAME).is_not_null())
    span = (pl.min(FIRST_DAY), pl.max(LAST_DAY), pl.col(PARENTS[level]).max())
    per_name = borne.group_by(*keys, NAME).agg(span)
    renamed = per_name.group_by(keys).len().filter(pl.col("len") > 1)
    day = pl.col(AdStats.date_day)
    changed = (pl.col(NAME) != pl.col(NAME).shift()).fill_null(value=True)
    runs = (
        stats.among(borne.join(renamed, on=keys, how="semi"))
        .rows()
        .with_columns(day.alias(FIRST_DAY), day.alias(LAST_DAY))
        .group_by(*keys, day, NAME)
        .agg(span)
        .sort(*keys, AdStats.date_day, NAME)
        .with_columns(changed.cum_sum().over(keys).alias(RUN))
        .group_by(*keys, NAME, RUN)
        .agg(span)
        .drop(RUN)
    )
    spans = pl.concat([per_name.join(renamed, on=keys, how="anti"), runs])
    repeated = (
        spans.select(*keys, NAME, FIRST_DAY, LAST_DAY)
        .join(told, on=[*keys, NAME], how="inner", validate="m:m")
        .filter(is_valid_on(FIRST_DAY) & is_valid_on(LAST_DAY))
    )
    known_from = pl.col(KNOWN_FROM)
    earlier = (
        repeated.filter(known_from.is_null() | (pl.col(FIRST_DAY) < known_from))
        .with_columns(_known_days())
        .drop(FIRST_DAY, LAST_DAY)
    )
    fresh = spans.join(repeated, on=[*keys, NAME, FIRST_DAY], how="anti")
    of_stats = _bound_spans(fresh, keys, told.select(keys).unique())
    return pl.concat([of_stats, earlier], how="diagonal")


def _known_days() -> list[pl.Expr]:
    """The days from the first to the last of stats that have a name."""
    return [
        pl.col(FIRST_DAY).alias(KNOWN_FROM),
        pl.col(LAST_DAY).dt.offset_by("1d").alias(KNOWN_UNTIL),
    ]


def _bound_spans(spans: pl.LazyFrame, keys: list[str], in_tables: pl.LazyFrame) -> pl.LazyFrame:
    """Make runs of days into validity: as observed where tables know more, else without a gap."""
    observed = pl.col(IN_TABLES).fill_null(value=False)
    after_last = pl.col(LAST_DAY).dt.offset_by("1d")
    next_first = pl.col(FIRST_DAY).shift(-1).over(keys)
    is_first = pl.int_range(pl.len()).over(keys) == 0
    until_next = pl.when(next_first.is_not_null()).then(pl.max_horizontal(next_first, after_last))
    return (
        spans.join(
            in_tables.with_columns(pl.lit(value=True).alias(IN_TABLES)),
            on=keys,
            how="left",
            validate="m:1",
        )
        .sort(*keys, FIRST_DAY, NAME)
        .with_columns(
            pl.when(observed | ~is_first).then(FIRST_DAY).alias(VALID_FROM),
            pl.when(observed).then(after_last).otherwise(until_next).alias(VALID_UNTIL),
            *_known_days(),
        )
        .drop(FIRST_DAY, LAST_DAY, IN_TABLES)
    )
