"""Reports in their order, finished part by part."""

from datetime import date

import polars as pl

from contracts.columns import Day, Text, column
from contracts.columns import Table as Contract
from transforms.common.report_rows import GROUP_KEY, ReportRows, order_groups

ROWS = pl.LazyFrame(
    {"ad": ["b", "a", None, "b"], "day": [date(2026, 3, day) for day in (1, 1, 1, 2)]}
)


class Ads(Contract):
    """One row per ad and day."""

    ad: Text = column("the ad", key=True)
    day: Day = column("the day", key=True)
    label: Text = column("the ad in capitals")


def test_rows_are_ordered_by_day_and_group_nulls_first() -> None:
    ordered = order_groups(ROWS, ["ad"], "day").collect()
    assert ordered.rows() == [
        (None, date(2026, 3, 1), 0),
        ("a", date(2026, 3, 1), 1),
        ("b", date(2026, 3, 1), 2),
        ("b", date(2026, 3, 2), 2),
    ]


def test_what_leads_comes_before_the_day() -> None:
    days = [date(1969, 12, 31), date(2026, 3, 1), date(1969, 12, 30)]
    rows = pl.LazyFrame({"org": ["b", "a", "b"], "ad": ["1", "2", "2"], "day": days})
    ordered = order_groups(rows, ["org", "ad"], "day", leads=True).collect()
    assert ordered.select("org", "ad").rows() == [("a", "2"), ("b", "2"), ("b", "1")]


def test_groups_are_in_the_order_of_a_key_that_is_given() -> None:
    by_name = pl.when(pl.col("ad") == "a").then(pl.lit("z")).otherwise(pl.col("ad").fill_null("-"))
    ordered = order_groups(ROWS, ["ad"], "day", group_key=by_name).collect()
    assert ordered[GROUP_KEY].to_list() == ["-", "b", "z", "b"]


def test_a_part_is_finished_as_the_whole_is() -> None:
    report = ReportRows(
        ROWS.sort("ad", "day"), Ads, (pl.col("ad").str.to_uppercase().alias("label"),)
    )
    whole = report.whole().collect()
    assert whole.rows()[1] == ("a", date(2026, 3, 1), "A")
    assert report.finish(report.rows.slice(1, 2)).collect().rows() == whole.rows()[1:3]
