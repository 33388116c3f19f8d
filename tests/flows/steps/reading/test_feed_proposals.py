"""What `init --from` takes a file for: the entry that reads it, and what is open."""

import json
from pathlib import Path

import pytest

from flows.config.source_files import load_sources
from flows.steps.reading.feed_candidates import KnownSources
from flows.steps.reading.feed_proposals import FeedProposal, propose_feed
from tests.support.connector_seeds import SEEDS, find_seed, platform_sources

KNOWN = KnownSources(load_sources())
GOOGLE = "Day,Campaign,Campaign ID,Currency code,Cost,Clicks,Impr.,Bidding\n"
GERMAN = "Kampagnenbericht\n13. Juni 2026\nTag;Kampagne;Währungscode;Kosten;Klicks\n"


def propose(place: Path, name: str, content: str) -> FeedProposal:
    path = place / name
    path.write_text(content, "utf-8")
    return propose_feed(path, KNOWN)


def test_a_platform_s_export_is_its_source(tmp_path: Path) -> None:
    found = propose(tmp_path, "ads.csv", GOOGLE + "2026-06-01,Brand,7,EUR,1.50,3,100,auto\n")
    assert found.settings == {"source": "google_ads.report"}
    assert found.read["Cost"] == "spend"
    assert "these columns become attributes: Bidding" in found.open_points


def test_numbers_and_days_of_another_language_bring_their_settings(tmp_path: Path) -> None:
    """The 13th is a day and no month, so that one format alone fits."""
    found = propose(tmp_path, "ads.csv", GERMAN + "13.06.2026;Marke;EUR;1.234,50;3\n")
    assert found.settings == {
        "source": "google_ads.report",
        "formats": {"date_day": "%d.%m.%Y"},
        "decimal": ",",
    }


NO_CURRENCY = "Day,Campaign,Campaign ID,Cost,Clicks,Impr.\n2026-06-01,Brand,7,{}1.50,3,100\n"


def test_a_sign_of_one_currency_says_it_where_no_column_does(tmp_path: Path) -> None:
    """Taken off alone, euros would be dollars."""
    found = propose(tmp_path, "ads.csv", NO_CURRENCY.format("€"))
    assert found.settings["symbols"] == ["€"]
    assert found.settings["constants"] == {"currency": "EUR"}
    assert found.currencies == {"EUR"}
    told = propose(tmp_path, "told.csv", GOOGLE + "2026-06-01,Brand,7,EUR,€1.50,3,100,auto\n")
    assert "constants" not in told.settings


@pytest.mark.parametrize(("sign", "asked"), [("£", "EGP or GBP"), ("$", None)])
def test_a_sign_of_several_currencies_is_left_to_a_person(
    tmp_path: Path, sign: str, asked: str | None
) -> None:
    """Amounts of which nothing is said are in dollars, as the workspace that it starts."""
    found = propose(tmp_path, "ads.csv", NO_CURRENCY.format(sign))
    assert "constants" not in found.settings
    points = [one for one in found.open_points if "the currency of its amounts" in one]
    assert len(points) == (asked is not None)
    assert all(f"({asked})" in one for one in points)


META = """\
"Reporting starts","Reporting ends","Campaign name","Campaign delivery","Ad set budget",\
"Ad set budget type","Attribution setting",Results,"Result indicator",Reach,Impressions,\
"Cost per results","Amount spent (EUR)",Ends,Day,"Link clicks"
2026-06-01,2026-06-30,,,,,,,,2000,1500,,150.75,,,60
2026-06-12,2026-06-12,Spring,active,20,Daily,7-day click,12,buy,800,1000,8.38,100.5,Ongoing,\
2026-06-12,40
"""


def test_an_export_with_mostly_other_columns_is_its_platform_s(tmp_path: Path) -> None:
    """What Ads Manager's default columns are, with the total above the rows."""
    found = propose(tmp_path, "Untitled-report.csv", META)
    assert found.settings == {"source": "facebook_ads.ads_manager"}
    assert found.currencies == {"EUR"}
    plan = "Date,Campaign,Market,Cost,Agency fee,Owner,Notes,PO number,Channel,Placement\n"
    mine = propose(tmp_path, "plan.csv", plan + "2026-06-01,Spring,DE,5,1,me,x,7,tv,top\n")
    assert mine.settings == {}


