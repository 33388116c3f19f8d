"""Account, campaign, ad group, ad and URL reports in dbt ad_reporting's columns (SPEC §6.2)."""

import polars as pl

from contracts.ad_facts import DailyStats
from contracts.columns import Table, columns, polars_schema
from contracts.feeds import Ads
from contracts.reports.ads import (
    AccountReport,
    AdGroupReport,
    AdReport,
    CampaignReport,
    UrlReport,
)
from contracts.vocabulary import AdLevel
from transforms.ad_stats import LEVEL_IDS, METRICS, NAMES, PARENTS, keep_level
from transforms.ad_versions import AdTables, find_versions
from transforms.utm import base_url, decode_value, read_parameter, url_host, url_path

REPORTS: dict[AdLevel, type[Table]] = {
    AdLevel.ACCOUNT: AccountReport,
    AdLevel.CAMPAIGN: CampaignReport,
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
LINK = [DailyStats.landing_url, DailyStats.url_tags]
GRAIN = [DailyStats.org_id, DailyStats.date_day, DailyStats.platform, DailyStats.account_id]
WHERE_UNKNOWN = " where unknown"
OF_ASSET = " of asset"


def make_level_report(
    stats: pl.LazyFrame, level: AdLevel, tables: AdTables, currency: str, timezone: str
) -> pl.LazyFrame:
    """Report one level, from its own rows where an account gives them, else from finer ones.

    Args:
        stats: `DailyStats`.
        level: the level of the report.
        tables: the tables of names, for the attributes of what the report is about.
        currency: the reporting currency, in which the stats are.
        timezone: the reporting time zone, in whose days attributes are valid.

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
    own_rows = pl.when(pl.col(DailyStats.level) == level).then(DailyStats.attributes)
    parents = [name for name in PARENTS[: place + 1] if name not in grain]
    return (
        keep_level(stats, level)
        .with_columns(own_rows.alias(DailyStats.attributes), **unknown)
        .group_by(grain)
        .agg(
            pl.sum(*METRICS),
            pl.col([*parents, *NAMES[: place + 1]]).max(),
            *map(_agreed, (DailyStats.source_relation, DailyStats.attributes)),
        )
        .pipe(_add_attributes, level, tables.in_days(timezone))
        .with_columns(make_stats_key(grain).alias(AccountReport.ad_stats_key))
        .pipe(_shape, REPORTS[level], currency)
    )


def make_url_report(stats: pl.LazyFrame, currency: str) -> pl.LazyFrame:
    """Report landing pages with their utm parameters, from the rows of ads.

    A parameter in an ad's URL tags wins over the URL's own. Ads without a URL are rows with empty
    URL columns. Each distinct URL is read once.

    Args:
        stats: `DailyStats`.
        currency: the reporting currency, in which the stats are.

    Returns:
        `UrlReport`, sorted by its key: one row per day, ad group, URL without query and fragment,
        and utm parameters.
    """
    ads = stats.filter(pl.col(DailyStats.level) == AdLevel.AD)
    url = pl.col(DailyStats.landing_url)
    links = (
        ads.select(LINK)
        .unique()
        .with_columns(
            base_url(url).alias(UrlReport.base_url),
            url_host(url).alias(UrlReport.url_host),
            url_path(url).alias(UrlReport.url_path),
            *(
                pl.coalesce(read_tag(name), read_parameter(url, name)).alias(name)
                for name in UTM_COLUMNS
            ),
        )
    )
    grain = [*GRAIN, DailyStats.campaign_id, DailyStats.ad_group_id, *URL_COLUMNS]
    return (
        ads.join(links, on=LINK, how="left", validate="m:1", nulls_equal=True)
        .group_by(grain)
        .agg(
            pl.sum(*METRICS),
            pl.col(NAMES[:-1]).max(),
            *map(_agreed, (DailyStats.source_relation, DailyStats.attributes)),
        )
        .with_columns(make_stats_key(grain).alias(UrlReport.ad_stats_key))
        .pipe(_shape, UrlReport, currency)
    )


def read_tag(name: str) -> pl.Expr:
    """The value of a parameter in `url_tags`: a query string, or a JSON list of keys and values."""
    tags = pl.col(DailyStats.url_tags)
    listed = tags.str.extract(rf'(?i)"key"\s*:\s*"{name}"\s*,\s*"value"\s*:\s*"([^"]+)"')
    written = read_parameter(pl.lit("?") + tags.str.strip_chars_start("?& "), name)
    return pl.coalesce(decode_value(listed), written)


def make_stats_key(parts: list[str]) -> pl.Expr:
    r"""Make a key of the day and the other parts, as text; no two different rows share one.

    Parts are joined by a space, one inside a part is `\s`, a missing part is empty.
    """
    day, rest = DailyStats.date_day, [part for part in parts if part != DailyStats.date_day]
    texts = [
        pl.col(part)
        .str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all(" ", "\\s", literal=True)
        for part in rest
    ]
    return pl.concat_str(
        pl.col(day).dt.to_string("%Y-%m-%d"), *(text.fill_null("") for text in texts), separator=" "
    )


def _agreed(name: str) -> pl.Expr:
    """The one value of a column that a group's rows agree on, else null."""
    cell = pl.col(name)
    return pl.when(cell.min() == cell.max()).then(cell.max()).alias(name)


def _add_attributes(report: pl.LazyFrame, level: AdLevel, tables: AdTables) -> pl.LazyFrame:
    """Put the custom attributes of the report's thing, as of the day, before those of its stats."""
    table = {
        AdLevel.ACCOUNT: tables.accounts,
        AdLevel.CAMPAIGN: tables.campaigns,
        AdLevel.AD_GROUP: tables.groups,
        AdLevel.AD: tables.ads,
    }[level]
    if level is AdLevel.CAMPAIGN and tables.ads is not None:
        campaigns = tables.ads.filter(pl.col(Ads.ad_id).is_null())
        table = campaigns if table is None else pl.concat([campaigns, table], how="diagonal")
    if table is None:
        return report
    own, asset = Ads.attributes, Ads.attributes + OF_ASSET
    return (
        report.pipe(find_versions, table, LEVEL_IDS[level], {own: asset}, DailyStats.date_day)
        .with_columns(_merge_objects(asset, own).alias(own))
        .drop(asset)
    )


def _merge_objects(first: str, second: str) -> pl.Expr:
    """Two JSON objects as one, the second's members last; null where both are empty."""
    bodies = [
        pl.col(name).str.strip_chars().str.slice(1).str.head(-1).str.strip_chars().replace("", None)
        for name in (first, second)
    ]
    body = pl.concat_str(bodies, separator=",", ignore_nulls=True)
    return pl.when(body != "").then(pl.format("{{{}}}", body))


def _shape(report: pl.LazyFrame, contract: type[Table], currency: str) -> pl.LazyFrame:
    return (
        report.with_columns(pl.lit(currency).alias(AccountReport.currency))
        .select(columns(contract))
        .cast(dict(polars_schema(contract)))
        .sort(AccountReport.ad_stats_key)
    )
