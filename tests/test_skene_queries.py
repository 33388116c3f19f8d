"""The six example queries of Skene's campaigns skill, on the raw sample feed and on our tables.

Each query is asked twice in DuckDB: of the raw files as a person would load them, and of the
published tables. The answers are the same, row by row.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import duckdb
import pytest

from tests.support.workspaces import Ran, run_workspace

SAMPLE = Path(__file__).parents[1] / "data/sample/skene"
CHANNELS = ("email", "sms", "push")
OVERALL = (
    "campaigns/delivery_summary",
    "people/contact_journey",
    "people/contact_report",
    "people/segment_report",
)
BY_HAND = "not filename like '%by-hand%'"
"""What somebody typed in afterwards: none of its rows is whole, but for an orphan."""


def load_raw(con: duckdb.DuckDBPyConnection) -> None:
    """Every raw table: the latest version of each id."""
    raw = SAMPLE / "raw"
    sources = {
        "contacts": f"read_csv('{raw}/contacts/*.csv', all_varchar=true, filename=true)",
        "campaigns": f"read_json('{raw}/campaigns/*.json', filename=true)",
        "campaign_segments": f"read_csv('{raw}/campaign_segments/*.tsv', filename=true)",
        "campaign_lists": f"read_parquet('{raw}/campaign_lists/*.parquet', filename=true)",
        "campaign_sends": "(from read_csv(["
        + ", ".join(f"'{file}'" for file in sorted((raw / "campaign_sends").glob("2026-0[45]*")))
        + "], all_varchar=true, filename=true))",
        "campaign_events": f"(from read_json('{raw}/campaign_events/2026-0[45]*', filename=true))",
    }
    for table, source in sources.items():
        con.execute(
            f"create table {table} as select columns(*)::varchar from {source} where {BY_HAND} "
            "qualify row_number() over (partition by org_id, id "
            "order by updated_at::timestamptz desc nulls last, filename desc) = 1"
        )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = tmp_path_factory.mktemp("skene")
    copytree(SAMPLE / "raw", place / "ws/raw")
    (place / "ws/campaigns.toml").write_bytes((SAMPLE / "campaigns.toml").read_bytes())
    return run_workspace(place / "ws", place / "out")


@pytest.fixture(scope="module")
def con(ran: Ran) -> Iterator[duckdb.DuckDBPyConnection]:
    """The raw tables under Skene's names, and ours as `campaign_report`, `contact_report`, …"""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        load_raw(connection)
        for name in OVERALL:
            path = ran.folder / name
            files = f"{path}/*.parquet" if path.is_dir() else f"{path}.parquet"
            connection.execute(f"create view {path.name} as from '{files}'")
        reports = ", ".join(
            f"'{ran.folder}/{channel}/campaign_report.parquet'" for channel in CHANNELS
        )
        connection.execute(f"create view campaign_report as from read_parquet([{reports}])")
        yield connection


