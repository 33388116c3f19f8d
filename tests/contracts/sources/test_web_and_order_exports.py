"""Trackers' page views and a shop's orders: files with their real columns, read to rows of ours."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.exports import read_export, rows_of
from transforms.attribution.orders import price_orders

SHOPIFY = """\
Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem quantity,\
Lineitem name,Notes,Note Attributes,Cancelled at,Refunded Amount,Id
#1001,ada@example.com,paid,2026-01-31 10:00:00 -0500,USD,95.00,100.00,2026-01-31 10:00:00 -0500,1,\
Boots,,"gift: yes
UTM source: google
UTM medium: cpc
UTM campaign: Spring sale",,0.00,501
#1001,ada@example.com,,,,,,,2,Laces,,,,,
#1002,,pending,,USD,40.00,40.00,2026-01-31 11:00:00 -0500,1,Socks,cash on delivery,,,0.00,502
#1003,bob@example.com,partially_refunded,,USD,30.00,30.00,2026-01-31 12:00:00 -0500,1,Hat,,,\
,12.50,503
#1004,eve@example.com,voided,,USD,20.00,20.00,2026-01-31 13:00:00 -0500,1,Cap,,,\
2026-02-01 09:00:00 -0500,0.00,504
"""
UTM = '"utm_source":"google","utm_medium":"cpc","utm_campaign":"Spring sale"'


def test_shopify_s_orders(tmp_path: Path) -> None:
    """One row an order, of however many items; a customer without an address stops nothing.

    A note that is no utm line is the customer's own and is kept nowhere.
    """
    found = read_export(tmp_path, "shopify.orders", SHOPIFY)
    assert found.refused == []
    columns = ("order_id", "email", "revenue", "refunded", "cancelled_at", "status")
    assert rows_of(found, "orders", *columns) == [
        ("#1001", "ada@example.com", Decimal(100), Decimal(0), None, "paid"),
        ("#1002", None, Decimal(40), Decimal(0), None, "pending"),
        ("#1003", "bob@example.com", Decimal(30), Decimal("12.5"), None, "partially_refunded"),
        ("#1004", "eve@example.com", Decimal(20), Decimal(0),
         datetime(2026, 2, 1, 14, tzinfo=UTC), "voided"),
    ]  # fmt: skip
    ((_, first), *_) = rows_of(found, "orders", "order_id", "attributes")
    attributes = json.loads(first)
    assert {k: v for k, v in attributes.items() if k.startswith("utm")} == json.loads(f"{{{UTM}}}")
    assert "gift" not in str(attributes)


STRIPE = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,\
Converted Amount Refunded,Converted Currency,Decline Reason,Description,Fee,Refunded date (UTC),\
Statement Descriptor,Status,Seller Message,Card ID,Card Name,Customer ID,Customer Email
ch_1,2026-01-31 10:00,100.00,0.00,eur,true,110.00,0.00,usd,,Boots,3.20,,SHOP,Paid,,card_1,Ada L,\
cus_1,ada@example.com
ch_2,2026-01-31 11:00,40.00,0.00,eur,false,,,,insufficient_funds,Socks,0.00,,SHOP,Failed,,card_2,\
Bob B,cus_2,bob@example.com
ch_3,2026-01-31 12:00,30.00,30.00,eur,true,33.00,33.00,usd,,Hat,1.20,2026-02-01 09:00,SHOP,\
Refunded,,card_3,Eve E,,
"""


def test_stripe_s_payments(tmp_path: Path) -> None:
    """What was paid is an order, given back or not; what failed is none. No name of a card stays.

    A customer's id is Stripe's own: the address says who it was.
    """
    found = read_export(tmp_path, "stripe.payments", STRIPE, '[workspace]\ncurrency = "EUR"')
    assert found.refused == []
    columns = ("order_id", "ordered_at", "contact_id", "email", "revenue", "refunded", "currency")
    assert rows_of(found, "orders", *columns) == [
        ("ch_1", datetime(2026, 1, 31, 10, tzinfo=UTC), None, "ada@example.com", Decimal(100),
         Decimal(0), "eur"),
        ("ch_3", datetime(2026, 1, 31, 12, tzinfo=UTC), None, None, Decimal(30),
         Decimal(30), "eur"),
    ]  # fmt: skip
    ((_, first), *_) = rows_of(found, "orders", "order_id", "attributes")
    assert json.loads(first)["Customer ID"] == "cus_1"
    [note] = [warned.message for warned in found.warnings if warned.code == "note"]
    left_out = "raw/a.csv: 1 row left out: none of orders by the feed's source"
    assert note == f"{left_out} (Status 'Failed' 1; Captured 'false' 1)"
    assert "Ada" not in first


