"""Vendors' words that say something else than they seem to: read to what the vendor means."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.exports import answer_of, read_export, rows_of


@pytest.mark.parametrize("source", ["klaviyo.events", "klaviyo.metrics"])
def test_klaviyo_s_sent_sms_is_one_that_a_person_sent(tmp_path: Path, source: str) -> None:
    """Its own texts are relayed and received; answers to keywords are no part of a campaign."""
    names = ["Relayed SMS", "Received SMS", "Sent SMS", "Received Automated Response SMS"]
    if source == "klaviyo.events":
        head, table = "id,metric_name,person_id,datetime", "events"
        lines = [f"{n},{name},P1,2026-02-10T10:00:00Z" for n, name in enumerate(names)]
    else:
        head, table = "id,name,updated", "event_types"
        lines = [f"{n},{name},2026-02-10T10:00:00Z" for n, name in enumerate(names)]
    found = read_export(tmp_path, source, "\n".join([head, *lines]))
    key = "event_id" if table == "events" else "event_type_id"
    assert rows_of(found, table, key, "event_type") == [
        ("0", "sms_sent"),
        ("1", "sms_delivered"),
        ("2", "sms_replied"),
        ("3", "received_automated_response_sms"),
    ]
    assert "unknown_event_type" not in {one.code for one in found.warnings}


@pytest.mark.parametrize(
    ("flags", "is_machine"),
    [
        ({"machine_open": False}, False),
        ({"machine_open": True}, True),
        ({"Apple Privacy Open": True}, True),
        ({"Apple Privacy Open": "True"}, True),
        ({"Apple Privacy Open": "False"}, False),
        ({"machine_open": False, "Apple Privacy Open": True}, True),
        ({"machine_open": False, "Apple Privacy Open": False}, False),
        ({"Bot Click": True}, True),
        ({"Bot Click": False}, False),
        ({"machine_open": False, "Apple Privacy Open": False, "Bot Click": True}, True),
        ({}, None),
    ],
)
@pytest.mark.parametrize("form", ["api", "connector"])
def test_klaviyo_says_in_three_ways_that_a_machine_did_it(
    tmp_path: Path, flags: dict[str, object], form: str, *, is_machine: bool | None
) -> None:
    """Apple's privacy protection, a scanner's click and any other machine's open: one is enough."""
    event = {"id": "e1", "datetime": "2026-02-10T10:00:00Z", "person_id": "P1"}
    if form == "api":
        attributes = {"event_properties": {"$message": "M1", **flags}}
        text = json.dumps({**event, "metric_name": "Opened Email", "attributes": attributes})
        found = read_export(tmp_path, "klaviyo.events", text, name="a.jsonl")
    else:
        columns = {
            "property_" + name.replace(" ", "_").lower(): str(v) for name, v in flags.items()
        }
        row = {**event, "metric_name": "Opened Email", **columns}
        text = f"{','.join(row)}\n{','.join(row.values())}\n"
        found = read_export(tmp_path, "klaviyo.events", text)
    assert rows_of(found, "events", "event_type", "is_machine") == [("email_opened", is_machine)]


TWILIO_LOG = """\
From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,\
PriceUnit
+1555,+4911,Sale,delivered,2026-01-05T12:00:00Z,2010,1,0,AC1,SM1,outbound-api,-0.0075,USD
+4911,+1555, Stop ,received,2026-01-05T12:01:00Z,2010,1,0,AC1,SM2,inbound,-0.0075,USD
+4912,+1555,please stop,received,2026-01-05T12:02:00Z,2010,1,0,AC1,SM3,inbound,-0.0075,USD
+4911,+1555,UNSTOP,received,2026-01-05T12:03:00Z,2010,1,0,AC1,SM4,inbound,-0.0075,USD
whatsapp:+1555,whatsapp:+4911,Hi,read,2026-01-05T12:04:00Z,2010,1,,AC1,SM5,outbound-api,,USD
whatsapp:+4911,whatsapp:+1555,Stop,received,2026-01-05T12:05:00Z,2010,1,,AC1,SM6,inbound,,USD
+1555,+4913,Sale,undelivered,2026-01-05T12:00:00Z,2010,1,30005,AC1,SM7,outbound-api,,USD
"""


