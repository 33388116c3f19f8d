"""Attribution and journeys by DuckDB, from the same files: the benchmark's opponent.

`last` credits the last touch alone, `models` all models (`duckdb_orders`); `journey` is one sorted
write. Nothing is checked.
"""

from functools import partial
from pathlib import Path

from contracts.reports.attribution import MODELS
from tests.benchmarks.duckdb_job import connect, save
from tests.benchmarks.duckdb_orders import find_inputs, write_attribution
from tests.benchmarks.modes import carry_out

INPUTS = {
    "bought": """
SELECT org_id, order_id, contact_id, ordered_at, revenue, date_day
FROM '{root}/told/orders/*.parquet' WHERE is_conversion
""",
    "clicks": """
SELECT
    contact_id, occurred_at AS touched_at, channel, 'email' AS channel_group, campaign_id,
    dispatch_id, message_id, event_id
FROM '{root}/told/events/*.parquet'
WHERE event_type = 'email_clicked' AND NOT is_machine
""",
    "visits": """
SELECT
    contact_id, started_at AS touched_at,
    CASE WHEN campaign_id IS NOT NULL THEN 'ads' ELSE channel_group END AS channel,
    channel_group, campaign_id, platform, ad_id, session_id
FROM '{root}/told/sessions/*.parquet'
WHERE campaign_id IS NOT NULL OR channel_group <> 'direct'
""",
    "contacts": "SELECT contact_id FROM '{root}/people.parquet'",
    "ends_at": """
SELECT date_trunc('day', max(last_at)) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND AS last_instant
FROM (
    SELECT max(occurred_at) AS last_at FROM '{root}/told/events/*.parquet'
    UNION ALL SELECT max(started_at) FROM '{root}/told/sessions/*.parquet'
    UNION ALL SELECT max(ordered_at) FROM '{root}/told/orders/*.parquet'
)
""",
    "costs": "SELECT date_day, '' AS channel, 0 AS cost FROM bought WHERE false",
    "named": "SELECT '' AS campaign_id, '' AS campaign_name FROM bought WHERE false",
}
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
    """Write the tables of a mode and tell where they are."""
    out = root / "duckdb" / mode
    out.mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        if mode == "journey":
            save(connection, JOURNEY.format(root=root), out / "contact_journey.parquet")
        else:
            find_inputs(connection, INPUTS, {"root": str(root)})
            write_attribution(connection, out, ("last_touch",) if mode == "last" else MODELS)
    return out


if __name__ == "__main__":
    carry_out({mode: partial(run, mode=mode) for mode in ("last", "models", "journey")})
