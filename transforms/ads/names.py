"""The names that ads and ad campaigns had, from the tables of names and from the day's stats."""

import polars as pl

from contracts.columns import Rows, columns, no_rows, stack
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_names import AdNames, EntityNames, NameSpans, NameTables
from contracts.facts.ads.ad_stats import DailyStats
from contracts.feeds import Ads
from contracts.vocabulary import AdLevel
from transforms.ads.levels import DAY
from transforms.ads.name_lookup import AdVersions, fill_names
from transforms.ads.name_versions import (
    PLATFORM_KEYS,
    VALID_FROM,
    VALID_UNTIL,
    VERSION_DAY,
    AdTables,
    is_valid_on,
    make_versions,
)
from transforms.common.shared_texts import write_out_texts
from transforms.web.utm import normalize_value

NAME = AdNames.name
KNOWN_FROM, KNOWN_UNTIL = AdNames.known_from, AdNames.known_until
IDS = {AdLevel.AD: Ads.ad_id, AdLevel.CAMPAIGN: Ads.campaign_id}
NAMES = {AdLevel.AD: Ads.ad_name, AdLevel.CAMPAIGN: Ads.campaign_name}
PARENTS = {
    AdLevel.AD: [Ads.ad_group_id, Ads.campaign_id, Ads.account_id],
    AdLevel.CAMPAIGN: [Ads.account_id],
}
FIRST_DAY, LAST_DAY = NameSpans.first_day, NameSpans.last_day
RUN = "run"
IN_TABLES = "in tables"
UNDATED = "undated"


def name_ads(versions: AdVersions) -> pl.LazyFrame:
    """Fill in the parents that the table of ads does not state itself.

    Returns:
        The rows of `NameTables` that are of the table of ads; none where no feed gives it.
    """
    ads = versions.tables.ads
    if ads is None:
        return no_rows(NameTables)
    return fill_names(ads, versions, VERSION_DAY)


def list_table_names(level: AdLevel, ads: Rows[NameTables], tables: AdTables) -> Rows[EntityNames]:
    """List the names that the tables state: each id's versions in the first table that has it.

    Args:
        level: ads or campaigns.
        ads: the table of ads, its parents filled in (`name_ads`).
        tables: the tables of names, in days.
    """
    by, stated = IDS[level], no_rows(EntityNames)
    own = [tables.campaigns] if level is AdLevel.CAMPAIGN and tables.campaigns is not None else []
    for table in (*own, ads):
        versions = make_versions(table, by, [NAMES[level], *PARENTS[level]]).pipe(
            _add_known_days, table, [*PLATFORM_KEYS, by]
        )
        named = versions.rename({NAMES[level]: NAME})
        overwritten = _list_overwritten(table, level).join(
            named, on=[*PLATFORM_KEYS, by, NAME], how="anti"
        )
        fresh = pl.concat([named, overwritten], how="diagonal").join(
            stated, on=[*PLATFORM_KEYS, by], how="anti"
        )
        stated = pl.concat([stated, fresh], how="diagonal")
    return stated


