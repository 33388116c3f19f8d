"""Names and parents of ads, valid in time, and their filling in as of the day (SPEC §4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from contracts.feeds import AdAccounts, AdCampaigns, AdCreatives, AdGroups, Ads
from transforms.days import reporting_day

PLATFORM_KEYS = [Ads.org_id, Ads.platform]
VERSION_DAY = "version day"
VALID_FROM = "valid_from"
VALID_UNTIL = "valid_until"
FOUND = " found"
VERSIONS = "versions"


@dataclass(frozen=True)
class AdTables:
    """The four tables of names; one that no feed gives is None.

    Attributes:
        accounts: canonical `ad_accounts`.
        campaigns: canonical `ad_campaigns`.
        groups: canonical `ad_groups`.
        ads: canonical `ads`.
        creatives: canonical `ad_creatives`.
    """

    accounts: pl.LazyFrame | None = None
    campaigns: pl.LazyFrame | None = None
    groups: pl.LazyFrame | None = None
    ads: pl.LazyFrame | None = None
    creatives: pl.LazyFrame | None = None

    def in_days(self, timezone: str) -> "AdTables":
        """The same tables with the reporting day from which each version is valid."""
        tables = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.creatives is not None:
            tables["creatives"] = _join_parameters(self.creatives)
            if self.ads is not None:
                tables["ads"] = self.ads.with_columns(_creative_of_ad())
        version_day = reporting_day(pl.col(Ads.updated_at), timezone).alias(VERSION_DAY)
        return AdTables(
            **{
                name: table.with_columns(version_day)
                for name, table in tables.items()
                if table is not None
            }
        )


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

NAMES_OF_CREATIVES = ("creative_id", "tweet_id")
"""What ads of such platforms call their creative, among their attributes."""


def _creative_of_ad() -> pl.Expr:
    attributes = pl.col(Ads.attributes)
    found = [attributes.str.json_path_match(f"$.{name}") for name in NAMES_OF_CREATIVES]
    return pl.coalesce(found).alias(AdCreatives.creative_id)


def _join_parameters(creatives: pl.LazyFrame) -> pl.LazyFrame:
    """One row per version of a creative, with all the parameters that it tells as one query."""
    return creatives.group_by(*PLATFORM_KEYS, AdCreatives.creative_id, AdCreatives.updated_at).agg(
        pl.col(AdCreatives.landing_url).max(),
        pl.col(AdCreatives.url_tags).drop_nulls().sort().str.join("&").replace("", None),
    )


def make_versions(table: pl.LazyFrame, by: str, take: Sequence[str]) -> pl.LazyFrame:
    """Make the versions of an id into intervals of days that neither overlap nor leave a gap.

    A version that leaves a column empty keeps what the one before said, the first what the next
    says. Of several versions on one day the latest holds, ties by the values that sort last.

    Args:
        table: rows of a table of `AdTables.in_days`; those without the id are left out.
        by: the id.
        take: what its versions tell.

    Returns:
        One row per organization, platform, id and run of equal versions: `take`, `valid_from` (null
        for since ever) and `valid_until` (the first day after it; null for still).
    """
    keys = [*PLATFORM_KEYS, by]
    told = (
        table.filter(pl.col(by).is_not_null())
        .select(*keys, Ads.updated_at, VERSION_DAY, *take)
        .unique()
    )
    counted = told.group_by(keys).agg(pl.len().alias(VERSIONS), pl.col(take).first())
    always = pl.lit(None, pl.Date)
    once = counted.filter(pl.col(VERSIONS) == 1).select(
        *keys, always.alias(VALID_FROM), always.alias(VALID_UNTIL), *take
    )
    several = told.join(once, on=keys, how="anti").pipe(_order_versions, keys, take)
    return pl.concat([once, several])


def _order_versions(told: pl.LazyFrame, keys: list[str], take: Sequence[str]) -> pl.LazyFrame:
    """The intervals of ids with several versions; nearly all ids have one and need no order."""
    same = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(name).shift().over(keys)) for name in take
    )
    is_first = pl.int_range(pl.len()).over(keys) == 0
    return (
        told.sort(*keys, Ads.updated_at, *take, nulls_last=False)
        .with_columns(pl.col(take).forward_fill().over(keys))
        .with_columns(pl.col(take).backward_fill().over(keys))
        .unique([*keys, VERSION_DAY], keep="last", maintain_order=True)
        .filter(is_first | ~same)
        .with_columns(
            pl.when(~is_first).then(VERSION_DAY).alias(VALID_FROM),
            pl.col(VERSION_DAY).shift(-1).over(keys).alias(VALID_UNTIL),
        )
        .select(*keys, VALID_FROM, VALID_UNTIL, *take)
    )


def fill_names(rows: pl.LazyFrame, tables: AdTables, day: str) -> pl.LazyFrame:
    """Fill in the names, parents and landing pages that rows do not have themselves.

    What a row bears stays. Each look-up finds one version at most, so that no row is lost or
    doubled: the versions of an id are intervals without overlap.

    Args:
        rows: rows with ids, such as canonical `ad_stats`; columns that they lack are added.
        tables: the tables of names, in days.
        day: the rows' day; where it is null, the first version holds.

    Returns:
        The same rows, in no order.
    """
    present = rows.collect_schema()
    look_ups = LOOK_UPS if tables.creatives is None else (*LOOK_UPS, *CREATIVE_LOOK_UPS)
    wanted = {name for look_up in look_ups for name in (look_up.by, *look_up.take)}
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(name) for name in sorted(wanted.difference(present))
    )
    for look_up in look_ups:
        table = getattr(tables, look_up.table)
        if table is not None:
            rows = _fill_from(rows, table, look_up, day)
    return rows


def _fill_from(rows: pl.LazyFrame, table: pl.LazyFrame, look_up: LookUp, day: str) -> pl.LazyFrame:
    found = {name: name + FOUND for name in look_up.take}
    return (
        find_versions(rows, table, look_up.by, found, day)
        .with_columns(pl.coalesce(name, other).alias(name) for name, other in found.items())
        .drop(found.values())
    )


def find_versions(
    rows: pl.LazyFrame, table: pl.LazyFrame, by: str, take: Mapping[str, str], day: str
) -> pl.LazyFrame:
    """Add what a table tells of each row's id on its day; null where it knows nothing.

    Args:
        rows: rows with the id.
        table: a table of `AdTables.in_days`.
        by: the id.
        take: the table's columns -> what they are called in the rows.
        day: the rows' day; where it is null, the first version holds.

    Returns:
        The same rows, in no order.
    """
    versions = make_versions(table, by, list(take)).rename(dict(take))
    return (
        rows.join(versions, on=[*PLATFORM_KEYS, by], how="left", validate="m:m")
        .filter(is_valid_on(day))
        .drop(VALID_FROM, VALID_UNTIL)
    )


def is_valid_on(day: str) -> pl.Expr:
    """Whether a version is valid on a row's day, or the first where the row has no day."""
    begun = pl.col(VALID_FROM).is_null() | (pl.col(VALID_FROM) <= pl.col(day))
    lasting = pl.col(VALID_UNTIL).is_null() | (pl.col(day) < pl.col(VALID_UNTIL))
    return (
        pl.when(pl.col(day).is_null()).then(pl.col(VALID_FROM).is_null()).otherwise(begun & lasting)
    )
