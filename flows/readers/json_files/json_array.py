"""A JSON array of objects as JSON Lines, however it is laid out, in bounded memory."""

from collections.abc import Iterator

import numpy as np

from flows.readers.refusal import RefusedFile
from flows.readers.text import check_record_length

_OPEN, _CLOSE, _COMMA, _QUOTE, _LINE_END = 1, 2, 3, 4, 5
_KINDS = np.zeros(256, np.uint8)
for _characters, _kind in ((b"{[", _OPEN), (b"]}", _CLOSE), (b",", _COMMA), (b'"', _QUOTE)):
    _KINDS[list(_characters)] = _kind
_KINDS[list(b"\r\n")] = _LINE_END
_BACKSLASH, _SPACE, _NEWLINE, _NO_JSON = 0x5C, 0x20, 0x0A, 0x01
_BLANKS = b" \t\r\n"


def array_to_lines(blocks: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """Yield the elements of an array as lines, and whether they are the last.

    A comma between two elements becomes a line end and a line end within an element a blank. A
    line end within a string, which JSON forbids, becomes a character that JSON forbids too. Arrays
    that follow one another, as the bodies of a webhook's calls put into one file, are one.

    Args:
        blocks: UTF-8 text of the arrays, and whether it is the last.

    Raises:
        RefusedFile: The last array is truncated, one has an empty place, or something else
            follows one.
    """
    carry = b""
    inside = False
    elements = 0
    for block, final in blocks:
        text = carry + block if carry else block
        found: list[bytes] = []
        while inside or (text := text.lstrip(_BLANKS)):
            if not inside:
                _expect_array(text)
                text, inside, elements = text[1:], True, 0
            lines, text, ended = _split(text)
            only_blank = ended and not elements and lines.count(b"\n") == 1 and not lines.strip()
            if lines and not only_blank:
                _expect_no_gaps(lines)
            elements += lines.count(b"\n")
            found.append(lines)
            inside = not ended
            if inside:
                break
        if inside and final:
            msg = "the JSON array is truncated"
            raise RefusedFile(msg, "deliver the file again")
        check_record_length(text)
        carry = text
        yield b"".join(found), final


def _split(text: bytes) -> tuple[bytes, bytes, bool]:
    """Return the elements that are complete as lines, the rest, and whether the array ends.

    Args:
        text: The array's text from the start of an element.
    """
    characters = np.frombuffer(text, np.uint8)
    kinds = _KINDS[characters]
    marks = np.flatnonzero(kinds)
    kinds = kinds[marks]
    is_quote = kinds == _QUOTE
    is_quote[is_quote] = ~_escaped(characters, marks[is_quote])
    outside = np.cumsum(is_quote) % 2 == 0
    step = np.where(kinds == _OPEN, 1, 0) - np.where(kinds == _CLOSE, 1, 0)
    depth = 1 + np.cumsum(np.where(outside, step, 0))
    ends = np.flatnonzero(depth == 0)
    ended = len(ends) > 0
    is_boundary = outside & (kinds == _COMMA) & (depth == 1)
    if ended:
        is_boundary[ends[0] :] = False
        is_boundary[ends[0]] = True
        if text[marks[ends[0]]] != ord("]"):
            msg = "the JSON array is not closed by its bracket"
            raise RefusedFile(msg, "correct the array")
    boundaries = marks[is_boundary]
    if not len(boundaries):
        return b"", text, False
    stop = int(boundaries[-1]) + 1
    lines = characters[:stop].copy()
    is_line_end = kinds == _LINE_END
    for places, replacement in (
        (marks[is_line_end & outside], _SPACE),
        (marks[is_line_end & ~outside], _NO_JSON),
        (boundaries, _NEWLINE),
    ):
        lines[places[places < stop]] = replacement
    return lines.tobytes(), text[stop:], ended


def _escaped(characters: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Tell which quotes have an odd number of backslashes before them."""
    escaped = np.zeros(len(quotes), bool)
    chain = np.arange(len(quotes))
    distance = 1
    while len(chain):
        chain = chain[quotes[chain] >= distance]
        chain = chain[characters[quotes[chain] - distance] == _BACKSLASH]
        escaped[chain] ^= True
        distance += 1
    return escaped


def _expect_array(text: bytes) -> None:
    if not text.startswith(b"["):
        msg = "something follows the end of the JSON array"
        raise RefusedFile(msg, "deliver arrays of objects and nothing else")


def _expect_no_gaps(lines: bytes) -> None:
    if any(not line.strip(b" \t") for line in lines[:-1].split(b"\n")):
        msg = "the JSON array has a comma without an element"
        raise RefusedFile(msg, "correct the array")
