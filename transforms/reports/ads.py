"""Account, campaign, ad group, ad and URL reports in dbt ad_reporting's columns (SPEC §6.2)."""

from collections.abc import Sequence

import polars as pl

from contracts.columns import Table, polars_schema
from contracts.facts.ad_facts import (
    PlacedStats,
)
from contracts.facts.ad_sums import (
    LevelSums,
    UrlSums,
)
from contracts.feeds import Ads
from contracts.reports.ads import (
    AccountReport,
    AdCampaignReport,
    AdGroupReport,
    AdReport,
    UrlReport,
)
from contracts.vocabulary import AdLevel
from transforms.ads.levels import (
    DAY,
    METRICS,
    NAMES,
    PARENTS,
    RANKS,
    agree,
    sum_known,
)
from transforms.ads.name_lookup import find_version
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables, make_versions
from transforms.ads.shared_texts import SHARED, share_texts, write_out_texts
from transforms.ads.speakers import OWN, adds_to
from transforms.common.ad_levels import ID_OF_LEVEL
from transforms.common.json_objects import merge_objects
from transforms.common.report_rows import GROUP_KEY, ReportRows, order_groups
from transforms.web.utm import (
    base_url,
    cut_before_query,
    decode_value,
    read_parameter,
    url_host,
    url_path,
)

REPORTS: dict[AdLevel, type[Table]] = {
    AdLevel.ACCOUNT: AccountReport,
    AdLevel.CAMPAIGN: AdCampaignReport,
    AdLevel.AD_GROUP: AdGroupReport,
    AdLevel.AD: AdReport,
}

UTM_COLUMNS = [
    UrlReport.utm_source,
    UrlReport.utm_medium,
    UrlReport.utm_campaign,
    UrlReport.utm_content,
    UrlReport.utm_term,
]
URL_COLUMNS = [UrlReport.base_url, UrlReport.url_host, UrlReport.url_path, *UTM_COLUMNS]
PAGE, QUERY, OF_TAGS = "page", "query", " of tags"
GRAIN = [PlacedStats.org_id, PlacedStats.platform, PlacedStats.account_id]
WHERE_UNKNOWN = " where unknown"
URL_GRAIN = [*GRAIN, PlacedStats.campaign_id, PlacedStats.ad_group_id, *URL_COLUMNS]
OF_ENTITY = "attributes of the entity"
IS_OWN = LevelSums.is_own


def sum_level(stats: pl.LazyFrame, level: AdLevel) -> pl.LazyFrame:
    """Sum the figures of a level's entities, from their own rows or from what lies below.

    Args:
        stats: `PlacedStats`.
        level: the level.

    Returns:
        `LevelSums`, in no order.
    """
    by, rank = ID_OF_LEVEL[level], RANKS[level]
    unknown = {
        parent + WHERE_UNKNOWN: pl.when(pl.col(by).is_null()).then(parent)
        for parent in PARENTS[1:rank]
    }
    grain = list(dict.fromkeys([*GRAIN, by]))
    held = [name for name in (*PARENTS[: rank + 1], *NAMES[: rank + 1]) if name not in grain]
    return (
        stats.filter(adds_to(rank))
        .with_columns(**unknown)
        .group_by(*grain, *unknown, DAY)
        .agg(pl.col(held).max(), *_sum_figures(), (pl.col(OWN) == rank).all().alias(IS_OWN))
        .pipe(_complete, LevelSums)
    )


