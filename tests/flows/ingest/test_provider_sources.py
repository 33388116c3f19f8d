"""What one record of each provider becomes, and what a whole account's raw tables become."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.config.feed_section import FeedSection
from contracts.config.workspace import Workspace
from flows.config.configured_feeds import configure_feeds
from flows.readers import ROW_NUMBER, open_feed
from transforms.ingest.column_mapping import keep_rows_of_table
from transforms.ingest.row_parsing import parse_rows

REALDATA = Path(__file__).parents[3] / "../shared/realdata"
MAILCHIMP = REALDATA / "mailchimp/seeds"
SNOWPLOW = REALDATA / "snowplow_web/integration_tests/data"
Row = dict[str, Any]


def read_tables(source: str, file: Path) -> dict[str, pl.DataFrame]:
    """A vendor's file as its canonical tables."""
    feed = configure_feeds(Workspace(feeds=(FeedSection(source=source, files="raw/x"),)))[0]
    opened = open_feed(file, feed.options)
    rows = pl.concat([batch.rows for batch in opened.batches()], how="diagonal")
    header = [name for name in rows.columns if name != ROW_NUMBER]
    return {
        resolved.mapping.table: keep_rows_of_table(rows.lazy(), resolved, header)
        .pipe(parse_rows, resolved, header)
        .collect()
        .sort(ROW_NUMBER)
        for resolved in feed.mappings
    }


def read_record(source: str, record: Row, folder: Path) -> dict[str, pl.DataFrame]:
    """One record, delivered as JSON."""
    file = folder / "record.jsonl"
    file.write_text(json.dumps(record) + "\n")
    return read_tables(source, file)


def at(*parts: int) -> datetime:
    """An instant in UTC."""
    return datetime(*parts, tzinfo=UTC)


