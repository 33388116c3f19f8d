"""Exports that could be misread: what is not there is null, what covers a month is no day."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.exports import answer_of, read_export, rows_of
from tests.support.workspaces import read_files

DAY = date(2026, 1, 31)
FIGURES = ("campaign_name", "clicks", "impressions", "spend", "conversions", "conversions_value")

GOOGLE_DEFAULT = """\
Campaign report
"July 8, 2025 - July 31, 2025"
Campaign status,Campaign,Budget,Budget name,Budget type,Status,Currency code,Impr.,Interactions,\
Interaction rate,Avg. cost,Cost,Conversions,Conv. value
Enabled,Spring,10.00, --,Daily,Eligible,USD,"25,881",400,1.55%,1.25,500.00,2.00,99.90
Total: Campaigns, --, --, --, --, --,USD,"25,881",400,1.55%,1.25,500.00,2.00,99.90
Total: Account, --, --, --, --, --,USD,"25,881",400,1.55%,1.25,500.00,2.00,99.90
"""


def test_google_s_interactions_are_not_clicks(tmp_path: Path) -> None:
    """Named a day, the report is in: without clicks, which are unknown and not 0."""
    day = 'constants = { date_day = "2026-01-31" }'
    found = read_export(tmp_path, "google_ads.report", GOOGLE_DEFAULT, day)
    assert answer_of(found) == ""
    assert rows_of(found, "ad_stats", "date_day", *FIGURES) == [
        (DAY, "Spring", None, 25881, Decimal(500), Decimal(2), Decimal("99.9"))
    ]


ADWORDS = """\
"Ad report (Oct 25, 2016-Oct 25, 2016)"
Ad state\tAd\tDescription line 1\tDisplay URL\tCampaign\tAd group\tStatus\tClicks\tImpressions\t\
CTR\tAvg. CPC\tCost\tAvg. position\tConversions
enabled\tRed shoes\tCheap\tshop.example.com\tSpring\tShoes\tapproved\t4\t1,000\t\
0.40%\t0.50\t2.00\t1.5\t1
Total\t --\t --\t --\t --\t --\t --\t4\t1,000\t0.40%\t0.50\t2.00\t1.5\t1
"""


def test_adwords_of_2016(tmp_path: Path) -> None:
    """UTF-16 and tabs; its ads have no ids, so the figures are their ad group's."""
    found = read_export(
        tmp_path,
        "google_ads.report",
        ADWORDS.encode("utf-16"),
        'constants = { date_day = "2016-10-25" }',
    )
    columns = ("level", "campaign_name", "ad_group_name", "ad_name", "clicks", "impressions")
    assert rows_of(found, "ad_stats", *columns, "spend") == [
        ("ad_group", "Spring", "Shoes", "Red shoes", 4, 1000, Decimal(2))
    ]


@pytest.mark.parametrize(
    "card",
    [
        'Date,Clicks,Cost\n"Thu, 5 Feb 2026",12,US$0.00\n"Fri, 6 Feb 2026",3,US$0.10\n',
        "Campaign Name,Cost,Clicks,CTR\nSpring,US$0.00,12,3.1%\n",
    ],
)
def test_google_s_overview_cards_are_no_stats(tmp_path: Path, card: str) -> None:
    found = read_export(tmp_path, "google_ads.report", card, 'on_refused = "skip"')
    assert [refused.raw.path for refused in found.refused] == ["raw/a.csv"]


