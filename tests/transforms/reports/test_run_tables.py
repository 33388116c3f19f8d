"""`run/feeds` and `run/changes`: what came, and what is said otherwise than before (SPEC §10)."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.facts.run_facts import (
    ChangedFiles,
    FeedFiles,
    FeedTables,
    FigureDifferences,
    PastFeedFiles,
)
from contracts.reports.ads import CampaignPerformance
from contracts.reports.run_tables import ChangeReason, RunChanges, RunFeeds
from transforms.reports.run_changes import compare_report, explain_changes
from transforms.reports.run_feeds import report_feeds

DAY_1, DAY_2, DAY_3 = (date(2026, 7, day) for day in (1, 2, 3))


def frame(table: type, *rows: dict[str, Any]) -> pl.LazyFrame:
    """Rows of a contract; what is not given is null."""
    schema = polars_schema(table)
    return pl.LazyFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def read(path: str, sha256: str, rows: int, **other: Any) -> dict[str, Any]:
    """A file of sends, all rows of which count."""
    counts = {"rows_read": rows, "accepted": rows, "rejected": 0, "superseded": 0, "duplicates": 0}
    place = {"feed": "sends", "table": "sends", "path": path, "sha256": sha256, "is_copy": False}
    return place | counts | {"first_day": DAY_1, "last_day": DAY_2} | other


def past(run: int, sha256: str, rows: int) -> dict[str, Any]:
    """A file of sends that an earlier run read."""
    return {"run": run, "feed": "sends", "table": "sends", "sha256": sha256, "rows_read": rows}


def test_new_files_are_those_that_the_run_before_had_not_copies_apart() -> None:
    tables = frame(
        FeedTables,
        {"feed": "sends", "table": "sends", "is_late": True},
        {"feed": "contacts", "table": "contacts", "is_late": False},
    )
    files = frame(
        FeedFiles,
        read("1.csv", "a", 10, accepted=7, rejected=2, superseded=1),
        read("2.csv", "b", 30, last_day=DAY_3),
        read("3.csv", "c", 30, accepted=0, duplicates=30, is_copy=True),
    )
    found = report_feeds(tables, files, frame(PastFeedFiles, past(1, "a", 10)), is_whole=True)
    expected = frame(
        RunFeeds,
        {"feed": "contacts", "table": "contacts", "is_late": False}
        | dict.fromkeys(("files", "new_files", "rows_read", "accepted", "rejected"), 0)
        | {"superseded": 0, "duplicates": 0},
        {
            "feed": "sends",
            "table": "sends",
            "files": 3,
            "new_files": 1,
            "first_day": DAY_1,
            "last_day": DAY_3,
            "rows_read": 70,
            "accepted": 37,
            "rejected": 2,
            "superseded": 1,
            "duplicates": 30,
            "rejected_share": 2 / 70,
            "usual_rows": 10.0,
            "is_late": True,
        },
    )
    assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("runs", "is_whole", "usual"),
    [
        ([past(1, "a", 10)], True, 10.0),
        ([past(1, "a", 10)], False, None),
        # Two runs ago a came, then b beside it: what is new is 10, then 4.
        ([past(2, "a", 10), past(1, "a", 10), past(1, "b", 4)], True, 7.0),
        ([past(2, "a", 10), past(1, "a", 10), past(1, "b", 4)], False, 4.0),
        # A run without a new file is no run to compare with.
        ([past(3, "a", 10), past(2, "a", 10), past(1, "a", 10), past(1, "b", 4)], True, 7.0),
        # Fifteen runs with one new file each, of 1 to 15 rows, the newest the largest.
        (
            [
                past(run, f"{number}", number)
                for run in range(1, 16)
                for number in range(1, 17 - run)
            ],
            True,
            8.5,
        ),
    ],
)
def test_usual_rows_are_the_median_of_the_last_14_runs_with_new_files(
    *, runs: list[dict[str, Any]], is_whole: bool, usual: float | None
) -> None:
    tables = frame(FeedTables, {"feed": "sends", "table": "sends", "is_late": False})
    found = report_feeds(tables, frame(FeedFiles), frame(PastFeedFiles, *runs), is_whole=is_whole)
    assert found.collect()["usual_rows"].to_list() == [usual]


def performance(day: date, campaign: str | None, **figures: Any) -> dict[str, Any]:
    """A row of ads/campaign_performance."""
    place = {"org_id": "a", "platform": "google_ads", "account_id": "1"}
    return place | {"date_day": day, "campaign_id": campaign, "campaign_name": "Spring"} | figures


def compare(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Key, day, column, before, after, difference of what differs."""
    found = compare_report(
        frame(CampaignPerformance, *before),
        frame(CampaignPerformance, *after),
        "ads/campaign_performance",
        CampaignPerformance,
    ).collect()
    assert found.schema == polars_schema(FigureDifferences)
    names = ("key", "date_day", "column", "before", "after", "difference")
    return sorted(found.select(names).rows(), key=str)


KEY = '{"platform":"google_ads","account_id":"1","campaign_id":"c1"}'
REST = '{"platform":"google_ads","account_id":"1","campaign_id":null}'


def test_only_counts_and_amounts_that_differ_on_days_that_the_first_had() -> None:
    before = [performance(DAY_1, "c1", clicks=10, spend=Decimal("5.00"), ctr=0.1)]
    after = [
        performance(DAY_1, "c1", clicks=10, spend=Decimal("7.00"), ctr=0.2),
        performance(DAY_2, "c1", clicks=99, spend=Decimal("9.00")),
    ]
    assert compare(before, after) == [
        (KEY, DAY_1, "spend", Decimal(5), Decimal(7), Decimal(2)),
    ]


