"""Names and parents of ads, valid in time (SPEC §4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import polars as pl

from contracts.columns import Rows, polars_schema, stack
from contracts.facts.ads.ad_names import NameTables
from contracts.feeds import AdCampaigns, AdCreatives, AdPortfolios, Ads
from contracts.vocabulary import AdLevel
from transforms.common.calendar import reporting_day
from transforms.common.json_objects import merge_objects
from transforms.common.shared_texts import share_texts

PLATFORM_KEYS = [Ads.org_id, Ads.platform]
VERSION_DAY = NameTables.version_day
VALID_FROM = "valid_from"
VALID_UNTIL = "valid_until"
VERSIONS = "versions"
NAMES_OF_CREATIVES = ("creative_id", "tweet_id")
"""What ads of platforms that keep links apart call their creative, among their attributes."""
PORTFOLIO_KEYS = [AdPortfolios.org_id, AdPortfolios.platform, AdPortfolios.portfolio_id]
NAME = AdPortfolios.portfolio_name


@dataclass(frozen=True)
class AdTables:
    """The tables of names; one that no feed gives is None.

    Attributes:
        accounts: of `ad_accounts`.
        campaigns: of `ad_campaigns`.
        groups: of `ad_groups`.
        ads: of `ads`.
        creatives: of `ad_creatives`.
    """

    accounts: pl.LazyFrame | None = None
    campaigns: pl.LazyFrame | None = None
    groups: pl.LazyFrame | None = None
    ads: pl.LazyFrame | None = None
    creatives: pl.LazyFrame | None = None

    def of_level(self, level: AdLevel) -> pl.LazyFrame | None:
        """The table whose rows are about the entities of a level."""
        return {
            AdLevel.ACCOUNT: self.accounts,
            AdLevel.CAMPAIGN: self.campaigns,
            AdLevel.AD_GROUP: self.groups,
            AdLevel.AD: self.ads,
        }[level]

    def given(self) -> Mapping[str, pl.LazyFrame]:
        """Those that a feed gives, by their attribute."""
        tables = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: table for name, table in tables.items() if table is not None}

    def read_from(self, dated: pl.LazyFrame) -> "AdTables":
        """The same tables, as their rows in days (`list_name_tables`)."""
        return AdTables(
            **{name: dated.filter(pl.col(NameTables.name_table) == name) for name in self.given()}
        )


def list_name_tables(tables: AdTables, timezone: str) -> Rows[NameTables]:
    """Put the tables of names under each other, with the day from which each version is valid.

    Args:
        tables: The canonical tables, as the feeds gave them.
        timezone: The reporting time zone, in whose days a version is valid.
    """
    given = dict(tables.given())
    if tables.creatives is not None:
        given["creatives"] = _join_parameters(tables.creatives)
        if tables.ads is not None:
            given["ads"] = tables.ads.with_columns(_creative_of_ad())
    schema = polars_schema(NameTables)
    parts = [
        table.with_columns(
            pl.lit(name).alias(NameTables.name_table),
            reporting_day(pl.col(Ads.updated_at), timezone).alias(VERSION_DAY),
        )
        .pipe(share_texts)
        .pipe(lambda rows: rows.select(c for c in schema if c in rows.collect_schema()))
        for name, table in given.items()
    ]
    return stack(NameTables, *parts)


def _creative_of_ad() -> pl.Expr:
    attributes = pl.col(Ads.attributes)
    found = [attributes.str.json_path_match(f"$.{name}") for name in NAMES_OF_CREATIVES]
    return pl.coalesce(found).alias(AdCreatives.creative_id)


def _join_parameters(creatives: pl.LazyFrame) -> pl.LazyFrame:
    """One row per version of a creative, with all its parameters as one query."""
    return creatives.group_by(*PLATFORM_KEYS, AdCreatives.creative_id, AdCreatives.updated_at).agg(
        pl.col(AdCreatives.landing_url).max(),
        pl.col(AdCreatives.url_tags).drop_nulls().sort().str.join("&").replace("", None),
    )


def make_versions(table: pl.LazyFrame, by: str, take: Sequence[str]) -> pl.LazyFrame:
    """Make the versions of an id into intervals of days that neither overlap nor leave a gap.

    A version that leaves a column empty keeps what the one before said, the first what the next
    says. Of several versions on one day the latest holds on it, ties by the values that sort last;
    on the days before an id's first day the first version does.

    Args:
        table: rows of a table of `AdTables.in_days`; those without the id are left out.

    Returns:
        One row per organization, platform, id and run of equal versions: `take`, `valid_from` (null
        for since ever) and `valid_until` (the first day after it; null for still).
    """
    keys = [*PLATFORM_KEYS, by]
    stated = (
        table.filter(pl.col(by).is_not_null())
        .select(*keys, Ads.updated_at, VERSION_DAY, *take)
        .unique()
    )
    counted = stated.group_by(keys).agg(pl.len().alias(VERSIONS), pl.col(take).first())
    always = pl.lit(None, pl.Date)
    once = counted.filter(pl.col(VERSIONS) == 1).select(
        *keys, always.alias(VALID_FROM), always.alias(VALID_UNTIL), *take
    )
    several = stated.join(once, on=keys, how="anti").pipe(_order_versions, keys, take)
    return pl.concat([once, several])


def _order_versions(stated: pl.LazyFrame, keys: list[str], take: Sequence[str]) -> pl.LazyFrame:
    """The intervals of ids with several versions; nearly all ids have one and need no order."""
    same = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(name).shift().over(keys)) for name in take
    )
    is_first = pl.int_range(pl.len()).over(keys) == 0
    return (
        stated.sort(*keys, Ads.updated_at, *take, nulls_last=False)
        .with_columns(pl.col(take).forward_fill().over(keys))
        .with_columns(pl.col(take).backward_fill().over(keys))
        .with_columns(pl.when(~is_first).then(VERSION_DAY).alias(VERSION_DAY))
        .unique([*keys, VERSION_DAY], keep="last", maintain_order=True)
        .filter(is_first | ~same)
        .with_columns(
            pl.when(~is_first).then(VERSION_DAY).alias(VALID_FROM),
            pl.col(VERSION_DAY).shift(-1).over(keys).alias(VALID_UNTIL),
        )
        .select(*keys, VALID_FROM, VALID_UNTIL, *take)
    )


def is_valid_on(day: str) -> pl.Expr:
    """Whether a version is valid on a row's day, or the first where the row has no day."""
    begun = pl.col(VALID_FROM).is_null() | (pl.col(VALID_FROM) <= pl.col(day))
    lasting = pl.col(VALID_UNTIL).is_null() | (pl.col(day) < pl.col(VALID_UNTIL))
    return (
        pl.when(pl.col(day).is_null()).then(pl.col(VALID_FROM).is_null()).otherwise(begun & lasting)
    )


def add_portfolio_names(
    campaigns: Rows[AdCampaigns], portfolios: Rows[AdPortfolios]
) -> pl.LazyFrame:
    """Put the name of a campaign's portfolio among its attributes, where these name the portfolio.

    Args:
        portfolios: Of several versions the latest one's name counts.

    Returns:
        The campaigns, with `portfolio_name` in their attributes.
    """
    names = portfolios.group_by(PORTFOLIO_KEYS).agg(
        pl.col(NAME).sort_by(AdPortfolios.updated_at, NAME, nulls_last=False).last()
    )
    named = pl.when(pl.col(NAME).is_not_null()).then(pl.struct(NAME).struct.json_encode())
    return (
        campaigns.with_columns(
            pl.col(AdCampaigns.attributes)
            .str.json_path_match("$.portfolio_id")
            .alias(AdPortfolios.portfolio_id)
        )
        .join(names, on=PORTFOLIO_KEYS, how="left", validate="m:1")
        .with_columns(
            merge_objects(pl.col(AdCampaigns.attributes), named).alias(AdCampaigns.attributes)
        )
        .drop(AdPortfolios.portfolio_id, NAME)
    )
