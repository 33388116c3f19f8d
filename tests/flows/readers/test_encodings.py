"""Encodings: given, detected, and wrong."""

from collections.abc import Callable

import pytest

from contracts.config.feed_section import FeedSection
from flows.readers import ROW_NUMBER, RefusedFile

TEXT = "id,name\n1,José\n2,Zoë\n3,Müller €\n4,Bob\n"
NAMES = ["José", "Zoë", "Müller €", "Bob"]


@pytest.mark.parametrize(
    ("encoding", "given"),
    [
        ("utf-8", None),
        ("utf-8", "utf-8"),
        ("utf-8-sig", None),
        ("utf-8-sig", "utf-8"),
        ("utf-16", None),
        ("utf-16", "utf-16"),
        ("utf-16-le", None),
        ("utf-16-le", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", None),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", None),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("batch_bytes", [9, 1 << 20])
def test_text_is_read_in_its_encoding(
    read: Callable, encoding: str, given: str | None, batch_bytes: int
) -> None:
    _, rows, broken = read(TEXT.encode(encoding), encoding=given, batch_bytes=batch_bytes)
    assert rows["name"].to_list() == NAMES
    assert broken.height == 0


@pytest.mark.parametrize("given", ["latin-1", None])
def test_latin_1(read: Callable, given: str | None) -> None:
    feed, rows, _ = read(TEXT.replace("€", "x").encode("latin-1"), encoding=given)
    assert rows["name"].to_list() == ["José", "Zoë", "Müller x", "Bob"]
    assert bool(feed.notes) == (given is None)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("windows-1250", "Żółć Dvořák"),
        ("ISO-8859-2", "Żółć Dvořák"),
        ("cp1251", "Москва"),
        ("koi8-r", "Москва"),
        ("windows-1253", "Αθήνα"),
        ("iso-8859-9", "Şişli"),
        ("cp1254", "Şişli €"),
        ("ISO-8859-15", "Müller €"),
        ("mac_roman", "Grüße €"),
        ("Shift_JIS", "東京 ソ能表"),
        ("euc-kr", "서울"),
        ("gbk", "上海"),
        ("big5", "台北 功許"),
    ],
)
@pytest.mark.parametrize("batch_bytes", [9, 1 << 20])
def test_other_encodings_of_spreadsheets_are_read_where_they_are_given(
    read: Callable, given: str, name: str, batch_bytes: int
) -> None:
    """Among them are letters whose second byte is a backslash or a bar of ASCII."""
    section = FeedSection(table="contacts", files="raw/x", encoding=given)
    content = f"id|name\n1|{name}\n2|Bob\n3|{name}\n".encode(section.encoding)
    _, rows, broken = read(content, encoding=section.encoding, batch_bytes=batch_bytes)
    assert (rows["name"].to_list(), broken.height) == ([name, "Bob", name], 0)


def test_half_a_letter_rejects_its_row_in_an_encoding_of_two_bytes(read: Callable) -> None:
    content = "id,name\n1,東\n2,京".encode("cp932")[:-1]
    _, rows, broken = read(content, encoding="cp932")
    assert (rows["id"].to_list(), broken.height) == (["1"], 1)


@pytest.mark.parametrize("given", ["latin-1", "ISO-8859-1"])
def test_what_is_called_latin_1_is_windows_1252_as_browsers_read_it(
    read: Callable, given: str
) -> None:
    section = FeedSection(table="contacts", files="raw/x", encoding=given)
    _, rows, _ = read(TEXT.encode("cp1252"), encoding=section.encoding)
    assert rows["name"].to_list() == NAMES


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (TEXT.encode("utf-8-sig"), "utf-16"),
        (TEXT.encode("utf-8-sig"), "latin-1"),
        (TEXT.encode(), "cp1252"),
        ("id|name\n1|Żółć\n".encode(), "cp1250"),
        ("id|name\n1|東京\n".encode(), "cp932"),
        (TEXT.encode("utf-16"), "utf-8"),
        (TEXT.encode("utf-16-le"), "windows-1252"),
        (TEXT.encode("utf-16-be"), "utf-8"),
        (TEXT.encode(), "utf-16"),
        (TEXT.encode(), "utf-16-be"),
        (TEXT.encode("cp1252"), "utf-8"),
    ],
)
def test_a_wrong_encoding_is_refused(read: Callable, content: bytes, given: str) -> None:
    with pytest.raises(RefusedFile, match="wrong encoding"):
        read(content, encoding=given)


WESTERN = [
    *("Grüße", "Größe", "créée", "Straße", "Ärger", "Führungskräfte", "Voyage à Paris", "20 °"),
    *(
        "SOLDES D'ÉTÉ",
        "PROMOÇÃO",
        "L\u2019été",
        "“Hello”, she said",
        "« Bonjour »",
        "¿Listo?",
        "Nº 5",
    ),
    *("Prix : 10\u00a0€", "100\u00a0%", "mañana…", "Café \u2013 Bar", "É l'ora", "5ª edición"),
]


@pytest.mark.parametrize("word", WESTERN)
def test_one_western_word_is_enough(read: Callable, word: str) -> None:
    _, rows, broken = read(f"id;name\n1;a\n2;{word}\n".encode("cp1252"))
    assert rows["name"].to_list() == ["a", word]
    assert broken.is_empty()


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff",
        b"\x80",
        b"Jos\xc3",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"Gr\xc3\xc3\x9fe",
        b"CAF\xc3",
        b"5 \xe2\x82",
    ],
)
def test_damaged_bytes_do_not_make_a_file_latin_1(read: Callable, damage: bytes) -> None:
    _, rows, broken = read(b"id,name\n1,a\n2,%b\n3,b\n" % damage)
    assert rows[ROW_NUMBER].to_list() == [1, 3]
    assert broken[ROW_NUMBER].to_list() == [2]


@pytest.mark.parametrize(
    ("encoding", "good", "bad"),
    [
        ("utf-16-le", "é", b"\x00\xd8"),
        ("utf-16-be", "é", b"\xdc\x00"),
        ("windows-1252", "é", b"\x81"),
    ],
)
def test_what_is_no_text_in_the_encoding_breaks_its_record_alone(
    read: Callable, encoding: str, good: str, bad: bytes
) -> None:
    codec = encoding.replace("windows-", "cp")
    content = f"id,name\n1,{good}\n2,?\n3,b\n".encode(codec).replace("?".encode(codec), bad)
    _, rows, broken = read(content, encoding=encoding)
    assert rows["name"].to_list() == [good, "b"]
    assert broken[ROW_NUMBER].to_list() == [2]


def test_half_a_character_at_the_end_of_utf_16_breaks_the_last_record(read: Callable) -> None:
    _, rows, broken = read("id,name\n1,a\n2,b".encode("utf-16") + b"c")
    assert rows["name"].to_list() == ["a"]
    assert broken[ROW_NUMBER].to_list() == [2]