@pytest.mark.parametrize(
    ("source", "text", "figures"),
    [
        (
            "facebook_ads.ads_manager",
            (
                'Day,"Campaign name",Impressions,"Amount spent (USD)",'
                '"Purchase ROAS (return on ad spend)",Purchases,"Reporting starts",'
                '"Reporting ends"\n'
                "2026-01-31,Spring,1000,12.34,8.1,2,2026-01-31,2026-01-31\n"
            ),
            (None, 1000, Decimal("12.34"), Decimal(2), None),
        ),
        (
            "facebook_ads.ads_manager",
            (
                'Day,"Campaign name",Impressions,"Amount spent (USD)","Clicks (all)"\n'
                "2026-01-31,Spring,1000,12.34,9\n"
            ),
            (9, 1000, Decimal("12.34"), None, None),
        ),
        (
            "facebook_ads.ads_manager",
            (
                'Day,"Campaign name",Impressions,"Amount spent (USD)","Clicks (all)",'
                '"Link clicks"\n'
                "2026-01-31,Spring,1000,12.34,9,\n"
            ),
            (0, 1000, Decimal("12.34"), None, None),
        ),
        (
            "pinterest_ads.ads_manager",
            (
                "Date,Campaign ID,Campaign name,Ad ID,Spend in account currency,Impressions,"
                "Pin clicks,Outbound clicks,Total conversions (Checkout),"
                "Total order value (Checkout)\n"
                "2026-01-31,7,Spring,711,0.17,1000,5,3,2,40.50\n"
            ),
            (5, 1000, Decimal("0.17"), Decimal(2), Decimal("40.5")),
        ),
    ],
    ids=["ROAS alone is no value", "clicks of any kind", "no link clicks are 0", "Pinterest by ad"],
)
def test_what_an_export_lacks_is_null(
    tmp_path: Path, source: str, text: str, figures: tuple[object, ...]
) -> None:
    found = read_export(tmp_path, source, text)
    assert rows_of(found, "ad_stats", "date_day", *FIGURES) == [(DAY, "Spring", *figures)]


META_PERIOD = """\
"Campaign name",Impressions,"Amount spent (USD)","Reporting starts","Reporting ends"
Spring,9000000,514859.87,2023-02-05,2026-03-05
"""


def test_meta_s_whole_period_is_no_day(tmp_path: Path) -> None:
    """514,859.87 of three years is not booked on the first day; a day's row beside it is."""
    text = META_PERIOD + "Spring,100,1.20,2026-03-06,2026-03-06\n"
    found = read_export(tmp_path, "facebook_ads.ads_manager", text)
    assert "export by day" in answer_of(found)
    assert rows_of(found, "ad_stats", "date_day", "spend") == [(date(2026, 3, 6), Decimal("1.2"))]


@pytest.mark.parametrize("source", ["facebook_ads.ads_manager", "facebook_ads.breakdown_report"])
def test_a_period_whose_end_has_an_unknown_name_is_refused(tmp_path: Path, source: str) -> None:
    """Its month would stand on the first day, as one in Portuguese did."""
    text = META_PERIOD.replace("Reporting ends", "Fim do relatório").replace("Impr", "Age,Impr")
    found = read_export(tmp_path, source, text.replace("9000000", "18-24,9000000"))
    assert "the first day that a row covers, and none the last" in answer_of(found)
    assert "export it again by day" in answer_of(found)


def test_a_month_in_portuguese_is_no_day(tmp_path: Path) -> None:
    text = (
        "Início dos relatórios,Encerramento dos relatórios,Nome da campanha,Valor usado (USD)\n"
        "2026-01-01,2026-01-31,Marca,1234.56\n"
    )
    found = read_export(tmp_path, "facebook_ads.ads_manager", text)
    assert "covers 31 days: export by day" in answer_of(found)


def test_a_period_that_ends_at_midnight_ends_the_day_before(tmp_path: Path) -> None:
    """Snapchat's day runs from midnight to midnight; a week is no day."""
    text = (
        "Start Time,End Time,Campaign Name,Amount Spent,Currency\n"
        "2026-01-31T00:00:00,2026-02-01T00:00:00,Spring,1.20,USD\n"
        "2026-01-31,2026-01-31,Autumn,2.40,USD\n"
        "2026-01-31T00:00:00,2026-02-07T00:00:00,Winter,9.60,USD\n"
    )
    found = read_export(tmp_path, "snapchat_ads.ads_manager", text)
    assert "covers 7 days" in answer_of(found)
    assert rows_of(found, "ad_stats", "campaign_name", "date_day", "spend") == [
        ("Autumn", DAY, Decimal("2.4")),
        ("Spring", DAY, Decimal("1.2")),
    ]


