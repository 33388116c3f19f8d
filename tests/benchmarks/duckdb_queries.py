"""The e-mail reports in SQL: `{table}` stands for the typed table of that name."""

from tests.oracles.expected_reports import COUNTS

SEND_EVENTS = (
    """
CREATE TEMP TABLE opens AS
SELECT
    send_id, count(*) AS opens, min(occurred_at) AS first_open_at,
    min(occurred_at) FILTER (user_agent IS DISTINCT FROM 'Mozilla/5.0') AS first_human_open_at,
    max(occurred_at) AS last_open_at
FROM {events} WHERE event_type = 'email_opened' GROUP BY send_id
""",
    """
CREATE TEMP TABLE clicks AS
SELECT
    send_id, count(*) AS clicks, min(occurred_at) AS first_click_at,
    min(occurred_at) FILTER (user_agent IS DISTINCT FROM 'Mozilla/5.0') AS first_human_click_at,
    max(occurred_at) AS last_click_at
FROM {events} WHERE event_type = 'email_clicked' GROUP BY send_id
""",
    """
CREATE TEMP TABLE deliveries AS
SELECT send_id, min(occurred_at) AS first_delivery, max(occurred_at) AS last_delivery
FROM {events} WHERE event_type = 'email_delivered' GROUP BY send_id
""",
    """
CREATE TEMP TABLE others AS
SELECT
    send_id,
    min(occurred_at) FILTER (event_type = 'email_bounced') AS bounced_at,
    max(occurred_at) FILTER (event_type = 'email_bounced') AS last_bounce,
    bool_or(event_type = 'email_bounced' AND subtype = 'hard') AS is_hard,
    bool_or(event_type = 'email_bounced' AND subtype = 'soft') AS is_soft,
    min(occurred_at) FILTER (event_type = 'email_unsubscribed') AS unsubscribed_at,
    min(occurred_at) FILTER (event_type = 'email_complained') AS complained_at
FROM {events}
WHERE event_type NOT IN ('email_opened', 'email_clicked', 'email_delivered')
GROUP BY send_id
""",
)
"""One table a kind of event: 1.0 CPU s at a million events; all kinds in one pass took 1.15."""

SEND_FACTS = """
CREATE TEMP TABLE send_facts AS
SELECT
    message_id,
    contact_id,
    CASE
        WHEN status IN ('delivered', 'bounced', 'failed') THEN status
        WHEN last_bounce >= coalesce(last_delivery, last_bounce) THEN 'bounced'
        WHEN last_delivery IS NOT NULL OR opens > 0 OR clicks > 0 THEN 'delivered'
        ELSE status
    END AS final,
    sent_at,
    CASE WHEN final = 'delivered' THEN coalesce(delivered_at, first_delivery) END AS delivered_at,
    coalesce(opens, 0) AS opens,
    coalesce(clicks, 0) AS clicks,
    CAST(sent_at AS DATE) AS sent_day,
    CASE WHEN final = 'delivered' THEN CAST(coalesce(delivered_at, first_delivery, sent_at) AS DATE)
        END AS delivered_day,
    CAST(CASE WHEN final = 'bounced' THEN coalesce(bounced_at, sent_at) END AS DATE) AS bounced_day,
    is_hard,
    is_soft,
    CAST(first_open_at AS DATE) AS open_day,
    CAST(first_human_open_at AS DATE) AS human_open_day,
    CAST(first_click_at AS DATE) AS click_day,
    CAST(first_human_click_at AS DATE) AS human_click_day,
    last_open_at,
    last_click_at,
    least(sent_at, first_delivery, first_open_at, first_click_at, bounced_at) AS first_at,
    unsubscribed_at,
    complained_at
FROM {sends}
LEFT JOIN deliveries USING (send_id)
LEFT JOIN opens USING (send_id)
LEFT JOIN clicks USING (send_id)
LEFT JOIN others USING (send_id)
"""
BY_DAY: dict[str, tuple[str, dict[str, str]]] = {
    "sent_day": (
        "send_facts",
        {
            "sends": "count(*)",
            "queued": "count(*) FILTER (final = 'queued')",
            "sent": "count(*) FILTER (final = 'sent')",
            "failed": "count(*) FILTER (final = 'failed')",
            "first_sent_at": "min(sent_at)",
            "last_sent_at": "max(sent_at)",
        },
    ),
    "delivered_day": ("send_facts", {"delivered": "count(*)"}),
    "bounced_day": (
        "send_facts",
        {
            "bounced": "count(*)",
            "hard_bounces": "count(*) FILTER (is_hard)",
            "soft_bounces": "count(*) FILTER (is_soft AND NOT coalesce(is_hard, false))",
            "other_bounces": "count(*) FILTER (NOT coalesce(is_hard OR is_soft, false))",
        },
    ),
    "open_day": ("send_facts", {"unique_opens": "count(*)"}),
    "human_open_day": ("send_facts", {"human_unique_opens": "count(*)"}),
    "click_day": ("send_facts", {"unique_clicks": "count(*)"}),
    "human_click_day": ("send_facts", {"human_unique_clicks": "count(*)"}),
    "CAST(unsubscribed_at AS DATE)": ("send_facts", {"unsubscribes": "count(*)"}),
    "CAST(complained_at AS DATE)": ("send_facts", {"complaints": "count(*)"}),
    "CAST(occurred_at AS DATE)": (
        "{events} WHERE event_type IN ('email_opened', 'email_clicked')",
        {
            "opens": "count(*) FILTER (event_type = 'email_opened')",
            "clicks": "count(*) FILTER (event_type = 'email_clicked')",
        },
    ),
}
"""Day -> the rows that have one, and what is counted on it."""

