"""What one record of each provider becomes, and what a whole account's raw tables become."""

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.config.feed_section import FeedSection
from contracts.config.workspace import Workspace
from flows.config.configured_feeds import configure_feeds
from flows.readers import ROW_NUMBER, open_feed
from tests.flows.ingest.provider_records import CASES, Row
from transforms.ingest.column_mapping import keep_rows_of_table
from transforms.ingest.row_parsing import parse_rows

REALDATA = Path(__file__).parents[3] / "../shared/realdata"
MAILCHIMP = REALDATA / "mailchimp/seeds"
SNOWPLOW = REALDATA / "snowplow_web/integration_tests/data"


def read_tables(source: str, file: Path) -> dict[str, pl.DataFrame]:
    """A vendor's file as its canonical tables."""
    feed = configure_feeds(Workspace(feeds=(FeedSection(source=source, files="raw/x"),)))[0]
    opened = open_feed(file, feed.options)
    rows = pl.concat([batch.rows for batch in opened.batches()], how="diagonal")
    header = [name for name in rows.columns if name != ROW_NUMBER]
    return {
        resolved.mapping.table: keep_rows_of_table(rows.lazy(), resolved, header)
        .pipe(parse_rows, resolved, header)
        .collect()
        .sort(ROW_NUMBER)
        for resolved in feed.mappings
    }


def read_record(source: str, record: Row, folder: Path) -> dict[str, pl.DataFrame]:
    """One record, delivered as JSON."""
    file = folder / "record.jsonl"
    file.write_text(json.dumps(record) + "\n")
    return read_tables(source, file)


@pytest.mark.parametrize("case", CASES)
def test_record_becomes_row(case: str, tmp_path: Path) -> None:
    source, record, table, expected = CASES[case]
    row = read_record(source, record, tmp_path)[table].row(0, named=True)
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("source", "record", "table"),
    [
        (
            "shopify.orders",
            {"Name": "#1001", "Lineitem name": "Second item", "Total": ""},
            "orders",
        ),
        (
            "ga4.events",
            {"event_name": "scroll", "event_timestamp": "1767225600000000"},
            "page_views",
        ),
        ("hightouch.emails", {"message_id": "m", "name": "n"}, "campaigns"),
    ],
)
def test_record_of_something_else_is_no_row(
    source: str, record: Row, table: str, tmp_path: Path
) -> None:
    assert read_record(source, record, tmp_path)[table].is_empty()


@pytest.mark.skipif(not MAILCHIMP.exists(), reason="the account is no part of the project")
def test_mailchimp_account() -> None:
    read = {
        name: read_tables(f"mailchimp.{name}", MAILCHIMP / f"{name}.csv")
        for name in ("member", "campaign", "campaign_recipient", "campaign_recipient_activity",
                     "automation", "automation_email", "automation_recipient",
                     "automation_recipient_activity", "unsubscribe", "segment")
    }  # fmt: skip
    activity = read["campaign_recipient_activity"]["events"]
    sends = read["campaign_recipient"]["sends"]
    assert read["campaign"]["campaigns"].row(0, named=True)["name"] == "Release 0.1.1"
    assert read["campaign"]["messages"].get_column("message_id").to_list() == ["c2b4c1c0d9"]
    assert sends.height == 10
    assert activity.get_column("event_type").value_counts().sort("event_type").rows() == [
        ("email_clicked", 5),
        ("email_opened", 12),
    ]
    assert set(activity.get_column("send_id")) <= set(sends.get_column("send_id"))
    assert read["unsubscribe"]["events"].get_column("send_id").to_list() == [
        "b63e7b8aff:4d1bf0aa67690a2b483771ce00cfb6a7"
    ]
    assert read["automation_email"]["messages"].get_column("campaign_id").to_list() == [
        "71ad2ce945",
        "12345",
    ]


@pytest.mark.skipif(not SNOWPLOW.exists(), reason="the events are no part of the project")
def test_snowplow_page_views_are_upstreams() -> None:
    ours = read_tables("snowplow.events", SNOWPLOW / "source/snowplow_web_events.csv")["page_views"]
    theirs = pl.read_csv(
        SNOWPLOW / "expected/snowplow_web_page_views_expected.csv", infer_schema=False
    ).select("page_view_id", "page_url")
    found = theirs.join(
        ours.rename({"url": "page_url"}),
        on=["page_view_id", "page_url"],
        how="semi",
    )
    assert_frame_equal(found, theirs, check_row_order=False)
