"""Account, campaign, ad group, ad and URL reports in dbt ad_reporting's columns (SPEC §6.2)."""

from collections.abc import Callable

import polars as pl

from contracts.columns import Table, columns, polars_schema
from contracts.facts.ad_facts import AdEntities
from contracts.feeds import Ads
from contracts.reports.ads import (
    AccountReport,
    AdCampaignReport,
    AdGroupReport,
    AdReport,
    UrlReport,
)
from contracts.vocabulary import AdLevel
from transforms.ads.entities import DAY, LEVEL_IDS, NAMES, PARENTS, EntityDays, keep_level
from transforms.ads.name_lookup import CHANGES, find_by_day, find_version, join_by_day
from transforms.ads.name_versions import PLATFORM_KEYS, AdTables, make_versions
from transforms.ads.rollup import GROUP, Grouped, ReportRows, dress, roll_up
from transforms.common.json_objects import merge_objects
from transforms.common.settling import Settle
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
GRAIN = [AdEntities.org_id, AdEntities.platform, AdEntities.account_id]
WHERE_UNKNOWN = " where unknown"
OF_ASSET = "attributes of its thing"
THING_KEY = "key of its thing"


def make_level_report(
    stats: EntityDays, level: AdLevel, tables: AdTables, currency: str, settle: Settle
) -> ReportRows:
    """Report one level, from its own rows where an account gives them, else from finer ones.

    Args:
        stats: `DailyStats` and their entities.
        level: the level of the report.
        tables: the tables of names in days, for the attributes of what the report is about.
        currency: the reporting currency, in which the stats are.
        settle: holds what several frames are made from.

    Returns:
        The level's report, sorted by its key: one row per day and thing of the level; things that
        are not known are told apart by the coarser ids.
    """
    thing = LEVEL_IDS[level]
    place = list(LEVEL_IDS).index(level)
    unknown = {
        parent + WHERE_UNKNOWN: pl.when(pl.col(thing).is_null()).then(parent)
        for parent in PARENTS[1:place]
    }
    grain = list(dict.fromkeys([*GRAIN, thing, *unknown]))
    parents = [name for name in PARENTS[: place + 1] if name not in grain]
    rolled = roll_up(
        stats.among(keep_level(stats.entities, level).with_columns(**unknown)),
        grain,
        settle,
        greatest=[*parents, *NAMES[: place + 1], AdEntities.level],
        agreed=[AdEntities.source_relation],
        order=[make_thing_key(grain).alias(THING_KEY)],
    )
    attributes = _find_attributes(rolled, level, tables, settle)
    is_own = pl.col(AdEntities.level) == level

    def merge_attributes(rows: pl.LazyFrame) -> pl.LazyFrame:
        """Put a thing's attributes before its stats'; stats of a finer level say nothing of it."""
        return join_by_day(rows, attributes, GROUP, {OF_ASSET: OF_ASSET}).with_columns(
            merge_objects(pl.col(OF_ASSET), pl.when(is_own).then(Ads.attributes)).alias(
                Ads.attributes
            )
        )

    return _shape(rolled, REPORTS[level], currency, settle, merge_attributes)


def make_url_report(stats: EntityDays, currency: str, settle: Settle) -> ReportRows:
    """Report landing pages with their utm parameters, from the rows of ads.

    A parameter in an ad's URL tags wins over the URL's own. Ads without a URL are rows with empty
    URL columns. Each distinct URL is read once.

    Args:
        stats: `DailyStats` and their entities.
        currency: the reporting currency, in which the stats are.
        settle: holds what several frames are made from.

    Returns:
        `UrlReport`, sorted by its key: one row per day, ad group, URL without query and fragment,
        and utm parameters.
    """
    ads = stats.entities.filter(pl.col(AdEntities.level) == AdLevel.AD)
    grain = [*GRAIN, AdEntities.campaign_id, AdEntities.ad_group_id, *URL_COLUMNS]
    rolled = roll_up(
        stats.among(settle(read_links(ads))),
        grain,
        settle,
        greatest=NAMES[:-1],
        agreed=[AdEntities.source_relation],
        order=[make_thing_key(grain).alias(THING_KEY)],
    )
    return _shape(rolled, UrlReport, currency, settle)