SENT_JOB = {
    "ClientID": "7001",
    "SendID": "9001",
    "SubscriberKey": "s-1",
    "BatchID": "2",
    "EmailAddress": "ada@example.com",
    "EventDate": "3/6/2026 9:12:44 PM",
}
"""A row of Salesforce Marketing Cloud's tracking extract; its clock is six hours behind UTC."""
CASES: dict[str, tuple[str, Row, str, Row]] = {
    "a Salesforce send": (
        "salesforce_marketing_cloud.events",
        {**SENT_JOB, "EventType": "Sent"},
        "sends",
        {"send_id": "9001:s-1:2", "status": "sent", "sent_at": at(2026, 3, 7, 3, 12, 44)},
    ),
    "a Salesforce open": (
        "salesforce_marketing_cloud.events",
        {**SENT_JOB, "EventType": "Open"},
        "events",
        {"event_type": "email_opened", "send_id": "9001:s-1:2", "message_id": "9001",
         "occurred_at": at(2026, 3, 7, 3, 12, 44)},
    ),
    "a Salesforce click": (
        "salesforce_marketing_cloud.clicks",
        {**SENT_JOB, "EventType": "Click", "URL": "https://shop.example/a"},
        "events",
        {"event_type": "email_clicked", "url": "https://shop.example/a", "contact_id": "s-1"},
    ),
    "a Salesforce block bounce": (
        "salesforce_marketing_cloud.bounces",
        {**SENT_JOB, "BounceCategory": "Block bounce", "BounceReason": "554"},
        "events",
        {"event_type": "email_bounced", "subtype": "soft"},
    ),
    "a Salesforce send job": (
        "salesforce_marketing_cloud.send_jobs",
        {"SendID": "9001", "EmailName": "Spring", "Subject": "It is here", "FromName": "Shop",
         "SentTime": "3/6/2026 9:00:00 AM"},
        "messages",
        {"message_id": "9001", "name": "Spring", "channel": "email",
         "start_at": at(2026, 3, 6, 15)},
    ),
    "a Marketo click of a robot": (
        "marketo.activities",
        {"marketoGUID": "884", "leadId": "42", "activityDate": "2026-03-06T09:12:44Z",
         "activityTypeId": "11", "campaignId": "1042", "primaryAttributeValueId": "2003",
         "primaryAttributeValue": "Spring.Mail",
         "attributes": '{"Link":"https://shop.example/a?x=1","Is Bot Activity":true}'},
        "events",
        {"event_type": "email_clicked", "subtype": None, "contact_id": "42", "message_id": "2003",
         "url": "https://shop.example/a?x=1", "is_machine": True,
         "occurred_at": at(2026, 3, 6, 9, 12, 44),
         "attributes": '{"campaignId":"1042"}'},
    ),
    "the e-mail of a Marketo send": (
        "marketo.activities",
        {"marketoGUID": "881", "leadId": "42", "activityDate": "2026-03-06T09:00:00Z",
         "activityTypeId": "6", "primaryAttributeValueId": "2003", "attributes": "{}",
         "primaryAttributeValue": "Spring.Mail"},
        "messages",
        {"message_id": "2003", "name": "Spring.Mail", "channel": "email"},
    ),
    "a contact of Salesforce": (
        "salesforce.contacts",
        {"Id": "0035g00000XyZabAAB", "IsDeleted": "false", "Email": "ada@example.com",
         "MobilePhone": "+15550001", "Phone": "", "LastName": "L", "LeadSource": "Web",
         "SystemModstamp": "2026-03-06T09:12:44.000+0000"},
        "contacts",
        {"contact_id": "0035g00000XyZabAAB", "phone": "+15550001",
         "updated_at": at(2026, 3, 6, 9, 12, 44), "attributes": '{"LeadSource":"Web"}'},
    ),
    "a campaign of Salesforce": (
        "salesforce.campaigns",
        {"Id": "7015g0000001", "Name": "Expo", "Type": "Trade Show", "Status": "In Progress",
         "StartDate": "2026-03-06"},
        "campaigns",
        {"name": "Expo", "channel": None, "status": "sending",
         "scheduled_at": at(2026, 3, 6)},
    ),
    "a Customer.io click": (
        "customerio.reporting_webhooks",
        {"event_id": "01C", "object_type": "email", "metric": "clicked", "timestamp": 1767225670,
         "data": {"customer_id": "42", "identifiers": {"id": "42", "cio_id": "d9c1"},
                  "recipient": "ada@example.com", "delivery_id": "dg1", "newsletter_id": 7,
                  "content_id": 3, "href": "https://shop.example/x", "link_id": 1}},
        "events",
        {"event_type": "email_clicked", "contact_id": "42", "email": "ada@example.com",
         "send_id": "dg1", "message_id": "7:3", "url": "https://shop.example/x",
         "occurred_at": at(2026, 1, 1, 0, 1, 10)},
    ),
    "a Customer.io text of a campaign": (
        "customerio.reporting_webhooks",
        {"event_id": "01D", "object_type": "sms", "metric": "bounced", "timestamp": 1767225680,
         "data": {"customer_id": "43", "recipient": "+15550001", "delivery_id": "dg2",
                  "campaign_id": 5, "action_id": 96, "failure_message": "bad number"}},
        "events",
        {"event_type": "sms_failed", "email": None, "message_id": "5:96",
         "attributes": '{"failure_message":"bad number"}'},
    ),
    "a column in another case": (
        "acquia.event",
        {" TYPE ": "emailopen", "EVENTTIMESTAMP": "2026-03-01 10:00:00", "email": "A@Example.com"},
        "events",
        {"event_type": "email_opened", "occurred_at": at(2026, 3, 1, 10), "email": "A@Example.com"},
    ),
    "direct mail in both spellings": (
        "acquia.event",
        {"Type": "directmailSend", "EventTimeStamp": "2026-03-01", "SourceCustomerNumber": "007"},
        "events",
        {"event_type": "direct_mail_sent", "contact_id": "007"},
    ),
    "a type of the user's own": (
        "acquia.event",
        {"Type": "storeVisit", "EventTimeStamp": "2026-03-01", "c_Store": "Łódź"},
        "events",
        {"event_type": "store_visit", "attributes": '{"Store":"Łódź"}'},
    ),
    "a mail not sent": (
        "acquia.event",
        {"Type": "emailNotSent", "EventTimeStamp": "2026-03-01", "Subtype": "Hard"},
        "events",
        {"event_type": "email_dropped", "subtype": "hard"},
    ),
    "a dispatch of no message channel": (
        "acquia.dispatch",
        {"SourceDispatchNumber": "1", "Name": "n", "Type": "affiliate", "AttributionWindow": "14"},
        "dispatches",
        {"channel": None, "type": "affiliate", "attribution_window_days": 14},
    ),
    "a dispatch by e-mail": (
        "acquia.dispatch",
        {"SourceDispatchNumber": "1", "Name": "n", "Type": "Email",
         "AttributionStartDate": "2026-01-05 00:00:00"},
        "dispatches",
        {"channel": "email", "attribution_start_date": date(2026, 1, 5)},
    ),
    "a message of a mailing": (
        "acquia.direct_mail",
        {"SourceMessageNumber": "m", "SourceDispatchNumber": "d", "SourceCampaignNumber": "c",
         "MessageName": "Cover A", "Cost": "412.50", "CampaignName": "Catalog"},
        "messages",
        {"message_id": "m", "channel": "direct_mail", "cost": Decimal("412.5000")},
    ),
    "a hold-out": (
        "acquia.direct_mail_recipients",
        {"SourceMessageNumber": "m", "SourceCustomerNumber": "7", "SourceAddressNumber": "a",
         "InHomeDate": "2026-03-05", "c_HoldOut": "Y", "FirstName": "Ada", "c_Tier": "top"},
        "sends",
        {"send_id": "m:7:a", "status": "sent", "is_holdout": True, "attributes": '{"Tier":"top"}'},
    ),
    "a recipient without an address number": (
        "acquia.direct_mail_recipients",
        {"SourceMessageNumber": "m", "SourceCustomerNumber": "7", "InHomeDate": "2026-03-05"},
        "sends",
        {"send_id": "m:7", "is_holdout": None},
    ),
    "a Skene click": (
        "skene.campaign_events",
        {"id": "e", "send_id": "s", "event_type": "Click", "occurred_at": "2026-04-01 10:00:00+00",
         "metadata": {"wave": 2}, "created_at": "2026-04-01 10:00:00+00"},
        "events",
        {"event_type": "clicked", "attributes": '{"wave":2}', "occurred_at": at(2026, 4, 1, 10)},
    ),
    "a Hightouch event in words": (
        "hightouch.events",
        {"id": 1, "user_id": "u", "type": "Email Marked as Spam", "timestamp": "2026-04-01"},
        "events",
        {"event_type": "email_complained", "event_id": "1"},
    ),
    "a Hightouch platform in words": (
        "hightouch.ads",
        {"platform": "Google Ads", "campaign_id": 18002345678901234, "campaign_name": "x"},
        "ads",
        {"platform": "google_ads", "campaign_id": "18002345678901234"},
    ),
    "a Twilio text": (
        "twilio.messages",
        {"sid": "SM1", "to": "+15550001", "from": "+15559", "status": "undelivered",
         "direction": "outbound-api",
         "date_sent": "Thu, 24 Aug 2023 05:01:45 +0000"},
        "sends",
        {"send_id": "SM1", "status": "failed", "contact_id": "+15550001",
         "sent_at": at(2023, 8, 24, 5, 1, 45)},
    ),
    "a Twilio text with an ISO stamp": (
        "twilio.messages",
        {"sid": "SM1", "to": "+15550001", "from": "+15559", "status": "read",
         "direction": "outbound-reply", "date_sent": "2023-08-24T05:01:45Z"},
        "sends",
        {"status": "delivered", "sent_at": at(2023, 8, 24, 5, 1, 45)},
    ),
    "an answer through Twilio": (
        "twilio.messages",
        {"sid": "SM2", "to": "+15559", "from": "+15550001", "status": "received",
         "direction": "inbound", "date_sent": "2023-08-24T05:01:45Z"},
        "events",
        {"event_type": "sms_replied", "contact_id": "+15550001", "message_id": "+15559"},
    ),
    "a Klaviyo event of the connector": (
        "klaviyo.events",
        {"id": "e", "person_id": "p", "type": "Opened Email", "datetime": "2026-04-01 10:00:00",
         "campaign_id": "c", "property_machine_open": True},
        "events",
        {"event_type": "email_opened", "contact_id": "p", "message_id": "c", "is_machine": True},
    ),
    "a Klaviyo event of the API": (
        "klaviyo.events",
        {"id": "e", "attributes": {"datetime": "2026-04-01T10:00:00+00:00", "metric": {
            "name": "Placed Order"}, "event_properties": {"$message": "m", "value": 5}},
         "relationships": {"profile": {"data": {"id": "p"}}}},
        "events",
        {"event_type": "placed_order", "contact_id": "p", "message_id": "m",
         "attributes": '{"$message":"m","value":5}'},
    ),
    "a Segment call": (
        "segment.pages",
        {"messageId": "m", "anonymousId": "a", "timestamp": "2026-04-01T10:00:00.5Z",
         "properties": {"url": "https://example.com/?utm_source=x"},
         "context": {"userAgent": "UA"}},
        "page_views",
        {"page_view_id": "m", "url": "https://example.com/?utm_source=x", "user_agent": "UA",
         "viewed_at": at(2026, 4, 1, 10, 0, 0, 500_000)},
    ),
    "a GA4 page view": (
        "ga4.events",
        {"event_name": "page_view", "event_timestamp": "1767225600000000", "user_pseudo_id": "1.2",
         "event_params": [
             {"key": "ga_session_id", "value": {"int_value": "9"}},
             {"key": "page_location", "value": {"string_value": "https://example.com/a"}}]},
        "page_views",
        {"url": "https://example.com/a", "anonymous_id": "1.2", "viewed_at": at(2026, 1, 1)},
    ),
    "a Shopify order, partly refunded": (
        "shopify.orders",
        {"Name": "#1001", "Email": "a@example.com", "Financial Status": "partially_refunded",
         "Total": "100.00", "Refunded Amount": "30.10", "Currency": "EUR",
         "Created at": "2026-03-04 09:15:00 -0500", "Billing Name": "Ada"},
        "orders",
        {"order_id": "#1001", "revenue": Decimal("100.0000"), "refunded": Decimal("30.1000"),
         "ordered_at": at(2026, 3, 4, 14, 15), "attributes": None},
    ),
    "an Acquia transaction": (
        "acquia.transactions",
        {"SourceTransactionNumber": "t", "Total": "12.5", "Currency": "USD", "Type": "Purchase",
         "TransactionTimeStamp": "2026-03-04 09:15:00", "SourceCustomerNumber": "007"},
        "orders",
        {"order_id": "t", "revenue": Decimal("12.5000"), "contact_id": "007", "status": "Purchase"},
    ),
    "a SendGrid bounce": (
        "sendgrid.events",
        {"event": "bounce", "type": "blocked", "timestamp": 1461095250, "email": "a@example.com",
         "sg_event_id": "e", "sg_message_id": "s", "category": ["spring", "b"], "custom": "v"},
        "events",
        {"event_type": "email_bounced", "subtype": "soft", "message_id": "spring",
         "attributes": '{"category":"[\\"spring\\",\\"b\\"]","custom":"v"}'},
    ),
    "a SendGrid machine open": (
        "sendgrid.events",
        {"event": "open", "timestamp": 1461095250, "email": "a@example.com", "sg_event_id": "e",
         "sg_machine_open": True},
        "events",
        {"event_type": "email_opened", "is_machine": True},
    ),
    "an unknown Postmark bounce": (
        "postmark.webhooks",
        {"RecordType": "Bounce", "Type": "SomethingNew", "Email": "a@example.com",
         "BouncedAt": "2026-04-01T10:00:00Z"},
        "events",
        {"event_type": "email_bounced", "subtype": None},
    ),
    "a Brevo open by a proxy": (
        "brevo.webhooks",
        {"event": "proxy_open", "ts_event": 1604933654, "email": "a@example.com"},
        "events",
        {"event_type": "email_opened", "is_machine": True,
         "occurred_at": datetime.fromtimestamp(1604933654, UTC)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_record_becomes_row(case: str, tmp_path: Path) -> None:
    source, record, table, expected = CASES[case]
    row = read_record(source, record, tmp_path)[table].row(0, named=True)
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("source", "record", "table"),
    [
        (
            "shopify.orders",
            {"Name": "#1001", "Lineitem name": "Second item", "Total": ""},
            "orders",
        ),
        (
            "ga4.events",
            {"event_name": "scroll", "event_timestamp": "1767225600000000"},
            "page_views",
        ),
        ("hightouch.emails", {"message_id": "m", "name": "n"}, "campaigns"),
    ],
)
def test_record_of_something_else_is_no_row(
    source: str, record: Row, table: str, tmp_path: Path
) -> None:
    assert read_record(source, record, tmp_path)[table].is_empty()


@pytest.mark.skipif(not MAILCHIMP.exists(), reason="the account is no part of the project")
def test_mailchimp_account() -> None:
    read = {
        name: read_tables(f"mailchimp.{name}", MAILCHIMP / f"{name}.csv")
        for name in ("member", "campaign", "campaign_recipient", "campaign_recipient_activity",
                     "automation", "automation_email", "automation_recipient",
                     "automation_recipient_activity", "unsubscribe", "segment")
    }  # fmt: skip
    activity = read["campaign_recipient_activity"]["events"]
    sends = read["campaign_recipient"]["sends"]
    assert read["campaign"]["campaigns"].row(0, named=True)["name"] == "Release 0.1.1"
    assert read["campaign"]["messages"].get_column("message_id").to_list() == ["c2b4c1c0d9"]
    assert sends.height == 10
    assert activity.get_column("event_type").value_counts().sort("event_type").rows() == [
        ("email_clicked", 5),
        ("email_opened", 12),
    ]
    assert set(activity.get_column("send_id")) <= set(sends.get_column("send_id"))
    assert read["unsubscribe"]["events"].get_column("send_id").to_list() == [
        "b63e7b8aff:4d1bf0aa67690a2b483771ce00cfb6a7"
    ]
    assert read["automation_email"]["messages"].get_column("campaign_id").to_list() == [
        "71ad2ce945",
        "12345",
    ]


@pytest.mark.skipif(not SNOWPLOW.exists(), reason="the events are no part of the project")
def test_snowplow_page_views_are_upstreams() -> None:
    ours = read_tables("snowplow.events", SNOWPLOW / "source/snowplow_web_events.csv")["page_views"]
    theirs = pl.read_csv(
        SNOWPLOW / "expected/snowplow_web_page_views_expected.csv", infer_schema=False
    ).select("page_view_id", "page_url")
    found = theirs.join(
        ours.rename({"url": "page_url"}),
        on=["page_view_id", "page_url"],
        how="semi",
    )
    assert_frame_equal(found, theirs, check_row_order=False)
