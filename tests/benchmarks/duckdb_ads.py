"""The same match and ads reports by DuckDB, in SQL as one would tune it: the opponent.

Its tables are ours, column by column and row by row but for the words of `match_reason`. Values are
compared in one form and looked up once per distinct link, URLs are read once; sessions and stats
meet by campaign or ad and day. Names are taken as they are: the generated ones never change, nor
does anything check whether they do. No `utm_audit`, no channel groups, no candidates, no contracts.
`whole` starts from the CSV files and keeps the same typed tables; `reports` starts from those.
"""

from pathlib import Path

import duckdb

from tests.benchmarks.duckdb_job import REPORTS, TYPED, connect, keep_typed, save
from tests.benchmarks.feed_types import AD_TYPES
from tests.benchmarks.modes import carry_out

SETUP = (
    r"""
CREATE TEMP MACRO comparable(said) AS
    lower(trim(regexp_replace(said, '[\s+_-]+', ' ', 'g')))
""",
    """
CREATE TEMP MACRO platform_of(said) AS CASE lower(trim(said))
    WHEN 'google' THEN 'google_ads' WHEN 'facebook' THEN 'facebook_ads'
    WHEN 'tiktok' THEN 'tiktok_ads' END
""",
    """
CREATE TEMP TABLE visits AS
SELECT
    session_id, CAST(started_at AS DATE) AS date_day, started_at, contact_id, utm_source,
    utm_medium, utm_campaign, utm_content,
    regexp_extract(landing_url, '^[^?#]*') AS landing_page
FROM {sessions}
""",
    """
CREATE TEMP TABLE links AS
SELECT
    utm_source, utm_campaign, utm_content, platform_of(utm_source) AS platform,
    trim(utm_campaign) AS campaign, trim(utm_content) AS content,
    comparable(utm_campaign) AS campaign_key, comparable(utm_content) AS content_key
FROM (SELECT DISTINCT utm_source, utm_campaign, utm_content FROM visits)
""",
    """
CREATE TEMP TABLE ads AS
SELECT *, comparable(ad_name) AS ad_key FROM {ads}
""",
    """
CREATE TEMP TABLE campaigns AS
SELECT
    platform, account_id, campaign_id, any_value(account_name) AS account_name,
    any_value(campaign_name) AS campaign_name, comparable(any_value(campaign_name)) AS campaign_key
FROM ads GROUP BY platform, account_id, campaign_id
""",
    """
CREATE TEMP TABLE named AS
SELECT
    links.*, coalesce(i.campaign_id, n.campaign_id) AS named_id,
    coalesce(i.account_id, n.account_id) AS named_account,
    CASE WHEN i.campaign_id IS NOT NULL THEN 'utm_campaign_id'
        WHEN n.campaign_id IS NOT NULL THEN 'utm_campaign_name' END AS named_by
FROM links
LEFT JOIN campaigns i ON links.platform = i.platform AND links.campaign = i.campaign_id
LEFT JOIN campaigns n ON links.platform = n.platform AND links.campaign_key = n.campaign_key
""",
    """
CREATE TEMP TABLE by_name AS
SELECT utm_source, utm_campaign, utm_content, any_value(ads) AS ad
FROM named JOIN ads ON named.platform = ads.platform AND content_key = ad_key
    AND (named_id IS NULL OR named_id = ads.campaign_id)
GROUP BY ALL HAVING count(*) = 1
""",
    """
CREATE TEMP TABLE answers AS
SELECT
    named.utm_source, named.utm_campaign, named.utm_content, named.platform,
    coalesce(ads.account_id, ad.account_id, named_account) AS account_id,
    coalesce(ads.campaign_id, ad.campaign_id, named_id) AS campaign_id,
    coalesce(ads.ad_group_id, ad.ad_group_id) AS ad_group_id,
    coalesce(ads.ad_id, ad.ad_id) AS ad_id,
    CASE WHEN ads.ad_id IS NOT NULL THEN 'utm_content_ad_id'
        WHEN ad IS NOT NULL THEN 'utm_content_ad_name'
        ELSE coalesce(named_by, if(named.platform IS NULL, 'none', 'platform')) END AS method,
    concat('found by ', method, ': ', coalesce(named.content, named.campaign)) AS reason
FROM named
LEFT JOIN ads ON named.platform = ads.platform AND named.content = ads.ad_id
LEFT JOIN by_name ON named.utm_source IS NOT DISTINCT FROM by_name.utm_source
    AND named.utm_campaign IS NOT DISTINCT FROM by_name.utm_campaign
    AND named.utm_content IS NOT DISTINCT FROM by_name.utm_content
""",
    """
CREATE TEMP TABLE matched AS
SELECT visits.*, answers.* EXCLUDE (utm_source, utm_campaign, utm_content)
FROM visits LEFT JOIN answers ON visits.utm_source IS NOT DISTINCT FROM answers.utm_source
    AND visits.utm_campaign IS NOT DISTINCT FROM answers.utm_campaign
    AND visits.utm_content IS NOT DISTINCT FROM answers.utm_content
""",
    """
CREATE TEMP TABLE stats AS
SELECT
    date_day, platform, account_id, campaign_id, ad_group_id, ad_id, sum(clicks) AS clicks,
    sum(impressions) AS impressions, sum(spend) AS spend, sum(conversions) AS conversions
FROM {ad_stats} GROUP BY ALL
""",
)
LINKED = r"""
CREATE TEMP TABLE linked AS
WITH urls AS (
    SELECT
        url, regexp_extract(url, '^[^?#]*') AS base_url,
        regexp_extract(url, '://([^/?#]*)', 1) AS url_host,
        regexp_extract(url, '://[^/?#]*([^?#]*)', 1) AS url_path, {parameters}
    FROM (SELECT DISTINCT landing_url AS url FROM ads)
)
SELECT stats.*, urls.* EXCLUDE (url)
FROM stats JOIN ads USING (platform, ad_id) JOIN urls ON ads.landing_url = urls.url
"""
PARAMETER = (
    "nullif(url_decode(replace(regexp_extract(url, '[?&]{0}=([^&#]*)', 1), '+', ' ')), '') AS {0}"
)
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
URL_PARTS = ("base_url", "url_host", "url_path", *UTM)
THINGS = ("account", "campaign", "ad_group", "ad")
FIGURES = {
    "clicks": "BIGINT",
    "impressions": "BIGINT",
    "spend": "DECIMAL(18, 4)",
    "conversions": "DECIMAL(18, 6)",
}
TABLES = (
    *(f"{level}_report" for level in (*THINGS, "url")),
    *("campaign_performance", "ad_performance", "session_matches"),
)
COUNTS = {"sessions": "BIGINT", "session_contacts": "BIGINT"}
REPORT = """
SELECT
    NULL::VARCHAR AS source_relation, date_day, platform, {named}, {url} clicks, impressions, spend,
    conversions, 0::DECIMAL(18, 4) AS conversions_value, 'default' AS org_id, 'USD' AS currency,
    concat_ws(' ', date_day, 'default', platform, {parts}) AS ad_stats_key,
    NULL::VARCHAR AS attributes
FROM (SELECT date_day, platform, {keys}, {sums} FROM {source} GROUP BY ALL) figures
LEFT JOIN {names} USING (platform, {by})
ORDER BY ad_stats_key
"""
PERFORMANCE = """
WITH both_sides AS (
    SELECT date_day, platform, {keys}, {sums} FROM (
        SELECT date_day, platform, {keys}, {figures} FROM stats GROUP BY ALL
        UNION ALL BY NAME
        SELECT
            date_day, platform, {keys}, count(*) AS sessions,
            count(DISTINCT contact_id) AS session_contacts
        FROM matched WHERE platform IS NOT NULL GROUP BY ALL
    ) GROUP BY ALL
), reach AS (
    SELECT platform, min(date_day) AS first_day, max(date_day) AS last_day FROM stats GROUP BY ALL
), known AS (
    SELECT * EXCLUDE (first_day, last_day) REPLACE ({reached})
    FROM both_sides LEFT JOIN reach USING (platform)
)
SELECT
    'default' AS org_id, date_day, platform, {named}, impressions, clicks, spend, sessions,
    session_contacts, conversions AS reported_conversions,
    0::DECIMAL(18, 4) AS reported_conversions_value, NULL::BIGINT AS orders,
    NULL::DECIMAL(18, 4) AS revenue, clicks / nullif(impressions, 0) AS ctr,
    spend::DOUBLE / nullif(clicks, 0) AS cpc, spend::DOUBLE / nullif(impressions, 0) * 1000 AS cpm,
    spend::DOUBLE / nullif(sessions, 0) AS cost_per_session, NULL::DOUBLE AS cost_per_order,
    NULL::DOUBLE AS roas, 0 / nullif(spend::DOUBLE, 0) AS reported_roas,
    NULL::DOUBLE AS over_claim_ratio, 'USD' AS currency
FROM known {joins}
ORDER BY date_day, platform, {order}
"""
CAMPAIGN_JOIN = """
LEFT JOIN (SELECT platform, campaign_id, account_name, campaign_name FROM campaigns)
    USING (platform, campaign_id)
"""
AD_JOIN = """
LEFT JOIN (SELECT platform, ad_id, ad_group_name, ad_name FROM ads) USING (platform, ad_id)
"""
SPECIAL_NAMES = {
    "campaign_name": "if(campaign_id IS NULL, '(no campaign matched)', campaign_name)",
    "ad_name": "if(ad_id IS NULL AND campaign_id IS NOT NULL, '(not served at ad level)', ad_name)",
}
MATCHES = """
SELECT
    'default' AS org_id, session_id, platform, campaign_id, ad_group_id, ad_id,
    CASE WHEN ad_id IS NOT NULL THEN 'ad' WHEN campaign_id IS NOT NULL THEN 'campaign'
        WHEN platform IS NOT NULL THEN 'platform' ELSE 'none' END AS match_level,
    method AS match_method, if(campaign_id IS NULL, 'unmatched', 'matched') AS match_status,
    reason AS match_reason, NULL::VARCHAR AS candidates, date_day,
    started_at AT TIME ZONE 'UTC' AS started_at, utm_source, utm_medium, utm_campaign, utm_content,
    NULL::VARCHAR AS utm_term, landing_page, true AS is_human
FROM matched ORDER BY session_id
"""


