"""What else a run of messages writes, in SQL: overviews, domains, variants and lists.

They start from the temporary tables of the message reports; `contact_sums` is that of
`contact_report`.
"""

from tests.benchmarks.duckdb_queries import RATES
from tests.oracles.expected_reports import COUNTS

Z_95 = 1.959963984540054
SUMS = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COUNTS)
OF_RATES = ", ".join(f"{formula} AS {name}" for name, formula in RATES.items())
CHANNEL = f"""
SELECT *, {OF_RATES}
FROM (
    SELECT org_id, date_day, channel, {SUMS}, sum(cost) AS cost
    FROM daily GROUP BY org_id, date_day, channel
)
ORDER BY org_id, date_day
"""
DOMAINS = f"""
SELECT 'default' AS org_id, domain, 'email' AS channel, * EXCLUDE (domain), {OF_RATES}
FROM (
    SELECT
        lower(split_part(email, '@', 2)) AS domain, count(*) AS sends,
        count(*) FILTER (final = 'queued') AS queued, count(*) FILTER (final = 'sent') AS sent,
        count(delivered_day) AS delivered, count(bounced_day) AS bounced,
        count(*) FILTER (final = 'failed') AS failed,
        count(*) FILTER (final = 'bounced' AND is_hard) AS hard_bounces,
        count(*) FILTER (final = 'bounced' AND is_soft AND NOT coalesce(is_hard, false))
            AS soft_bounces,
        count(*) FILTER (final = 'bounced' AND NOT coalesce(is_hard OR is_soft, false))
            AS other_bounces,
        CAST(sum(opens) AS BIGINT) AS opens, count(open_day) AS unique_opens,
        count(human_open_day) AS human_unique_opens, CAST(sum(clicks) AS BIGINT) AS clicks,
        count(click_day) AS unique_clicks, count(human_click_day) AS human_unique_clicks,
        count(unsubscribed_at) AS unsubscribes, count(complained_at) AS complaints,
        0::BIGINT AS replies, 0::BIGINT AS holdout, CAST(NULL AS DECIMAL(18, 4)) AS cost
    FROM send_facts JOIN {{contacts}} USING (contact_id)
    GROUP BY domain
)
ORDER BY org_id, domain
"""
NEWCOMBE = """
    {0}_share AS {0}_rate, {0}_share - {0}_base AS {0}_difference,
    {0}_difference
        - sqrt(({0}_share - {0}_low_end) ** 2 + ({0}_base_high - {0}_base) ** 2) AS {0}_low,
    {0}_difference
        + sqrt(({0}_high_end - {0}_share) ** 2 + ({0}_base - {0}_base_low) ** 2) AS {0}_high
"""
WILSON = """
    {0} / delivered AS {1}_share,
    ({1}_share + {2} / (2 * delivered)
        - {3} * sqrt({1}_share * (1 - {1}_share) / delivered + {2} / (4 * delivered ** 2)))
        / (1 + {2} / delivered) AS {1}_low_end,
    ({1}_share + {2} / (2 * delivered)
        + {3} * sqrt({1}_share * (1 - {1}_share) / delivered + {2} / (4 * delivered ** 2)))
        / (1 + {2} / delivered) AS {1}_high_end
"""
FIRST = """
    CASE WHEN place > 1 THEN first({0}_share) OVER variants END AS {0}_base,
    first({0}_low_end) OVER variants AS {0}_base_low,
    first({0}_high_end) OVER variants AS {0}_base_high
"""
COMPARED = {"open": "human_unique_opens", "click": "human_unique_clicks"}
VARIANTS = f"""
WITH several AS (
    SELECT
        *, row_number() OVER variants AS place,
        {",".join(WILSON.format(count, name, Z_95**2, Z_95) for name, count in COMPARED.items())}
    FROM message_level
    WINDOW variants AS (PARTITION BY dispatch_id ORDER BY variant, message_id)
    QUALIFY count(*) OVER (PARTITION BY dispatch_id) > 1
),
compared AS (
    SELECT *, {",".join(FIRST.format(name) for name in COMPARED)}
    FROM several
    WINDOW variants AS (PARTITION BY dispatch_id ORDER BY place)
)
SELECT
    org_id, dispatch_id, message_id, dispatch_name, message_name, variant, sends, delivered,
    {",".join(NEWCOMBE.format(name) for name in COMPARED)}
FROM compared ORDER BY org_id, dispatch_id, place
"""
HIERARCHY = """
SELECT * FROM (
    SELECT 'campaign' AS level, * FROM campaign_level
    UNION ALL BY NAME SELECT 'dispatch' AS level, * FROM dispatch_level
    UNION ALL BY NAME SELECT 'message' AS level, * FROM message_level
)
ORDER BY org_id, level, channel, campaign_id, dispatch_id, message_id
"""
DELIVERY = """
SELECT
    'default' AS org_id, c.campaign_id, c.name, c.status, c.sent_at, queued, sent, delivered,
    bounced, failed
FROM {campaigns} c JOIN campaign_level USING (campaign_id)
ORDER BY c.sent_at DESC NULLS LAST, c.campaign_id
"""
SUBSCRIPTIONS = """
SELECT
    'default' AS org_id, contact_id, 'email' AS channel,
    CASE WHEN complained_at IS NULL THEN 'unsubscribed' ELSE 'complained' END AS status,
    coalesce(complained_at, unsubscribed_at) AS since,
    coalesce(complained_of, unsubscribed_of) AS message_id
FROM contact_sums
WHERE coalesce(complained_at, unsubscribed_at) IS NOT NULL
ORDER BY contact_id
"""
GROWTH = """
WITH changes AS (
    SELECT CAST(first_at AS DATE) AS date_day, 1 AS size_change, 0 AS unsubscribed, 0 AS complained
    FROM contact_sums
    WHERE first_at <= least(unsubscribed_at, complained_at) IS NOT false
    UNION ALL
    SELECT
        CAST(unsubscribed_at AS DATE),
        CASE WHEN first_at <= unsubscribed_at THEN -1 ELSE 0 END, 1, 0
    FROM contact_sums WHERE unsubscribed_at <= complained_at IS NOT false
        AND unsubscribed_at IS NOT NULL
    UNION ALL
    SELECT
        CAST(complained_at AS DATE),
        CASE WHEN first_at <= complained_at AND unsubscribed_at <= complained_at IS NOT true
            THEN -1 ELSE 0 END, 0, 1
    FROM contact_sums WHERE complained_at IS NOT NULL
)
SELECT
    'default' AS org_id, 'email' AS channel, date_day, 0::BIGINT AS subscribed,
    CAST(sum(unsubscribed) AS BIGINT) AS unsubscribed,
    CAST(sum(complained) AS BIGINT) AS complained,
    CAST(-sum(unsubscribed) - sum(complained) AS BIGINT) AS net,
    CAST(sum(sum(size_change)) OVER (ORDER BY date_day) AS BIGINT) AS size
FROM changes
GROUP BY date_day
HAVING count(*) FILTER (size_change <> 0 OR unsubscribed > 0 OR complained > 0) > 0
ORDER BY date_day
"""
OVERVIEWS = {
    "email/channel_report": CHANNEL,
    "email/domain_report": DOMAINS,
    "email/variant_report": VARIANTS,
    "campaigns/hierarchy_report": HIERARCHY,
    "campaigns/delivery_summary": DELIVERY,
}
"""Table -> its query."""

LISTS = {"people/subscriptions": SUBSCRIPTIONS, "people/list_growth": GROWTH}
"""The same of the tables that are made with the journeys."""
