"""SPEC §5.4: ad figures of a later file take the place of those of the feed's earlier files."""

from datetime import date
from decimal import Decimal

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.feeds import AdBreakdowns, AdStats
from transforms.ingest.deduplication import FILE, ROW_NUMBER, ROW_STATUS
from transforms.ingest.restatements import judge_restated, list_superseded, sum_restated

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
PLACES = {FILE: pl.UInt32, ROW_NUMBER: pl.UInt32}


def stats(*rows: dict[str, object]) -> pl.LazyFrame:
    same = {"org_id": "o", "platform": "x", "account_id": "a", "level": "campaign"}
    schema = {**polars_schema(AdStats), **PLACES}
    return pl.LazyFrame([{**same, "date_day": FIRST, **row} for row in rows], schema=schema)


def superseded(rows: pl.LazyFrame, table: type = AdStats) -> list[tuple[int, int]]:
    judged = list_superseded(judge_restated(rows, table)).collect()
    assert set(judged.get_column(ROW_STATUS)) <= {"superseded"}
    return sorted(judged.select(FILE, ROW_NUMBER).rows())


def test_the_last_file_of_an_entity_and_day_counts_with_all_its_rows() -> None:
    rows = stats(
        {FILE: 0, ROW_NUMBER: 1, "campaign_id": "1"},
        {FILE: 0, ROW_NUMBER: 2, "campaign_id": "1"},
        {FILE: 1, ROW_NUMBER: 1, "campaign_id": "1"},
        {FILE: 2, ROW_NUMBER: 1, "campaign_id": "1"},
        {FILE: 2, ROW_NUMBER: 2, "campaign_id": "1"},
    )
    assert superseded(rows) == [(0, 1), (0, 2), (1, 1)]


def test_another_day_entity_level_or_account_replaces_nothing() -> None:
    rows = stats(
        {FILE: 0, ROW_NUMBER: 1, "campaign_id": "1"},
        {FILE: 1, ROW_NUMBER: 2, "campaign_id": "1", "date_day": SECOND},
        {FILE: 1, ROW_NUMBER: 3, "campaign_id": "2"},
        {FILE: 1, ROW_NUMBER: 4, "campaign_id": "1", "ad_id": "9", "level": "ad"},
        {FILE: 1, ROW_NUMBER: 5, "campaign_id": "1", "account_id": "b"},
        {FILE: 1, ROW_NUMBER: 6, "campaign_id": "1", "org_id": "p"},
    )
    assert superseded(rows) == []


def test_an_ad_is_itself_under_whatever_campaign() -> None:
    rows = stats(
        {FILE: 0, ROW_NUMBER: 1, "ad_id": "9", "level": "ad"},
        {FILE: 1, ROW_NUMBER: 1, "ad_id": "9", "campaign_id": "1", "level": "ad"},
    )
    assert superseded(rows) == [(0, 1)]


def test_a_breakdown_replaces_those_of_its_kind() -> None:
    same = {"org_id": "o", "platform": "x", "campaign_id": "1", "date_day": FIRST}
    rows = pl.LazyFrame(
        [
            {FILE: 0, ROW_NUMBER: 1, "kind": "device", "value": "phone", **same},
            {FILE: 0, ROW_NUMBER: 2, "kind": "keyword", "value": "shoes", **same},
            {FILE: 1, ROW_NUMBER: 1, "kind": "device", "value": "tablet", **same},
        ],
        schema={**polars_schema(AdBreakdowns), **PLACES},
    )
    assert superseded(rows, AdBreakdowns) == [(0, 1)]


def test_what_was_said_before_and_after_is_summed_by_day_and_currency() -> None:
    rows = stats(
        {FILE: 0, ROW_NUMBER: 1, "campaign_id": "1", "spend": Decimal(5), "currency": "EUR"}
        | {"conversions": Decimal(3)},
        {FILE: 0, ROW_NUMBER: 2, "campaign_id": "1", "spend": Decimal(7), "currency": "EUR"},
        {FILE: 1, ROW_NUMBER: 1, "campaign_id": "1", "spend": Decimal(9), "currency": "EUR"}
        | {"conversions": Decimal(1)},
        {FILE: 1, ROW_NUMBER: 2, "campaign_id": "2", "spend": Decimal(100), "currency": "EUR"},
    )
    expected = pl.DataFrame(
        {
            "org_id": ["o"],
            "date_day": [FIRST],
            "currency": ["EUR"],
            "before": [Decimal(12)],
            "after": [Decimal(9)],
            "conversions before": [Decimal(3)],
            "conversions after": [Decimal(1)],
        }
    ).with_columns(pl.exclude("org_id", "date_day", "currency").cast(pl.Decimal(38, 6)))
    assert_frame_equal(sum_restated(judge_restated(rows, AdStats), AdStats).collect(), expected)


def test_what_was_replaced_before_is_no_part_of_what_was_said_before() -> None:
    """A window of days that moves on: each day stands in many files, and one counted at a time."""
    rows = stats(
        *(
            {FILE: file, ROW_NUMBER: 1, "campaign_id": "1", "spend": Decimal(5)}
            for file in range(4)
        ),
        {FILE: 4, ROW_NUMBER: 1, "campaign_id": "1", "spend": Decimal(6)},
        {FILE: 0, ROW_NUMBER: 2, "campaign_id": "2", "spend": Decimal(20)},
        {FILE: 3, ROW_NUMBER: 2, "campaign_id": "2", "spend": Decimal(30)},
    )
    amounts = sum_restated(judge_restated(rows, AdStats), AdStats).collect()
    assert amounts.select("before", "after").rows() == [(25, 36)]
