"""Orders by DuckDB, from the same files to the same tables, in tuned SQL: mail, journeys, credits.

Touches are numbered in windows and orders shared in floating point, where ours are exact to the
last place; nothing is checked, no file hashed and nothing published. `CREDITS` starts from the
tables that `INPUTS` names.
"""

from pathlib import Path

import duckdb

from tests.benchmarks.duckdb_job import connect, keep_typed, make_reports, save, save_all
from tests.benchmarks.duckdb_overviews import LISTS
from tests.benchmarks.feed_types import STAMP, TYPES

FEEDS = {
    **TYPES,
    "sessions": {
        "session_id": "VARCHAR",
        "started_at": STAMP,
        "contact_id": "VARCHAR",
        "landing_url": "VARCHAR",
        "utm_source": "VARCHAR",
        "utm_medium": "VARCHAR",
    },
    "orders": {
        "order_id": "VARCHAR",
        "ordered_at": STAMP,
        "contact_id": "VARCHAR",
        "revenue": "DECIMAL(18, 4)",
        "status": "VARCHAR",
    },
}
INPUTS = {
    "named": """
SELECT
    m.message_id, m.name AS message_name, d.dispatch_id, c.campaign_id, c.name AS campaign_name,
    m.cost
FROM {messages} m JOIN {dispatches} d USING (dispatch_id) JOIN {campaigns} c
    ON c.campaign_id = d.campaign_id
""",
    "bought": """
SELECT
    'default' AS org_id, order_id, contact_id, ordered_at, revenue,
    CAST(ordered_at AS DATE) AS date_day
FROM {orders} WHERE status <> 'cancelled'
""",
    "clicks": """
SELECT
    contact_id, occurred_at AS touched_at, 'email' AS channel, 'email' AS channel_group,
    campaign_id, dispatch_id, message_id, event_id
FROM {events} JOIN named USING (message_id)
WHERE event_type = 'email_clicked' AND user_agent <> 'Mozilla/5.0'
""",
    "visits": """
SELECT
    contact_id, started_at AS touched_at,
    CASE utm_medium
        WHEN 'organic' THEN 'organic search' WHEN 'cpc' THEN 'paid search' ELSE utm_medium
    END AS channel,
    channel AS channel_group, CAST(NULL AS VARCHAR) AS ad_id, session_id,
    CASE utm_medium WHEN 'cpc' THEN 'google_ads' END AS platform
FROM {sessions} WHERE utm_medium IS NOT NULL
""",
    "contacts": "SELECT contact_id FROM {contacts}",
    "ends_at": """
SELECT date_trunc('day', max(last_at)) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND AS last_instant
FROM (
    SELECT max(occurred_at) AS last_at FROM {events} UNION ALL SELECT max(sent_at) FROM {sends}
    UNION ALL SELECT max(started_at) FROM {sessions}
    UNION ALL SELECT max(ordered_at) FROM {orders}
)
""",
    "costs": """
SELECT
    CAST(min(sent_at) AS DATE) AS date_day, 'email' AS channel, named.campaign_id,
    any_value(cost) AS cost
FROM {sends} s JOIN named USING (message_id) GROUP BY message_id, named.campaign_id
""",
}
CREDITS = (
    """
CREATE TEMP TABLE ends AS
SELECT order_id, contact_id, ordered_at AS until, false AS is_open FROM bought
UNION ALL
SELECT contact_id, contact_id, last_instant, true
FROM contacts, ends_at
WHERE contact_id NOT IN (
    SELECT contact_id FROM bought
    WHERE ordered_at BETWEEN last_instant - INTERVAL 30 DAY AND last_instant
)
""",
    """
CREATE TEMP TABLE pairs AS
WITH landings AS (
    SELECT DISTINCT session_id
    FROM visits JOIN clicks USING (contact_id)
    WHERE visits.channel_group = 'email' AND visits.touched_at
        BETWEEN clicks.touched_at - INTERVAL 1 MINUTE AND clicks.touched_at + INTERVAL 30 MINUTE
),
touches AS (
    SELECT *, event_id AS touch_id FROM clicks
    UNION ALL BY NAME
    SELECT *, session_id AS touch_id FROM visits ANTI JOIN landings USING (session_id)
)
SELECT order_id, is_open, touches.*,
    row_number() OVER (
        PARTITION BY is_open, order_id ORDER BY touched_at, channel, touch_id
    ) AS touch_position
FROM ends JOIN touches USING (contact_id)
WHERE until BETWEEN touched_at AND touched_at + INTERVAL 30 DAY
""",
)
SHARES = {
    "first_touch": "CAST(touch_position = 1 AS DOUBLE)",
    "last_touch": "CAST(touch_position = touches AS DOUBLE)",
    "last_non_direct": "CAST(touch_position = last_nd AS DOUBLE)",
    "linear": "1 / touches",
    "position_based": "CASE WHEN touches = 1 THEN 1 WHEN touches = 2 THEN 0.5 "
    "WHEN touch_position IN (1, touches) THEN 0.4 ELSE 0.2 / (touches - 2) END",
    "time_decay": "weight / sum(weight) OVER of_order",
}
CREDITED = """
CREATE TEMP TABLE credited AS
WITH weighed AS (
    SELECT
        p.*, ordered_at, revenue, date_day, count(*) OVER of_order AS touches,
        coalesce(max(touch_position) FILTER (channel <> 'direct') OVER of_order, 0) AS last_nd,
        pow(2, -epoch_us(max(touched_at) OVER of_order - touched_at) / (7 * 86400e6)) AS weight
    FROM pairs p JOIN bought USING (order_id)
    WHERE NOT is_open
    WINDOW of_order AS (PARTITION BY order_id)
),
shared AS (SELECT *, {shares} FROM weighed WINDOW of_order AS (PARTITION BY order_id))
SELECT
    'default' AS org_id, order_id, touch_position, touches, contact_id, touched_at, ordered_at,
    epoch_us(ordered_at - touched_at) / 86400e6 AS days_to_convert, channel, channel_group,
    campaign_id, dispatch_id, message_id, platform,
    ad_id, event_id, session_id, {credits}, date_day, revenue
FROM shared
"""
TOUCHES = """
SELECT * EXCLUDE (date_day, revenue) FROM credited ORDER BY org_id, order_id, touch_position
"""
PATHS = """
WITH kept AS (
    SELECT is_open, order_id, channel, touch_position
    FROM pairs
    QUALIFY channel IS DISTINCT FROM
        lag(channel) OVER (PARTITION BY is_open, order_id ORDER BY touch_position)
),
named AS (
    SELECT is_open, order_id, string_agg(channel, ' > ' ORDER BY touch_position) AS path
    FROM kept GROUP BY ALL
)
SELECT
    'default' AS org_id, coalesce(path, '(direct)') AS path,
    count(DISTINCT ends.contact_id) FILTER (NOT is_open) AS contacts,
    count(*) FILTER (NOT is_open) AS orders,
    coalesce(sum(revenue), 0)::DECIMAL(18, 4) AS revenue,
    count(*) FILTER (is_open) AS contacts_without_order
FROM ends LEFT JOIN named USING (is_open, order_id)
LEFT JOIN bought ON bought.order_id = ends.order_id AND NOT is_open
GROUP BY ALL ORDER BY ALL
"""
EARNED = """
WITH all_credits AS (
    SELECT date_day, channel, platform, campaign_id, {models}, {revenues}, NULL AS cost
    FROM credited
    UNION ALL BY NAME
    SELECT date_day, '(direct)' AS channel, {ones}, {wholes}, NULL AS cost
    FROM bought ANTI JOIN credited USING (order_id)
    UNION ALL BY NAME SELECT * FROM costs
),
sums AS (SELECT {grain}, {sums}, sum(cost) AS cost FROM all_credits GROUP BY {grain})
SELECT 'default' AS org_id, {grain}, model, {name} credited_orders, revenue, cost,
    revenue / nullif(cost, 0) AS roas
FROM ({stacked}) ORDER BY ALL
"""
JOURNEY = """
SELECT
    'default' AS org_id, contact_id, occurred_at, event_id, kind, channel, event_type, campaign_id,
    campaign_name, dispatch_id, message_id, message_name, platform,
    CAST(NULL AS VARCHAR) AS ad_id, CAST(NULL AS VARCHAR) AS ad_name, url, order_id, revenue,
    is_machine, machine_reason
FROM (
    SELECT
        contact_id, occurred_at, event_id, 'event' AS kind, 'email' AS channel, event_type,
        campaign_id, campaign_name, dispatch_id, message_id, message_name, url,
        user_agent = 'Mozilla/5.0' AS is_machine,
        CASE WHEN user_agent = 'Mozilla/5.0' THEN 'generic_user_agent' END AS machine_reason
    FROM {events} JOIN named USING (message_id)
    UNION ALL BY NAME
    SELECT
        contact_id, sent_at AS occurred_at, send_id AS event_id, 'send' AS kind,
        'email' AS channel, named.campaign_id, campaign_name, dispatch_id, message_id, message_name
    FROM {sends} JOIN named USING (message_id)
    UNION ALL BY NAME
    SELECT
        contact_id, started_at AS occurred_at, session_id AS event_id, 'session' AS kind,
        'web' AS channel, landing_url AS url,
        CASE utm_medium WHEN 'cpc' THEN 'google_ads' END AS platform
    FROM {sessions}
    UNION ALL BY NAME
    SELECT
        contact_id, ordered_at AS occurred_at, order_id AS event_id, 'order' AS kind, order_id,
        CASE WHEN status <> 'cancelled' THEN revenue ELSE 0 END AS revenue
    FROM {orders}
)
ORDER BY org_id, contact_id, occurred_at, event_id
"""


