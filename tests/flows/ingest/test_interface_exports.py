"""What eight platforms' interfaces export, in English or German, tried as a new user would.

Further ones are in tests/contracts/sources/platform_exports.py.

Two days with 1,234.50 + 65.50 = 1,300.00 spent and 120 + 12 = 132 clicks. Each file is in at the
first try, or the first try's message names the setting with which it is in at the second.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from flows.config.loading import load_workspace
from flows.steps.reading.refusals import find_refusal
from tests.support.workspaces import read_files, rows


@dataclass(frozen=True)
class Export:
    """A file as somebody downloads it, and the settings that the first message names."""

    source: str
    text: str
    encoding: str = "utf-8"
    second: tuple[str, ...] = ()


COMMA = 'decimal = ","'
EXPORTS = {
    "google de": Export(
        "google_ads.report",
        """Kampagnenbericht
13. Juni 2026 - 14. Juni 2026
Kampagnentyp\tKampagne\tTag\tWährungscode\tKosten\tKlicks\tImpr.\tCTR\tConversions\tConv.-Wert
Suche\tMarke\t13.06.2026\tEUR\t1.234,50\t120\t25.881\t0,46 %\t4,00\t400,00
Suche\tMarke\t14.06.2026\tEUR\t65,50\t12\t881\t1,36 %\t0,00\t0,00
Gesamt: Kampagnen\t --\t --\tEUR\t1.300,00\t132\t26.762\t0,49 %\t4,00\t400,00
""",
        "utf-16",
        (COMMA, 'formats = { date_day = "%d.%m.%Y" }'),
    ),
    "meta de": Export(
        "facebook_ads.ads_manager",
        """Tag,Name der Kampagne,Reichweite,Währung,Ausgegebener Betrag (EUR),Link-Klicks
2026-06-01,Prospecting,900,EUR,"1234,5",120
2026-06-02,Prospecting,90,EUR,"65,5",12
""",
        second=(COMMA,),
    ),
    "microsoft en": Export(
        "microsoft_ads.report",
        """"Report Name: Campaign performance"
"Report Time: 6/1/2026,6/2/2026"
"Rows: 2"

"Time period","Account name","Account number","Campaign","Currency code","Clicks","Spend"
"6/1/2026","Shop","X1","Brand","EUR","120","1,234.50"
"6/2/2026","Shop","X1","Brand","EUR","12","65.50"

"©2026 Microsoft Corporation. All rights reserved. "
""",
        "utf-8-sig",
    ),
    "microsoft de": Export(
        "microsoft_ads.report",
        """"Berichtsname: Kampagnenleistung"
"Berichtszeitraum: 01.06.2026,02.06.2026"

"Zeitraum";"Kontoname";"Kontonummer";"Kampagne";"Währungscode";"Klicks";"Ausgaben"
"01.06.2026";"Shop";"X1";"Marke";"EUR";"120";"1.234,50"
"02.06.2026";"Shop";"X1";"Marke";"EUR";"12";"65,50"

"©2026 Microsoft Corporation. Alle Rechte vorbehalten. "
""",
        "utf-8-sig",
        (COMMA,),
    ),
    "linkedin en": Export(
        "linkedin_ads.campaign_manager",
        """Campaign Performance Report (in UTC)
Report Start: June 1, 2026, 12:00 AM
Report End: June 2, 2026, 11:59 PM

Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Name\tCampaign ID\tTotal Spent\tClicks
06/01/2026\tShop\tEUR\tCTO\t77\t1,234.50\t120
06/02/2026\tShop\tEUR\tCTO\t77\t65.50\t12
""",
        "utf-16",
    ),
    "linkedin de": Export(
        "linkedin_ads.campaign_manager",
        """Bericht zur Kampagnenleistung (in UTC)
Startdatum des Berichts: 1. Juni 2026

Startdatum (in UTC)\tKontoname\tWährung\tName der Kampagne\tKampagnen-ID\tGesamtausgaben\tKlicks
01.06.2026\tShop\tEUR\tCTO\t77\t1.234,50\t120
02.06.2026\tShop\tEUR\tCTO\t77\t65,50\t12
""",
        "utf-16",
        (COMMA,),
    ),
    "tiktok en": Export(
        "tiktok_ads.ads_manager",
        """Campaign name,By Day,Campaign ID,Cost,Clicks (destination),Conversions,Currency
Summer,2026-06-01,1789,1234.50,120,4,EUR
Summer,2026-06-02,1789,65.50,12,0,EUR
Total of 2 results,-,-,1300.00,132,4,-
""",
        "utf-8-sig",
    ),
    "tiktok de": Export(
        "tiktok_ads.ads_manager",
        """Kampagnenname,Nach Tag,Kampagnen-ID,Kosten,Impressionen,Klicks (Ziel),Währung
Sommer,2026-06-01,1789,1234.50,25881,120,EUR
Sommer,2026-06-02,1789,65.50,881,12,EUR
Gesamt,-,-,1300.00,26762,132,-
""",
        "utf-8-sig",
    ),
    "pinterest de": Export(
        "pinterest_ads.ads_manager",
        """Datum;Kampagnenname;Name der Anzeigengruppe;Ausgaben in Kontowährung;Ausgehende Klicks
