"""Rows that a word for totals names, in tables whose rows need no time (SPEC §5.1)."""

from pathlib import Path

import pytest

from tests.support.workspaces import feed, read_files

ORDERS = feed("orders", "raw/o.csv")
NO_ORDERS = {"raw/o.csv": b"order_id,ordered_at,revenue\n"}


def list_told(home: Path, table: str, content: str, setting: str = "") -> list[str]:
    toml = ORDERS + feed(table, "raw/t.csv") + setting
    read = read_files(home, toml, NO_ORDERS | {"raw/t.csv": content.encode()})
    return [one.message for one in read.warnings if one.code == "total_suspected"]


@pytest.mark.parametrize(
    ("table", "content"),
    [
        ("contacts", "contact_id,email\n1,a@x.io\n2,b@x.io\nGesamt,2\n"),
        ("contacts", "contact_id,email\nTotal:,2\n1,a@x.io\n2,b@x.io\n3,c@x.io\n"),
        ("campaigns", "campaign_id,name\nc1,A\n7,Grand Total\n"),
        ("messages", "message_id,name,cost\nm1,A,10\nSumme,Summe,10\n"),
        ("message_stats", "channel,message_id,sends\nemail,m1,10\nemail,Totals,10\n"),
        (
            "ad_stats",
            "date_day,platform,campaign_id,spend\n2026-01-01,p,A,1\n2026-01-01,p,Total,2\n",
        ),
    ],
)
def test_a_row_that_a_word_for_totals_names_is_told(
    tmp_path: Path, table: str, content: str
) -> None:
    """Else a contact more, or twice the cost, stands in the reports without a word."""
    (said,) = list_told(tmp_path / "1", table, content)
    assert "total_rows" in said
    assert not list_told(tmp_path / "2", table, content, "total_rows = []\n")


def test_the_setting_that_the_warning_names_leaves_the_row_out(tmp_path: Path) -> None:
    content = "contact_id,email\n1,a@x.io\nGesamt,1\n"
    assert not list_told(tmp_path, "contacts", content, 'total_rows = ["Gesamt$"]\n')


def test_a_setting_that_leaves_out_none_silences_nothing(tmp_path: Path) -> None:
    """A row's first cell decides: of one that begins with its channel none is a total."""
    content = "channel,message_id,sends\nemail,m1,10\nemail,Total,10\n"
    (said,) = list_told(tmp_path, "message_stats", content, 'total_rows = ["Total$"]\n')
    assert "leaves out none that begin otherwise" in said


def test_sums_of_each_day_are_told_with_how_many_they_are(tmp_path: Path) -> None:
    days = "".join(
        f"2026-01-0{n},p,A,A,1\n2026-01-0{n},p,B,B,2\n2026-01-0{n},p,T,Total,3\n"
        for n in range(1, 5)
    )
    content = "date_day,platform,campaign_id,campaign_name,spend\n" + days
    for setting in ("", 'total_rows = ["Total$"]\n'):
        (said,) = list_told(tmp_path / setting[:5], "ad_stats", content, setting)
        assert "4 rows whose campaign, ad group or ad is called 'Total' cost what others" in said
    assert not list_told(tmp_path / "none", "ad_stats", content, "total_rows = []\n")


def test_rows_amid_others_and_names_with_more_words_are_none(tmp_path: Path) -> None:
    rows = ["1,a", "2,b", "total,c", *(f"{number},d" for number in range(3, 9)), "Total Brand,e"]
    content = "campaign_id,name\n" + "\n".join(rows) + "\n"
    assert not list_told(tmp_path, "campaigns", content)
