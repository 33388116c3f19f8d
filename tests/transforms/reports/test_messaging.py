"""The levels of a channel's reports: each adds up to the one above (SPEC §6.1, §6.3)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import ContactDomains, DomainNames
from contracts.facts.messaging.send_sums import ChannelDays, ChannelLinks, DomainSums, MessageRows
from contracts.facts.order_facts import MessageOrders
from contracts.feeds import Campaigns, Contacts, MessageStats
from tests.support.frames import frame
from transforms.common.keys import CONTACT, hash_id
from transforms.common.rates import COUNTS
from transforms.reports.campaigns import report_hierarchy, summarize_deliveries
from transforms.reports.mailbox_domains import report_domains
from transforms.reports.message_days import report_channel, report_days, sum_days
from transforms.reports.messaging import (
    add_conversions,
    add_message_sums,
    report_campaigns,
    report_dispatches,
    report_links,
    report_messages,
)
from transforms.reports.provider_stats import price_stats, report_providers

Row = dict[str, Any]
ZERO = dict.fromkeys((*COUNTS, "assumed_sends"), 0)
MESSAGES = [
    {"message_key": 1, "message_id": "m1", "dispatch_id": "d1", "campaign_id": "q"},
    {"message_key": 2, "message_id": "m2", "dispatch_id": "d1", "campaign_id": "q"},
    {"message_key": 3, "message_id": "m3", "dispatch_id": "d2", "campaign_id": None},
]
DETAILS = {"org_id": "o", "channel": "email", "is_described": True, "campaign_name": "Q"}


def on(day: int) -> date:
    return date(2026, 1, day)


def described(*messages: Row) -> pl.LazyFrame:
    return frame(DescribedMessages, [DETAILS | message for message in messages])


def day(message: int, day_of_month: int | None, **counts: int) -> Row:
    day_or_none = day_of_month and on(day_of_month)
    return {**ZERO, "message_key": message, "channel": "email", "date_day": day_or_none, **counts}


def rows(*days: Row, messages: list[Row] | None = None) -> pl.LazyFrame:
    return add_message_sums(frame(ChannelDays, days), described(*(messages or MESSAGES)), "email")


def order(message: str | None, day_of_month: int, revenue: int, **more: Any) -> Row:
    common = {"org_id": "o", "channel": "email", "date_day": on(day_of_month), "orders": 1}
    return {**common, "message_id": message, "revenue": Decimal(revenue), **more}


def test_every_message_of_the_channel_is_a_row_also_without_sends() -> None:
    """What is described elsewhere is one only where something happened in the channel."""
    messages = [
        *MESSAGES[:2],
        {"message_key": 4, "message_id": "m4", "channel": "sms", "cost": Decimal(9)},
        {"message_key": 5, "message_id": "m5", "channel": "sms"},
        {"message_key": 6, "message_id": "m6", "is_described": False},
    ]
    days = [day(1, 1, sends=3, delivered=2), day(4, 1, sends=1), day(1, 2, opens=1)]
    got = rows(*days, messages=messages).sort("message_id").collect()
    assert got.select("message_id", "channel", "sends", "opens", "cost").rows() == [
        ("m1", "email", 3, 1, None),
        ("m2", "email", 0, 0, None),
        ("m4", "email", 1, 0, None),
    ]


def test_levels_add_up_their_messages() -> None:
    """m1 and m2 are of dispatch d1 and campaign q, m3 of no campaign."""
    messages = [{**MESSAGES[0], "cost": Decimal(5)}, *MESSAGES[1:]]
    days = [
        day(1, 1, sends=4, delivered=2, unique_opens=1),
        day(2, 1, sends=6, delivered=6, unique_opens=3, assumed_sends=6),
        day(3, 1, sends=1, bounced=1),
    ]
    whole = add_conversions(rows(*days, messages=messages), None)
    figures = ("sends", "delivered", "open_rate", "delivery_basis", "cost", "orders")
    dispatches = report_dispatches(whole).collect()
    assert dispatches.select("dispatch_id", *figures).rows() == [
        ("d1", 10, 8, 0.5, "mixed", Decimal(5), None),
        ("d2", 1, 0, None, "receipts", None, None),
    ]
    campaigns = report_campaigns(whole).collect()
    assert campaigns.select("campaign_id", "sends", "bounce_rate").rows() == [
        (None, 1, 1.0),
        ("q", 10, 0.0),
    ]


def test_orders_of_last_touch_are_the_message_s_in_its_channel() -> None:
    """m1 brought 30.00 and took 10.00 back over two days; an SMS and nobody's are not its."""
    orders = [
        order("m1", 2, 30),
        order("m1", 3, -10, orders=0),
        order("m1", 2, 99, channel="sms"),
        order(None, 2, 98),
    ]
    whole = add_conversions(rows(day(1, 1, sends=4, delivered=4)), frame(MessageOrders, orders))
    got = report_messages(whole).collect()
    names = ("message_id", "orders", "revenue", "conversion_rate", "revenue_per_recipient")
    assert got.select(names).rows() == [
        ("m1", 1, Decimal(20), 0.25, 5.0),
        ("m2", 0, Decimal(0), None, None),
        ("m3", 0, Decimal(0), None, None),
    ]


