"""JSON Lines and JSON arrays: every value is the text of the source."""

import json
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.readers import ROW_NUMBER, RefusedFile
from flows.readers.json_files.json_array import array_to_lines

# So many lines of one shape that they are read by its pattern, not one by one.
MANY = 40
TWICE = "a key stands twice in the object, with two values"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("123456789012345678", "123456789012345678"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1.10", "1.10"),
        ("-0", "-0"),
        ("1e5", "1e5"),
        ("0.1E-7", "0.1E-7"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', None),
        ('"null"', "null"),
        ('" a "', " a "),
        ('"00123"', "00123"),
        (r'"a\"b\\"', 'a"b\\'),
        (r'"\""', '"'),
        (r'"line\nend\u00e9"', "line\nendé"),
        (r'"\ud83d\ude00 😀"', "😀 😀"),
        ('{"a": 1.10, "b c": [1, "x  y"]}', '{"a":1.10,"b c":[1,"x  y"]}'),
        (r'{"a": "\"x\" \u00e9"}', r'{"a":"\"x\" é"}'),
        ("[[[1, 2]]]", "[[[1,2]]]"),
        ("[]", "[]"),
    ],
)
@pytest.mark.parametrize("copies", [1, MANY])
@pytest.mark.parametrize("layout", ["lines", "array", "pretty array"])
def test_a_value_is_its_text(
    read: Callable, value: str, expected: str | None, copies: int, layout: str
) -> None:
    records = [f'{{"id": "{i}", "value": {value}, "last": 7}}' for i in range(copies)]
    if layout == "lines":
        _, rows, broken = read("\n".join(records).encode(), "feed.jsonl")
    else:
        between = "," if layout == "array" else "\n ,\n"
        if layout == "pretty array":
            records = [record.replace(', "', ',\r\n  "') for record in records]
        _, rows, broken = read(f" [{between.join(records)}]\n".encode(), "feed.json")
    assert broken.height == 0
    assert rows["value"].to_list() == [expected] * copies
    assert rows["last"].to_list() == ["7"] * copies
    assert rows[ROW_NUMBER].to_list() == list(range(1, copies + 1))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "1", "value": 1', "not valid JSON"),
        (b'{"id": "1", "value": 01}', "not valid JSON"),
        (
            b'{"id": "1", "value": NaN}',
            "not valid JSON: NaN is not a JSON number; write null",
        ),
        (b'{"id": "1", "value": 1, "value": 2}', TWICE),
        (b'{"id": "1", "value": {"a": 1, "a": 2}}', TWICE),
        (b'{"id": "1", "value": "a\tb"}', "not valid JSON"),
        (b'{"id": "1", "value": "\\x"}', "not valid JSON"),
        (b'{"id": "1", "value": "\\ud800"}', "not valid JSON"),
        (b'{"id": "1", "value": {,}}', "not valid JSON"),
        (b'{"id": "1", "value": [1, {"a": 2]}}', "not valid JSON"),
        (b'{"id": "1", "value": 1} {}', "not valid JSON"),
        (b'{"id": "1", "value": 1},', "not valid JSON"),
        (b"garbage", "not valid JSON"),
        (b'["1", 1]', "not a JSON object"),
        (b'{"id": "1", "value": "\xff"}', "bytes that are not text in the file's encoding"),
    ],
)
@pytest.mark.parametrize("others", [2, MANY])
@pytest.mark.parametrize("other", [b'{"id": "x", "value": 2}', b'{"id": "x", "value": {"a": 2}}'])
def test_a_broken_line_is_rejected_alone(
    read: Callable, line: bytes, reason: str, others: int, other: bytes
) -> None:
    lines = [other, b"", line, b"   ", *[other] * (others - 1)]
    _feed, rows, broken = read(b"\r\n".join(lines), "feed.ndjson", encoding="utf-8")
    assert broken.select(ROW_NUMBER, "reason").rows() == [(2, reason)]
    assert json.loads(broken[0, "raw"]) == {"line": line.decode(errors="replace")}
    assert rows[ROW_NUMBER].to_list() == [1, *range(3, others + 2)]
    assert rows["id"].to_list() == ["x"] * others


def test_keys_may_differ_from_line_to_line(read: Callable) -> None:
    lines = [b'{"a": 1}', b'{"b": 2, "a": 3}', b"{}", b'{"a": 5, "a": 5}'] * MANY
    _, rows, _ = read(b"\n".join(lines), "feed.jsonl")
    assert (
        rows.drop(ROW_NUMBER).rows() == [("1", None), ("3", "2"), (None, None), ("5", None)] * MANY
    )
    assert rows[ROW_NUMBER].to_list() == list(range(1, 4 * MANY + 1))


