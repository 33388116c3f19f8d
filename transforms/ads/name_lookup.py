"""Filling in names, parents and landing pages as of the day, from their versions (SPEC §4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.facts.ad_facts import DailyStats
from contracts.feeds import AdAccounts, AdCampaigns, AdCreatives, AdGroups, Ads
from transforms.ads.name_versions import (
    PLATFORM_KEYS,
    VALID_FROM,
    VALID_UNTIL,
    AdTables,
    is_valid_on,
    make_versions,
)
from transforms.common.settling import Settle

DAY = DailyStats.date_day
FOUND = " found"
CHANGES = "changes"
"""Whether a row's answer depends on its day: what was looked up has several versions."""


@dataclass(frozen=True)
class LookUp:
    """Which table tells what about which id."""

    table: str
    by: str
    take: tuple[str, ...]


LOOK_UPS = (
    LookUp(
        "ads",
        Ads.ad_id,
        (
            Ads.ad_name,
            Ads.ad_group_id,
            Ads.campaign_id,
            Ads.account_id,
            Ads.landing_url,
            Ads.url_tags,
        ),
    ),
    LookUp("groups", AdGroups.ad_group_id, (AdGroups.ad_group_name, AdGroups.campaign_id)),
    LookUp("ads", Ads.ad_group_id, (Ads.ad_group_name, Ads.campaign_id, Ads.account_id)),
    LookUp(
        "campaigns", AdCampaigns.campaign_id, (AdCampaigns.campaign_name, AdCampaigns.account_id)
    ),
    LookUp("ads", Ads.campaign_id, (Ads.campaign_name, Ads.account_id)),
    LookUp("accounts", AdAccounts.account_id, (AdAccounts.account_name,)),
    LookUp("ads", Ads.account_id, (Ads.account_name,)),
)
"""From the finest id to the coarsest, so that a parent found can be looked up in its turn; a
thing's own table before what ads say of it."""

CREATIVE_LOOK_UPS = (
    LookUp("ads", Ads.ad_id, (AdCreatives.creative_id,)),
    LookUp("creatives", AdCreatives.creative_id, (Ads.landing_url, Ads.url_tags)),
)
"""For platforms that keep an ad's link apart from the ad."""


@dataclass(frozen=True)
class AdVersions:
    """The tables of names, and what they tell of each id in each span of days.

    Attributes:
        tables: The tables, in days.
        told: Each look-up that a table can answer, with the versions of its ids
            (`make_versions`).
    """

    tables: AdTables
    told: tuple[tuple[LookUp, pl.LazyFrame], ...]


def list_versions(tables: AdTables, timezone: str, settle: Settle) -> AdVersions:
    """Work out the versions of every id, once for all that is looked up in them.

    Args:
        tables: The tables of names, as the feeds gave them.
        timezone: The reporting time zone, in whose days a version is valid.
        settle: Holds the versions.
    """
    dated = tables.in_days(timezone)
    look_ups = LOOK_UPS if dated.creatives is None else (*LOOK_UPS, *CREATIVE_LOOK_UPS)
    return AdVersions(
        dated,
        tuple(
            (look_up, settle(make_versions(table, look_up.by, look_up.take)))
            for look_up in look_ups
            if (table := getattr(dated, look_up.table)) is not None
        ),
    )


def fill_names(rows: pl.LazyFrame, versions: AdVersions, day: str) -> pl.LazyFrame:
    """Fill in the names, parents and landing pages that rows do not have themselves.

    What a row bears stays. Each look-up finds one version at most, so that no row is lost or
    doubled: the versions of an id are intervals without overlap.

    Args:
        rows: Rows with ids, such as canonical `ad_stats`; columns that they lack are added.
        versions: What the tables of names tell.
        day: The rows' day; where it is null, the first version holds.

    Returns:
        The same rows, in no order, and whether the answer `changes` with the day.
    """
    wanted = {name for look_up in LOOK_UPS for name in (look_up.by, *look_up.take)}
    wanted |= {name for look_up, _ in versions.told for name in (look_up.by, *look_up.take)}
    rows = rows.with_columns(
        pl.lit(value=False).alias(CHANGES),
        *(
            pl.lit(None, pl.String).alias(name)
            for name in sorted(wanted.difference(rows.collect_schema()))
        ),
    )
    for look_up, told in versions.told:
        found = {name: name + FOUND for name in look_up.take}
        rows = (
            find_version(rows, told.rename(found), look_up.by, day)
            .with_columns(pl.coalesce(name, other).alias(name) for name, other in found.items())
            .drop(found.values())
        )
    return rows


def find_version(rows: pl.LazyFrame, told: pl.LazyFrame, by: str, day: str) -> pl.LazyFrame:
    """Add what is told of each row's id on its day; null where nothing is known.

    Args:
        rows: Rows with the id, and `changes`.
        told: Versions of the id (`make_versions`).
        by: The id.
        day: The rows' day; where it is null, the first version holds.

    Returns:
        The same rows, in no order; `changes` is true as well where the id has several versions.
    """
    has_several = pl.col(VALID_FROM).is_not_null() | pl.col(VALID_UNTIL).is_not_null()
    return (
        rows.join(told, on=[*PLATFORM_KEYS, by], how="left", validate="m:m")
        .filter(is_valid_on(day))
        .with_columns(pl.col(CHANGES) | has_several)
        .drop(VALID_FROM, VALID_UNTIL)
    )


def find_by_day(
    things: pl.LazyFrame,
    days: pl.LazyFrame,
    thing: str,
    find: Callable[[pl.LazyFrame], pl.LazyFrame],
    settle: Settle,
) -> pl.LazyFrame:
    """Look things up once, and day by day only those whose answer changes with the day.

    Args:
        things: One row per thing.
        days: The things and days that are asked for, each as often as it likes.
        thing: The column that tells things apart.
        find: Looks up rows with a day; null for any day.
        settle: Holds what was found.

    Returns:
        One row per thing without a day, or one per thing and day, with what was found. To be joined
        to rows with `join_by_day`.
    """
    found = settle(find(things.with_columns(pl.lit(None, pl.Date).alias(DAY))))
    changing = things.join(found.filter(CHANGES).select(thing), on=thing, how="semi")
    of_days = days.select(thing, DAY).join(changing.select(thing), on=thing, how="semi").unique()
    by_day = find(changing.join(of_days, on=thing, how="inner", validate="1:m"))
    lasting = found.filter(~pl.col(CHANGES))
    return settle(pl.concat([lasting, by_day], how="diagonal").drop(CHANGES))


def join_by_day(
    rows: pl.LazyFrame, found: pl.LazyFrame, thing: str, take: Mapping[str, str]
) -> pl.LazyFrame:
    """Give rows what was found of their thing (`find_by_day`).

    Args:
        rows: Rows with the thing and a day.
        found: What was found of every thing of the rows.
        thing: The column that tells things apart.
        take: The columns of what was found -> what they are called in the rows.

    Returns:
        The same rows, in their order.
    """
    told = found.select(thing, DAY, *(pl.col(name).alias(to) for name, to in take.items()))
    lasting = told.filter(pl.col(DAY).is_null()).drop(DAY)
    by_day = told.filter(pl.col(DAY).is_not_null())
    return (
        rows.join(lasting, on=thing, how="left", validate="m:1", maintain_order="left")
        .join(
            by_day,
            on=[thing, DAY],
            how="left",
            validate="m:1",
            suffix=FOUND,
            maintain_order="left",
        )
        .with_columns(pl.coalesce(to, to + FOUND).alias(to) for to in take.values())
        .drop(to + FOUND for to in take.values())
    )