ASSETS = """
CREATE TEMP TABLE assets AS
SELECT
    message_id, m.name AS message_name, variant, dispatch_id, d.name AS dispatch_name,
    d.campaign_id, c.name AS campaign_name, c.status AS campaign_status, cost
FROM {messages} m
LEFT JOIN {dispatches} d USING (dispatch_id)
LEFT JOIN {campaigns} c ON c.campaign_id = d.campaign_id
"""
JOURNEY = """
SELECT
    'default' AS org_id, contact_id, occurred_at, event_id, kind, 'email' AS channel, event_type,
    campaign_id, campaign_name, dispatch_id, message_id, message_name,
    CAST(NULL AS VARCHAR) AS platform, CAST(NULL AS VARCHAR) AS ad_id,
    CAST(NULL AS VARCHAR) AS ad_name, url, CAST(NULL AS VARCHAR) AS order_id,
    CAST(NULL AS DECIMAL(18, 4)) AS revenue, is_machine, machine_reason
FROM (
    SELECT
        contact_id, occurred_at, event_id, 'event' AS kind, event_type, message_id, url,
        coalesce(user_agent = 'Mozilla/5.0', false) AS is_machine,
        CASE WHEN user_agent = 'Mozilla/5.0' THEN 'generic_user_agent' END AS machine_reason
    FROM {events}
    UNION ALL BY NAME
    SELECT contact_id, sent_at AS occurred_at, send_id AS event_id, 'send' AS kind, message_id
    FROM {sends}
)
JOIN assets USING (message_id)
ORDER BY org_id, contact_id, occurred_at, event_id
"""
LEVELS: dict[str, tuple[str, ...]] = {
    "campaign": ("campaign_id", "campaign_name", "campaign_status"),
    "dispatch": (
        "dispatch_id",
        "dispatch_name",
        "campaign_id",
        "campaign_name",
        "campaign_status",
    ),
    "message": (
        "message_id",
        "message_name",
        "variant",
        "dispatch_id",
        "dispatch_name",
        "campaign_id",
        "campaign_name",
        "campaign_status",
    ),
}
RATES = {
    "delivery_rate": "delivered / nullif(sends, 0)",
    "bounce_rate": "bounced / nullif(sends, 0)",
    "open_rate": "unique_opens / nullif(delivered, 0)",
    "human_open_rate": "human_unique_opens / nullif(delivered, 0)",
    "click_rate": "unique_clicks / nullif(delivered, 0)",
    "human_click_rate": "human_unique_clicks / nullif(delivered, 0)",
    "click_to_open_rate": "unique_clicks / nullif(unique_opens, 0)",
    "unsubscribe_rate": "unsubscribes / nullif(delivered, 0)",
    "complaint_rate": "complaints / nullif(delivered, 0)",
    "open_rate_of_sends": "unique_opens / nullif(sends, 0)",
    "click_rate_of_sends": "unique_clicks / nullif(sends, 0)",
}
LINKS = """
SELECT
    'default' AS org_id, message_id, url, any_value(campaign_id) AS campaign_id,
    any_value(message_name) AS message_name, CAST(sum(n) AS BIGINT) AS clicks,
    count(*) AS unique_clicks, min(first) AS first_clicked_at, max(last) AS last_clicked_at
FROM (
    SELECT message_id, url, send_id, count(*) AS n, min(occurred_at) AS first,
        max(occurred_at) AS last
    FROM {events}
    WHERE event_type = 'email_clicked' AND url IS NOT NULL
    GROUP BY message_id, url, send_id
)
LEFT JOIN assets USING (message_id)
GROUP BY message_id, url
ORDER BY message_id, url
"""
CONTACT_SUMS = """
CREATE TEMP TABLE contact_sums AS
SELECT
    contact_id, count(*) AS sends, count(*) FILTER (final = 'delivered') AS delivered,
    CAST(sum(opens) AS BIGINT) AS opens, CAST(sum(clicks) AS BIGINT) AS clicks,
    max(sent_at) AS last_sent_at,
    max(coalesce(delivered_at, sent_at)) FILTER (final = 'delivered') AS last_delivered_at,
    max(last_open_at) AS last_opened_at, max(last_click_at) AS last_clicked_at,
    min(first_at) AS first_at, min(unsubscribed_at) AS unsubscribed_at,
    arg_min(message_id, unsubscribed_at) AS unsubscribed_of,
    min(complained_at) AS complained_at, arg_min(message_id, complained_at) AS complained_of
FROM send_facts GROUP BY contact_id
"""
CONTACTS = """
SELECT
    'default' AS org_id, contact_id, coalesce(sends, 0) AS sends,
    coalesce(delivered, 0) AS delivered, coalesce(opens, 0) AS opens,
    coalesce(clicks, 0) AS clicks, last_sent_at, last_delivered_at, last_opened_at,
    last_clicked_at, unsubscribed_at, complained_at
FROM {contacts} LEFT JOIN contact_sums USING (contact_id)
ORDER BY contact_id
"""

