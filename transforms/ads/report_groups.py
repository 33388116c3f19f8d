"""What of a report entities of stats are added to, numbered in the order of the report's texts."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Rows, Table, columns
from contracts.facts.ads.ad_entities import AdEntities
from contracts.facts.ads.ad_stats import DailyStats
from contracts.facts.ads.ad_sums import LevelGroups, LevelSums, RenamedDays, UrlGroups
from contracts.reports.ads import UrlReport
from contracts.vocabulary import AdLevel
from transforms.ads.entities import ENTITY
from transforms.ads.levels import DAY, NAMES, PARENTS, RANKS
from transforms.ads.speakers import OWN, adds_to
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.joins import HELD, STREAMED
from transforms.common.shared_texts import SHARED, share_texts, write_out_texts
from transforms.web.utm import (
    base_url,
    before_query,
    decode_value,
    read_parameter,
    url_host,
    url_path,
)

UTM_COLUMNS = [
    UrlReport.utm_source,
    UrlReport.utm_medium,
    UrlReport.utm_campaign,
    UrlReport.utm_content,
    UrlReport.utm_term,
]
URL_COLUMNS = [UrlReport.base_url, UrlReport.url_host, UrlReport.url_path, *UTM_COLUMNS]
LINK = [AdEntities.landing_url, AdEntities.url_tags]
PAGE, QUERY, OF_TAGS = "page", "query", " of tags"
GROUP, GROUP_KEY = LevelGroups.group_number, LevelGroups.group_key
GRAIN = [AdEntities.org_id, AdEntities.platform, AdEntities.account_id]
WHERE_UNKNOWN = " where unknown"
TEXTS, IS_RENAMED = LevelSums.text_number, "is renamed"
URL_GRAIN = [*GRAIN, AdEntities.campaign_id, AdEntities.ad_group_id, *URL_COLUMNS]


def group_level(entities: Rows[AdEntities], level: AdLevel) -> Rows[LevelGroups]:
    """Group the entities that are added to a level by those of it, or by their parents.

    By these where they name none of the level.
    """
    by, rank = ID_OF_LEVEL[level], RANKS[level]
    of_level = entities.filter(adds_to(rank))
    unknown = {
        parent + WHERE_UNKNOWN: pl.when(pl.col(by).is_null()).then(parent)
        for parent in PARENTS[1:rank]
    }
    grain = dict.fromkeys([*GRAIN, by, *unknown])
    return of_level.with_columns(**unknown).pipe(_number_groups, [*grain])


def group_urls(entities: Rows[AdEntities]) -> Rows[UrlGroups]:
    """Group ads by their ad groups, landing pages and utm parameters.

    A parameter in an ad's URL tags wins over the URL's own. Each distinct URL is read once.
    """
    ads = entities.filter(pl.col(OWN) == RANKS[AdLevel.AD])
    links = ads.select(LINK).unique().pipe(read_links)
    return ads.join(links, on=LINK, how="left", nulls_equal=True, validate=STREAMED).pipe(
        _number_groups, URL_GRAIN
    )


def list_renamed_days(
    stats: Rows[DailyStats], groups: pl.LazyFrame, level: AdLevel, first: int
) -> Rows[RenamedDays]:
    """List the days of groups whose parents or names are not the same on all of them.

    Args:
        groups: `LevelGroups`, or `UrlGroups`.
        level: the level whose entities or whose pages are grouped.
        first: the first number of texts that is not a group's.

    Returns:
        None of most groups.
    """
    held = _held_at(level)
    several = pl.any_horizontal(pl.col(name).n_unique() > 1 for name in held)
    changing = groups.group_by(GROUP).agg(several.alias(IS_RENAMED)).filter(IS_RENAMED)
    members = groups.join(changing, on=GROUP, how="semi").select(ENTITY, GROUP, *held)
    days = (
        stats.select(ENTITY, DAY)
        .join(members, on=ENTITY, how="inner", validate=STREAMED, build_side=HELD)
        .group_by(GROUP, DAY)
        .agg(pl.col(held).max())
    )
    numbered = days.select(GROUP, *held).unique().with_row_index(TEXTS, first)
    return (
        days.join(numbered, on=[GROUP, *held], how="left", nulls_equal=True, validate="m:1")
        .pipe(_complete, RenamedDays)
        .select(columns(RenamedDays))
    )


def list_texts(
    groups: pl.LazyFrame, renamed: Rows[RenamedDays], level: AdLevel, contract: type[Table]
) -> pl.LazyFrame:
    """List what the rows of groups have in texts.

    Args:
        groups: `LevelGroups`, or `UrlGroups`.
        level: the level whose entities or whose pages are grouped.
        contract: `LevelTexts`, or `UrlTexts`.

    Returns:
        Rows of the contract, each at the place of its number; ids and names of finer levels are
        empty.
    """
    held = _held_at(level)
    told = [name for name in columns(contract) if name not in (TEXTS, *PARENTS, *NAMES)]
    lasting = groups.group_by(GROUP).agg(pl.col(told).first(), pl.col(held).max())
    of_days = (
        renamed.select(TEXTS, GROUP, *held)
        .unique(TEXTS)
        .join(lasting.drop(held), on=GROUP, how="left", validate="m:1")
    )
    parts = [lasting.with_columns(pl.col(GROUP).alias(TEXTS)), of_days]
    whole = pl.concat(parts, how="diagonal").pipe(_complete, contract)
    return whole.select(columns(contract)).sort(TEXTS)


def _held_at(level: AdLevel) -> list[str]:
    """The ids and names that rows of a level have."""
    finest = RANKS[level] + 1
    return [*PARENTS[:finest], *NAMES[:finest]]


def _complete(rows: pl.LazyFrame, contract: type[Table]) -> pl.LazyFrame:
    """Rows with all of a contract's columns; ids and names of finer levels are empty."""
    finer = [name for name in columns(contract) if name not in rows.collect_schema()]
    return rows.with_columns(pl.lit(None, SHARED).alias(name) for name in finer)


