"""Rows that are set beside others without a join."""

from datetime import UTC, datetime

import polars as pl
from polars.testing import assert_frame_equal

from transforms.common.joins import place

AT = datetime(2026, 1, 2, tzinfo=UTC)


def test_rows_are_set_to_their_numbers_with_nulls_between() -> None:
    rows = pl.DataFrame(
        {"number": [3, 0], "count": [30, 0], "at": [None, AT], "is_hard": [True, False]},
        schema_overrides={"number": pl.UInt32, "at": pl.Datetime("us", "UTC")},
    )
    numbers = pl.DataFrame({"number": range(5)}, schema={"number": pl.UInt32})
    joined = numbers.join(rows, on="number", how="left", maintain_order="left", validate="1:1")
    assert_frame_equal(place(rows, "number", 5), joined.drop("number"))


def test_without_rows_all_places_are_null() -> None:
    rows = pl.DataFrame(schema={"number": pl.UInt32, "count": pl.Int64})
    assert place(rows, "number", 2)["count"].to_list() == [None, None]
    assert place(rows, "number", 0).shape == (0, 1)