RATES = (
    """
    select c.org_id, c.id, c.name,
        count(distinct s.id) as total_sends,
        count(distinct s.id) filter (where s.status = 'delivered') as delivered,
        count(distinct e.id) filter (where e.event_type = 'open') as opens,
        count(distinct e.id) filter (where e.event_type = 'click') as clicks,
        round(100.0 * count(distinct e.send_id) filter (where e.event_type = 'open')
            / nullif(count(distinct s.id) filter (where s.status = 'delivered'), 0), 1),
        round(100.0 * count(distinct e.send_id) filter (where e.event_type = 'click')
            / nullif(count(distinct s.id) filter (where s.status = 'delivered'), 0), 1)
    from campaigns c
    join campaign_sends s on s.campaign_id = c.id and s.org_id = c.org_id
    left join campaign_events e on e.send_id = s.id and e.org_id = s.org_id
    group by all
    order by c.org_id, c.id
    """,
    """
    select org_id, campaign_id, campaign_name, sends, delivered, opens, clicks,
        round(100.0 * open_rate, 1), round(100.0 * click_rate, 1)
    from campaign_report where sends > 0 order by org_id, campaign_id
    """,
)
BOUNCES = (
    """
    select c.org_id, c.id, c.name, count(s.id), count(s.id) filter (where s.status = 'bounced'),
        round(100.0 * count(s.id) filter (where s.status = 'bounced') / nullif(count(s.id), 0), 1)
            as bounce_rate_pct
    from campaigns c join campaign_sends s on s.campaign_id = c.id and s.org_id = c.org_id
    where c.status = 'sent'
    group by all
    order by bounce_rate_pct desc, c.org_id, c.id
    """,
    """
    select org_id, campaign_id, campaign_name, sends, bounced, round(100.0 * bounce_rate, 1) as pct
    from campaign_report where campaign_status = 'sent' and sends > 0
    order by pct desc, org_id, campaign_id
    """,
)
ENGAGEMENT = (
    """
    select s.org_id, s.contact_id, e.occurred_at::timestamptz as happened, e.id, c.name,
        e.event_type, e.url
    from campaign_events e
    join campaign_sends s on s.id = e.send_id and s.org_id = e.org_id
    join campaigns c on c.id = s.campaign_id and c.org_id = s.org_id
    order by s.org_id, s.contact_id, happened desc, e.id
    """,
    """
    select org_id, contact_id, occurred_at, event_id, campaign_name,
        case regexp_replace(event_type, '^(email|sms|push)_', '')
            when 'opened' then 'open' when 'clicked' then 'click' when 'bounced' then 'bounce'
            when 'unsubscribed' then 'unsubscribe' when 'complained' then 'complaint' end, url
    from contact_journey where kind = 'event' and campaign_id is not null
    order by org_id, contact_id, occurred_at desc, event_id
    """,
)
SEGMENTS = (
    """
    select g.org_id, g.id, g.name, g.contact_count::bigint,
        count(distinct l.campaign_id) as campaigns_used_in
    from campaign_segments g
    left join campaign_lists l on l.segment_id = g.id and l.org_id = g.org_id
    group by all
    order by g.contact_count::bigint desc, g.org_id, g.id
    """,
    """
    select org_id, segment_id, segment_name, contact_count, campaigns_used_in from segment_report
    order by contact_count desc, org_id, segment_id
    """,
)
DELIVERIES = (
    """
    select c.org_id, c.id, c.name, c.status, c.sent_at::timestamptz,
        count(s.id) filter (where s.status = 'queued') as queued,
        count(s.id) filter (where s.status = 'sent') as sent,
        count(s.id) filter (where s.status = 'delivered') as delivered,
        count(s.id) filter (where s.status = 'bounced') as bounced,
        count(s.id) filter (where s.status = 'failed') as failed
    from campaigns c left join campaign_sends s on s.campaign_id = c.id and s.org_id = c.org_id
    group by all
    order by c.sent_at::timestamptz desc nulls last, c.org_id, c.id
    """,
    """
    select org_id, campaign_id, name, status, sent_at, queued, sent, delivered, bounced, failed
    from delivery_summary
    """,
)
CLICKED_AND_STAYED = (
    """
    select distinct p.org_id, p.id
    from contacts p
    join campaign_sends s on s.contact_id = p.id and s.org_id = p.org_id
    join campaign_events e on e.send_id = s.id and e.org_id = s.org_id and e.event_type = 'click'
    where (p.org_id, p.id) not in (
        select (s.org_id, s.contact_id)
        from campaign_sends s
        join campaign_events e on e.send_id = s.id and e.org_id = s.org_id
        where e.event_type = 'unsubscribe'
    )
    order by all
    """,
    """
    select org_id, contact_id from contact_report where clicks > 0 and unsubscribed_at is null
    order by all
    """,
)


@pytest.mark.parametrize(
    ("raw", "ours"),
    [RATES, BOUNCES, ENGAGEMENT, SEGMENTS, DELIVERIES, CLICKED_AND_STAYED],
    ids=["rates", "bounces", "engagement", "segments", "deliveries", "clicked and stayed"],
)
def test_our_tables_answer_as_the_raw_feed_does(
    con: duckdb.DuckDBPyConnection, raw: str, ours: str
) -> None:
    expected = con.sql(raw).fetchall()
    assert expected
    assert con.sql(ours).fetchall() == expected


def test_the_golden_campaign_of_the_sample(con: duckdb.DuckDBPyConnection) -> None:
    golden = con.sql(
        "select sends, delivered, bounced, opens, clicks, open_rate, round(click_rate, 4), "
        "bounce_rate from campaign_report where campaign_name = 'Q2 Product Update' and sends = 4"
    )
    assert golden.fetchall() == [(4, 3, 1, 3, 2, 1.0, 0.6667, 0.25)]


def test_every_campaign_of_the_feed_has_one_channel(con: duckdb.DuckDBPyConnection) -> None:
    """Else the queries above would ask for more than one row a campaign."""
    repeated = con.sql(
        "select org_id, campaign_id from campaign_report where sends > 0 "
        "group by all having count(*) > 1"
    )
    assert repeated.fetchall() == []