DAILY = f"""
CREATE TEMP TABLE daily AS
SELECT 'default' AS org_id, date_day, assets.* EXCLUDE (cost), 'email' AS channel,
    {", ".join(COUNTS)},
    CASE WHEN date_day = min(date_day) FILTER (sends > 0) OVER (PARTITION BY message_id)
        THEN cost END AS cost,
    {", ".join(f"{formula} AS {name}" for name, formula in RATES.items())}
FROM days JOIN assets USING (message_id)
"""


def days_query() -> str:
    """Sums by message and day: each count on the day on which it happened."""
    parts = []
    for day, (source, counted) in BY_DAY.items():
        counts = ", ".join(f"{expression} AS {name}" for name, expression in counted.items())
        parts.append(
            f"SELECT message_id, {day} AS date_day, {counts} FROM {source} GROUP BY ALL "
            "HAVING date_day IS NOT NULL"
        )
    given = {name for _, counted in BY_DAY.values() for name in counted}
    sums = ", ".join(
        f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}"
        if name in given
        else f"CAST(0 AS BIGINT) AS {name}"
        for name in COUNTS
    )
    return (
        f"CREATE TEMP TABLE days AS SELECT message_id, date_day, {sums}, "
        "min(first_sent_at) AS first_sent_at, max(last_sent_at) AS last_sent_at "
        f"FROM ({' UNION ALL BY NAME '.join(parts)}) GROUP BY message_id, date_day"
    )


def level_query(columns: tuple[str, ...]) -> str:
    """A report of one level: sums over the days, with names and rates."""
    sums = ", ".join(f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}" for name in COUNTS)
    rates = ", ".join(f"{formula} AS {name}" for name, formula in RATES.items())
    names = ", ".join(columns)
    return f"""
        SELECT 'default' AS org_id, *, {rates}
        FROM (
            SELECT {names}, 'email' AS channel, min(first_sent_at) AS first_sent_at,
                max(last_sent_at) AS last_sent_at, {sums}, sum(cost) AS cost
            FROM assets LEFT JOIN (
                SELECT message_id, min(first_sent_at) AS first_sent_at,
                    max(last_sent_at) AS last_sent_at,
                    {", ".join(f"sum({name}) AS {name}" for name in COUNTS)}
                FROM days GROUP BY message_id
            ) USING (message_id)
            GROUP BY {names}
        )
        ORDER BY {columns[0]}
    """