def daily(
    *days: Row, messages: list[Row] | None = None, orders: list[Row] | None = None
) -> pl.LazyFrame:
    conversions = None if orders is None else frame(MessageOrders, orders)
    of_messages = rows(*days, messages=messages)
    return sum_days(frame(ChannelDays, days), of_messages, conversions, "email")


def test_cost_stands_on_the_first_day_of_sending_and_an_order_on_its_own() -> None:
    messages = [{**MESSAGES[0], "cost": Decimal(5)}, {**MESSAGES[1], "cost": Decimal(7)}]
    days = [
        day(1, 1, opens=1),
        day(1, 2, sends=1, assumed_sends=1),
        day(1, 3, sends=1, assumed_sends=1),
    ]
    got = report_days(daily(*days, messages=messages, orders=[order("m1", 9, 30)])).collect()
    names = ("message_id", "date_day", "sends", "delivery_basis", "cost", "orders")
    assert got.select(names).rows() == [
        ("m2", None, 0, "receipts", Decimal(7), 0),
        ("m1", on(1), 0, "assumed", None, 0),
        ("m1", on(2), 1, "assumed", Decimal(5), 0),
        ("m1", on(3), 1, "assumed", None, 0),
        ("m1", on(9), 0, "assumed", None, 1),
    ]


def test_a_channel_s_day_is_what_the_days_of_its_messages_add_up_to() -> None:
    days = [
        day(1, 1, sends=4, delivered=4, unique_opens=1, assumed_sends=4),
        day(2, 1, sends=4, delivered=4, unique_opens=3),
        day(2, 2, clicks=5),
    ]
    got = report_channel(daily(*days)).collect()
    names = ("date_day", "channel", "sends", "clicks", "open_rate", "delivery_basis", "orders")
    assert got.select(names).rows() == [
        (on(1), "email", 8, 0, 0.5, "mixed", None),
        (on(2), "email", 0, 5, None, "receipts", None),
    ]


def test_a_link_stands_under_its_message_in_its_channel() -> None:
    clicked = {"message_key": 1, "clicks": 3, "unique_clicks": 2}
    times = dict.fromkeys(("first_clicked_at", "last_clicked_at"), datetime(2026, 1, 1, tzinfo=UTC))
    links = [
        {**clicked, **times, "channel": "email", "url": "/a"},
        {**clicked, **times, "channel": "sms", "url": "/b"},
    ]
    got = report_links(frame(ChannelLinks, links), rows(day(1, 1, sends=1)), "email").collect()
    names = ("message_id", "campaign_id", "url", "clicks", "unique_clicks")
    assert got.select(names).rows() == [("m1", "q", "/a", 3, 2)]


