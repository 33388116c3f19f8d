"""WooCommerce's orders: of its REST API, its Analytics report and export plugins."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.config.source_files import load_sources
from flows.steps.reading.feed_candidates import KnownSources
from flows.steps.reading.feed_proposals import propose_feed
from flows.steps.reading.read_feeds import FeedsRead
from tests.support.exports import answer_of, read_export, rows_of
from transforms.attribution.orders import price_orders

EUR = '[workspace]\ncurrency = "EUR"'
BERLIN = 'timezone = "Europe/Berlin"'
PLACED = {
    "parent_id": 0, "status": "processing", "currency": "EUR", "version": "9.3.1",
    "date_created": "2026-07-01T00:30:00", "date_created_gmt": "2026-06-30T22:30:00",
    "total": "100.00", "total_tax": "15.97", "customer_id": 0, "payment_method": "stripe",
    "billing": {"first_name": "Ada", "email": "ada@example.com"}, "shipping": {}, "meta_data": [],
    "line_items": [{"id": 1, "name": "Boots"}], "coupon_lines": [], "refunds": [],
}  # fmt: skip
REST: list[dict[str, Any]] = [
    {
        **PLACED, "id": 1, "number": "A-1", "coupon_lines": [{"id": 9, "code": "spring10"}],
        "meta_data": [
            {"id": 1, "key": "_wc_order_attribution_source_type", "value": "utm"},
            {"id": 2, "key": "_wc_order_attribution_utm_source", "value": "google"},
            {"id": 3, "key": "_wc_order_attribution_utm_campaign", "value": "Spring sale"},
            {"id": 4, "key": "_wc_order_attribution_user_agent", "value": "Mozilla/5.0"},
        ],
    },
    {
        **PLACED, "id": 2, "number": "A-2", "status": "refunded",
        "refunds": [{"id": 7, "total": "-60.00"}, {"id": 8, "total": "-40.00"}],
    },
    {**PLACED, "id": 3, "number": "A-3", "refunds": [{"id": 9, "total": "-10.50"}]},
    {**PLACED, "id": 4, "number": "A-4", "status": "pending"},
    {**PLACED, "id": 5, "number": "A-5", "status": "checkout-draft", "billing": {"email": ""}},
    {**PLACED, "id": 6, "number": "A-6", "status": "refunded", "refunds": []},
]  # fmt: skip


def earned(found: FeedsRead) -> dict[str, Decimal]:
    """What each order or refund that counts brought, in EUR."""
    priced = price_orders(found.catalog.scan("orders"), None, "EUR", "UTC")
    counted = priced.filter(pl.col("is_conversion")).select("order_id", "revenue").collect()
    return dict(counted.rows())


@pytest.mark.parametrize("form", ["array", "lines"])
def test_orders_of_the_rest_api(tmp_path: Path, form: str) -> None:
    """Stamps are the GMT ones; an order that waits for its payment is no sale, nor is a draft.

    A customer's id is the site's own: the address says who it was, and no more of them is kept.
    """
    lines = "".join(f"{json.dumps(order)}\n" for order in REST)
    text = json.dumps(REST) if form == "array" else lines
    found = read_export(tmp_path, "woocommerce.orders", text, EUR, name="orders.json")
    assert (found.refused, answer_of(found)) == ([], "")
    rows = rows_of(found, "orders", "order_id", "ordered_at", "email", "refunded", "status")
    assert [(order, str(at), *rest) for order, at, *rest in rows][:2] == [
        ("1", "2026-06-30 22:30:00+00:00", "ada@example.com", None, "processing"),
        ("2", "2026-06-30 22:30:00+00:00", "ada@example.com", Decimal(-100), "refunded"),
    ]
    assert earned(found) == {"1": Decimal(100), "2": Decimal(0), "3": Decimal("89.5")}
    ((_, first), *_) = rows_of(found, "orders", "order_id", "attributes")
    attributes = json.loads(first)
    assert (attributes["utm_campaign"], attributes["coupon"]) == ("Spring sale", "spring10")
    assert not {"Ada", "Boots", "Mozilla/5.0"} & {*attributes.values()}


ANALYTICS = """\
Date,"Order #","N. Revenue (formatted)",Status,Customer,"Customer type",Product(s),"Items sold",\
Coupon(s),"Net Sales",Attribution
"2026-02-03 09:30:00",1001,"€0,00",refunded,"Ada L",returning,"1× Boots",-1,,-84.03,Direct
"2026-01-31 11:00:00",1001,"€0,00",refunded,"Ada L",new,"1× Boots",1,,84.03,"Source: Google"
"2026-01-31 12:00:00",1002,"€40,00",completed,"Bob, B",new,"2× Laces, 1× Hat",3,spring10,33.61,
"2026-02-04 12:00:00",1002,"€40,00",completed,"Bob, B",returning,"1× Laces",-1,,-5,Direct
"2026-01-31 12:30:00",1003,"€1,00",pending,,new,,0,,12.5,
"""


@pytest.mark.parametrize("header", ["Net Sales", "Net sales", "N. Revenue"])
def test_orders_of_the_analytics_report(tmp_path: Path, header: str) -> None:
    """A refund bears its order's number: it stands beside the order and does not replace it."""
    text = ANALYTICS.replace("Net Sales", header)
    found = read_export(tmp_path, "woocommerce.analytics_orders", text, BERLIN, EUR)
    assert (found.refused, answer_of(found)) == ([], "")
    rows = rows_of(found, "orders", "order_id", "refund_of", "ordered_at")
    assert [(order, of, str(at)) for order, of, at in rows] == [
        ("1001", None, "2026-01-31 10:00:00+00:00"),
        ("1001:2026-02-03 09:30:00:-84.03", "1001", "2026-02-03 08:30:00+00:00"),
        ("1002", None, "2026-01-31 11:00:00+00:00"),
        ("1002:2026-02-04 12:00:00:-5", "1002", "2026-02-04 11:00:00+00:00"),
        ("1003", None, "2026-01-31 11:30:00+00:00"),
    ]
    assert sum(earned(found).values()) == Decimal("28.61")
    assert not any("Ada" in cell for (cell,) in rows_of(found, "orders", "attributes"))
    [told] = [one.message for one in found.warnings if one.code == "column_missing"]
    assert "amounts are taken to be in EUR" in told