def test_a_report_of_parts_of_days_says_how_campaigns_are_reported(tmp_path: Path) -> None:
    """By device, as a campaign report is segmented: it adds up to its campaigns, too."""
    content = GOOGLE.replace("Bidding", "Device") + "2026-06-01,Brand,7,EUR,1.50,3,100,Tablets\n"
    found = propose(tmp_path, "ads.csv", content)
    assert found.settings == {"source": "google_ads.breakdown_report"}
    assert any(
        'add an entry of the same files with source = "google_ads.report"' in one
        for one in found.open_points
    )
    whole = propose(tmp_path, "ads.csv", GOOGLE + "2026-06-01,Brand,7,EUR,1.50,3,100,auto\n")
    assert not any("parts of each day" in one for one in whole.open_points)


def test_words_for_nothing_of_several_columns_are_told_together(tmp_path: Path) -> None:
    found = propose(
        tmp_path,
        "orders.csv",
        "order_id,ordered_at,revenue,refunded\n1,46023,-,\n2,46024,5,n/a\n3,46025,6,-\n",
    )
    assert found.settings == {
        "table": "orders",
        "null_values": ["-", "n/a"],
        "units": {"ordered_at": "excel_days"},
    }
    assert "revenue: missing" in found.open_points[0]


def test_a_day_that_may_be_a_month_is_left_to_a_person(tmp_path: Path) -> None:
    """A format that is proposed is one that nothing doubts any more: its rows wait for a word."""
    found = propose(tmp_path, "ads.csv", GERMAN + "01/06/2026;Marke;EUR;1,50;3\n")
    assert found.settings == {"source": "google_ads.report", "decimal": ","}
    (point,) = [one for one in found.open_points if "say which" in one]
    assert 'date_day = "%d/%m/%Y" } or with formats = { date_day = "%m/%d/%Y" }' in point
    with_points = propose(tmp_path, "ads.csv", GERMAN + "01.06.2026;Marke;EUR;1,50;3\n")
    assert with_points.settings["formats"] == {"date_day": "%d.%m.%Y"}


def test_days_of_a_spreadsheet_are_those_of_the_period_too(tmp_path: Path) -> None:
    header = "Campaign name,Day,Amount spent (EUR),Impressions,Reporting starts,Reporting ends\n"
    found = propose(tmp_path, "meta.csv", header + "Spring,46174,1.50,30,46174,46174\n")
    assert found.settings["units"] == {"date_day": "excel_days"}
    assert not [one for one in found.open_points if "would be rejected" in one]


def test_an_export_of_a_whole_period_is_its_source_and_would_be_refused(tmp_path: Path) -> None:
    header = "Campaign status,Campaign,Budget,Currency code,Impr.,Interactions,Cost,Clicks\n"
    period = 'Campaign report\n"July 8, 2025 - July 31, 2025"\n'
    found = propose(tmp_path, "a.csv", period + header + "Enabled,Brand,9,EUR,100,5,1.50,3\n")
    assert found.settings == {"source": "google_ads.report"}
    (refusal,) = [one for one in found.open_points if "it would be refused" in one]
    assert "Day" in refusal


def test_a_file_with_columns_like_ours_is_the_table_with_its_columns_renamed(
    tmp_path: Path,
) -> None:
    found = propose(tmp_path, "people.csv", "Contact ID,E-mail,First Name,Tier\n1,a@x.io,A,gold\n")
    assert found.settings == {
        "table": "contacts",
        "columns": {"contact_id": "Contact ID", "email": "E-mail", "first_name": "First Name"},
    }
    assert found.open_points[-1] == "these columns become attributes: Tier"


def test_events_without_a_type_need_a_constant(tmp_path: Path) -> None:
    found = propose(tmp_path, "opens.csv", "contact_id,message_id,occurred_at\n1,m1,2026-01-01\n")
    assert found.settings == {"table": "events", "constants": {"event_type": "…"}}
    assert "no column tells event_type" in found.open_points[0]


def test_events_of_campaigns_are_of_the_message_that_bears_its_id(tmp_path: Path) -> None:
    content = "event_type,occurred_at,contact_id,campaign_id\nemail_opened,2026-01-01,1,c1\n"
    found = propose(tmp_path, "events.csv", content)
    assert found.settings == {"table": "events", "columns": {"message_id": "campaign_id"}}


def test_an_event_word_that_is_no_standard_one_is_an_open_point(tmp_path: Path) -> None:
    line = '{"event_type": "email_open", "occurred_at": "2026-01-01", "contact_id": "1"}\n'
    found = propose(tmp_path, "events.jsonl", line)
    assert found.settings == {"table": "events"}
    assert any("'email_open' is not a standard event type" in one for one in found.open_points)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("google_ads_ad_group_history_data.csv", "fivetran.google_ads.ad_group_history"),
        ("google_ads_campaign_history_data.csv", "fivetran.google_ads.campaign_history"),
    ],
)
def test_of_tables_with_like_columns_the_name_says_which(
    tmp_path: Path, name: str, source: str
) -> None:
    header = "id,name,campaign_id,campaign_name,customer_id,type,status,updated_at\n"
    found = propose(tmp_path, name, header + "1,A,2,B,3,X,ENABLED,2026-01-01T00:00:00Z\n")
    assert found.settings == {"source": source}


