"""Reports in their order, finished part by part."""

from datetime import date

import polars as pl

from contracts.columns import Day, Text, column
from contracts.columns import Table as Contract
from transforms.common.report_rows import ReportRows, order_groups, order_rows

ROWS = pl.LazyFrame(
    {"ad": ["b", "a", None, "b"], "day": [date(2026, 3, day) for day in (1, 1, 1, 2)]}
)


class Ads(Contract):
    """One row per ad and day."""

    ad: Text = column("the ad", key=True)
    day: Day = column("the day", key=True)
    label: Text = column("the ad in capitals")


def test_rows_are_ordered_by_day_and_group_nulls_first() -> None:
    of_one = ROWS.with_columns(pl.lit("o").alias("org"))
    ordered = order_groups(of_one, ["org", "ad"], "day").collect()
    assert ordered.select("ad", "day").rows() == [
        (None, date(2026, 3, 1)),
        ("a", date(2026, 3, 1)),
        ("b", date(2026, 3, 1)),
        ("b", date(2026, 3, 2)),
    ]


def test_what_leads_comes_before_the_day() -> None:
    days = [date(1969, 12, 31), date(2026, 3, 1), date(1969, 12, 30)]
    rows = pl.LazyFrame({"org": ["b", "a", "b"], "ad": ["1", "2", "2"], "day": days})
    ordered = order_groups(rows, ["org", "ad"], "day").collect()
    assert ordered.select("org", "ad").rows() == [("a", "2"), ("b", "2"), ("b", "1")]


def test_rows_are_ordered_by_day_and_number() -> None:
    rows = pl.LazyFrame(
        {
            "day": [date(2026, 3, 2), date(1969, 12, 31), date(2026, 3, 2)],
            "number": [1, 2**32 - 1, 0],
        },
        schema={"day": pl.Date, "number": pl.UInt32},
    )
    assert order_rows(rows, "day", "number").collect()["number"].to_list() == [2**32 - 1, 0, 1]


def test_a_part_is_finished_as_the_whole_is() -> None:
    days = [date(2026, 3, day) for day in (1, 1, 1, 2)]
    rows = pl.LazyFrame({"number": [2, 0, 1, 1], "day": days})
    texts = pl.DataFrame({"ad": ["a", "b", None]})
    label = pl.col("ad").str.to_uppercase().alias("label")
    report = ReportRows(rows, Ads, (label,), texts, "number")
    whole = report.whole().collect()
    assert whole["ad"].to_list() == [None, "a", "b", "b"]
    assert whole.rows()[1] == ("a", date(2026, 3, 1), "A")
    assert report.finish(report.rows.slice(1, 2)).collect().rows() == whole.rows()[1:3]
