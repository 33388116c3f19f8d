"""Providers' own summaries and names: exports with their real headers, read to canonical rows."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.config.loading import load_workspace
from flows.progress import silence
from flows.steps.reading.read_feeds import read_feeds
from tests.support.exports import answer_of, read_export, rows_of

COUNTS = (
    "channel", "message_id", "message_name", "sends", "delivered", "opens", "unique_opens",
    "clicks", "unique_clicks", "bounced", "unsubscribes", "complaints", "orders", "revenue",
)  # fmt: skip
MAILCHIMP = """\
Title,Subject,List,Send Date,Send Weekday,Total Recipients,Successful Deliveries,Soft Bounces,\
Hard Bounces,Total Bounces,Times Forwarded,Forwarded Opens,Unique Opens,Open Rate,Total Opens,\
Unique Clicks,Click Rate,Total Clicks,Unsubscribes,Abuse Complaints,Times Liked on Facebook,\
Folder Id,Unique Id,Total Orders,Total Gross Sales,Total Revenue
Spring,Hello,Shop,"Feb 10, 2026 09:00 am",Tuesday,"1,240","1,200",30,10,40,0,0,480,40.00%,700,60,\
5.00%,90,6,1,0,,c2b4c1,7,310.50,290.25
"""
KLAVIYO = """\
Campaign Name,Variant Name,Tags,Subject,List,Send Time,Send Weekday,Total Recipients,\
Unique Placed Order,Placed Order Rate,Revenue,Unique Opens,Open Rate,Total Opens,Unique Clicks,\
Click Rate,Total Clicks,Unsubscribes,Spam Complaints,Spam Complaints Rate,Successful Deliveries,\
Bounces,Bounce Rate,Campaign ID,Campaign Channel,Winning Variant?
Spring,A,,Hello,Shop,2026-02-10 09:00:00,Tuesday,620,3,0.50%,145.00,240,40.00%,350,30,5.00%,45,3,\
0,0.00%,600,20,3.23%,01HX,Email,
Spring,B,,Hi,Shop,2026-02-10 09:00:00,Tuesday,620,4,0.67%,145.25,240,40.00%,350,30,5.00%,45,3,1,\
0.17%,600,20,3.23%,01HX,SMS,
"""
HUBSPOT = """\
Email name,Email ID,Subject,Sent,Delivered,Opened,Open rate,Clicked,Click rate,Hard bounced,\
Soft bounced,Unsubscribed,Spam reports
Spring,9001,Hello,1240,1200,480,40%,60,5%,10,30,6,1
"""
BREVO = json.dumps(
    {
        "id": 22,
        "name": "Spring",
        "subject": "Hello",
        "statistics": {
            "globalStats": {
                "sent": 1240, "delivered": 1200, "viewed": 700, "uniqueViews": 480,
                "clickers": 90, "uniqueClicks": 60, "hardBounces": 10, "softBounces": 30,
                "unsubscriptions": 6, "complaints": 1,
            }
        },
    }
)  # fmt: skip
BREVO_LISTS = json.dumps(
    {
        "id": 23,
        "name": "Spring",
        "statistics": {
            "globalStats": {
                "sent": 0, "delivered": 0, "viewed": 0, "uniqueViews": 0, "clickers": 0,
                "uniqueClicks": 0, "hardBounces": 0, "softBounces": 0, "unsubscriptions": 0,
                "complaints": 0,
            },
            "campaignStats": [
                {
                    "listId": 4, "sent": 1200, "delivered": 1150, "viewed": 600, "uniqueViews": 400,
                    "clickers": 80, "uniqueClicks": 50, "hardBounces": 20, "softBounces": 30,
                    "unsubscriptions": 5, "complaints": 1,
                },
                {
                    "listId": 7, "sent": 300, "delivered": 290, "viewed": 100, "uniqueViews": 80,
                    "clickers": 20, "uniqueClicks": 10, "hardBounces": 4, "softBounces": 6,
                    "unsubscriptions": 2, "complaints": 0,
                },
            ],
        },
    }
)  # fmt: skip
GENERIC = """\
Campaign;Sent;Delivered;Unique opens;Unique clicks;Unsubscribed
Spring;1240;1200;480;60;6
Total;1240;1200;480;60;6
"""
FLOWS = """\
id,archived,created,name,status,trigger_type,updated,_fivetran_synced
F1,false,2026-01-01T00:00:00Z,Welcome,live,Added to List,2026-01-02T00:00:00Z,
"""
HUBSPOT_CONTACTS = """\
Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Create Date,Associated Company,\
Country/Region,Contact owner
101,Ada,L,Ada@Example.com,+33 6 00 00 00 00,NEW,2026-01-12 09:14,Acme,France,
"""
GERMAN = """\
Name;Versendet;Zugestellt;Öffnungen;Einmalige Öffnungen;Klicks;Einmalige Klicks;Bounces;Abmeldungen
Spring;1240;1200;700;480;90;60;40;6
"""
PROFILES = """\
id,email,first_name,last_name,phone_number,created,updated,latitude,organization
P1,Ada@Example.com,Ada,L,+4930,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,52.5,Acme
"""


@pytest.mark.parametrize(
    ("source", "text", "name", "expected"),
    [
        (
            "mailchimp.campaign_report", MAILCHIMP, "a.csv",
            [("email", "c2b4c1", "Spring", 1240, 1200, 700, 480, 90, 60, 40, 6, 1, 7,
              Decimal("290.25"))],
        ),
        (
            "email.campaign_report", MAILCHIMP, "a.csv",
            [("email", "c2b4c1", "Spring", 1240, 1200, 700, 480, 90, 60, 40, 6, 1, 7,
              Decimal("290.25"))],
        ),
        (
            "klaviyo.campaign_report", KLAVIYO, "a.csv",
            [("email", "01HX:A", "Spring, A", 620, 600, 350, 240, 45, 30, 20, 3, 0, 3,
              Decimal(145)),
             ("sms", "01HX:B", "Spring, B", 620, 600, 350, 240, 45, 30, 20, 3, 1, 4,
              Decimal("145.25"))],
        ),
        (
            "hubspot.email_report", HUBSPOT, "a.csv",
            [("email", "9001", "Spring", 1240, 1200, None, 480, None, 60, 40, 6, 1, None, None)],
        ),
        (
            "brevo.campaign_report", BREVO, "a.jsonl",
            [("email", "22", "Spring", 1240, 1200, 700, 480, 90, 60, 40, 6, 1, None, None)],
        ),
        (
            "brevo.campaign_report", BREVO_LISTS, "a.jsonl",
            [("email", "23", "Spring", 1500, 1440, 700, 480, 100, 60, 60, 7, 1, None, None)],
        ),
        (
            "email.campaign_report", GENERIC, "a.csv",
            [("email", "Spring", "Spring", 1240, 1200, None, 480, None, 60, None, 6, None, None,
              None)],
        ),
        (
            "email.campaign_report", GERMAN, "a.csv",
            [("email", "Spring", "Spring", 1240, 1200, 700, 480, 90, 60, 40, 6, None, None, None)],
        ),
    ],
)  # fmt: skip
def test_a_provider_s_summary_is_message_stats(
    tmp_path: Path, source: str, text: str, name: str, expected: list[tuple[Any, ...]]
) -> None:
    """Of the message's whole life: without a day; what the export lacks is null."""
    found = read_export(tmp_path, source, text, name=name)
    assert rows_of(found, "message_stats", *COUNTS) == expected
    assert not any("bounced" in one.message for one in found.warnings) or source.startswith("email")
    assert rows_of(found, "message_stats", "date_day") == [(None,)] * len(expected)