def test_a_wide_table_is_known_by_the_few_columns_that_its_source_reads(tmp_path: Path) -> None:
    wide = ",".join(f"other_{number}" for number in range(60))
    mapped = "id,title,status,subject_line,send_time,create_time,from_name,_fivetran_synced"
    cells = "1,Spring,sent,Hi,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,Ann,2026-01-01T00:00:00Z"
    (tmp_path / "mailchimp").mkdir()
    content = f"{mapped},{wide}\n{cells}{',' * 60}\n"
    found = propose(tmp_path, "mailchimp/campaign.csv", content)
    assert found.settings == {"source": "mailchimp.campaign"}


def test_nested_values_are_columns_of_the_source_that_unfolds_them(tmp_path: Path) -> None:
    told = {"email": "a@x.io", "first_name": "A", "created": "2026-01-01T00:00:00Z"}
    line = json.dumps({"type": "profile", "id": "01", "attributes": told})
    found = propose(tmp_path, "people.jsonl", line + "\n")
    assert found.settings == {"source": "klaviyo.profiles"}
    assert found.read["attributes.email"] == "email"


@pytest.mark.parametrize(
    ("name", "header", "cells", "source"),
    [
        (
            "all-contacts.csv",
            "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Create Date",
            "101,Ada,L,ada@example.com,,,2026-01-12 09:14",
            "hubspot.contacts",
        ),
        (
            "unified_payments.csv",
            "id,Created date (UTC),Amount,Amount Refunded,Currency,Fee,Status,Customer Email",
            "ch_1,2026-01-31 10:00,100.00,0.00,usd,3.20,Paid,a@x.io",
            "stripe.payments",
        ),
    ],
)
def test_exports_of_people_and_payments_are_known(
    tmp_path: Path, name: str, header: str, cells: str, source: str
) -> None:
    assert propose(tmp_path, name, f"{header}\n{cells}\n").settings == {"source": source}


GA4 = """\
# ----------------------------------------
# Pages and screens: Page path and screen class
# Start date: 20260101
# End date: 20260131
# ----------------------------------------
#
Page path and screen class,Views,Active users,Event count,Key events,Total revenue
/,1000,500,4000,0,0
"""


def test_a_report_that_sums_up_visits_says_what_has_them(tmp_path: Path) -> None:
    """Its comments are no header; mapping it by hand would lead nowhere."""
    found = propose(tmp_path, "pages.csv", GA4)
    assert (found.settings, found.to_map) == ({}, ())
    [point] = found.open_points
    assert "'page path and screen class'" in point
    assert "source ga4.events" in point


def test_a_file_in_another_language_is_to_be_mapped_by_all_of_its_columns(tmp_path: Path) -> None:
    found = propose(tmp_path, "kunden.csv", "Kundennummer;E-Mail;Ort\n1;ada@example.com;Bonn\n")
    assert (found.settings, found.to_map) == ({}, ("Kundennummer", "E-Mail", "Ort"))
    assert "known in English alone" in found.open_points[0]


def test_a_name_that_says_another_table_is_an_open_point(tmp_path: Path) -> None:
    columns = "id,name,campaign_id,account_id,modified_time,status\n"
    content = columns + "1,A,2,3,2026-01-01T00:00:00Z,Active\n"
    found = propose(tmp_path, "microsoft_ads_keyword_history.csv", content)
    assert any("its name says 'keyword'" in one for one in found.open_points), found


@pytest.mark.skipif(not SEEDS.exists(), reason="no real data here")
def test_every_table_of_a_connector_is_known_for_what_it_is() -> None:
    wrong = {
        name: found.settings
        for name in platform_sources()
        if (found := propose_feed(find_seed(name), KNOWN)).settings.get("source") != name
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", "foo,bar\n1,2\n", "no source and no table has its columns"),
        ("x.parquet", "no parquet", "it cannot be read"),
        ("x.csv", '"No data available."\n', "it has no data"),
        ("x.csv", "", "it has no data"),
    ],
)
def test_what_fits_nothing_gets_no_entry(
    tmp_path: Path, name: str, content: str, says: str
) -> None:
    found = propose(tmp_path, name, content)
    assert found.settings == {}
    assert says in found.open_points[0]