def test_a_later_batch_may_add_columns(read: Callable) -> None:
    _feed, rows, _ = read(b'{"a": 1}\n{"a": 2}\n{"b": 3}\n', "feed.jsonl", batch_bytes=9)
    assert rows.rows() == [(1, "1", None), (2, "2", None), (3, None, "3")]


def test_objects_of_many_keys(read: Callable) -> None:
    record = {f"key.{i} (x)": i for i in range(50)}
    _, rows, _ = read(b"\n".join([json.dumps(record).encode()] * MANY), "feed.jsonl")
    assert rows.drop(ROW_NUMBER).rows() == [tuple(map(str, range(50)))] * MANY


@pytest.mark.parametrize("copies", [1, MANY])
def test_nested_values_become_columns_where_asked_for(read: Callable, copies: int) -> None:
    line = (
        b'{"user": {"email": "a@b.c", "n": 1.0}, "links": [{"url": "u"}], "x.y": 1, "x": {"y": 2}}'
    )
    flatten = frozenset({"user.email", "links.0.url", "links.1.url", "user.n", "x.y"})
    _, rows, _ = read(b"\n".join([line] * copies), "feed.jsonl", flatten=flatten)
    assert (
        rows.select("user.email", "user.n", "links.0.url", "x.y").rows()
        == [("a@b.c", "1.0", "u", "1")] * copies
    )


@pytest.mark.parametrize("copies", [1, MANY])
@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ('[{"n": 1200}, {"n": 300.5}]', "1500.5"),
        ('[{"n": "12"}, {"n": null}, {}]', "12"),
        ("[]", None),
        ('[{"m": 1}]', None),
        ('[{"n": 1}, {"n": "many"}]', '[1,"many"]'),
        ('{"n": 1}', None),
    ],
)
def test_a_path_may_add_up_what_an_array_s_objects_have(
    read: Callable, lists: str, expected: str | None, copies: int
) -> None:
    """Numbers are added exactly; what is none stands as it is, for the cell's parser to refuse."""
    line = f'{{"id": 1, "stats": {{"lists": {lists}}}}}'.encode()
    flatten = frozenset({"stats.lists.+.n"})
    _, rows, _ = read(b"\n".join([line] * copies), "feed.jsonl", flatten=flatten)
    found = rows["stats.lists.+.n"].to_list() if "stats.lists.+.n" in rows else [None] * copies
    assert found == [expected] * copies


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[]", b" [ \n ] "])
def test_a_file_without_records_is_empty(read: Callable, content: bytes) -> None:
    feed, _, _ = read(content, "feed.json")
    assert feed.is_empty


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"a": 1}, {"a": 2}', "truncated"),
        (b'[{"a": 1}, {"a": "2', "truncated"),
        (b"[", "truncated"),
        (b'[{"a": 1}, , {"a": 2}]', "comma without an element"),
        (b'[{"a": 1},]', "comma without an element"),
        (b'[{"a": 1}] {"a": 2}', "something follows"),
        (b'[{"a": 1}]\n[{"a": 2}', "truncated"),
        (b'[{"a": 1},\n[{"a": 2}]\n', "truncated"),
        (b'[{"a": 1}}', "not closed by its bracket"),
        (b'{"rows": [{"a": 1}]}', "one JSON object around an array"),
        (b'{\n"rows": [\n{"a": 1},\n{"a": 2}\n],\n"next": null}', "object around an array"),
        (b'{\n"a": 1\n}', "not a JSON array of objects or JSON Lines"),
        (b"a,b\n1,2\n", "not a JSON array of objects or JSON Lines"),
    ],
)
@pytest.mark.parametrize("batch_bytes", [4, 1 << 20])
def test_a_damaged_array_is_refused(
    read: Callable, content: bytes, reason: str, batch_bytes: int
) -> None:
    with pytest.raises(RefusedFile, match=reason):
        read(content, "feed.json", batch_bytes=batch_bytes)


@pytest.mark.parametrize("between", [b"\n", b"\r\n\n", b"", b" "])
@pytest.mark.parametrize("batch_bytes", [4, 1 << 20])
def test_arrays_that_follow_one_another_are_one(
    read: Callable, between: bytes, batch_bytes: int
) -> None:
    """The bodies of a webhook's calls, as a receiver appends them to a file."""
    bodies = (b'[{"a": 1}, {"a": "]["}]', b"[]", b'[\n{"a": 3}\n]')
    _feed, rows, broken = read(between.join(bodies) + between, "feed.json", batch_bytes=batch_bytes)
    assert rows.rows() == [(1, "1"), (2, "]["), (3, "3")]
    assert broken.is_empty()


