"""The same match and ads reports by DuckDB, in SQL as one would tune it: the opponent.

Values are compared in one form and looked up once per distinct link; sessions and stats meet by
campaign or ad and day. Names are taken as they are: the generated ones never change, nor does
anything check whether they do. No `url_report`, no `utm_audit`, no channel groups, no candidates.
"""

import argparse
from pathlib import Path

from tests.benchmarks.duckdb_job import connect, save

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
    session_id, CAST(started_at AS DATE) AS date_day, contact_id, utm_source, utm_campaign,
    utm_content
FROM '{root}/raw/sessions/*.parquet'
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
SELECT *, comparable(ad_name) AS ad_key FROM '{root}/raw/ads.parquet'
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
SELECT
    session_id, date_day, contact_id, answers.* EXCLUDE (utm_source, utm_campaign, utm_content)
FROM visits LEFT JOIN answers ON visits.utm_source IS NOT DISTINCT FROM answers.utm_source
    AND visits.utm_campaign IS NOT DISTINCT FROM answers.utm_campaign
    AND visits.utm_content IS NOT DISTINCT FROM answers.utm_content
""",
    """
CREATE TEMP TABLE stats AS
SELECT
    date_day, platform, account_id, campaign_id, ad_group_id, ad_id, sum(clicks) AS clicks,
    sum(impressions) AS impressions, sum(spend) AS spend, sum(conversions) AS conversions
FROM '{root}/raw/ad_stats.parquet' GROUP BY ALL
""",
)
FIGURES = "sum(clicks) AS clicks, sum(impressions) AS impressions, sum(spend) AS spend"
LEVELS = {
    "account_report": "account_id",
    "campaign_report": "account_id, campaign_id",
    "ad_group_report": "account_id, campaign_id, ad_group_id",
    "ad_report": "account_id, campaign_id, ad_group_id, ad_id",
}
NAMES = {
    "campaign": (
        "(SELECT platform, campaign_id, account_name, campaign_name FROM campaigns)",
        "platform, campaign_id",
    ),
    "ad": (
        "(SELECT platform, ad_id, account_name, campaign_name, ad_group_name, ad_name FROM ads)",
        "platform, ad_id",
    ),
}
PERFORMANCE = """
WITH spent AS (
    SELECT date_day, platform, {keys}, {figures}, sum(conversions) AS reported_conversions
    FROM stats GROUP BY ALL
),
visited AS (
    SELECT
        date_day, platform, {keys}, count(*) AS sessions,
        count(DISTINCT contact_id) AS session_contacts
    FROM matched WHERE platform IS NOT NULL GROUP BY ALL
),
both_sides AS (
    SELECT
        date_day, platform, {keys}, sum(clicks) AS clicks, sum(impressions) AS impressions,
        sum(spend) AS spend, sum(reported_conversions) AS reported_conversions,
        coalesce(sum(sessions), 0) AS sessions, coalesce(sum(session_contacts), 0) AS contacts
    FROM (SELECT * FROM spent UNION ALL BY NAME SELECT * FROM visited) GROUP BY ALL
)
SELECT
    *, clicks / nullif(impressions, 0) AS ctr, spend / nullif(clicks, 0) AS cpc,
    spend / nullif(impressions, 0) * 1000 AS cpm, spend / nullif(sessions, 0) AS cost_per_session
FROM both_sides LEFT JOIN {names} USING ({by})
ORDER BY date_day, platform, {keys}
"""
MATCHES = """
SELECT
    session_id, platform, campaign_id, ad_group_id, ad_id, method, reason,
    CASE WHEN ad_id IS NOT NULL THEN 'ad' WHEN campaign_id IS NOT NULL THEN 'campaign'
        WHEN platform IS NOT NULL THEN 'platform' ELSE 'none' END AS level
FROM matched ORDER BY session_id
"""


def run_reports(root: Path) -> Path:
    """Write the reports and tell where they are."""
    out = root / "duckdb"
    out.mkdir(exist_ok=True)
    with connect() as connection:
        for statement in SETUP:
            connection.execute(statement.replace("{root}", str(root)))
        for name, keys in LEVELS.items():
            level = f"SELECT date_day, platform, {keys}, {FIGURES} FROM stats"
            save(connection, f"{level} GROUP BY ALL ORDER BY ALL", out / f"{name}.parquet")
        for name, (names, by) in NAMES.items():
            query = PERFORMANCE.format(
                keys=LEVELS[f"{name}_report"], figures=FIGURES, names=names, by=by
            )
            save(connection, query, out / f"{name}_performance.parquet")
        save(connection, MATCHES, out / "session_matches.parquet")
    return out


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("mode", choices=("start", "reports"))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    if chosen.mode == "reports":
        run_reports(chosen.root)
