"""Text tables: what is a record, what is a cell, and what is broken."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.readers import ROW_NUMBER, RefusedFile

REAL_DATA = Path(__file__).parents[3].parent / "shared" / "realdata"


def cells(rows: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return rows.drop(ROW_NUMBER).rows()


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,a\n2,b\n",
        b"id,name\n1,a\n2,b",
        b"id,name\r\n1,a\r\n2,b\r\n",
        b"id,name\r1,a\r2,b\r",
        b"id,name\r\n1,a\n2,b\r\n",
        b"\xef\xbb\xbfid,name\n1,a\n2,b\n",
        b'"id","name"\n"1","a"\n"2","b"\n',
        b"id;name\n1;a\n2;b\n",
        b"id\tname\n1\ta\n2\tb\n",
        b"id|name\n1|a\n2|b\n",
        b"\n\nid , name \n\n1,a\n\n\n2,b\n\n",
        "id,name\n1,a\n2,b\n".encode("utf-16"),
        "id,name\n1,a\n2,b\n".encode("utf-16-le"),
        "\ufeffid\tname\n1\ta\n2\tb\n".encode("utf-16-be"),
    ],
)
@pytest.mark.parametrize("batch_bytes", [7, 1 << 20])
def test_every_way_to_write_a_table(read: Callable, content: bytes, batch_bytes: int) -> None:
    feed, rows, broken = read(content, batch_bytes=batch_bytes)
    assert feed.header.columns == ("id", "name")
    assert rows.rows() == [(1, "1", "a"), (2, "2", "b")]
    assert rows.schema == {ROW_NUMBER: pl.UInt32, "id": pl.String, "name": pl.String}
    assert broken.height == 0


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'1,"a, b"', ("1", "a, b")),
        (b'1,"a ""b"" c"', ("1", 'a "b" c')),
        (b'1,"a\nb"', ("1", "a\nb")),
        (b'1,"a\r\nb"', ("1", "a\r\nb")),
        (b'1,"a\n\nb"', ("1", "a\n\nb")),
        (b'1,""""', ("1", '"')),
        (b'1,""', ("1", None)),
        (b"1,", ("1", None)),
        (b"1, a ", ("1", " a ")),
        (b'1,5" pipe', ("1", '5" pipe')),
        (b"00123,123456789012345678", ("00123", "123456789012345678")),
        (b"#1,NULL", ("#1", "NULL")),
        ("1,é😀".encode(), ("1", "é😀")),
        ("\ufeff1,a".encode(), ("\ufeff1", "a")),
    ],
)
def test_a_cell_is_the_text_that_was_written(
    read: Callable, record: bytes, expected: tuple[str | None, ...]
) -> None:
    _, rows, broken = read(b"id,name\n" + record + b"\n2,b\n", encoding="utf-8")
    assert cells(rows) == [expected, ("2", "b")]
    assert broken.height == 0


@pytest.mark.parametrize(
    ("record", "reason", "raw"),
    [
        (b"1", "too few cells", {"cells": ["1"]}),
        (b'1,"a\nb",c', "too many cells", {"cells": ["1", "a\nb", "c"]}),
        (b'1,"a', "unclosed quote", {"line": '1,"a'}),
        (b'"1,a', "unclosed quote", {"line": '"1,a'}),
        (b'1,"a"b', "text after a closing quote", {"line": '1,"a"b'}),
        (b"1,\xffa", "bytes that are not text in the file's encoding", {"line": "1,\ufffda"}),
        (b"1,\xc3", "bytes that are not text in the file's encoding", {"line": "1,\ufffd"}),
    ],
)
@pytest.mark.parametrize("batch_bytes", [5, 1 << 20])
def test_a_damaged_record_is_rejected_alone(
    read: Callable, record: bytes, reason: str, raw: dict[str, object], batch_bytes: int
) -> None:
    content = b'id,name\n0,a\n%b\n2,"b"\n3,"c\nd"\n4,""\n' % record
    _feed, rows, broken = read(content, batch_bytes=batch_bytes)
    assert rows.rows() == [(1, "0", "a"), (3, "2", "b"), (4, "3", "c\nd"), (5, "4", None)]
    assert broken[ROW_NUMBER].to_list() == [2]
    assert broken["reason"].to_list() == [reason]
    assert json.loads(broken[0, "raw"]) == raw