def _number_groups(entities: pl.LazyFrame, grain: Sequence[str]) -> pl.LazyFrame:
    groups = (
        entities.select(grain)
        .unique()
        .with_columns(make_entity_key(grain).alias(GROUP_KEY))
        .sort(GROUP_KEY)
        .with_row_index(GROUP)
    )
    return entities.join(groups, on=grain, how="left", nulls_equal=True, validate=STREAMED)


def read_links(ads: pl.LazyFrame) -> pl.LazyFrame:
    """Add what the landing page and the URL tags of ads say.

    Each distinct page, query and set of tags is read once, and they are far fewer than URLs.

    Args:
        ads: Rows with landing_url and url_tags, as texts that are kept once.

    Returns:
        The same rows, in no order, with `URL_COLUMNS`.
    """
    urls = ads.select(AdEntities.landing_url).unique().pipe(_cut_urls)
    of_page = {
        UrlReport.base_url: base_url(pl.col(PAGE)),
        UrlReport.url_host: url_host(pl.col(PAGE)),
        UrlReport.url_path: url_path(pl.col(PAGE)),
    }
    of_query = {name: read_parameter(pl.col(QUERY), name) for name in UTM_COLUMNS}
    of_tags = {name + OF_TAGS: read_tag(name) for name in UTM_COLUMNS}
    parts = ((PAGE, urls, of_page), (QUERY, urls, of_query), (AdEntities.url_tags, ads, of_tags))
    rows = ads.join(urls, on=AdEntities.landing_url, how="left", validate="m:1", nulls_equal=True)
    for part, source, readings in parts:
        distinct = source.select(part).unique().pipe(write_out_texts)
        read = distinct.with_columns(**readings).pipe(share_texts)
        rows = rows.join(read, on=part, how="left", validate="m:1", nulls_equal=True)
    return rows.with_columns(
        pl.coalesce(name + OF_TAGS, name).alias(name) for name in UTM_COLUMNS
    ).drop(PAGE, QUERY, *of_tags)


def _cut_urls(urls: pl.LazyFrame) -> pl.LazyFrame:
    """Add to URLs what stands before the `?` or `#`, and the rest."""
    url = pl.col(AdEntities.landing_url).cast(pl.String)
    return (
        urls.with_columns(before_query(url).alias(PAGE))
        .with_columns(url.str.strip_prefix(pl.col(PAGE)).alias(QUERY))
        .with_columns(pl.col(PAGE, QUERY).cast(SHARED))
    )


def read_tag(name: str) -> pl.Expr:
    """The value of a parameter in `url_tags`: a query string, or a JSON list of keys and values."""
    tags = pl.col(AdEntities.url_tags)
    listed = tags.str.extract(rf'(?i)"key"\s*:\s*"{name}"\s*,\s*"value"\s*:\s*"([^"]+)"')
    written = read_parameter(pl.lit("?") + tags.str.strip_chars_start("?& "), name)
    return pl.coalesce(decode_value(listed), written)


def make_entity_key(parts: Sequence[str]) -> pl.Expr:
    r"""Make a key of ids as text; no two different entities share one.

    Parts are joined by a space, one inside a part is `\s`, a missing part is empty.
    """
    texts = [
        pl.col(part)
        .cast(pl.String)
        .str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all(" ", "\\s", literal=True)
        for part in parts
    ]
    return pl.concat_str(*(text.fill_null("") for text in texts), separator=" ")
