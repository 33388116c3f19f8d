"""SPEC §5.2: a file's rows become typed rows; what a file lacks is told from what it left empty."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.config.source_mapping import Period, TableMapping
from contracts.feeds import AdStats, Contacts, Events
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.periods import COVERED_DAYS
from transforms.ingest.row_parsing import ROW_NUMBER, TEXT_OF, parse_rows

STATS = {
    "date_day": "Day",
    "platform": "Platform",
    "campaign_id": "Campaign",
    "spend": "Cost",
    "clicks": "Clicks",
    "conversions": "Conversions",
}
PERIOD = Period(start="From", end="To")


def parse(mapping: TableMapping, file: pl.DataFrame, **settings: str) -> pl.DataFrame:
    rows = file.with_row_index(ROW_NUMBER, offset=101).lazy()
    return parse_rows(rows, ResolvedMapping(mapping, **settings), file.columns).collect()


def test_an_empty_metric_is_0_and_one_whose_column_is_missing_is_null() -> None:
    file = pl.DataFrame(
        {
            "Day": ["2026-03-01"] * 3,
            "Platform": ["x"] * 3,
            "Campaign": ["1", "2", "3"],
            "Cost": ["1.50", None, "2,5"],
            "Clicks": ["7", "8", None],
        }
    )
    mapping = TableMapping(table="ad_stats", columns=STATS)
    found = parse(mapping, file).select(
        ROW_NUMBER, AdStats.spend, AdStats.clicks, AdStats.impressions, AdStats.conversions
    )
    fine = pl.Decimal(18, 6)
    expected = pl.DataFrame(
        {
            ROW_NUMBER: [101, 102, 103],
            "spend": [Decimal("1.5"), Decimal(0), None],
            "clicks": [7, 8, 0],
            "impressions": [None] * 3,
            "conversions": [None] * 3,
        },
        schema={
            ROW_NUMBER: pl.UInt32,
            "spend": fine,
            "clicks": pl.Int64,
            "impressions": pl.Int64,
            "conversions": fine,
        },
    )
    assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-03-01", "2026-03-01", 1),
        ("2026-03-01", "2026-03-31", 31),
        ("2023-02-05", "2026-03-05", 1125),
        ("2026-03-02", "2026-03-01", 0),
        ("2026-03-01", "soon", 0),
        ("2026-03-01", None, 0),
        (None, "2026-03-01", None),
        (None, None, None),
    ],
)
def test_a_row_says_how_many_days_it_covers(
    first: str | None, last: str | None, days: int | None
) -> None:
    mapping = TableMapping(table="ad_stats", columns=STATS, period=PERIOD)
    file = pl.DataFrame({"From": [first], "To": [last], "Campaign": ["1"]})
    assert parse(mapping, file).get_column(COVERED_DAYS).to_list() == [days]


def test_a_period_is_written_as_the_day_is() -> None:
    mapping = TableMapping(
        table="ad_stats", columns=STATS, period=PERIOD, formats={"date_day": "%d.%m.%Y"}
    )
    file = pl.DataFrame({"From": ["01.02.2026"], "To": ["03.02.2026"]})
    assert parse(mapping, file).get_column(COVERED_DAYS).to_list() == [3]
    assert parse(mapping, file.drop("To")).get_column(COVERED_DAYS).to_list() == [None]


def test_the_level_is_that_of_the_finest_id() -> None:
    columns = {"account_id": "a", "campaign_id": "c", "ad_group_id": "g", "ad_id": "d"}
    mapping = TableMapping(table="ad_stats", columns=columns)
    file = pl.DataFrame(
        {
            "a": ["1", "1", "1", "1", None],
            "c": [None, "2", None, "2", None],
            "g": [None, None, "3", "3", None],
            "d": [None, None, None, "4", None],
        },
        schema=dict.fromkeys("acgd", pl.String),
    )
    levels = parse(mapping, file).get_column(AdStats.level).to_list()
    assert levels == ["account", "campaign", "ad_group", "ad", "account"]


def test_text_that_was_parsed_stands_beside_its_value() -> None:
    mapping = TableMapping(
        table="contacts",
        columns={"contact_id": "id", "created_at": "since"},
        takes_custom_columns=False,
    )
    file = pl.DataFrame({"id": ["007", "8"], "since": ["2026-03-01 10:00", "yesterday"]})
    found = parse(mapping, file, timezone="Europe/Paris")
    names = [Contacts.contact_id, Contacts.created_at, TEXT_OF + Contacts.created_at]
    expected = pl.DataFrame(
        {
            "contact_id": ["007", "8"],
            "created_at": [datetime(2026, 3, 1, 9, tzinfo=UTC), None],
            TEXT_OF + "created_at": ["2026-03-01 10:00", "yesterday"],
        },
        schema_overrides={"created_at": pl.Datetime("us", "UTC")},
    )
    assert_frame_equal(found.select(names), expected)


def test_custom_columns_follow_the_attributes_that_the_file_gives() -> None:
    mapping = TableMapping(
        table="contacts", columns={"contact_id": "id", "attributes": "more"}, attributes_prefix="c_"
    )
    file = pl.DataFrame(
        {
            "id": ["1", "2", "3"],
            "more": ['{"tier":1}', None, "[1]"],
            "c_tier": ["2", None, None],
            "city": ["Rom", "Ulm", None],
        }
    )
    found = parse(mapping, file).select(Contacts.attributes, TEXT_OF + Contacts.attributes)
    expected = pl.DataFrame(
        {
            "attributes": ['{"tier":1,"city":"Rom"}', '{"city":"Ulm"}', None],
            TEXT_OF + "attributes": [None, None, "[1]"],
        }
    )
    assert_frame_equal(found, expected)


def test_rows_without_an_id_get_one_and_equal_ones_the_same() -> None:
    mapping = TableMapping(
        table="events", columns={"event_type": "type", "occurred_at": "at", "contact_id": "who"}
    )
    file = pl.DataFrame({"type": ["opened"] * 3, "at": ["2026-03-01"] * 3, "who": ["1", "1", "2"]})
    first, again, other = parse(mapping, file).get_column(Events.event_id)
    assert first == again != other
    assert parse(mapping, file)[0, Events.occurred_at].date() == date(2026, 3, 1)