def test_an_element_that_is_no_object_is_rejected_alone(read: Callable) -> None:
    _, rows, broken = read(b'[{"a": 1}, 7, {"a": tru}, {"a": "\xff"}, {"a": 2}]', "feed.json")
    assert rows.rows() == [(1, "1"), (5, "2")]
    assert broken[ROW_NUMBER].to_list() == [2, 3, 4]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", 'c"\\', "d]"]), json_values), max_size=5),
    st.sampled_from([None, 1]),
    st.sampled_from(["ascii", "unicode"]),
    st.integers(1, 50),
)
def test_the_elements_of_an_array_are_its_lines(
    records: list[dict[str, object]], indent: int | None, letters: str, block_bytes: int
) -> None:
    text = json.dumps(records, indent=indent, ensure_ascii=letters == "ascii").encode(
        errors="replace"
    )
    pieces = [text[i : i + block_bytes] for i in range(0, len(text), block_bytes)]
    blocks = [(piece, i == len(pieces)) for i, piece in enumerate(pieces, start=1)]
    lines = b"".join(part for part, _ in array_to_lines(iter(blocks))).splitlines()
    assert [json.loads(line) for line in lines if line.strip()] == json.loads(text)


def as_text(value: object) -> str | None:
    """Say independently what a value's cell is."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.fixed_dictionaries({"a": json_values, "b": json_values}), min_size=1, max_size=4),
    st.sampled_from(["ascii", "unicode"]),
)
def test_both_ways_of_reading_lines_agree_with_the_json_module(
    read: Callable, records: list[dict[str, object]], letters: str
) -> None:
    lines = [
        json.dumps(record, ensure_ascii=letters == "ascii").encode(errors="replace")
        for record in records
    ]
    values = [json.loads(line) for line in lines]
    expected = [(as_text(value["a"]), as_text(value["b"])) for value in values]
    for copies in (1, MANY):
        _, rows, broken = read(b"\n".join(lines * copies), "feed.jsonl")
        assert rows.select("a", "b").rows() == expected * copies
        assert broken.height == 0
        assert rows.schema[ROW_NUMBER] == pl.UInt32


@pytest.mark.parametrize("lines", [1, MANY])
def test_a_number_is_written_as_its_column_s_texts_are(read: Callable, lines: int) -> None:
    """Under a decimal comma the text `1.234` is a thousand; the number is a bit more than 1."""
    line = '{"Spend": 1.234, "text": "1.234", "id": 1.5, "in": {"cost": 2.5}}\n'
    content = (line * lines).encode()
    commas = {"comma_columns": frozenset({"spend", "text", "in.cost"})}
    _, rows, _ = read(content, "feed.jsonl", flatten=frozenset({"in.cost"}), **commas)
    assert set(rows.select("Spend", "text", "id", "in.cost").rows()) == {
        ("1,234", "1.234", "1.5", "2,5")
    }


@pytest.mark.parametrize("lines", [1, MANY])
def test_a_key_that_says_the_same_twice_is_one(read: Callable, lines: int) -> None:
    _, rows, broken = read(
        b'{"id": "1", "id": "1", "in": {"a": 1, "a": 1}}\n' * lines, "feed.jsonl"
    )
    assert broken.is_empty()
    assert rows.select("id", "in").rows() == [("1", '{"a":1}')] * lines


@pytest.mark.parametrize("lines", [1, MANY])
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("7.0", "7"),
        ("-7.00", "-7"),
        ("1.2345678E7", "12345678"),
        ("7.5", "7.5"),
        ("123456789012345678.0", "123456789012345678.0"),
        ("9007199254740993", "9007199254740993"),
        ('"7.0"', "7.0"),
    ],
)
def test_a_whole_number_is_an_id_without_a_fraction(
    read: Callable, lines: int, number: str, expected: str
) -> None:
    """As in Parquet; a text may be a version, and of large ones a float no longer knows which."""
    line = f'{{"Id": {number}, "in": {{"id": {number}}}, "amount": {number}}}\n'
    ids = {"id_columns": frozenset({"id", "in.id"}), "flatten": frozenset({"in.id"})}
    _, rows, _ = read((line * lines).encode(), "feed.jsonl", **ids)
    as_it_stands = number.strip('"')
    assert {*rows.select("Id", "in.id", "amount").rows()} == {(expected, expected, as_it_stands)}
