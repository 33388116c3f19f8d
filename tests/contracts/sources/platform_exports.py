"""What the platforms' interfaces export, and what it must become."""

from typing import NamedTuple


class Export(NamedTuple):
    """What a platform's interface writes, and what its first row must become.

    Attributes:
        source: The source that a user picks.
        text: The file.
        row: level, campaign, ad group and ad by name, clicks, impressions, spend, conversions and
            their value, currency of the first day.
        second_try: The settings that the first answer names; none: in at once.
        encoding: Of the file.
    """

    source: str
    text: str
    row: tuple[object, ...]
    second_try: tuple[str, ...] = ()
    encoding: str = "utf-8"


COMMA = ('decimal = ","',)
EXPORTS = {
    "Google Ads, English, by day": Export(
        "google_ads.report",
        """\
Campaign report
1 January 2026 - 2 January 2026
Campaign type,Campaign,Day,Currency code,Cost,Clicks,Impr.,CTR,Avg. CPC,Conversions,Conv. value
Search,Spring,2026-01-01,USD,"1,661.67","1,234","25,881",4.77%,1.35,2.50,99.90
Search,Spring,2026-01-02,USD,0.90,3,40,7.50%,0.30,0.00,0.00
Total: Campaigns, --, --, --,"1,662.57","1,237","25,921",4.77%,1.34,2.50,99.90
Total: Account, --, --, --,"1,662.57","1,237","25,921",4.77%,1.34,2.50,99.90
Total - filtered, --, --, --,"1,662.57","1,237","25,921",4.77%,1.34,2.50,99.90
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "2.5", "99.9", "USD"),
    ),
    "Google Ads, German, by day": Export(
        "google_ads.report",
        """\
Kampagnenbericht
1. Januar 2026 - 2. Januar 2026
Kampagnenstatus\tKampagne\tTag\tWährungscode\tKosten\tKlicks\tImpr.\tConversions\tConv.-Wert
Aktiviert\tSpring\t2026-01-01\tUSD\t"1.661,67"\t1.234\t25.881\t"2,50"\t"99,90"
Aktiviert\tSpring\t2026-01-02\tUSD\t"0,90"\t3\t40\t"0,00"\t"0,00"
Gesamt: Kampagnen\t --\t --\t --\t"1.662,57"\t1.237\t25.921\t"2,50"\t"99,90"
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "2.5", "99.9", "USD"),
        COMMA,
        "utf-16",
    ),
    "Google Ads, French, by day": Export(
        "google_ads.report",
        """\
Rapport sur les campagnes
1 janvier 2026 - 2 janvier 2026
Statut de la campagne\tCampagne\tJour\tCode de devise\tCoût\tClics\tImpr.\tConversions\t\
Valeur de conv.
Activée\tSpring\t2026-01-01\tUSD\t1\u202f661,67\t1\u202f234\t25\u202f881\t2,50\t99,90
Activée\tSpring\t2026-01-02\tUSD\t0,90\t3\t40\t0,00\t0,00
Total : Campagnes\t\t\t\t1\u202f662,57\t1\u202f237\t25\u202f921\t2,50\t99,90
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "2.5", "99.9", "USD"),
        ('decimal = ","', 'thousands = " "'),
        "utf-16",
    ),
    "Google Ads, Spanish, by day": Export(
        "google_ads.report",
        """\
Informe de campañas
1 de enero de 2026 - 2 de enero de 2026
Estado de la campaña,Campaña,Día,Código de moneda,Coste,Clics,Impr.,Conversiones,Valor de conv.
Habilitada,Spring,2026-01-01,USD,"1.661,67",1.234,25.881,"2,50","99,90"
Habilitada,Spring,2026-01-02,USD,"0,90",3,40,"0,00","0,00"
Total: campañas, --, --,USD,"1.662,57",1.237,25.921,"2,50","99,90"
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "2.5", "99.9", "USD"),
        COMMA,
    ),
    "Meta Ads Manager, English": Export(
        "facebook_ads.ads_manager",
        """\
Day,"Campaign name",Reach,Frequency,Impressions,Views,Currency,"Amount spent (USD)",\
"Clicks (all)","Link clicks",Purchases,"Cost per purchase","Purchases conversion value",\
"Reporting starts","Reporting ends"
2026-01-01,Spring,20000,1.29,25881,26000,USD,1661.67,2000,1234,3,553.89,99.9,2026-01-01,2026-01-01
2026-01-02,Spring,30,1.33,40,41,USD,0.9,4,3,,,,2026-01-02,2026-01-02
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "3", "99.9", "USD"),
    ),
    "Meta Ads Manager, German": Export(
        "facebook_ads.ads_manager",
        """\
Tag,Kampagnenname,"Name der Anzeigengruppe",Anzeigenname,Impressionen,"Ausgegebener Betrag (USD)",\
"Klicks (alle)",Link-Klicks,Käufe,"Conversion-Wert für Käufe",Berichtsbeginn,Berichtsende
2026-01-01,Spring,Shoes,Red,25881,1661.67,2000,1234,3,99.9,2026-01-01,2026-01-01
2026-01-02,Spring,Shoes,Red,40,0.9,4,3,,,2026-01-02,2026-01-02
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", "99.9", "USD"),
    ),
    "Microsoft Advertising, English": Export(
        "microsoft_ads.report",
        """\
"Report Name: Campaigns"
"Report Time: 1/1/2026,1/2/2026"
"Time Zone: (GMT-08:00) Pacific Time"

"Gregorian date","Account name","Account number","Campaign name","Currency code","Impressions",\
"Clicks","Spend","Conversions","Revenue"
"1/1/2026","Shop","X9","Spring","USD","25881","1234","1661.67","3","99.90"
"1/2/2026","Shop","X9","Spring","USD","40","3","0.90","0","0.00"
"Total","","","","","25921","1237","1662.57","3","99.90"
"©2026 Microsoft Corporation. All rights reserved. "
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "3", "99.9", "USD"),
    ),
    "Microsoft Advertising, German": Export(
        "microsoft_ads.report",
        """\
"Berichtsname: Kampagnen"

"Gregorianisches Datum";"Kontoname";"Kampagnenname";"Währungscode";"Impressionen";"Klicks";\
"Ausgaben";"Konversionen";"Umsatz"
"01.01.2026";"Shop";"Spring";"USD";"25.881";"1.234";"1.661,67";"3";"99,90"
"02.01.2026";"Shop";"Spring";"USD";"40";"3";"0,90";"0";"0,00"
"Gesamt";"";"";"";"25.921";"1.237";"1.662,57";"3";"99,90"
""",
        ("campaign", "Spring", None, None, 1234, 25881, "1661.67", "3", "99.9", "USD"),
        COMMA,
    ),
    "LinkedIn Campaign Manager, English": Export(
        "linkedin_ads.campaign_manager",
        """\
Campaign Performance Report (in UTC)
"Report Start: January 1, 2026, 12:00 AM"
"Report End: January 2, 2026, 11:59 PM"

Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Group Name\tCampaign Name\tTotal Spent\t\
Impressions\tClicks\tConversions\tTotal Conversion Value
1/1/2026\tShop\tUSD\tSpring\tShoes\t1661.67\t25881\t1234\t3\t99.90
1/2/2026\tShop\tUSD\tSpring\tShoes\t0.90\t40\t3\t0\t0
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", "99.9", "USD"),
        encoding="utf-16",
    ),
    "LinkedIn Campaign Manager, English, with ad sets": Export(
        "linkedin_ads.ad_sets",
        """\
Ad Set Performance Report (in UTC)

Start Date (in UTC),Currency,Campaign Name,Ad Set Name,Total Spent,Impressions,Clicks,Conversions
1/1/2026,USD,Spring,Shoes,1661.67,25881,1234,3
1/2/2026,USD,Spring,Shoes,0.90,40,3,0
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", None, "USD"),
    ),
    "LinkedIn Campaign Manager, German, with ad sets": Export(
        "linkedin_ads.ad_sets",
        """\
Bericht zur Performance
Startdatum des Berichts: 1. Januar 2026

Startdatum (in UTC)\tName der Kampagne\tName der Anzeigengruppe\tAnzeigengruppen-ID\t\
Gesamtausgaben\tImpressions\tKlicks\tConversions\tLeads
1.1.2026\tSpring\tShoes\t71\t"1661,67"\t25881\t1234\t3\t2
2.1.2026\tSpring\tShoes\t71\t"0,90"\t40\t3\t0\t0
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", None, None),
        COMMA,
        "utf-16",
    ),
    "TikTok Ads Manager, English": Export(
        "tiktok_ads.ads_manager",
        """\
Date,Campaign name,Ad group name,Ad name,Cost,Impressions,Clicks (destination),Conversions,Currency
2026-01-01,Spring,Shoes,Red,1661.67,25881,1234,3,USD
2026-01-02,Spring,Shoes,Red,0.90,40,3,0,USD
Total of 2 results,-,-,-,1662.57,25921,1237,3,-
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", None, "USD"),
    ),
    "TikTok Ads Manager, German": Export(
        "tiktok_ads.ads_manager",
        """\
Datum,Kampagnenname,Anzeigengruppenname,Anzeigenname,Kosten,Impressionen,Klicks (Ziel),Conversions
2026-01-01,Spring,Shoes,Red,1661.67,25881,1234,3
2026-01-02,Spring,Shoes,Red,0.90,40,3,0
Gesamt von 2 Ergebnissen,-,-,-,1662.57,25921,1237,3
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", None, None),
    ),
    "Pinterest Ads Manager, English": Export(
        "pinterest_ads.ads_manager",
        """\
Date,Campaign name,Ad group name,Spend in account currency,Impressions,Reach,Outbound clicks,Saves,\
Engagements,Total conversions (Checkout),Total order value (Checkout)
2026-01-01,Spring,Shoes,1661.67,25881,20000,1234,5,2000,3,99.90
2026-01-02,Spring,Shoes,0.90,40,30,3,0,4,0,0.00
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", "99.9", None),
    ),
    "Pinterest Ads Manager, German": Export(
        "pinterest_ads.ads_manager",
        """\
Datum;Kampagnenname;Name der Anzeigengruppe;Ausgaben;Impressions;Ausgehende Klicks
2026-01-01;Spring;Shoes;1661,67;25881;1234
2026-01-02;Spring;Shoes;0,90;40;3
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", None, None, None),
        COMMA,
    ),
    "Snapchat Ads Manager, English": Export(
        "snapchat_ads.ads_manager",
        """\
Start Time,Campaign Name,Ad Set Name,Ad Name,Amount Spent,Paid Impressions,Swipe Ups,Purchases,\
Purchases Value,Currency
2026-01-01,Spring,Shoes,Red,1661.67,25881,1234,3,99.90,USD
2026-01-02,Spring,Shoes,Red,0.90,40,3,0,0,USD
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", "99.9", "USD"),
    ),
    "Snapchat Ads Manager, German": Export(
        "snapchat_ads.ads_manager",
        """\
Datum;Kampagnenname;Name der Anzeigengruppe;Ausgegebener Betrag (USD);Bezahlte Impressionen;Klicks
2026-01-01;Spring;Shoes;1.661,67;25.881;1.234
2026-01-02;Spring;Shoes;0,90;40;3
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", None, None, "USD"),
        COMMA,
    ),
    "Amazon Ads console, English": Export(
        "amazon_ads.sponsored_ads",
        """\
Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Advertised ASIN,Impressions,Clicks,\
Click-Thru Rate (CTR),Spend,7 Day Total Sales ,Total Advertising Cost of Sales (ACOS) ,\
7 Day Total Orders (#)
"Jan 01, 2026",P,USD,Spring,Shoes,B01,25881,1234,4.77%,1661.67,99.90,1663%,3
"Jan 02, 2026",P,USD,Spring,Shoes,B01,40,3,7.50%,0.90,0.00,,0
""",
        ("ad", "Spring", "Shoes", "B01", 1234, 25881, "1661.67", "3", "99.9", "USD"),
    ),
    "Amazon Ads console, German": Export(
        "amazon_ads.sponsored_ads",
        """\
Datum;Portfolioname;Währung;Kampagnenname;Anzeigengruppenname;Impressionen;Klicks;Ausgaben;\
7 Tage, Umsatz gesamt;Zugeschriebene Werbekosten (ACOS);7 Tage, Bestellungen gesamt (#)
01.01.2026;P;USD;Spring;Shoes;25.881;1.234;1.661,67;99,90;1663 %;3
02.01.2026;P;USD;Spring;Shoes;40;3;0,90;0,00;;0
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", "99.9", "USD"),
        COMMA,
    ),
    "X Ads Manager, English": Export(
        "twitter_ads.ads_manager",
        """\
Time period,Campaign name,Ad group name,Currency,Impressions,Spend,Clicks,Purchases
2026-01-01,Spring,Shoes,USD,25881,1661.67,1234,3
2026-01-02,Spring,Shoes,USD,40,0.90,3,0
""",
        ("ad_group", "Spring", "Shoes", None, 1234, 25881, "1661.67", "3", None, "USD"),
    ),
    "Spotify Ads Manager": Export(
        "spotify_ads.report",
        """\
Report Name: Spring
Report Granularity: Daily
Report Primary Entity: Ad
Report Date Range: 2026-01-01 - 2026-01-02 (UTC)
Campaign id,Campaign name,Ad set id,Ad set name,Ad id,Ad name,Ad format,Date,Impressions,Reach,\
Frequency,Clicks,CTR,Spend,Purchases,Attributed revenue
7,Spring,71,Shoes,711,Red,Audio,2026/01/01,25881,20000,1.29,1234,4.77,1661.67,3,99.90
7,Spring,71,Shoes,711,Red,Audio,2026/01/02,40,30,1.33,3,7.5,0.90,-,-
""",
        ("ad", "Spring", "Shoes", "Red", 1234, 25881, "1661.67", "3", "99.9", None),
    ),
}
