"""Rows that are set beside others without a join."""

from datetime import UTC, datetime
from typing import Literal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.common.joins import place, take

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


@pytest.mark.parametrize("rows", [0, 2])
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_what_is_taken_of_nothing_keeps_its_type(
    rows: int, engine: Literal["in-memory", "streaming"]
) -> None:
    schema = {"text": pl.String(), "at": pl.Datetime("us", "UTC"), "money": pl.Decimal(18, 4)}
    known = pl.DataFrame({name: [None] * rows for name in schema}, schema=schema)
    asking = pl.LazyFrame({"no": [*range(rows), None]}, schema={"no": pl.UInt32()})
    found = asking.with_columns(take(known, name, "no") for name in schema).collect(engine=engine)
    assert found.drop("no").schema == schema
    assert found.drop("no").rows() == [(None, None, None)] * (rows + 1)
