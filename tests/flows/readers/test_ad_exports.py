"""Exports of ad platforms: preamble above the header, total rows and footers below the data."""

from collections.abc import Callable

import pytest

from flows.readers import ROW_NUMBER, text

EXPECTED = frozenset({"Campaign", "campaign id", "Clicks", "Cost"})
GOOGLE = (
    "Campaign report\n"
    "January 1, 2024 - January 31, 2024\n"
    "Campaign,Campaign ID,Clicks,Cost\n"
    'Spring,1,"1,234", --\n'
    "Total: the sequel,2,5,6\n"
    "Total: Account,--,6,6\n"
    "Total: Campaigns,--,6,6\n"
)
SPRING = ("Spring", "1", "1,234", None)
SEQUEL = ("Total: the sequel", "2", "5", "6")


@pytest.mark.parametrize(
    "content",
    [
        GOOGLE.encode(),
        GOOGLE.replace("\n", "\r\n").encode(),
        GOOGLE.replace('"1,234"', "1.234")
        .replace(",", "\t")
        .replace("1.234", "1,234")
        .encode("utf-16"),
    ],
    ids=["csv", "crlf", "utf-16 tsv"],
)
@pytest.mark.parametrize("batch_bytes", [20, 1 << 20])
def test_google_ads(read: Callable, content: bytes, batch_bytes: int) -> None:
    feed, rows, broken = read(
        content,
        batch_bytes=batch_bytes,
        expected_columns=EXPECTED,
        null_values=("--",),
        total_row_prefixes=("Total: Account", "Total: Campaigns"),
    )
    assert feed.header.columns == ("Campaign", "Campaign ID", "Clicks", "Cost")
    assert rows.rows() == [(1, *SPRING), (2, *SEQUEL)]
    assert broken.height == 0
    assert feed.notes == ["skipped 2 preamble lines", "skipped 2 total rows at the end"]


def test_a_campaign_called_like_a_total_is_data_above_other_data(read: Callable) -> None:
    content = b"Campaign,Clicks\nTotal: a,1\nb,2\nTotal: c,3\nd,4\nTotal: all,10\n"
    feed, rows, _ = read(content, total_row_prefixes=("total: ",))
    assert rows.rows() == [(1, "b", "2"), (2, "Total: c", "3"), (3, "d", "4")]
    assert feed.notes == [
        "skipped 1 total row below the header",
        "skipped 1 total row at the end",
    ]


def test_without_prefixes_total_rows_are_data(read: Callable) -> None:
    feed, rows, _ = read(b"Campaign,Clicks\na,1\nTotal: Account,1\n")
    assert rows[ROW_NUMBER].to_list() == [1, 2]
    assert feed.notes == []


def test_microsoft_ads(read: Callable) -> None:
    names = ("Report Name: x", "Report Time: y", "Time Zone: z", "Last Completed: t", "Filter: ")
    preamble = "".join(f'"{name}"\r\n' for name in names * 2)
    content = (
        f'{preamble}\r\n"Campaign","Clicks"\r\n"a","1"\r\n\r\n"©2024 Microsoft Corporation"\r\n'
    )
    feed, rows, broken = read(
        content.encode("utf-8-sig"), expected_columns=EXPECTED, total_row_prefixes=("©20",)
    )
    assert rows.rows() == [(1, "a", "1")]
    assert broken.height == 0
    assert feed.notes == ["skipped 10 preamble lines", "skipped 1 total row at the end"]


def test_linkedin(read: Callable) -> None:
    content = "Report\nStart\t1\nEnd\t2\nBy\tme\nGenerated\n\nCampaign\tClicks\tCost\na\t1\t2\n"
    feed, rows, _ = read(content.encode("utf-16"), expected_columns=EXPECTED)
    assert rows.rows() == [(1, "a", "1", "2")]
    assert feed.notes == ["skipped 5 preamble lines"]


def test_tiktok(read: Callable) -> None:
    content = b"Campaign,Clicks\nTotal of 2 results,3\na,1\nb,2\n"
    _feed, rows, _ = read(content, total_row_prefixes=("Total of ",))
    assert rows.rows() == [(1, "a", "1"), (2, "b", "2")]


META = frozenset({"campaign name", "ad name"})


@pytest.mark.parametrize("totals", ["{total}{rows}", "{rows}{total}"])
def test_meta_s_summary_row_has_figures_and_no_name(read: Callable, totals: str) -> None:
    data = "2026-06-01,a,x,1\n2026-06-01,a,,2\n"
    content = "Day,Campaign name,Ad name,Clicks\n" + totals.format(total=",, ,3\n", rows=data)
    feed, rows, _ = read(content.encode(), naming_columns=META)
    assert [row[1:] for row in rows.rows()] == [
        ("2026-06-01", "a", "x", "1"),
        ("2026-06-01", "a", None, "2"),
    ]
    assert "skipped 1 total row" in feed.notes[0]


def test_a_row_without_names_counts_amid_others_and_where_no_row_has_any(read: Callable) -> None:
    content = b"Day,Campaign name,Clicks\n1,a,1\n2,,2\n3,b,3\n"
    assert read(content, naming_columns=META)[1].height == 3
    content = b"Day,Account name,Clicks\n1,,1\n2,,2\n"
    assert read(content, naming_columns=META)[1].height == 2


def test_a_broken_record_above_total_rows_is_kept(read: Callable) -> None:
    content = b"Campaign,Clicks\nx\nTotal: a,1\nb,2\n"
    _, rows, broken = read(content, total_row_prefixes=("Total: ",))
    assert rows.rows() == [(2, "Total: a", "1"), (3, "b", "2")]
    assert broken[ROW_NUMBER].to_list() == [1]


def test_a_short_footer_is_no_broken_record(read: Callable) -> None:
    content = b"Campaign,Clicks\na,1\nb\nTotal\n"
    _feed, rows, broken = read(content, total_row_prefixes=("Total",))
    assert rows.rows() == [(1, "a", "1")]
    assert broken[ROW_NUMBER].to_list() == [2]


def test_words_for_no_data_are_believed_of_a_file_without_any(
    read: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a row of data they are a broken record, also where it comes after the head."""
    header, row, words = b"Campaign,Cost\n", b"Spring,1\n", b"No data available.\n"
    options = {"expected_columns": EXPECTED, "no_data": ("NO DATA available.",)}
    feed, *_ = read(header + words, **options)
    assert feed.is_empty
    for content in (header + words + row, header + row + words):
        _, rows, broken = read(content, **options)
        assert (rows["Campaign"].to_list(), broken.height) == (["Spring"], 1)
    monkeypatch.setattr(text, "HEAD_BYTES", len(header + words))
    _, rows, _ = read(header + words + row, **options)
    assert rows["Campaign"].to_list() == ["Spring"]