def test_meta_by_age_and_gender_adds_up_to_its_day(tmp_path: Path) -> None:
    """Equal rows are two: 3 and 3 clicks, 0.60 and 0.60."""
    text = (
        "Campaign name,Day,Age,Gender,Impressions,Link clicks,Amount spent (USD)\n"
        "Spring,2026-01-31,18-24,female,100,3,0.60\n"
        "Spring,2026-01-31,18-24,male,100,3,0.60\n"
    )
    found = read_export(tmp_path, "facebook_ads.ads_manager", text)
    read = rows_of(found, "ad_stats", "clicks", "spend")
    assert (sum(row[0] for row in read), sum(row[1] for row in read)) == (6, Decimal("1.2"))


def test_ads_whose_names_a_spreadsheet_lost_are_not_one(tmp_path: Path) -> None:
    """Of `-50% red` and `+blue` it saves `#NAME?`: without ids, both would be one ad."""
    header = "Campaign name,Ad set name,Ad name,Day,Amount spent (USD)"
    rows = [f"Sale,All,{ad},2026-01-31,1.50\n" for ad in ("#NAME?", "#NAME?", "Green")]
    (tmp_path / "names").mkdir()
    found = read_export(
        tmp_path / "names", "facebook_ads.ads_manager", "\n".join([header, "".join(rows)])
    )
    assert "ad_id: a name that a spreadsheet took for a formula" in answer_of(found)
    assert rows_of(found, "ad_stats", "ad_id") == [("Sale / All / Green",)]
    with_ids = "".join(f"{at},{row}" for at, row in enumerate(rows))
    (tmp_path / "ids").mkdir()
    found = read_export(tmp_path / "ids", "facebook_ads.ads_manager", f"Ad ID,{header}\n{with_ids}")
    assert rows_of(found, "ad_stats", "ad_id") == [("0",), ("1",), ("2",)]


