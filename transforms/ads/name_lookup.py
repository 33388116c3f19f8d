"""Filling in names, parents and landing pages as of the day, from their versions (SPEC §4)."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import Rows, stack
from contracts.facts.ads.ad_names import NameVersions
from contracts.feeds import AdAccounts, AdCampaigns, AdCreatives, AdGroups, Ads
from transforms.ads.name_versions import (
    PLATFORM_KEYS,
    VALID_FROM,
    VALID_UNTIL,
    AdTables,
    is_valid_on,
    make_versions,
)
from transforms.common.shared_texts import SHARED

FOUND, ENDS = " found", "found version ends"
CHANGES = "changes with the days"
CREATIVE = AdCreatives.creative_id


@dataclass(frozen=True)
class LookUp:
    """Which table says what of which id."""

    table: str
    by: str
    take: tuple[str, ...]

    def find_table(self, tables: AdTables) -> pl.LazyFrame | None:
        """The table of names that answers it, if there is one."""
        if CREATIVE in (self.by, *self.take) and tables.creatives is None:
            return None
        return getattr(tables, self.table)


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
    LookUp(
        "groups",
        AdGroups.ad_group_id,
        (AdGroups.ad_group_name, AdGroups.campaign_id, AdGroups.account_id),
    ),
    LookUp("ads", Ads.ad_group_id, (Ads.ad_group_name, Ads.campaign_id, Ads.account_id)),
    LookUp(
        "campaigns", AdCampaigns.campaign_id, (AdCampaigns.campaign_name, AdCampaigns.account_id)
    ),
    LookUp("ads", Ads.campaign_id, (Ads.campaign_name, Ads.account_id)),
    LookUp("accounts", AdAccounts.account_id, (AdAccounts.account_name,)),
    LookUp("ads", Ads.account_id, (Ads.account_name,)),
    LookUp("ads", Ads.ad_id, (CREATIVE,)),
    LookUp("creatives", CREATIVE, (Ads.landing_url, Ads.url_tags)),
)
"""From the finest id to the coarsest, so that a parent found can be looked up in its turn; a
entity's own table before what ads say of it. Of platforms that keep an ad's link apart from the ad,
the last two find it by the ad's creative."""


@dataclass(frozen=True)
class AdVersions:
    """What the tables of names say of each id in each span of days.

    Attributes:
        tables: The tables, in days.
    """

    tables: AdTables
    versions: Rows[NameVersions]

    def look_ups(self) -> list[tuple[LookUp, pl.LazyFrame]]:
        """The look-ups that the tables can answer, each with the versions of its ids."""
        return [
            (
                look_up,
                self.versions.filter(pl.col(NameVersions.look_up) == number).select(
                    *PLATFORM_KEYS,
                    pl.col(NameVersions.entity_id).alias(look_up.by),
                    VALID_FROM,
                    VALID_UNTIL,
                    *look_up.take,
                ),
            )
            for number, look_up in enumerate(LOOK_UPS)
            if look_up.find_table(self.tables) is not None
        ]


def list_versions(tables: AdTables) -> Rows[NameVersions]:
    """List the versions of every id, once for all that is looked up in them.

    Args:
        tables: The tables of names, in days.
    """
    found = [
        make_versions(table, look_up.by, look_up.take)
        .rename({look_up.by: NameVersions.entity_id})
        .with_columns(pl.lit(number, pl.UInt32).alias(NameVersions.look_up))
        for number, look_up in enumerate(LOOK_UPS)
        if (table := look_up.find_table(tables)) is not None
    ]
    return stack(NameVersions, *found)


def fill_names(rows: pl.LazyFrame, versions: AdVersions, day: str) -> pl.LazyFrame:
    """Fill in the names, parents and landing pages that rows do not have themselves.

    What a row has stays. Each look-up finds one version at most, so that no row is lost or doubled:
    the versions of an id are intervals without overlap.

    Args:
        rows: Rows with ids, such as `StatedEntities`; columns that they lack are added.
        day: The rows' day; where it is null, the first version holds.

    Returns:
        The same rows, in no order, and whether a version that was found gives way to another one
        on a later day (`CHANGES`).
    """
    wanted = {name for look_up in LOOK_UPS for name in (look_up.by, *look_up.take)}
    rows = rows.with_columns(
        pl.lit(value=False).alias(CHANGES),
        *(
            pl.lit(None, SHARED).alias(name)
            for name in sorted(wanted.difference(rows.collect_schema()))
        ),
    )
    for look_up, known in versions.look_ups():
        found = {name: name + FOUND for name in look_up.take}
        told = known.rename(found).with_columns(pl.col(VALID_UNTIL).is_not_null().alias(ENDS))
        rows = (
            find_version(rows, told, look_up.by, day)
            .with_columns(
                *(pl.coalesce(name, other).alias(name) for name, other in found.items()),
                (pl.col(CHANGES) | pl.col(ENDS).fill_null(value=False)).alias(CHANGES),
            )
            .drop(ENDS, *found.values())
        )
    return rows


def find_version(rows: pl.LazyFrame, known: pl.LazyFrame, by: str, day: str) -> pl.LazyFrame:
    """Add what is known of each row's id on its day; null where nothing is.

    Args:
        known: Versions of the id (`make_versions`).
        day: The rows' day; where it is null, the first version holds.

    Returns:
        The same rows, in no order.
    """
    return (
        rows.join(known, on=[*PLATFORM_KEYS, by], how="left", validate="m:m")
        .filter(is_valid_on(day))
        .drop(VALID_FROM, VALID_UNTIL)
    )