def run_whole(root: Path, typed: Path, out: Path, models: tuple[str, ...]) -> None:
    """CSV files to typed Parquet tables to e-mail reports, lists, journeys and attribution."""
    with connect() as connection:
        keep_typed(connection, root, typed, FEEDS)
        make_reports(connection, typed, out)
        save_all(connection, LISTS, out)
    with connect() as connection:
        sources = {table: f"'{typed}/{table}.parquet'" for table in FEEDS}
        find_inputs(connection, INPUTS, sources)
        save(connection, JOURNEY.format(**sources), out / "contact_journey.parquet")
        write_attribution(connection, out, models)


def find_inputs(
    connection: duckdb.DuckDBPyConnection, queries: dict[str, str], sources: dict[str, str]
) -> None:
    """Make the tables that `write_attribution` starts from."""
    for name, query in queries.items():
        connection.execute(f"CREATE TEMP TABLE {name} AS {query.format(**sources)}")


def write_attribution(
    connection: duckdb.DuckDBPyConnection, out: Path, models: tuple[str, ...]
) -> None:
    """Write `order_touches`, `paths`, `channel_attribution` and `campaign_attribution`."""
    credits_ = [f"CAST({one} AS DECIMAL(18, 8)) AS {one}" for one in models]
    revenues = [f"CAST(revenue * {one} AS DECIMAL(18, 4)) AS revenue_{one}" for one in models]
    shares = ", ".join(f"{SHARES[one]} AS {one}" for one in models)
    for statement in CREDITS:
        connection.execute(statement)
    connection.execute(CREDITED.format(shares=shares, credits=", ".join(credits_ + revenues)))
    save(connection, TOUCHES, out / "order_touches.parquet")
    save(connection, PATHS, out / "paths.parquet")
    for name, grain, named in (
        ("channel_attribution", "date_day, channel", ""),
        (
            "campaign_attribution",
            "date_day, channel, platform, campaign_id",
            "coalesce(campaign_name, '(none)') AS campaign_name,",
        ),
    ):
        stacked = " UNION ALL ".join(
            f"SELECT {grain}, '{one}' AS model, {one} AS credited_orders, "
            f"revenue_{one} AS revenue, cost FROM sums"
            for one in models
        )
        if named:
            stacked = (
                f"SELECT * FROM ({stacked}) LEFT JOIN "
                "(SELECT DISTINCT campaign_id, campaign_name FROM named) USING (campaign_id)"
            )
        query = EARNED.format(
            grain=grain,
            name=named,
            models=", ".join(models),
            revenues=", ".join(f"revenue_{one}" for one in models),
            ones=", ".join(f"1 AS {one}" for one in models),
            wholes=", ".join(f"revenue AS revenue_{one}" for one in models),
            sums=", ".join(
                f"coalesce(sum({one}), 0) AS {one}"
                for model in models
                for one in (model, f"revenue_{model}")
            ),
            stacked=stacked,
        )
        save(connection, query, out / f"{name}.parquet")
