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
            "date_day,platform,campaign_id,spend\n2026-01-01,p,A,1\n2026-01-01,p,Total,1\n",
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


def test_rows_amid_others_and_names_with_more_words_are_none(tmp_path: Path) -> None:
    rows = ["1,a", "2,b", "total,c", *(f"{number},d" for number in range(3, 9)), "Total Brand,e"]
    content = "campaign_id,name\n" + "\n".join(rows) + "\n"
    assert not list_told(tmp_path, "campaigns", content)
