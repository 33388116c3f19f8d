"""The table whose columns depend on the configuration."""

from contracts.columns import columns, grain, key, polars_schema
from contracts.reports.attribution import (
    MODELS,
    CreditedTouch,
    OrderTouches,
    order_touches_contract,
)


def test_one_credit_and_one_revenue_column_a_model() -> None:
    models = ("linear", "first_touch")
    contract = order_touches_contract(models)
    fixed = columns(CreditedTouch)
    assert columns(contract) == [*fixed, *models, "revenue_linear", "revenue_first_touch"]
    assert key(contract) == ["org_id", "order_id", "touch_position"]
    assert grain(contract).startswith("One row per order and touch")
    assert polars_schema(contract)["linear"] == polars_schema(OrderTouches)["linear"]


def test_the_full_table_has_every_model() -> None:
    assert set(MODELS) < set(columns(OrderTouches))