def test_the_rest_of_a_damaged_record_of_several_lines_is_no_record(read: Callable) -> None:
    _, rows, broken = read(b'id,name\n"x\ny"z,a\n2,b\n')
    assert rows.rows() == [(3, "2", "b")]
    assert broken[ROW_NUMBER].to_list() == [1, 2]


def test_an_unclosed_quote_before_a_long_file_is_rejected_alone(read: Callable) -> None:
    lines = b"".join(b"%d,name\n" % number for number in range(400_000))
    _feed, rows, broken = read(b'id,name\nx,"open\n' + lines, batch_bytes=1 << 18)
    assert broken[ROW_NUMBER].to_list() == [1]
    assert rows.height == 400_000


def test_a_column_alone_needs_quotes_for_an_empty_cell(read: Callable) -> None:
    _, rows, broken = read(b'id\n1\n\n""\n2\n')
    assert rows.rows() == [(1, "1"), (2, None), (3, "2")]
    assert broken.height == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"id,name\n", b"id,name", b"\xef\xbb\xbf"])
def test_a_file_without_data_is_empty(read: Callable, content: bytes) -> None:
    feed, rows, _ = read(content)
    assert feed.is_empty
    assert rows.is_empty()


def test_null_values_are_compared_trimmed(read: Callable) -> None:
    _, rows, _ = read(b"id,ctr\n1, --\n2,--x\n3,NA\n", null_values=("--", "NA"))
    assert cells(rows) == [("1", None), ("2", "--x"), ("3", None)]


@pytest.mark.parametrize("header", [b'id,"name', b"id,na\xffme", b'"id"x,name'])
def test_a_damaged_header_is_refused(read: Callable, header: bytes) -> None:
    with pytest.raises(RefusedFile, match="the header line cannot be read"):
        read(header + b"\n1,a\n2,b\n")


def test_a_header_in_another_encoding_names_the_setting(read: Callable) -> None:
    content = "日付,キャンペーン,費用\n2026-01-01,夏,5\n".encode("shift-jis")
    with pytest.raises(RefusedFile, match="bytes that are not text") as refused:
        read(content)
    assert "encoding =" in refused.value.hint
    assert read(content, encoding="shift-jis")[0].header.columns[0] == "日付"


def test_columns_without_a_name_and_our_own_name(read: Callable) -> None:
    feed, _, _ = read(b"id,,row_number\n1,2,3\n")
    assert feed.header.columns == ("id", "column_2", "row_number (file)")
    assert len(feed.notes) == 2


@pytest.mark.parametrize("delimiter", [",,", "é", '"', "\n"])
def test_a_delimiter_is_one_ascii_character(read: Callable, delimiter: str) -> None:
    with pytest.raises(RefusedFile, match="delimiter"):
        read(b"id,name\n1,a\n", delimiter=delimiter)


