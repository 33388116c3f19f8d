"""How frames take a contract's shape."""

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import conform, polars_schema, stack
from contracts.feeds import ExchangeRates as R

RATE = pl.Series(["1.5"]).cast(polars_schema(R)[R.rate])


def test_a_frame_takes_the_order_and_types_of_a_contract_and_keeps_what_is_asked_for_beside() -> (
    None
):
    given = {R.rate: ["1.5"], "place": [7], "gone": [1], R.attributes: [None]}
    key = {R.currency: ["EUR"], R.date_day: [None], R.org_id: ["a"]}
    shaped = conform(pl.LazyFrame({**given, **key}), R, "place").collect()
    assert shaped.schema == {**polars_schema(R), "place": pl.Int64}
    assert shaped.row(0, named=True) | {R.rate: RATE[0]} == shaped.row(0, named=True)


def test_parts_stand_below_each_other_and_lack_what_they_do_not_have() -> None:
    first, second = pl.LazyFrame({R.currency: ["EUR"]}), pl.LazyFrame({R.org_id: ["a"]})
    whole = stack(R, first, second).collect()
    assert whole.schema == polars_schema(R)
    expected = pl.DataFrame({R.org_id: [None, "a"], R.currency: ["EUR", None]})
    assert_frame_equal(whole.select(R.org_id, R.currency), expected)
    assert stack(R).collect().is_empty()