def test_twilio_s_log_tells_opt_outs_from_replies_and_whatsapp_from_texts(tmp_path: Path) -> None:
    """A keyword alone opts out; one person has one number in every channel; no text is kept."""
    found = read_export(tmp_path, "twilio.messages", TWILIO_LOG)
    assert rows_of(found, "events", "event_id", "event_type", "contact_id") == [
        ("SM2", "sms_unsubscribed", "+4911"),
        ("SM3", "sms_replied", "+4912"),
        ("SM4", "sms_subscribed", "+4911"),
        ("SM6", "whatsapp_replied", "+4911"),
    ]
    assert rows_of(found, "sends", "send_id", "contact_id", "status", "error") == [
        ("SM1", "+4911", "delivered", None),
        ("SM5", "+4911", "delivered", None),
        ("SM7", "+4913", "failed", "30005"),
    ]
    assert rows_of(found, "messages", "message_id", "channel") == [
        ("+1555", "sms"),
        ("whatsapp:+1555", "whatsapp"),
    ]
    for table in ("events", "sends", "messages"):
        assert "sale" not in str(rows_of(found, table, "attributes")).casefold()


TWILIO_SERVICE = """\
sid,messaging_service_sid,from,to,body,status,date_sent,direction
SM1,MG1,+1555,+4911,Sale,delivered,2026-01-05T12:00:00Z,outbound-api
SM2,MG1,whatsapp:+1555,whatsapp:+4912,Sale,read,2026-01-05T12:00:00Z,outbound-api
SM3,MG1,whatsapp:+4912,whatsapp:+1555,Thanks,received,2026-01-05T12:05:00Z,inbound
SM4,MG1,+4911,+1555,Thanks,received,2026-01-05T12:05:00Z,inbound
"""


def test_a_service_of_twilio_s_with_senders_of_several_channels_is_a_message_in_each(
    tmp_path: Path,
) -> None:
    found = read_export(tmp_path, "twilio.messages", TWILIO_SERVICE)
    assert rows_of(found, "messages", "message_id", "name", "channel") == [
        ("MG1", "MG1", "sms"),
        ("MG1:whatsapp", "MG1 / whatsapp", "whatsapp"),
    ]
    assert rows_of(found, "sends", "send_id", "message_id") == [
        ("SM1", "MG1"),
        ("SM2", "MG1:whatsapp"),
    ]
    assert rows_of(found, "events", "event_id", "event_type", "message_id") == [
        ("SM3", "whatsapp_replied", "MG1:whatsapp"),
        ("SM4", "sms_replied", "MG1"),
    ]


@pytest.mark.parametrize(
    ("category", "message"),
    [
        ("cat facts", "cat facts"),
        (["spring", "sale"], "spring"),
        ('["spring","sale"]', "spring"),
        ([], None),
        (None, None),
    ],
)
def test_sendgrid_s_category_is_a_text_or_a_list(
    tmp_path: Path, category: object, message: str | None
) -> None:
    """Where a mail has nothing else to be called by; all of them stay with its attributes."""
    event = {
        "email": "ada@example.com", "timestamp": 1769853600, "event": "delivered",
        "sg_event_id": "e1", "sg_message_id": "S.0", "category": category,
    }  # fmt: skip
    found = read_export(tmp_path, "sendgrid.events", json.dumps(event), name="a.jsonl")
    assert rows_of(found, "events", "event_type", "message_id") == [("email_delivered", message)]
    if category:
        ((attributes,),) = rows_of(found, "events", "attributes")
        kept = json.loads(attributes)["category"]
        assert kept == category or json.loads(kept) == category