def test_domains_have_the_orders_of_their_contacts() -> None:
    """Contact 101 is at x.io; an order of nobody known is of no domain."""
    contacts = frame(Contacts, [{"org_id": "o", "contact_id": "101"}])
    key = contacts.select(hash_id("contact_id", seed=CONTACT)).collect().item()
    domains = frame(ContactDomains, [{"contact_key": key, "domain_key": 7}])
    names = frame(DomainNames, [{"domain_key": 7, "domain": "x.io"}])
    sums = frame(
        DomainSums, [{**ZERO, "org_id": "o", "domain": "x.io", "sends": 5, "delivered": 4}]
    )
    orders = [order("m1", 1, 20, contact_id="101"), order("m1", 1, 7, contact_id=None)]
    got = report_domains(sums, domains, names, frame(MessageOrders, orders)).collect()
    shown = ("domain", "channel", "sends", "orders", "revenue", "conversion_rate")
    assert got.select(shown).rows() == [
        ("(none)", "email", 0, 1, Decimal(7), None),
        ("x.io", "email", 5, 1, Decimal(20), 0.25),
    ]


def test_the_hierarchy_names_each_level_and_hides_those_below() -> None:
    whole = add_conversions(rows(day(1, 1, sends=4), day(2, 1, sends=6), day(3, 1, sends=1)), None)
    got = report_hierarchy(whole).collect()
    names = ("level", "campaign_id", "dispatch_id", "message_id", "sends")
    assert got.select(names).rows() == [
        ("campaign", None, None, None, 1),
        ("campaign", "q", None, None, 10),
        ("dispatch", None, "d2", None, 1),
        ("dispatch", "q", "d1", None, 10),
        ("message", None, "d2", "m3", 1),
        ("message", "q", "d1", "m1", 4),
        ("message", "q", "d1", "m2", 6),
    ]


def test_the_delivery_summary_is_newest_first_and_nulls_last() -> None:
    sent = {"a": 1, "b": None, "c": 3}
    campaigns = [
        {
            "org_id": "o",
            "campaign_id": own,
            "name": own,
            "sent_at": at and datetime(2026, 1, at, tzinfo=UTC),
        }
        for own, at in sent.items()
    ]
    sums = [{**ZERO, "org_id": "o", "campaign_id": "a", "queued": 1, "delivered": 2}] * 2
    got = summarize_deliveries(frame(Campaigns, campaigns), frame(MessageRows, sums)).collect()
    assert got.select("campaign_id", "queued", "delivered").rows() == [
        ("c", 0, 0),
        ("a", 2, 4),
        ("b", 0, 0),
    ]


@pytest.mark.parametrize(("day_of_month", "counted"), [(1, 4), (2, None), (None, 7)])
def test_what_we_count_stands_beside_the_provider_s_day_or_whole(
    day_of_month: int | None, counted: int | None
) -> None:
    days = [day(1, 1, sends=4), day(1, 3, sends=3)]
    stats = {
        "org_id": "o",
        "channel": "email",
        "message_id": "m1",
        "delivered": 8,
        "unique_opens": 2,
    }
    given = [
        {**stats, "date_day": day_of_month and on(day_of_month)},
        {**stats, "channel": "sms", "date_day": on(1)},
    ]
    frames = frame(MessageStats, given), frame(ChannelDays, days)
    (got,) = report_providers(*frames, rows(*days), "email").collect().to_dicts()
    assert (got["open_rate"], got["counted_sends"]) == (0.25, counted)


def test_a_provider_s_revenue_is_in_the_reporting_currency_or_not_at_all() -> None:
    stats = [
        {
            "org_id": "o",
            "message_id": own,
            "revenue": Decimal(10),
            "currency": currency,
            "date_day": on(1),
        }
        for own, currency in (("a", None), ("b", "usd"), ("c", "EUR"))
    ]
    priced = price_stats(frame(MessageStats, stats), None, "USD").sort("message_id").collect()
    assert priced.get_column("revenue").to_list() == [Decimal(10), Decimal(10), None]