SUITE = """\
order_id,order_number,order_date,paid_date,status,order_total,order_currency,payment_method,\
customer_id,customer_email,billing_first_name,billing_email,billing_phone,wt_import_key,\
refund_items,meta:_wc_order_attribution_utm_source,line_item_1
501,501,2026-07-01 00:30:00,2026-07-01 00:31:00,completed,100.00,EUR,stripe,0,,Ada,\
ada@example.com,+49,501,amount:12.50|reason:too small|date:2026-07-05 10:00:00,google,name:Boots
502,502,2026-07-01 10:00:00,,pending,40,EUR,bacs,0,,Bob,bob@example.com,,502,,,
503,503,2026-07-01 11:00:00,,refunded,30,EUR,stripe,17,eve@example.com,Eve,eve@example.com,,503,\
amount:10|reason:|date:2026-07-05;amount:20|reason:|date:2026-07-06,,
504,504,2026-07-01 11:00:00,,wc-on-hold,30,EUR,bacs,17,eve@example.com,Eve,,,504,,,
"""
EXPORT = """\
order_id,order_number_formatted,order_number,order_date,status,shipping_total,order_total,\
refunded_total,order_currency,payment_method,customer_id,billing_email,line_items
7,A-7,7,2026-07-01 12:00:00,completed,5.00,100.00,10.00,EUR,stripe,0,ada@example.com,id:1|Boots
"""
ADVANCED = """\
Order Number,Order Status,Order Date,Email (Billing),Order Refund Amount,Order Total Amount,SKU
9,Completed,2026-07-01 12:00,ada@example.com,0,59.90,X
9,Completed,2026-07-01 12:00,ada@example.com,0,59.90,Y
"""


def test_orders_of_the_import_export_suite(tmp_path: Path) -> None:
    """The site's own stamps, in the feed's zone; two refunds in a cell are not read as one."""
    found = read_export(tmp_path, "woocommerce.order_export", SUITE, BERLIN, EUR)
    assert [(order, str(at), email) for order, at, email in rows_of(
        found, "orders", "order_id", "ordered_at", "email"
    )] == [
        ("501", "2026-06-30 22:30:00+00:00", "ada@example.com"),
        ("502", "2026-07-01 08:00:00+00:00", "bob@example.com"),
        ("504", "2026-07-01 09:00:00+00:00", "eve@example.com"),
    ]  # fmt: skip
    assert earned(found) == {"501": Decimal("87.5"), "504": Decimal(30)}
    assert "refunded: not a number" in answer_of(found)


@pytest.mark.parametrize(("text", "revenue"), [(EXPORT, "90.00"), (ADVANCED, "59.90")])
def test_orders_of_other_plugins(tmp_path: Path, text: str, revenue: str) -> None:
    """An order in a row an item, each with the order's total, counts once."""
    found = read_export(tmp_path, "woocommerce.order_export", text, EUR)
    assert [*earned(found).values()] == [Decimal(revenue)]


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("orders.json", json.dumps(REST), "woocommerce.orders"),
        ("wc-orders-report-export.csv", ANALYTICS, "woocommerce.analytics_orders"),
        ("order_export.csv", SUITE, "woocommerce.order_export"),
        ("orders-export.csv", EXPORT, "woocommerce.order_export"),
        ("orders-2026.csv", ADVANCED, "woocommerce.order_export"),
    ],
)
def test_a_shop_s_file_is_known(tmp_path: Path, name: str, text: str, source: str) -> None:
    (tmp_path / name).write_text(text)
    found = propose_feed(tmp_path / name, KnownSources(load_sources()))
    assert found.settings == {"source": source}
    assert not any("it may also be" in point for point in found.open_points)