def _list_overwritten(table: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """The names of ids that had several within a day: as former ones they are valid on no day."""
    keys = [*PLATFORM_KEYS, IDS[level], VERSION_DAY]
    name = pl.col(NAMES[level]).alias(NAME)
    return (
        table.filter(pl.all_horizontal(pl.col(keys).is_not_null(), name.is_not_null()))
        .group_by(*keys, name)
        .agg(pl.col(PARENTS[level]).max())
        .filter(pl.len().over(keys) > 1)
        .with_columns(pl.col(VERSION_DAY).alias(VALID_FROM), pl.col(VERSION_DAY).alias(VALID_UNTIL))
        .drop(VERSION_DAY)
    )


def _add_known_days(versions: pl.LazyFrame, table: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Add the days that versions prove: a first one is valid before its day, but not known.

    One that another follows on its own day is known on none: its days end where they begin.
    """
    version_day, until = pl.col(VERSION_DAY), pl.col(VALID_UNTIL)
    first = table.group_by(keys).agg(
        version_day.min().alias(FIRST_DAY), version_day.is_null().any().alias(UNDATED)
    )
    is_within = until.is_null() | (pl.col(FIRST_DAY) < until) | ~pl.col(UNDATED)
    known = pl.coalesce(VALID_FROM, pl.when(is_within).then(FIRST_DAY))
    return (
        versions.join(first, on=keys, how="left", validate="m:1")
        .with_columns(
            known.alias(KNOWN_FROM), pl.when(known.is_not_null()).then(until).alias(KNOWN_UNTIL)
        )
        .drop(FIRST_DAY, UNDATED)
    )


def list_name_spans(level: AdLevel, entities: Rows[AdEntities]) -> Rows[NameSpans]:
    """List the names that the day's stats had, from the first of their days to the last.

    An id with one name, as nearly all have, needs no look at its single days.

    Args:
        level: ads or campaigns.
    """
    keys = [*PLATFORM_KEYS, IDS[level]]
    span = (pl.min(FIRST_DAY), pl.max(LAST_DAY), pl.col(PARENTS[level]).max())
    observed = (
        entities.filter(pl.col(IDS[level]).is_not_null())
        .group_by(*keys, pl.col(NAMES[level]).alias(NAME))
        .agg(span)
    )
    return stack(NameSpans, observed)


def list_stats_names(
    level: AdLevel,
    spans: Rows[NameSpans],
    entities: Rows[AdEntities],
    stats: Rows[DailyStats],
    stated: Rows[EntityNames],
) -> Rows[EntityNames]:
    """List the names that the day's stats had, and what they prove of those that tables state.

    A name holds from the first to the last day of its run where the tables name the id too; where
    they do not, until the next name, the first also before and the last still. Ids that nobody
    names are rows without a name.

    Args:
        level: ads or campaigns.
        spans: Of the stats.
        stated: Of the tables.
    """
    keys = [*PLATFORM_KEYS, IDS[level]]
    observed = spans.select(*keys, NAME, FIRST_DAY, LAST_DAY, *PARENTS[level])
    named = observed.filter(pl.col(NAME).is_not_null())
    renamed = named.group_by(keys).len().filter(pl.col("len") > 1)
    of_renamed = entities.join(renamed, on=keys, how="semi").drop(FIRST_DAY, LAST_DAY)
    days = stats.select(AdEntities.entity, DAY).join(
        of_renamed, on=AdEntities.entity, how="inner", validate="m:1"
    )
    runs = _find_runs(level, days)
    every = pl.concat([named.join(renamed, on=keys, how="anti"), runs])
    repeated = (
        every.select(*keys, NAME, FIRST_DAY, LAST_DAY)
        .join(stated, on=[*keys, NAME], how="inner", validate="m:m")
        .filter(is_valid_on(FIRST_DAY) & is_valid_on(LAST_DAY))
    )
    known_from = pl.col(KNOWN_FROM)
    earlier = repeated.filter(known_from.is_null() | (pl.col(FIRST_DAY) < known_from)).with_columns(
        _known_days()
    )
    fresh = every.join(repeated, on=[*keys, NAME, FIRST_DAY], how="anti")
    in_tables = stated.filter(pl.col(NAME).is_not_null()).select(keys).unique()
    nameless = (
        observed.join(named, on=keys, how="anti")
        .join(in_tables, on=keys, how="anti")
        .select(*keys, *PARENTS[level])
    )
    return stack(EntityNames, _bound_spans(fresh, keys, in_tables), earlier, nameless)


def list_ad_names(
    stated: Rows[EntityNames], observed: Rows[EntityNames], level: AdLevel
) -> Rows[AdNames]:
    """List every name that an ad or ad campaign had, and when.

    Args:
        stated: Of the tables.
        observed: Of the stats.
    """
    keys = [*PLATFORM_KEYS, IDS[level]]
    names = pl.concat([stated, observed])
    named = names.filter(pl.col(NAME).is_not_null())
    nameless = (
        names.filter(pl.col(NAME).is_null())
        .join(named, on=keys, how="anti")
        .group_by(keys)
        .agg(pl.col(PARENTS[level]).max())
    )
    return (
        pl.concat([named, nameless], how="diagonal")
        .pipe(write_out_texts)
        .with_columns(
            pl.lit(level, pl.String).alias(AdNames.level),
            normalize_value(pl.col(NAME)).alias(AdNames.name_key),
        )
        .select(columns(AdNames))
    )


def _find_runs(level: AdLevel, stats: pl.LazyFrame) -> pl.LazyFrame:
    """Cut the days of ids that had several names into runs of days with one name."""
    keys = [*PLATFORM_KEYS, IDS[level]]
    parents = pl.col(PARENTS[level]).max()
    changed = (pl.col(NAME) != pl.col(NAME).shift()).fill_null(value=True)
    return (
        stats.rename({NAMES[level]: NAME})
        .filter(pl.col(NAME).is_not_null())
        .group_by(*keys, DAY, NAME)
        .agg(parents)
        .sort(*keys, DAY, NAME)
        .with_columns(changed.cum_sum().over(keys).alias(RUN))
        .group_by(*keys, NAME, RUN)
        .agg(pl.min(DAY).alias(FIRST_DAY), pl.max(DAY).alias(LAST_DAY), parents)
        .drop(RUN)
    )


def _known_days() -> list[pl.Expr]:
    """The days from the first to the last of stats that have a name."""
    return [
        pl.col(FIRST_DAY).alias(KNOWN_FROM),
        pl.col(LAST_DAY).dt.offset_by("1d").alias(KNOWN_UNTIL),
    ]


def _bound_spans(spans: pl.LazyFrame, keys: list[str], in_tables: pl.LazyFrame) -> pl.LazyFrame:
    """Make runs of days into validity: as observed where tables know more, else without a gap."""
    in_tables_too = pl.col(IN_TABLES).fill_null(value=False)
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
            pl.when(in_tables_too | ~is_first).then(FIRST_DAY).alias(VALID_FROM),
            pl.when(in_tables_too).then(after_last).otherwise(until_next).alias(VALID_UNTIL),
            *_known_days(),
        )
        .drop(FIRST_DAY, LAST_DAY, IN_TABLES)
    )