@pytest.mark.parametrize(
    ("columns", "cells", "clicks"),
    [
        ("Clicks,Link clicks", "90,12", 12),
        ("Clicks,Link clicks", "90,", 0),
        ("Clicks", "90", 90),
    ],
)
@pytest.mark.parametrize("day", ["Time period", "Time"])
def test_x_s_clicks_are_those_on_a_link(
    tmp_path: Path, day: str, columns: str, cells: str, clicks: int
) -> None:
    """Its `Clicks` are likes and profiles, too: they stand in only where there is nothing else."""
    text = f"{day},Campaign,Impressions,Spend,{columns}\n2026-01-31,Spring,1000,3.25,{cells}\n"
    found = read_export(tmp_path, "twitter_ads.ads_manager", text)
    assert rows_of(found, "ad_stats", "campaign_name", "clicks") == [("Spring", clicks)]


@pytest.mark.parametrize("unit", ["", " ", " ($)", "(EUR)", " (₹)"])
def test_amazon_s_sales_are_read_whatever_unit_their_header_says(tmp_path: Path, unit: str) -> None:
    """Sales of the advertised product alone are part of them."""
    text = (
        f"Date,Campaign Name,Spend,7 Day Advertised SKU Sales{unit},7 Day Total Sales{unit}\n"
        "2026-01-31,Spring,1.00,20.00,30.00\n"
    )
    found = read_export(tmp_path, "amazon_ads.sponsored_ads", text)
    assert rows_of(found, "ad_stats", "conversions_value") == [(Decimal(30),)]


def test_a_campaign_s_own_dates_are_no_day_of_its_spend(tmp_path: Path) -> None:
    """What Amazon's campaign manager shows: weeks of spend beside the day of the campaign's start.

    A campaign of one day has its spend on that day; a report by day has a day of its own.
    """
    text = (
        "State,Campaigns,Type,Start date,End date,Budget(USD),Impressions,Clicks,Spend(USD)\n"
        'enabled,Open,SP,"Jan 1, 2026",,20,900,90,45.67\n'
        'enabled,Word,SP,"Jan 1, 2026",No end date,20,900,90,45.67\n'
        'enabled,Month,SP,"Jan 1, 2026","Jan 31, 2026",20,900,90,45.67\n'
        'enabled,Day,SP,"Jan 2, 2026","Jan 2, 2026",20,900,90,5.00\n'
    )
    (tmp_path / "manager").mkdir()
    found = read_export(tmp_path / "manager", "amazon_ads.sponsored_ads", text)
    assert rows_of(found, "ad_stats", "campaign_name", "spend") == [("Day", Decimal(5))]
    assert "export by day" in answer_of(found)
    by_day = text.replace("Start date", "Date,Start date").replace('SP,"Jan', 'SP,2026-01-31,"Jan')
    (tmp_path / "report").mkdir()
    found = read_export(tmp_path / "report", "amazon_ads.sponsored_ads", by_day)
    assert len(rows_of(found, "ad_stats", "campaign_name")) == 4


@pytest.mark.parametrize("orders", ["Bestellungen", "Aufträge"])
def test_amazon_s_orders_have_two_words_in_german(tmp_path: Path, orders: str) -> None:
    """Those of the advertised product alone are units, and part of them."""
    text = (
        "Datum;Kampagnen-Name;Ausgaben;7 Tage, Umsatz gesamt (€);7-Tage, Andere SKU-Einheiten (#);"
        f"7 Tage, {orders} gesamt (#);7Tage, Beworbene SKU-Umsätze (€)\n"
        "31.01.2026;Spring;1,50;30,00;1;3;20,00\n"
    )
    found = read_export(tmp_path, "amazon_ads.sponsored_ads", text, 'decimal = ","')
    read = rows_of(found, "ad_stats", "campaign_name", "conversions", "conversions_value")
    assert read == [("Spring", Decimal(3), Decimal(30))]
