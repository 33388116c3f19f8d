from decimal import Decimal
from typing import Literal

import polars as pl
import pytest

from transforms.common.rates import divide

TENTHS = [(n, 10) for n in range(10)]
ONE_VALUE = pl.lit(10).alias("below")
"""A column that is known to hold one value alone."""


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_fraction_is_the_nearest_there_is(engine: Literal["in-memory", "streaming"]) -> None:
    rows = pl.LazyFrame(TENTHS, schema=["above", "below"], orient="row")
    exact = [above / below for above, below in TENTHS]
    for given in (rows, rows.with_columns(ONE_VALUE)):
        found = given.select(divide("above", "below")).collect(engine=engine)
        assert found.to_series().to_list() == exact


def test_a_fraction_of_nothing_is_null_and_of_money_a_number() -> None:
    rows = pl.DataFrame({"above": [Decimal("6.00"), None, Decimal(1)], "below": [10, 10, 0]})
    assert rows.select(divide("above", "below")).to_series().to_list() == [0.6, None, None]