def level_query(level: str, source: str = "stats", url_parts: tuple[str, ...] = ()) -> str:
    """A level's report in the columns and the order of ours, or the URL report of ad groups."""
    held = THINGS[: THINGS.index(level) + 1]
    ids = [f"{thing}_id" for thing in held]
    named = [f"{thing}_{what}" for thing in held for what in ("id", "name")]
    names = ", ".join(f"any_value({thing}_name) AS {thing}_name" for thing in held)
    if url_parts:
        parts = [*ids, *(f"replace(coalesce({name}, ''), ' ', '\\s')" for name in url_parts)]
    else:
        parts = ["account_id", *ids[1:][-1:], *("''" for _ in held[1:-1])]
    return REPORT.format(
        named=", ".join(named),
        url="".join(f"{name}, " for name in url_parts),
        parts=", ".join(parts),
        keys=", ".join([*ids, *url_parts]),
        sums=sums(FIGURES),
        source=source,
        names=f"(SELECT platform, {level}_id, {names} FROM ads GROUP BY platform, {level}_id)",
        by=f"{level}_id",
    )


def performance_query(level: str) -> str:
    """Spend beside sessions, in the columns and the order of ours."""
    held = THINGS[: THINGS.index(level) + 1]
    ids = [f"{thing}_id" for thing in held]
    names = [SPECIAL_NAMES.get(f"{thing}_name", f"{thing}_name") for thing in held]
    named = (f"{i}, {n} AS {t}_name" for i, n, t in zip(ids, names, held, strict=True))
    return PERFORMANCE.format(
        keys=", ".join(ids),
        figures=sums(FIGURES),
        sums=sums(FIGURES | COUNTS),
        reached=", ".join(
            f"if(date_day BETWEEN first_day AND last_day, {name}, NULL) AS {name}"
            for name in FIGURES
        ),
        named=", ".join(named),
        joins=CAMPAIGN_JOIN + (AD_JOIN if level == "ad" else ""),
        order=", ".join(f"{name} NULLS FIRST" for name in ids),
    )