2026-06-01;Home;A;"1.234,50 €";120
2026-06-02;Home;A;"65,50 €";12
""",
        second=(COMMA, 'symbols = ["€"]'),
    ),
    "snapchat en": Export(
        "snapchat_ads.ads_manager",
        """Start Time,End Time,Campaign Name,Campaign ID,Amount Spent,Clicks,Currency
2026-06-01 00:00:00,2026-06-02 00:00:00,Snap,aa-1,1234.50,120,EUR
2026-06-02 00:00:00,2026-06-03 00:00:00,Snap,aa-1,65.50,12,EUR
""",
    ),
    "snapchat de": Export(
        "snapchat_ads.ads_manager",
        """Startzeit,Endzeit,Kampagnenname,Kampagnen-ID,Ausgegebener Betrag,Klicks,Währung
2026-06-01 00:00:00,2026-06-02 00:00:00,Snap,aa-1,"1.234,50",120,EUR
2026-06-02 00:00:00,2026-06-03 00:00:00,Snap,aa-1,"65,50",12,EUR
""",
        second=(COMMA,),
    ),
    "x de": Export(
        "twitter_ads.ads_manager",
        """Zeitraum;Kampagnenname;Kampagnen-ID;Impressionen;Ausgaben;Klicks;Währung
2026-06-01;Launch;8x;25.881;1.234,50;120;EUR
2026-06-02;Launch;8x;881;65,50;12;EUR
""",
        second=(COMMA,),
    ),
}


def read(place: Path, export: Export, *settings: str) -> tuple[str, Decimal, int]:
    """The message that stops a run, and the spend and clicks that would be published."""
    lines = [f'source = "{export.source}"', 'files = "raw/export.csv"', *settings]
    toml = "\n".join(["[workspace]", 'currency = "EUR"', "[[feeds]]", *lines, ""])
    found = read_files(place, toml, {"raw/export.csv": export.text.encode(export.encoding)})
    problem = find_refusal(found, load_workspace(place / "ws", environ={}).config)
    got = rows(found, "ad_stats", "spend", "clicks")
    return str(problem or ""), sum((row[0] for row in got), Decimal(0)), sum(row[1] for row in got)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_in_at_the_first_or_second_try(tmp_path: Path, name: str) -> None:
    export = EXPORTS[name]
    problem, spend, clicks = read(tmp_path / "1", export)
    for setting in export.second:
        assert setting in problem
    if export.second:
        problem, spend, clicks = read(tmp_path / "2", export, *export.second)
    assert (problem, spend, clicks) == ("", Decimal(1300), 132)


@pytest.mark.parametrize("language", ["en", "de"])
def test_google_s_default_export_has_no_day_and_says_both_ways_out(
    tmp_path: Path, language: str
) -> None:
    """A period booked on one day is a wrong figure; a day's own export may say its day."""
    texts = {
        "en": "Campaign report\nJuly 8, 2025 - July 8, 2025\n"
        "Campaign status,Campaign,Currency code,Interactions,Cost,Clicks,Currency code\n"
        "Enabled,Brand,EUR,132,1300.00,132,EUR\n",
        "de": "Kampagnenbericht\n8. Juli 2025 - 8. Juli 2025\n"
        "Kampagnenstatus,Kampagne,Währungscode,Interaktionen,Kosten,Klicks\n"
        "Aktiviert,Marke,EUR,132,1300.00,132\n",
    }
    export = Export("google_ads.report", texts[language])
    problem, *_ = read(tmp_path / "1", export)
    assert "2025" in problem
    assert "export it again by day" in problem
    assert 'constants = { date_day = "2026-01-31" }' in problem
    second = read(tmp_path / "2", export, 'constants = { date_day = "2025-07-08" }')
    assert second == ("", Decimal(1300), 132)


@pytest.mark.parametrize("above", ["", "Report of the shop\n", "Campaign name,Day,Clicks\n"])
def test_meta_s_words_for_no_data_are_no_rows(tmp_path: Path, above: str) -> None:
    export = Export("facebook_ads.ads_manager", f'{above}"No data available."\n')
    assert read(tmp_path, export) == ("", Decimal(0), 0)


def test_spotify_s_preamble(tmp_path: Path) -> None:
    text = """Report Name: My report
Report Granularity: Daily
Report Primary Entity: Ad
Report Date Range: 2026-05-27 - 2026-06-25 (UTC)
Campaign id,Campaign name,Ad set id,Ad set name,Ad id,Ad name,Date,Impressions,Clicks,Spend
c1,Audio,s1,Set,a1,Ad,2026/06/01,1000,120,1234.50
c1,Audio,s1,Set,a1,Ad,2026/06/02,100,12,65.50
"""
    assert read(tmp_path, Export("spotify_ads.report", text)) == ("", Decimal(1300), 132)


def test_a_preamble_over_a_file_with_our_columns(tmp_path: Path) -> None:
    text = "Report of the shop\nJune 2026\ndate_day,platform,campaign_id,spend,clicks\n"
    content = text + "2026-06-01,google_ads,c1,1300,132\nTotal,,,1300,132\n"
    toml = '[[feeds]]\ntable = "ad_stats"\nfiles = "raw/x.csv"\ntotal_rows = ["Total"]\n'
    found = read_files(tmp_path, toml, {"raw/x.csv": content.encode()})
    assert rows(found, "ad_stats", "spend", "clicks") == [(Decimal(1300), 132)]
    assert find_refusal(found, load_workspace(tmp_path / "ws", environ={}).config) is None