def test_a_row_that_only_one_has_counts_as_0_in_the_other() -> None:
    before = [performance(DAY_1, "c1", clicks=10, sessions=0)]
    after = [performance(DAY_1, None, clicks=4, sessions=0)]
    assert compare(before, after) == [
        (KEY, DAY_1, "clicks", Decimal(10), None, Decimal(-10)),
        (REST, DAY_1, "clicks", None, Decimal(4), Decimal(4)),
    ]


def test_a_snapshot_of_other_code_is_compared_in_what_both_have() -> None:
    before = frame(CampaignPerformance, performance(DAY_1, "c1", clicks=1)).drop("spend")
    after = frame(CampaignPerformance, performance(DAY_1, "c1", clicks=2, spend=Decimal(5)))
    found = compare_report(before, after, "ads/campaign_performance", CampaignPerformance)
    assert found.collect()["column"].to_list() == ["clicks"]


def difference(report: str, column: str, day: date | None, **other: Any) -> dict[str, Any]:
    """A figure that differs by 1."""
    values = {"before": Decimal(1), "after": Decimal(2), "difference": Decimal(1)}
    place = {"org_id": "a", "report": report, "key": "{}", "date_day": day, "column": column}
    return place | values | {"name": "Hello", "is_renamed": False} | other


def changed(
    table: str, path: str, reason: str, *days: date | None, org_id: str | None = None
) -> dict[str, Any]:
    """A file that has changed, with rows between two days."""
    first, last = days or (None, None)
    return {
        "org_id": org_id,
        "table": table,
        "path": path,
        "reason": reason,
        "first_day": first,
        "last_day": last,
    }


def explain(
    one: dict[str, Any], files: list[dict[str, Any]], *everywhere: ChangeReason
) -> tuple[str, str]:
    """The reason and the files of one difference."""
    found = explain_changes(
        frame(FigureDifferences, one), frame(ChangedFiles, *files), everywhere
    ).collect()
    assert found.schema == polars_schema(RunChanges)
    return found.select("reason", "files").row(0)


EVENTS = changed("events", "e.jsonl", "late_rows", DAY_1, DAY_1)
LATER = changed("events", "later.jsonl", "late_rows", DAY_3, DAY_3)
MESSAGES = changed("messages", "m.csv", "corrected_file")
RATES = changed("exchange_rates", "r.csv", "rate", DAY_1, DAY_1)
OPENS = difference("email/daily_report", "opens", DAY_1)


def test_files_of_the_tables_that_a_figure_comes_from_explain_it() -> None:
    assert explain(OPENS, [EVENTS, RATES]) == ("late_rows", "e.jsonl")
    cost = difference("email/daily_report", "cost", DAY_1)
    assert explain(cost, [RATES]) == ("rate", "r.csv")
    spend = difference("ads/campaign_performance", "spend", DAY_1)
    assert explain(spend, [EVENTS, RATES]) == ("rate", "r.csv")


def test_files_that_cover_the_day_come_before_the_others() -> None:
    assert explain(OPENS, [EVENTS, LATER, MESSAGES]) == ("late_rows", "e.jsonl")
    assert explain(OPENS, [LATER, MESSAGES]) == ("late_rows+corrected_file", "later.jsonl; m.csv")


def test_a_rate_holds_until_the_next_comes() -> None:
    """So that it is a cause on later days, too, beside the files of such a day."""
    rates = changed("exchange_rates", "r.csv", "rate", DAY_1, None)
    orders = changed("orders", "o.csv", "late_rows", DAY_3, DAY_3)
    revenue = difference("email/daily_report", "revenue", DAY_3)
    assert explain(revenue, [rates, orders]) == ("late_rows+rate", "o.csv; r.csv")
    rates = changed("exchange_rates", "r.csv", "rate", DAY_3, None)
    orders = changed("orders", "o.csv", "late_rows", DAY_1, DAY_1)
    revenue = difference("email/daily_report", "revenue", DAY_1)
    assert explain(revenue, [rates, orders]) == ("late_rows", "o.csv")


def test_a_file_of_another_organization_alone_is_no_cause() -> None:
    """Nor is its name told there; the figure is of organization a."""
    own, other = (
        changed("events", f"{org_id}.csv", reason, DAY_1, DAY_1, org_id=org_id)
        for org_id, reason in (("a", "late_rows"), ("b", "corrected_file"))
    )
    assert explain(OPENS, [own, other]) == ("late_rows", "a.csv")
    assert explain(OPENS, [other, MESSAGES]) == ("corrected_file", "m.csv")
    assert explain(OPENS, [other], ChangeReason.CONFIGURATION) == ("configuration", "")


def test_reasons_are_joined_in_their_order() -> None:
    renamed = difference("email/daily_report", "opens", DAY_1, is_renamed=True)
    withdrawn = changed("events", "gone.jsonl", "withdrawn_file", DAY_1, DAY_2)
    found = explain(renamed, [withdrawn, EVENTS], ChangeReason.CODE, ChangeReason.CONFIGURATION)
    assert found == (
        "late_rows+withdrawn_file+renamed+configuration+code",
        "e.jsonl; gone.jsonl",
    )


def test_what_no_file_of_its_tables_explains_is_laid_to_all_of_them() -> None:
    assert explain(OPENS, [RATES]) == ("rate", "r.csv")
    undated = difference("sms/daily_report", "sends", None)
    assert explain(undated, [EVENTS]) == ("late_rows", "e.jsonl")
    assert explain(OPENS, [], ChangeReason.CONFIGURATION) == ("configuration", "")