def test_mailchimp_s_audiences_and_segments_have_members(tmp_path: Path) -> None:
    """A removed member stands on no list; a segment's own list bears the segment's id."""
    members = (
        "member_id,segment_id,_fivetran_deleted,_fivetran_synced,list_id\n"
        "m1,482927,false,2020-04-23 05:40:24.102,8e42\n"
        "m2,482927,true,2020-04-23 05:40:24.102,8e42\n"
    )
    found = read_export(tmp_path, "mailchimp.segment_member", members)
    assert rows_of(found, "list_members", "campaign_id", "segment_id", "contact_id") == [
        ("482927", "482927", "m1")
    ]


def test_mailchimp_s_lists_are_segments(tmp_path: Path) -> None:
    lists = (
        "id,_fivetran_deleted,_fivetran_synced,contact_city,date_created,list_rating,name\n"
        "8e42,false,2020-04-23 11:40:05.594,London,2019-10-01 21:39:58,0.0,Example Company\n"
    )
    found = read_export(tmp_path, "mailchimp.list", lists)
    assert rows_of(found, "segments", "segment_id", "name", "attributes") == [
        ("8e42", "Example Company", '{"list_rating":"0.0"}')
    ]


def test_mailchimp_s_campaign_goes_out_at_its_time_and_not_on_its_day(tmp_path: Path) -> None:
    """Its sends have no time: a send_date of the message would stand before the campaign's time."""
    text = "id,title,status,send_time\nc2b4,Spring,sent,2019-11-27 16:59:27\n"
    found = read_export(tmp_path, "mailchimp.campaign", text)
    sent_at = datetime(2019, 11, 27, 16, 59, 27, tzinfo=UTC)
    assert rows_of(found, "campaigns", "campaign_id", "sent_at") == [("c2b4", sent_at)]
    assert rows_of(found, "messages", "message_id", "send_date", "start_at") == [
        ("c2b4", None, sent_at)
    ]