def test_a_campaign_called_total_is_no_total_row(tmp_path: Path) -> None:
    text = (
        "Campaign,Day,Cost\nTotal Recall,2026-01-31,1.00\nTotal brand,2026-01-31,2.00\n"
        "Total,,3.00\nTotal - filtered,,3.00\n"
    )
    found = read_export(tmp_path, "google_ads.report", text)
    assert rows_of(found, "ad_stats", "campaign_name", "spend") == [
        ("Total Recall", Decimal(1)),
        ("Total brand", Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("day", "header", "form"),
    [
        ("2026-01-31", "Day", "%d.%m.%Y"),
        ("31.01.2026", "Tag", "%d.%m.%Y"),
        ("Jan 31, 2026", "Day", "%b %d, %Y"),
        ("1/31/2026", "Date", "%m/%d/%Y"),
    ],
)
def test_a_row_with_a_day_is_no_total_however_its_campaign_is_called(
    tmp_path: Path, day: str, header: str, form: str
) -> None:
    text = (
        f'Campaign,{header},Cost\nTotal - Brand,"{day}",1.00\nSpring,"{day}",2.00\n'
        f'Total: Search,"{day}",4.00\nTotal: Campaigns,--,7.00\nTotal: Account,,7.00\n'
        'Total - filtered,"Jan 31, 2026 - Feb 1, 2026",7.00\n'
    )
    formats = f'formats = {{ date_day = "{form}" }}'
    found = read_export(tmp_path, "google_ads.report", text, formats)
    assert rows_of(found, "ad_stats", "campaign_name", "spend") == [
        ("Spring", Decimal(2)),
        ("Total - Brand", Decimal(1)),
        ("Total: Search", Decimal(4)),
    ]


def test_a_row_that_the_feed_calls_a_total_is_one_also_with_a_day(tmp_path: Path) -> None:
    text = "Campaign,Day,Cost\nA,2026-01-31,1.00\nTotal - all,2026-01-31,1.00\n"
    found = read_export(tmp_path, "google_ads.report", text, 'total_rows = ["Total - all"]')
    assert rows_of(found, "ad_stats", "campaign_name", "spend") == [("A", Decimal(1))]


def test_a_total_of_a_period_is_one_whose_first_day_it_says(tmp_path: Path) -> None:
    """Meta's has no day of its own, but the first and last day of the report."""
    text = (
        "Campaign name,Reporting starts,Reporting ends,Amount spent (USD),Impressions\n"
        "Results from 2 campaigns,2026-01-31,2026-01-31,3.00,30\n"
        "A,2026-01-31,2026-01-31,1.00,10\nB,2026-01-31,2026-01-31,2.00,20\n"
    )
    found = read_export(tmp_path, "facebook_ads.ads_manager", text)
    assert rows_of(found, "ad_stats", "campaign_name", "spend") == [
        ("A", Decimal(1)),
        ("B", Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("days", "extra", "told"),
    [
        (("05/02/2026", "3/2/2026", "04/04/2026"), "", 2),
        (("05/02/2026", "05/13/2026"), "", 0),
        (("04/04/2026", "2026-05-02", "02.05.2026"), "", 0),
        (("05/02/2026",), 'formats = { date_day = "%m/%d/%Y" }', 0),
    ],
)
def test_days_that_may_be_of_another_order_are_told(
    tmp_path: Path, days: tuple[str, ...], extra: str, told: int
) -> None:
    text = "Day,Campaign,Spend\n" + "".join(f"{day},A,1.00\n" for day in days)
    found = read_export(tmp_path, "microsoft_ads.report", text, extra)
    assert len(rows_of(found, "ad_stats", "date_day")) == len(days)
    warned = [one for one in found.warnings if one.code == "day_order"]
    assert [one.count for one in warned] == [told] * bool(told)


def test_a_day_after_the_12th_in_another_file_shows_the_order(tmp_path: Path) -> None:
    head = "Day,Campaign,Spend\n"
    files = {
        "raw/1.csv": f"{head}05/02/2026,A,1.00\n".encode(),
        "raw/2.csv": f"{head}05/13/2026,A,1.00\n".encode(),
    }
    toml = '[[feeds]]\nsource = "microsoft_ads.report"\nfiles = "raw/*.csv"\n'
    found = read_files(tmp_path, toml, files)
    assert "day_order" not in {one.code for one in found.warnings}


def test_a_renamed_spend_is_refused(tmp_path: Path) -> None:
    """The header that the vendor renamed overnight: no spend of 0, but its nearest name."""
    text = "Day,Campaign,Costs,Clicks\n2026-01-31,Spring,1.00,3\n"
    answer = answer_of(read_export(tmp_path, "google_ads.report", text, 'on_refused = "skip"'))
    assert '"Cost"' in answer
    assert "Costs" in answer


PIVOT = """\
Nom de la campagne,Nom de l’ensemble de publicités,Jour,Montant dépensé (USD),Impressions
All,All,2026-02-01,30,3000
Spring,All,2026-02-01,30,3000
Spring,Set A,2026-02-01,10,1000
Spring,Set B,2026-02-01,20,2000
"""


def test_the_sums_of_a_pivot_table_are_told_with_what_mends_them(tmp_path: Path) -> None:
    """A day's 30 dollars are 90 there: those of two sets, of their campaign and of all."""
    (tmp_path / "1").mkdir()
    found = read_export(tmp_path / "1", "facebook_ads.ads_manager", PIVOT)
    (told,) = [one for one in found.warnings if one.setting == "feeds[0].null_values"]
    assert (told.code, told.count) == ("total_suspected", 2)
    mend = told.message[told.message.index("null_values") :].removesuffix(" reads no name there")
    (tmp_path / "2").mkdir()
    found = read_export(tmp_path / "2", "facebook_ads.ads_manager", PIVOT, mend)
    assert rows_of(found, "ad_stats", "level", "spend") == [
        ("ad_group", Decimal(10)),
        ("ad_group", Decimal(20)),
        ("campaign", Decimal(30)),
    ]


def test_an_ad_set_that_is_called_all_is_no_sum(tmp_path: Path) -> None:
    found = read_export(tmp_path, "facebook_ads.ads_manager", PIVOT.replace(",30,", ",31,"))
    assert not [one for one in found.warnings if one.setting == "feeds[0].null_values"]


def test_figures_that_are_given_roughly_are_told_as_such(tmp_path: Path) -> None:
    content = "Day,Campaign,Cost,Clicks\n2026-02-01,A,1.50,< 10\n2026-02-02,A,1.50,12\n"
    found = read_export(tmp_path, "google_ads.report", content)
    assert rows_of(found, "ad_stats", "clicks") == [(12,)]
    assert "some figures are given roughly, as < 10" in answer_of(found)