def test_a_name_used_again_bears_its_number(read: Callable) -> None:
    """Whether it matters is for the mapping to say."""
    feed, rows, _ = read(b"id,name, ID ,id (2)\n1,a,2,b\n")
    assert feed.header.columns == ("id", "name", "ID (3)", "id (2)")
    assert feed.header.repeated == {"ID (3)": "id"}
    assert rows.rows() == [(1, "1", "a", "2", "b")]


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real files are not here")
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("path", sorted(REAL_DATA.glob("csv_spectrum/csvs/*.csv")), ids=str)
def test_csv_spectrum(read: Callable, path: Path, line_end: bytes) -> None:
    expected = path.parents[1] / "json" / f"{path.stem}.json"
    content = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", line_end)
    _, rows, broken = read(content)
    found = rows.drop(ROW_NUMBER).with_columns(pl.all().fill_null("")).to_dicts()
    text = json.dumps(json.loads(expected.read_text())).replace("\\r\\n", "\\n")
    assert found == json.loads(text.replace("\\n", json.dumps(line_end.decode())[1:-1]))
    assert broken.height == 0


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the real files are not here")
def test_the_seeds_of_all_ad_platforms_read_as_the_csv_module_reads_them(read: Callable) -> None:
    paths = sorted(REAL_DATA.glob("fivetran_*/*.csv"))
    assert len(paths) > 10
    for path in paths:
        _, rows, broken = read(path.read_bytes())
        text = io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")
        expected = [tuple(cell or None for cell in row) for row in csv.reader(text) if row]
        assert (cells(rows) if rows.width else []) == expected[1:], path.name
        assert broken.height == 0


@pytest.mark.parametrize("batch_bytes", [8, 1 << 20])
@pytest.mark.parametrize(
    "header", [b"id,name", b"\xef\xbb\xbfid,name", b'"id","name"', b"id, name"]
)
def test_a_header_that_stands_again_is_no_row(
    read: Callable, header: bytes, batch_bytes: int
) -> None:
    """As where a night's job puts exports together: `cat *.csv > all.csv`."""
    parts = [b"1,a\n", b"2,b\n", b"id,b\n"]
    content = b"".join(header + b"\n" + part for part in parts)
    feed, rows, broken = read(content, "all.csv", batch_bytes=batch_bytes)
    assert [*rows.rows()] == [(1, "1", "a"), (3, "2", "b"), (5, "id", "b")]
    assert broken.is_empty()
    assert "skipped 2 rows that repeat the header" in feed.notes


@pytest.mark.parametrize(
    ("first", "is_skipped"),
    [
        (b"text,varchar(255),datetime", True),
        (b"STRING,,Date", True),
        (b"text,Date,Anna", False),
        (b"text,,", False),
        (b"#,text,-", True),
        ("-,€,%".encode(), True),
        (b",USD,", False),
        ("₺,,".encode(), True),
        (b"-,-,-", False),
        ("€,Anna,".encode(), False),
        (b"fr,FR,", False),
        (b"-,USD,count", True),
    ],
)
def test_a_row_of_types_or_units_below_the_header_is_no_row(
    read: Callable, first: bytes, *, is_skipped: bool
) -> None:
    """Else a table of texts has a contact called `text`; one further down is data."""
    content = b"id,name,day\n" + first + b"\n1,a,2026-01-01\ntext,text,date\n"
    feed, rows, _ = read(content, "a.csv")
    assert len([*rows.rows()]) == (2 if is_skipped else 3)
    assert rows.rows()[-1][1:] == ("text", "text", "date")
    assert (
        "skipped 1 row below the header that only names types or units" in feed.notes
    ) == is_skipped


@pytest.mark.parametrize("batch_bytes", [8, 1 << 20])
@pytest.mark.parametrize("totals", [(), ("Total",)])
def test_a_row_without_a_filled_cell_is_no_row(
    read: Callable, totals: tuple[str, ...], batch_bytes: int
) -> None:
    """A spreadsheet writes them for lines that once were used; a total stands above them, too."""
    content = b'id,name\n1,a\n,\n2,\n,c\n"",""\n' + b"Total,9\n,\n,\n" * len(totals) + b",\n,\n"
    feed, rows, broken = read(content, "a.csv", total_row_prefixes=totals, batch_bytes=batch_bytes)
    assert [*rows.rows()] == [(1, "1", "a"), (3, "2", None), (4, None, "c")]
    assert broken.is_empty()
    assert f"skipped {6 if totals else 4} empty rows" in feed.notes