def test_klaviyo_s_campaigns_flows_and_profiles(tmp_path: Path) -> None:
    """The API's objects, as it writes them; a campaign is one message, too."""
    campaign = {
        "type": "campaign", "id": "01HX",
        "attributes": {
            "name": "Spring", "status": "Sent", "archived": False,
            "created_at": "2026-02-01T00:00:00+00:00", "scheduled_at": "2026-02-09T00:00:00+00:00",
            "updated_at": "2026-02-10T10:00:00+00:00", "send_time": "2026-02-10T09:00:00+00:00",
        },
    }  # fmt: skip
    found = read_export(tmp_path, "klaviyo.campaigns", json.dumps(campaign), name="a.jsonl")
    assert rows_of(found, "campaigns", "campaign_id", "name", "channel", "status") == [
        ("01HX", "Spring", "email", "sent")
    ]
    assert rows_of(found, "messages", "message_id", "campaign_id", "name") == [
        ("01HX", "01HX", "Spring")
    ]


@pytest.mark.parametrize(
    ("source", "text", "table", "columns", "expected"),
    [
        (
            "klaviyo.flows",
            FLOWS,
            "campaigns",
            ("campaign_id", "name", "status", "attributes"),
            ("F1", "Welcome", "sending", '{"archived":"false","trigger_type":"Added to List"}'),
        ),
        (
            "klaviyo.profiles",
            PROFILES,
            "contacts",
            ("contact_id", "email", "phone", "attributes"),
            ("P1", "Ada@Example.com", "+4930", '{"organization":"Acme"}'),
        ),
        (
            "klaviyo.profiles",
            (
                "Email,Klaviyo ID,First Name,Phone Number,Profile Created On,Title\n"
                "a@b.example,01H,Ada,+4930,2026-01-05 10:00:00,Dr\n"
            ),
            "contacts",
            ("contact_id", "email", "phone", "first_name", "created_at"),
            ("01H", "a@b.example", "+4930", "Ada", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ),
        (
            "mailchimp.member",
            (
                '"Email Address","First Name",Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,LEID,EUID\n'
                'a@b.example,Ada,"1 Road",3,"2026-01-05 10:00:00",1.2.3.4,123,ab12\n'
            ),
            "contacts",
            ("contact_id", "email", "first_name", "attributes"),
            ("ab12", "a@b.example", "Ada", '{"MEMBER_RATING":"3","LEID":"123"}'),
        ),
        (
            "shopify.customers",
            (
                "Customer ID,First Name,Last Name,Email,Phone,Note,Tags\n"
                "'7001,Ada,L,a@b.example,'+4930,rude,vip\n"
            ),
            "contacts",
            ("contact_id", "email", "phone", "attributes"),
            ("7001", "a@b.example", "+4930", '{"Tags":"vip"}'),
        ),
        (
            "hubspot.contacts",
            HUBSPOT_CONTACTS,
            "contacts",
            ("contact_id", "email", "phone", "first_name", "created_at", "attributes"),
            (
                "101",
                "Ada@Example.com",
                "+33 6 00 00 00 00",
                "Ada",
                datetime(2026, 1, 12, 9, 14, tzinfo=UTC),
                '{"Lead Status":"NEW","Associated Company":"Acme","Country/Region":"France"}',
            ),
        ),
        (
            "skene.campaigns",
            "id,org_id,name\nc1,o1,Spring\n",
            "campaigns",
            ("campaign_id", "channel", "status"),
            ("c1", "email", "draft"),
        ),
        (
            "skene.campaigns",
            "id,org_id,name,channel,status\nc1,o1,Spring,WhatsApp,sent\n",
            "campaigns",
            ("campaign_id", "channel", "status"),
            ("c1", "whatsapp", "sent"),
        ),
        (
            "skene.campaign_sends",
            "id,org_id,campaign_id,contact_id\ns1,o1,c1,p1\n",
            "sends",
            ("send_id", "status"),
            ("s1", "queued"),
        ),
        (
            "skene.campaign_segments",
            "id,org_id,name\ng1,o1,All\n",
            "segments",
            ("segment_id", "contact_count"),
            ("g1", 0),
        ),
    ],
)
def test_tables_of_names(
    tmp_path: Path,
    source: str,
    text: str,
    table: str,
    columns: tuple[str, ...],
    expected: tuple[Any, ...],
) -> None:
    """What Skene's schema gives a column that a file lacks is that column's value."""
    assert rows_of(read_export(tmp_path, source, text), table, *columns) == [expected]


@pytest.mark.parametrize(
    ("type_", "channel"),
    [
        ("Email", "email"), ("Newsletter", "email"), ("SMS", "sms"), ("Push", "push"),
        ("Direct Mail", "direct_mail"), ("DirectMail", "direct_mail"), ("cpc", "ads"),
        ("Paid Social", "ads"), ("organic", "web"), ("referral", "web"), ("Social", "social"),
        ("WhatsApp", "whatsapp"), ("In-App Message", "in_app"), ("Loyalty programme", None),
    ],
)  # fmt: skip
def test_an_acquia_dispatch_s_type_says_its_channel(
    tmp_path: Path, type_: str, channel: str | None
) -> None:
    """A type that names no channel gives none, and never e-mail."""
    text = f"SourceDispatchNumber,Name,SourceCampaignNumber,Type,SubType\nd1,D,c1,{type_},x\n"
    found = read_export(tmp_path, "acquia.dispatch", text)
    assert rows_of(found, "dispatches", "type", "channel") == [(type_, channel)]


def test_what_a_vendor_s_files_mostly_lack_is_no_warning(tmp_path: Path) -> None:
    """Hightouch's events name their message, so its absence is told; none has a cookie."""
    text = "user_id,timestamp,type\nu1,2026-01-31T10:00:00Z,Email Opened\n"
    found = read_export(tmp_path, "hightouch.events", text)
    told = [one.message for one in found.warnings if one.code == "column_missing"]
    assert len(told) == 1
    assert "events.message_id" in told[0]


METRICS = """\
id,created,integration_id,name,updated,_fivetran_synced
XyZ123,2025-01-01,1,Opened Email,2025-01-01T00:00:00Z,
Qw9,2025-01-01,1,Viewed Product,2025-01-01T00:00:00Z,
"""
KLAVIYO_EVENTS = """\
id,metric_id,person_id,campaign_id,datetime,type
e1,XyZ123,P1,01HX,2026-02-10T10:00:00Z,
e2,Qw9,P1,,2026-02-10T11:00:00Z,
e3,Unknown1,P1,,2026-02-10T12:00:00Z,
e4,XyZ123,P1,01HX,2026-02-10T13:00:00Z,Clicked Email
"""


def test_klaviyo_s_metrics_say_what_its_events_are(tmp_path: Path) -> None:
    """An id that no metric names stays the event's type; a name of the event's own comes first."""
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics/metrics.csv").write_text(METRICS)
    feed = '[[feeds]]\nsource = "klaviyo.metrics"\nfiles = "metrics/*.csv"'
    found = read_export(tmp_path, "klaviyo.events", KLAVIYO_EVENTS, feed)
    assert rows_of(found, "events", "event_id", "event_type", "message_id") == [
        ("e1", "email_opened", "01HX"),
        ("e2", "viewed_product", None),
        ("e3", "unknown1", None),
        ("e4", "email_clicked", "01HX"),
    ]


def test_a_new_word_has_the_events_read_again(tmp_path: Path) -> None:
    """The ledger keeps what was read with other words apart."""
    feed = '[[feeds]]\nsource = "klaviyo.metrics"\nfiles = "metrics/*.csv"'
    (tmp_path / "metrics").mkdir()
    metrics = tmp_path / "metrics/metrics.csv"
    metrics.write_text(METRICS.replace("Opened Email", "Ticket Raised"))
    before = read_export(tmp_path, "klaviyo.events", KLAVIYO_EVENTS, feed)
    metrics.write_text(METRICS)
    after = read_feeds(load_workspace(tmp_path), tmp_path / "ledger", silence)
    assert rows_of(before, "events", "event_type")[0] == ("email_clicked",)
    assert ("ticket_raised",) in rows_of(before, "events", "event_type")
    assert ("email_opened",) in rows_of(after, "events", "event_type")


def test_a_vendor_s_own_event_types_are_no_mistake(tmp_path: Path) -> None:
    """Acquia documents productBrowsed; what the tenant invented is told."""
    text = (
        "SourceCustomerNumber,Type,EventTimeStamp,SourceMessageNumber,Email,Cookie\n"
        "1,productBrowsed,2026-01-31 10:00:00,,,\n1,storeVisit,2026-01-31 11:00:00,,,\n"
    )
    found = read_export(tmp_path, "acquia.event", text)
    told = [one.message for one in found.warnings if one.code == "unknown_event_type"]
    assert len(told) == 1
    assert "'store_visit'" in told[0]


MAILERLITE = """\
Campaign name,Channel,Recipients,Opens,Clicks,Unsubscribed,Spam complaints,Hard bounces,Soft bounces
Spring,Email,1000,400,50,3,1,4,6
News,Push notification,500,,20,1,,,
"""


def test_bounces_of_two_columns_and_channels_by_other_words(tmp_path: Path) -> None:
    found = read_export(tmp_path, "email.campaign_report", MAILERLITE)
    assert answer_of(found) == ""
    columns = ("channel", "message_id", "sends", "bounced", "complaints")
    assert rows_of(found, "message_stats", *columns) == [
        ("email", "Spring", 1000, 10, 1),
        ("push", "News", 500, None, None),
    ]


@pytest.mark.parametrize(
    ("source", "header"),
    [
        ("email.campaign_report", "Campaign;Hard bounces;Soft bounces"),
        ("email.campaign_report", "Kampagne;Hardbounces;Softbounces"),
        ("hubspot.email_report", "Email name;Hard bounced;Soft bounced"),
        ("brevo.campaign_report", "Campaign Name;Hard bounces;Soft bounces"),
    ],
)
@pytest.mark.parametrize(
    ("cells", "settings"), [("1.004;6", ['decimal = ","']), ("1,004;6", []), ("1004;6", [])]
)
def test_bounces_are_added_up_in_the_marks_of_the_file(
    tmp_path: Path, source: str, header: str, cells: str, settings: list[str]
) -> None:
    """A sum that is the second choice was read with a decimal point: the files were refused."""
    found = read_export(tmp_path, source, f"{header}\nSpring;{cells}\n", *settings)
    assert rows_of(found, "message_stats", "bounced") == [(1010,)]


def test_opens_as_campaign_monitor_calls_them(tmp_path: Path) -> None:
    content = "Name,Recipients,Total Opened,Unique Opened,Clicks\nSpring,1000,700,400,80\n"
    found = read_export(tmp_path, "email.campaign_report", content)
    assert rows_of(found, "message_stats", "opens", "unique_opens") == [(700, 400)]


def test_a_column_of_days_in_the_place_of_counts_is_told(tmp_path: Path) -> None:
    """MailerLite calls the time of sending "Sent", which elsewhere is how many were sent."""
    content = "Campaign,Sent,Recipients,Opened\nSpring,2026-02-10 09:00:00,1000,400\n"
    found = read_export(tmp_path, "email.campaign_report", content)
    assert 'columns = { sends = "…" } names the column of the figures' in answer_of(found)