STRIPE_OF_ALL_COLUMNS = """\
id,Created (UTC),Amount,Amount Refunded,Currency,Mode,Status,Customer Email,Captured,\
Disputed Amount,Dispute Status
ch_paid,2026-01-31 10:00,10.00,0.00,usd,Live,Paid,ada@example.com,true,,
ch_test,2026-01-31 10:00,10.00,0.00,usd,Test,Paid,ada@example.com,true,,
ch_hold,2026-01-31 10:00,10.00,0.00,usd,Live,Paid,ada@example.com,false,,
ch_won,2026-01-31 10:00,10.00,0.00,usd,Live,Paid,ada@example.com,true,10.00,won
ch_lost,2026-01-31 10:00,10.00,0.00,usd,Live,Paid,ada@example.com,true,10.00,lost
"""


def test_stripe_s_tests_holds_and_lost_disputes_are_no_revenue(tmp_path: Path) -> None:
    """What was paid in test mode or only held on a card is no order; what a bank took back none."""
    found = read_export(tmp_path, "stripe.payments", STRIPE_OF_ALL_COLUMNS)
    assert rows_of(found, "orders", "order_id", "status") == [
        ("ch_lost", "charged back"),
        ("ch_paid", "Paid"),
        ("ch_won", "Paid"),
    ]
    orders = found.catalog.scan("orders")
    priced = price_orders(orders, None, "USD", "UTC").filter("is_conversion").collect()
    assert priced["order_id"].to_list() == ["ch_paid", "ch_won"]
    [note] = [warned.message for warned in found.warnings if warned.code == "note"]
    assert "(Mode 'Test' 1; Captured 'false' 1)" in note


def test_shopify_s_test_orders_are_none(tmp_path: Path) -> None:
    """What its gateway for testing took is no money; the note tells it from further line items."""
    text = (
        "Name,Email,Financial Status,Currency,Total,Created at,Lineitem name,Payment Method\n"
        "#1,ada@example.com,paid,USD,10,2026-01-31 10:00:00 -0500,Hat,Shopify Payments\n"
        "#2,ada@example.com,paid,USD,10,2026-01-31 10:00:00 -0500,Hat,(for testing) Bogus Gateway\n"
        "#2,ada@example.com,,,,,Laces,\n"
    )
    found = read_export(tmp_path, "shopify.orders", text)
    assert rows_of(found, "orders", "order_id", "revenue") == [("#1", Decimal(10))]
    [note] = [warned.message for warned in found.warnings if warned.code == "note"]
    assert "2 rows left out" in note
    assert "(Payment Method '(for testing) Bogus Gateway' 1)" in note


PAGE = "https://shop.example.com/p"


@pytest.mark.parametrize(
    ("source", "text", "name", "urls"),
    [
        (
            "segment.pages",
            (
                "id,anonymous_id,timestamp,url,context_campaign_source,context_campaign_medium,"
                "context_campaign_name,context_campaign_term,context_campaign_content\n"
                f"1,a,2026-01-31T10:00:00Z,{PAGE},google,cpc,Spring sale,,\n"
                f"2,a,2026-01-31T10:01:00Z,{PAGE}?utm_source=own,google,,,,\n"
                f"3,a,2026-01-31T10:02:00Z,{PAGE},,,,,\n"
            ),
            "a.csv",
            [
                PAGE,
                f"{PAGE}?utm_source=google&utm_medium=cpc&utm_campaign=Spring%20sale",
                f"{PAGE}?utm_source=own",
            ],
        ),
        (
            "segment.pages",
            json.dumps(
                {
                    "messageId": "1",
                    "anonymousId": "a",
                    "timestamp": "2026-01-31T10:00:00Z",
                    "properties": {"url": PAGE},
                    "context": {"campaign": {"name": "spring", "source": "mail"}},
                }
            ),
            "a.jsonl",
            [f"{PAGE}?utm_source=mail&utm_campaign=spring"],
        ),
        (
            "snowplow.events",
            (
                "event_id,event_name,collector_tstamp,domain_userid,page_url,mkt_medium,mkt_source,"
                "mkt_term,mkt_content,mkt_campaign,mkt_clickid,mkt_network\n"
                f"e1,page_view,2026-01-31 10:00:00.000,a,{PAGE},cpc,google,,,spring,,\n"
                f"e1,page_view,2026-01-31 10:00:04.000,a,{PAGE},cpc,google,,,spring,,\n"
                f"e2,page_ping,2026-01-31 10:00:09.000,a,{PAGE},cpc,google,,,spring,,\n"
            ),
            "a.csv",
            [f"{PAGE}?utm_source=google&utm_medium=cpc&utm_campaign=spring"],
        ),
    ],
)
def test_a_tracker_s_campaign_is_in_the_page_s_url(
    tmp_path: Path, source: str, text: str, name: str, urls: list[str]
) -> None:
    """Where the URL names a parameter itself it stays; an event collected twice is one view."""
    found = read_export(tmp_path, source, text, name=name)
    assert rows_of(found, "page_views", "url") == [(url,) for url in urls]


