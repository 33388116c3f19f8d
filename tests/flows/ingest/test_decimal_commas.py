"""Issue 9.1: an export with decimal commas is read exactly, or refused with what would read it."""

from decimal import Decimal
from pathlib import Path

from flows.config.loading import load_workspace
from flows.steps.reading.refusals import find_refusal
from tests.support.workspaces import account, read_files, rows

FILES = {
    "raw/meta/März.csv": (
        "Day,Campaign ID,Campaign name,Amount spent (EUR),Link clicks\n"
        '2026-03-01,1,Frühling,"1.234,56",1.200\n'
        '2026-03-02,1,Frühling,"12,34",7\n'
    ).encode()
}
TOML = '[[feeds]]\nsource = "facebook_ads.ads_manager"\nfiles = "raw/meta/*"\n'
EUR = '[workspace]\ncurrency = "EUR"\n'


def test_a_shipped_source_refuses_decimal_commas_and_names_the_setting(tmp_path: Path) -> None:
    read = read_files(tmp_path, EUR + TOML, FILES)
    assert [account(one) for one in read.inputs] == [(2, 0, 2, 0, 0)]
    config = load_workspace(tmp_path / "ws", environ={}).config
    assert (
        'spend: not a number; decimal = "," would read column "Amount spent (EUR)" '
        "(2 in raw/meta/März.csv)"
    ) in str(find_refusal(read, config))


def test_with_the_setting_every_cent_is_there(tmp_path: Path) -> None:
    """1,234.56 + 12.34 = 1,246.90 spent, and 1,200 + 7 clicks."""
    read = read_files(tmp_path, EUR + TOML + 'decimal = ","\n', FILES)
    spend, clicks = zip(*rows(read, "ad_stats", "spend", "clicks"), strict=True)
    assert (sum(spend), sum(clicks)) == (Decimal("1246.90"), 1207)
    assert [account(one) for one in read.inputs] == [(2, 2, 0, 0, 0)]


def test_numbers_below_zero_of_accounting_programs_need_their_setting(tmp_path: Path) -> None:
    """1,234.56 spent, and 12.34 given back."""
    file = FILES["raw/meta/März.csv"].replace(b'"12,34"', b'"12,34-"')
    files = {"raw/meta/März.csv": file}
    read = read_files(tmp_path, EUR + TOML + 'decimal = ","\n', files)
    problem = str(find_refusal(read, load_workspace(tmp_path / "ws", environ={}).config))
    assert 'negatives = "1-" would read column "Amount spent (EUR)"' in problem
    read = read_files(tmp_path / "2", EUR + TOML + 'decimal = ","\nnegatives = "1-"\n', files)
    (spend,) = zip(*rows(read, "ad_stats", "spend"), strict=True)
    assert sum(spend) == Decimal("1222.22")


def test_a_total_row_in_words_that_nobody_knows_names_the_setting(tmp_path: Path) -> None:
    total = ",,Zwei Zeilen zusammen,1246.90,1207\n"
    text = FILES["raw/meta/März.csv"].decode().replace('"1.234,56",1.200', "1234.56,1200")
    files = {"raw/meta/März.csv": (text.replace('"12,34"', "12.34") + total).encode()}
    read = read_files(tmp_path, EUR + TOML, files)
    assert [account(one) for one in read.inputs] == [(3, 2, 1, 0, 0)]
    problem = str(find_refusal(read, load_workspace(tmp_path / "ws", environ={}).config))
    assert 'total_rows = ["…"] leaves out rows that only add up' in problem
    assert "zusammen" not in problem
    read = read_files(tmp_path / "2", EUR + TOML + 'total_rows = ["Zwei Zeilen"]\n', files)
    assert [account(one) for one in read.inputs] == [(2, 2, 0, 0, 0)]


def test_a_wrong_number_at_the_end_is_not_taken_for_a_total_row(tmp_path: Path) -> None:
    """The row has its day and its campaign: only its spend is no number."""
    text = FILES["raw/meta/März.csv"].decode().replace('"1.234,56",1.200', "1234.56,1200")
    read = read_files(tmp_path, EUR + TOML, {"raw/meta/März.csv": text.encode()})
    problem = str(find_refusal(read, load_workspace(tmp_path / "ws", environ={}).config))
    assert [account(one) for one in read.inputs] == [(2, 1, 1, 0, 0)]
    assert "spend: not a number" in problem
    assert "total_rows" not in problem


def test_a_number_of_json_has_its_own_point(tmp_path: Path) -> None:
    """Under `decimal = ","` the text `1.234` is a thousand and the number 1.234 is none."""
    entity = '"platform": "google_ads", "account_id": "1"'
    lines = (
        f'{{"date_day": "2026-03-01", {entity}, "spend": 1.234}}\n'
        f'{{"date_day": "2026-03-02", {entity}, "spend": "1.234"}}\n'
    )
    toml = '[[feeds]]\ntable = "ad_stats"\nfiles = "raw/*"\ndecimal = ","\n'
    read = read_files(tmp_path, EUR + toml, {"raw/a.jsonl": lines.encode()})
    assert rows(read, "ad_stats", "spend") == [(Decimal("1.234"),), (Decimal(1234),)]