def read_links(ads: pl.LazyFrame) -> pl.LazyFrame:
    """Add what the landing page and the URL tags of ads say.

    Each distinct page, query and set of tags is read once, and they are far fewer than URLs.

    Args:
        ads: Rows with landing_url and url_tags.

    Returns:
        The same rows, in no order, with `URL_COLUMNS`.
    """
    query = cut_before_query(pl.col(AdEntities.landing_url))
    page = pl.col(AdEntities.landing_url).str.extract(r"^([^?#]*)")
    urls = (
        ads.select(AdEntities.landing_url)
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
    parts = ((PAGE, urls, of_page), (QUERY, urls, of_query), (AdEntities.url_tags, ads, of_tags))
    rows = ads.join(urls, on=AdEntities.landing_url, how="left", validate="m:1", nulls_equal=True)
    for part, source, readings in parts:
        read = source.select(part).unique().with_columns(**readings)
        rows = rows.join(read, on=part, how="left", validate="m:1", nulls_equal=True)
    return rows.with_columns(
        pl.coalesce(name + OF_TAGS, name).alias(name) for name in UTM_COLUMNS
    ).drop(PAGE, QUERY, *of_tags)


def read_tag(name: str) -> pl.Expr:
    """The value of a parameter in `url_tags`: a query string, or a JSON list of keys and values."""
    tags = pl.col(AdEntities.url_tags)
    listed = tags.str.extract(rf'(?i)"key"\s*:\s*"{name}"\s*,\s*"value"\s*:\s*"([^"]+)"')
    written = read_parameter(pl.lit("?") + tags.str.strip_chars_start("?& "), name)
    return pl.coalesce(decode_value(listed), written)


def make_thing_key(parts: list[str]) -> pl.Expr:
    r"""Make a key of ids as text; no two different things share one.

    Parts are joined by a space, one inside a part is `\s`, a missing part is empty.
    """
    texts = [
        pl.col(part)
        .str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all(" ", "\\s", literal=True)
        for part in parts
    ]
    return pl.concat_str(*(text.fill_null("") for text in texts), separator=" ")


def _find_attributes(
    report: Grouped, level: AdLevel, tables: AdTables, settle: Settle
) -> pl.LazyFrame:
    """Find the custom attributes of the report's things in their own table, as of the day.

    Returns:
        One row per group that has any; or per group and day, where they changed.
    """
    by, own = LEVEL_IDS[level], Ads.attributes
    table = tables.of_level(level)
    if level is AdLevel.CAMPAIGN and tables.ads is not None:
        campaigns = tables.ads.filter(pl.col(Ads.ad_id).is_null())
        table = campaigns if table is None else pl.concat([campaigns, table], how="diagonal")
    if table is None:
        return pl.LazyFrame(schema={GROUP: pl.UInt32, DAY: pl.Date, OF_ASSET: pl.String})
    keys = [*PLATFORM_KEYS, by]
    bearing = table.filter(pl.col(own).is_not_null()).select(keys)
    told = make_versions(table.join(bearing, on=keys, how="semi"), by, [own])
    told = settle(told).rename({own: OF_ASSET})
    things = report.texts.select(GROUP, *keys).unique(GROUP).join(bearing, on=keys, how="semi")
    return find_by_day(
        things.with_columns(pl.lit(value=False).alias(CHANGES)),
        report.rows,
        GROUP,
        lambda asked: find_version(asked, told, by, DAY),
        settle,
    ).select(GROUP, DAY, OF_ASSET)


def _shape(
    report: Grouped,
    contract: type[Table],
    currency: str,
    settle: Settle,
    merge_attributes: Callable[[pl.LazyFrame], pl.LazyFrame] | None = None,
) -> ReportRows:
    """The report's columns in the order of its key: of the days, and of their groups' keys."""
    of_day = pl.concat_str(pl.col(DAY).dt.to_string("%Y-%m-%d"), THING_KEY, separator=" ")

    def finish(rows: pl.LazyFrame) -> pl.LazyFrame:
        return (
            (merge_attributes(rows) if merge_attributes else rows)
            .with_columns(
                of_day.alias(AccountReport.ad_stats_key),
                pl.lit(currency).alias(AccountReport.currency),
            )
            .select(columns(contract))
            .cast(dict(polars_schema(contract)))
        )

    return dress(report, settle, finish)