def sum_urls(stats: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the figures of ads by their landing pages with utm parameters.

    A parameter in an ad's URL tags wins over the URL's own. Each distinct URL is read once.

    Args:
        stats: `PlacedStats`.

    Returns:
        `UrlSums`, in no order.
    """
    link = [PlacedStats.landing_url, PlacedStats.url_tags]
    ads = stats.filter(pl.col(OWN) == RANKS[AdLevel.AD])
    links = ads.select(link).unique().pipe(write_out_texts).pipe(read_links).pipe(share_texts)
    return (
        ads.join(links, on=link, how="left", nulls_equal=True, validate="m:1")
        .group_by(*URL_GRAIN, DAY)
        .agg(pl.col(NAMES[:-1]).max(), *_sum_figures(), pl.lit(value=True).alias(IS_OWN))
        .pipe(_complete, UrlSums)
    )


def make_level_report(
    sums: pl.LazyFrame, level: AdLevel, tables: AdTables, currency: str
) -> ReportRows:
    """Report one level.

    Args:
        sums: `LevelSums`.
        level: the level of the report.
        tables: the tables of names in days, for the attributes of what the report is about.
        currency: the reporting currency, in which the stats are.

    Returns:
        The level's report, sorted by its key: one row per day and entity of the level; what is of
        no known entity is told apart by the coarser ids.
    """
    by, rank = ID_OF_LEVEL[level], RANKS[level]
    where_unknown = [pl.when(pl.col(by).is_null()).then(name) for name in PARENTS[1:rank]]
    entity_key = make_entity_key([*map(pl.col, dict.fromkeys([*GRAIN, by])), *where_unknown])
    rows = _join_attributes(sums, level, tables)
    grain = [*GRAIN, *PARENTS[1 : rank + 1]]
    return _order(rows, grain, entity_key, REPORTS[level], currency)


def make_url_report(sums: pl.LazyFrame, currency: str) -> ReportRows:
    """Report landing pages with their utm parameters; ads without a URL have empty URL columns.

    Args:
        sums: `UrlSums`.
        currency: the reporting currency, in which the stats are.

    Returns:
        `UrlReport`, sorted by its key: one row per day, ad group, URL without query and fragment,
        and utm parameters.
    """
    entity_key = make_entity_key([pl.col(name) for name in URL_GRAIN])
    return _order(sums, URL_GRAIN, entity_key, UrlReport, currency)


def _sum_figures() -> list[pl.Expr]:
    """Sums of a group's metrics, and what its rows agree on."""
    return [*sum_known(METRICS), agree(PlacedStats.source_relation), agree(PlacedStats.attributes)]


def _complete(sums: pl.LazyFrame, contract: type[Table]) -> pl.LazyFrame:
    """The contract's columns; ids and names of finer levels are empty."""
    schema = polars_schema(contract)
    finer = [name for name in schema if name not in sums.collect_schema()]
    return (
        sums.with_columns(pl.lit(None, SHARED).alias(name) for name in finer)
        .select(schema.names())
        .cast(dict(schema))
    )


def read_links(ads: pl.LazyFrame) -> pl.LazyFrame:
    """Add what the landing page and the URL tags of ads say.

    Each distinct page, query and set of tags is read once, and they are far fewer than URLs.

    Args:
        ads: Rows with landing_url and url_tags.

    Returns:
        The same rows, in no order, with `URL_COLUMNS`.
    """
    query = cut_before_query(pl.col(PlacedStats.landing_url))
    page = pl.col(PlacedStats.landing_url).str.extract(r"^([^?#]*)")
    urls = (
        ads.select(PlacedStats.landing_url)
        .unique()
        .with_columns(page.alias(PAGE), query.alias(QUERY))
    )
    of_page = {
        UrlReport.base_url: base_url(pl.col(PAGE)),
        UrlReport.url_host: url_host(pl.col(PAGE)),
        UrlReport.url_path: url_path(pl.col(PAGE)),
    }
    of_query = {name: read_parameter(pl.col(QUERY), name) for name in UTM_COLUMNS}
    of_tags = {name + OF_TAGS: read_tag(name) for name in UTM_COLUMNS}
    parts = ((PAGE, urls, of_page), (QUERY, urls, of_query), (PlacedStats.url_tags, ads, of_tags))
    rows = ads.join(urls, on=PlacedStats.landing_url, how="left", validate="m:1", nulls_equal=True)
    for part, source, readings in parts:
        read = source.select(part).unique().with_columns(**readings)
        rows = rows.join(read, on=part, how="left", validate="m:1", nulls_equal=True)
    return rows.with_columns(
        pl.coalesce(name + OF_TAGS, name).alias(name) for name in UTM_COLUMNS
    ).drop(PAGE, QUERY, *of_tags)


def read_tag(name: str) -> pl.Expr:
    """The value of a parameter in `url_tags`: a query string, or a JSON list of keys and values."""
    tags = pl.col(PlacedStats.url_tags)
    listed = tags.str.extract(rf'(?i)"key"\s*:\s*"{name}"\s*,\s*"value"\s*:\s*"([^"]+)"')
    written = read_parameter(pl.lit("?") + tags.str.strip_chars_start("?& "), name)
    return pl.coalesce(decode_value(listed), written)


def make_entity_key(parts: Sequence[pl.Expr]) -> pl.Expr:
    r"""Make a key of ids as text; no two different entities share one.

    Parts are joined by a space, one inside a part is `\s`, a missing part is empty.
    """
    texts = [
        part.cast(pl.String)
        .str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all(" ", "\\s", literal=True)
        for part in parts
    ]
    return pl.concat_str(*(text.fill_null("") for text in texts), separator=" ")


def _join_attributes(rows: pl.LazyFrame, level: AdLevel, tables: AdTables) -> pl.LazyFrame:
    """Put the attributes that entities have in their own table, as of the day, before their stats'.

    Stats of a finer level say nothing of the entity.
    """
    by, own = ID_OF_LEVEL[level], Ads.attributes
    table = tables.of_level(level)
    if level is AdLevel.CAMPAIGN and tables.ads is not None:
        campaigns = tables.ads.filter(pl.col(Ads.ad_id).is_null())
        table = campaigns if table is None else pl.concat([campaigns, table], how="diagonal")
    if table is None:
        return rows.with_columns(pl.when(IS_OWN).then(own).alias(own))
    keys = [*PLATFORM_KEYS, by]
    bearing = table.filter(pl.col(own).is_not_null()).select(keys)
    stated = make_versions(table.join(bearing, on=keys, how="semi"), by, [own])
    return find_version(rows, stated.rename({own: OF_ENTITY}), by, DAY).with_columns(
        merge_objects(pl.col(OF_ENTITY), pl.when(IS_OWN).then(own)).alias(own)
    )


def _order(
    rows: pl.LazyFrame,
    grain: Sequence[str],
    entity_key: pl.Expr,
    contract: type[Table],
    currency: str,
) -> ReportRows:
    """The report in the order of its key: of the days, and of the keys of what is reported."""
    day = pl.col(DAY).dt.to_string("%Y-%m-%d")
    of_day = pl.concat_str(day, pl.col(GROUP_KEY).cast(pl.String), separator=" ")

    added = (
        of_day.alias(AccountReport.ad_stats_key),
        pl.lit(currency).alias(AccountReport.currency),
    )
    return ReportRows(order_groups(rows, grain, DAY, group_key=entity_key), contract, added)
