"""Reports in their order, finished part by part."""

from datetime import date

import polars as pl

from contracts.columns import Day, Text, column
from contracts.columns import Table as Contract
from transforms.common.report_rows import GROUP_KEY, RANK, ReportRows, rank_groups

ROWS = pl.LazyFrame(
    {"ad": ["b", "a", None, "b"], "day": [date(2026, 3, day) for day in (1, 1, 1, 2)]}
)


class Ads(Contract):
    """One row per ad and day."""

    ad: Text = column("the ad", key=True)
    day: Day = column("the day", key=True)
    label: Text = column("the ad in capitals")


def test_groups_are_numbered_in_their_order_nulls_first() -> None:
    ranked = rank_groups(ROWS, ["ad"]).sort("ad", "day").collect()
    assert ranked.select("ad", RANK).rows() == [(None, 0), ("a", 1), ("b", 2), ("b", 2)]


def test_groups_are_numbered_in_the_order_of_a_key_that_is_given() -> None:
    by_name = pl.when(pl.col("ad") == "a").then(pl.lit("z")).otherwise(pl.col("ad").fill_null("-"))
    ranked = rank_groups(ROWS, ["ad"], by_name).sort(RANK, "day").collect()
    assert ranked[GROUP_KEY].to_list() == ["-", "b", "b", "z"]


def test_a_part_is_finished_as_the_whole_is() -> None:
    report = ReportRows(
        ROWS.sort("ad", "day"), Ads, (pl.col("ad").str.to_uppercase().alias("label"),)
    )
    whole = report.whole().collect()
    assert whole.rows()[1] == ("a", date(2026, 3, 1), "A")
    assert report.finish(report.rows.slice(1, 2)).collect().rows() == whole.rows()[1:3]
