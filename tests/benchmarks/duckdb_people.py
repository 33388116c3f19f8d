"""Attribution and journeys by DuckDB, from the same files: the benchmark's opponent.

`last` finds one touch an order. `models` numbers all touches of an order in windows and shares in
floating point, where ours are exact. `journey` is one sorted write. Nothing is checked.
"""

import argparse
from pathlib import Path

from tests.benchmarks.duckdb_job import connect, save

BOUGHT = """
CREATE TEMP TABLE bought AS
SELECT org_id, order_id, contact_id, ordered_at, revenue
FROM '{root}/told/orders/*.parquet' WHERE is_conversion
"""
PAIRS = """
CREATE TEMP TABLE pairs AS
WITH clicks AS (
    SELECT
        org_id, contact_id, occurred_at AS touched_at, channel, campaign_id, dispatch_id,
        message_id, event_id
    FROM '{root}/told/events/*.parquet'
    WHERE event_type IN ('email_clicked', 'sms_clicked', 'push_clicked', 'direct_mail_clicked')
        AND NOT is_machine AND contact_id IN (SELECT contact_id FROM bought)
),
visits AS (
    SELECT
        org_id, contact_id, started_at AS touched_at,
        CASE WHEN campaign_id IS NOT NULL OR ad_id IS NOT NULL THEN 'ads'
            ELSE coalesce(channel_group, 'unassigned') END AS channel,
        coalesce(channel_group, 'unassigned') AS channel_group,
        campaign_id, platform, ad_id, session_id
    FROM '{root}/told/sessions/*.parquet'
    WHERE (campaign_id IS NOT NULL OR ad_id IS NOT NULL
            OR coalesce(channel_group, 'unassigned') <> 'direct')
        AND NOT coalesce(is_bot, false) AND contact_id IN (SELECT contact_id FROM bought)
),
landings AS (
    SELECT DISTINCT org_id, session_id
    FROM visits JOIN clicks USING (org_id, contact_id)
    WHERE visits.channel_group = 'email'
        AND visits.touched_at
            BETWEEN clicks.touched_at AND clicks.touched_at + INTERVAL 30 MINUTE
),
touches AS (
    SELECT *, event_id AS touch_id FROM clicks
    UNION ALL BY NAME
    SELECT *, session_id AS touch_id FROM visits ANTI JOIN landings USING (org_id, session_id)
)
SELECT org_id, order_id, ordered_at, revenue, touches.* EXCLUDE (org_id)
FROM bought JOIN touches USING (org_id, contact_id)
WHERE ordered_at BETWEEN touched_at AND touched_at + INTERVAL 30 DAY
"""
LAST = """
SELECT org_id, order_id, revenue, unnest(last)
FROM (
    SELECT
        org_id, order_id, any_value(revenue) AS revenue,
        max({{
            'touched_at': touched_at, 'channel': channel, 'touch_id': touch_id,
            'channel_group': channel_group, 'campaign_id': campaign_id,
            'dispatch_id': dispatch_id, 'message_id': message_id, 'platform': platform,
            'ad_id': ad_id
        }}) AS last
    FROM pairs GROUP BY org_id, order_id
)
ORDER BY org_id, order_id
"""
MODELS = """
WITH numbered AS (
    SELECT
        *, row_number() OVER touches AS position, count(*) OVER of_order AS touches,
        max(touched_at) OVER of_order AS last_at
    FROM pairs
    WINDOW of_order AS (PARTITION BY org_id, order_id),
        touches AS (PARTITION BY org_id, order_id ORDER BY touched_at, channel, touch_id)
),
weighed AS (
    SELECT
        *,
        CASE WHEN touches = 1 THEN 1 WHEN touches = 2 THEN 0.5
            WHEN position IN (1, touches) THEN 0.4 ELSE 0.2 / (touches - 2) END AS by_position,
        pow(2, -epoch_us(last_at - touched_at) / (7 * 86400e6)) AS weight,
        max(position) FILTER (channel <> 'direct') OVER (PARTITION BY org_id, order_id) AS last_nd
    FROM numbered
),
credited AS (
    SELECT
        * EXCLUDE (weight, last_nd, by_position, last_at),
        CAST(position = 1 AS DOUBLE) AS first_touch,
        CAST(position = touches AS DOUBLE) AS last_touch,
        CAST(position = coalesce(last_nd, touches) AS DOUBLE) AS last_non_direct,
        1 / touches AS linear,
        by_position AS position_based,
        weight / sum(weight) OVER (PARTITION BY org_id, order_id) AS time_decay
    FROM weighed
)
SELECT
    *, revenue * first_touch AS revenue_first_touch, revenue * last_touch AS revenue_last_touch,
    revenue * last_non_direct AS revenue_last_non_direct, revenue * linear AS revenue_linear,
    revenue * position_based AS revenue_position_based, revenue * time_decay AS revenue_time_decay
FROM credited ORDER BY org_id, order_id, position
"""
JOURNEY = """
SELECT
    org_id, contact_id, occurred_at, event_id, kind, channel, event_type, campaign_id,
    campaign_name, dispatch_id, message_id, message_name, platform, ad_id, ad_name, url, order_id,
    revenue, is_machine, machine_reason
FROM (
    SELECT *, 'event' AS kind FROM '{root}/told/events/*.parquet'
    UNION ALL BY NAME
    SELECT
        org_id, contact_id, started_at AS occurred_at, session_id AS event_id, 'session' AS kind,
        CASE WHEN campaign_id IS NOT NULL OR ad_id IS NOT NULL THEN 'ads' ELSE 'web' END AS channel,
        campaign_id, campaign_name, platform, ad_id, ad_name, landing_url AS url
    FROM '{root}/told/sessions/*.parquet'
    UNION ALL BY NAME
    SELECT
        org_id, contact_id, ordered_at AS occurred_at, order_id AS event_id, 'order' AS kind,
        order_id, CASE WHEN is_conversion THEN revenue ELSE 0 END AS revenue
    FROM '{root}/told/orders/*.parquet'
)
WHERE contact_id IS NOT NULL
ORDER BY org_id, contact_id, occurred_at, event_id
"""


def run(root: Path, mode: str) -> Path:
    """Write one table and tell where it is."""
    path = root / f"duckdb/{mode}.parquet"
    path.parent.mkdir(exist_ok=True)
    queries = {"last": LAST, "models": MODELS, "journey": JOURNEY}
    with connect() as connection:
        if mode != "journey":
            for statement in (BOUGHT, PAIRS):
                connection.execute(statement.format(root=root))
        save(connection, queries[mode].format(root=root), path)
    return path


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("mode", choices=("start", "last", "models", "journey"))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    if chosen.mode != "start":
        run(chosen.root, chosen.mode)