def sums(types: dict[str, str]) -> str:
    """Sums of columns, 0 where there is nothing to sum."""
    return ", ".join(f"coalesce(sum({name}), 0)::{kind} AS {name}" for name, kind in types.items())


def run_whole(root: Path, typed: Path, out: Path) -> None:
    """CSV files to typed Parquet tables to the ads reports."""
    with connect() as connection:
        keep_typed(connection, root, typed, AD_TYPES)
        make_reports(connection, typed, out)


def run_reports(typed: Path, out: Path) -> None:
    """Typed Parquet tables to the ads reports."""
    with connect() as connection:
        make_reports(connection, typed, out)


def make_reports(connection: duckdb.DuckDBPyConnection, typed: Path, out: Path) -> None:
    """Write the report tables below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    linked = LINKED.format(parameters=", ".join(PARAMETER.format(name) for name in UTM))
    sources = {table: f"'{typed}/{table}.parquet'" for table in AD_TYPES}
    for statement in (*SETUP, linked):
        connection.execute(statement.format(**sources))
    for level in THINGS:
        save(connection, level_query(level), out / f"{level}_report.parquet")
    save(connection, level_query("ad_group", "linked", URL_PARTS), out / "url_report.parquet")
    for level in ("campaign", "ad"):
        save(connection, performance_query(level), out / f"{level}_performance.parquet")
    save(connection, MATCHES, out / "session_matches.parquet")


if __name__ == "__main__":
    carry_out(
        {
            "whole": lambda root: run_whole(root, root / TYPED, root / REPORTS),
            "reports": lambda root: run_reports(root / TYPED, root / REPORTS),
        }
    )
