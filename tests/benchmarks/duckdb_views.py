"""The same sessions by DuckDB, with windows over each visitor's views: the opponent.

Campaigns are told apart by two parameters as they stand; no click ids, no other spellings, no bots.
"""

from pathlib import Path

from tests.benchmarks.duckdb_job import connect, save
from tests.benchmarks.modes import carry_out

SESSIONS = """
WITH views AS (
    SELECT
        *, nullif(concat(regexp_extract(url, '[?&]utm_source=([^&#]*)', 1), '/',
            regexp_extract(url, '[?&]utm_campaign=([^&#]*)', 1)), '/') AS campaign,
        coalesce(viewed_at - lag(viewed_at) OVER visitor > INTERVAL 30 MINUTE, true) AS is_pause
    FROM '{root}/raw/page_views/*.parquet'
    WINDOW visitor AS (PARTITION BY anonymous_id ORDER BY viewed_at, page_view_id)
),
starts AS (
    SELECT
        *, is_pause OR coalesce(campaign <> last_value(
            CASE WHEN is_pause THEN coalesce(campaign, '') ELSE campaign END IGNORE NULLS
        ) OVER before, false) AS is_start
    FROM views
    WINDOW before AS (
        PARTITION BY anonymous_id ORDER BY viewed_at, page_view_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
numbered AS (
    SELECT *, sum(is_start::INT) OVER (
        PARTITION BY anonymous_id ORDER BY viewed_at, page_view_id
    ) AS number
    FROM starts
)
SELECT
    concat('view:', arg_min(page_view_id, (viewed_at, page_view_id))) AS session_id,
    min(viewed_at) AS started_at, max(viewed_at) AS ended_at, anonymous_id, count(*) AS page_views,
    arg_min(url, (viewed_at, page_view_id)) AS landing_url
FROM numbered GROUP BY anonymous_id, number
"""


def make_sessions(root: Path) -> Path:
    """Write the sessions and tell where they are."""
    made = root / "duckdb/sessions.parquet"
    made.parent.mkdir(exist_ok=True)
    with connect() as connection:
        save(connection, SESSIONS.replace("{root}", str(root)), made)
    return made


if __name__ == "__main__":
    carry_out({"sessions": make_sessions})