def ga4_events() -> bytes:
    """Rows of GA4's BigQuery export: parameters as a list of keys and typed values."""
    value = pa.struct([("string_value", pa.string()), ("int_value", pa.int64())])
    traffic = pa.struct([("manual_source", pa.string()), ("manual_campaign_name", pa.string())])
    schema = pa.schema(
        {
            "event_date": pa.string(),
            "event_timestamp": pa.int64(),
            "event_name": pa.string(),
            "event_params": pa.list_(pa.struct([("key", pa.string()), ("value", value)])),
            "user_pseudo_id": pa.string(),
            "collected_traffic_source": traffic,
        }
    )

    def params(url: str) -> list[dict[str, object]]:
        return [
            {"key": "ga_session_id", "value": {"string_value": None, "int_value": 17}},
            {"key": "page_location", "value": {"string_value": url, "int_value": None}},
        ]

    rows = [
        {
            "event_date": "20260131",
            "event_timestamp": 1769853600000000,
            "event_name": "page_view",
            "event_params": params(f"{PAGE}?gclid=X"),
            "user_pseudo_id": "a.1",
            "collected_traffic_source": {"manual_source": "google", "manual_campaign_name": None},
        },
        {
            "event_date": "20260131",
            "event_timestamp": 1769853601000000,
            "event_name": "scroll",
            "event_params": params(PAGE),
            "user_pseudo_id": "a.1",
            "collected_traffic_source": None,
        },
    ]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), file)
    return file.getvalue()


def test_ga4_s_export_to_bigquery_in_parquet(tmp_path: Path) -> None:
    """Nested parameters are read by their key, whatever their place; a scroll is no page view."""
    found = read_export(tmp_path, "ga4.events", ga4_events(), name="a.parquet")
    assert rows_of(found, "page_views", "viewed_at", "anonymous_id", "url") == [
        (datetime(2026, 1, 31, 10, tzinfo=UTC), "a.1", f"{PAGE}?gclid=X&utm_source=google")
    ]
    ((attributes,),) = rows_of(found, "page_views", "attributes")
    assert json.loads(attributes)["event_params.key=ga_session_id.value.int_value"] == "17"


def test_a_view_of_nobody_is_left_out_and_told(tmp_path: Path) -> None:
    """Without consent GA4 and Snowplow export views with no cookie: no session can be made of them.

    They are a third of some sites' rows: rejected, they would stop each night's run.
    """
    view = {"event_name": "page_view", "event_timestamp": 1769853600000000, "page_location": PAGE}
    rows = [
        {**view, "user_pseudo_id": "a.1", "user_id": None},
        {**view, "user_pseudo_id": None, "user_id": "u9"},
        {**view, "user_pseudo_id": None, "user_id": None},
        {**view, "user_pseudo_id": None, "user_id": None, "event_name": "scroll"},
    ]
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    found = read_export(tmp_path, "ga4.events", text, name="a.jsonl")
    assert rows_of(found, "page_views", "anonymous_id", "contact_id") == [
        (None, "u9"),
        ("a.1", None),
    ]
    [note] = [warned.message for warned in found.warnings if warned.code == "note"]
    left_out = "raw/a.jsonl: 2 rows left out: none of page_views by the feed's source"
    assert note == f"{left_out} (event_name 'scroll' 1; without anonymous_id and contact_id 1)"


def test_snowplow_s_view_without_a_cookie_is_left_out(tmp_path: Path) -> None:
    text = (
        "event_id,event_name,collector_tstamp,domain_userid,user_id,page_url\n"
        f"e1,page_view,2026-01-31 10:00:00.000,,,{PAGE}\n"
        f"e2,page_view,2026-01-31 10:00:00.000,a,,{PAGE}\n"
    )
    found = read_export(tmp_path, "snowplow.events", text)
    assert rows_of(found, "page_views", "anonymous_id") == [("a",)]
    assert sum(file.rejected for file in found.inputs) == 0
