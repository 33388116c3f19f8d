"""Text encodings: which one a file has, and its content as UTF-8.

Everything behind this module works on UTF-8 bytes. What is not text in the file's encoding comes
out as bytes that are not UTF-8 either, so that the record it stands in is found and rejected.
"""

import codecs
import re

from contracts.config.setting_types import UTF_8
from flows.readers.refusal import RefusedFile

_BOMS = {
    codecs.BOM_UTF8: UTF_8,
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NO_TEXT = b"\xff"
# What letters and typographic signs of Windows-1252 look like where text has them. A capital does
# not stand after a small letter: there it is the first half of a damaged UTF-8 pair.
_WESTERN_SIGNS = (
    # Small letters in a word, two side by side ("Grüße", "créée"): in UTF-8 no two such bytes do.
    rb"(?<=[A-Za-z])(?:[\xdf-\xf6\xf8-\xfe]{1,2}|[\x92\x99\xae])",
    rb"[\xdf-\xf6\xf8-\xfe]{1,2}(?=[A-Za-z])",
    # Capitals: "Été", "ÉTÉ", "PROMOÇÃO".
    rb"(?<![a-z])[\xc0-\xd6\xd8-\xde](?=[A-Za-z])",
    rb"(?<=[A-Z])(?:[\xc0\xc1\xc4-\xd6\xd8-\xdc](?![a-z])|[\xc0-\xde]{2}(?=[A-Z]))",
    # Words of one letter, and those after a typographic apostrophe.
    rb"(?<=[ (/',;\t\"])[\xc0\xc8\xc9\xe0\xe8\xe9\xf2\xf3](?=[ )/'])",
    rb"(?<=[A-Za-z])\x92[\xc0-\xd6\xd8-\xf6\xf8-\xfe]",
    # Amounts, quotations, exclamations, dashes, degrees, ordinals.
    rb"[\x80\xa3](?=[0-9 ])|(?<=[0-9 ])\xa0?[\x80\xa3]|(?<=[0-9 ])[\x96\x97]",
    rb"[\x91\x93\xa1\xab\xbf](?=[A-Za-z0-9 ])|\xab\xa0(?=[A-Za-z0-9])",
    rb"(?<=[A-Za-z0-9.!?,; ])(?:[\x85\x94\xa0\xaa\xb0\xba\xbb]|\xa0\xbb)",
    rb"(?<= )[\x96\x97\xb7](?= )",
)
_WESTERN_SIGN = re.compile(rb"(?<![\x80-\xff])(?:%b)(?![\x80-\xff])" % b"|".join(_WESTERN_SIGNS))
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


class Utf8Converter:
    """Turns the blocks of a file, in order, into UTF-8 bytes."""

    def __init__(self, encoding: str) -> None:
        """Convert from an encoding as `detect_encoding` names it."""
        self.encoding = encoding
        errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=errors)

    def convert(self, block: bytes, *, final: bool) -> bytes:
        """Return the block's text as UTF-8; a character may stay behind for the next block."""
        if self.encoding == UTF_8:
            return block
        if self.encoding.startswith("utf-16"):
            converted = self._decoder.decode(block).encode(UTF_8, errors="surrogatepass")
            half_a_character, _ = self._decoder.getstate()
            return converted + _NO_TEXT if final and half_a_character else converted
        if block.isascii() and not self._decoder.getstate()[0]:
            return block
        return self._decoder.decode(block, final).encode(UTF_8, "surrogatepass")


def detect_encoding(head: bytes, given: str | None) -> tuple[str, int, list[str]]:
    """Return a file's encoding, the length of its byte order mark, and notes.

    Without a byte order mark and unless given, it is UTF-16 where the pattern of NUL bytes shows
    it, Windows-1252 where more lines of the head have that encoding's letters than have other
    text beyond ASCII, and UTF-8 otherwise.

    Args:
        given: The encoding, as settings name it.

    Raises:
        RefusedFile: The head is not in the given encoding.
    """
    encoding = given
    mark = next((bom for bom in _BOMS if head.startswith(bom)), b"")
    if mark:
        marked = _BOMS[mark]
        if encoding not in (None, marked, marked.removesuffix("-le").removesuffix("-be")):
            raise _wrong_encoding(given, f"the file starts with the mark of {marked}")
        return marked, len(mark), []
    by_nuls = _utf_16_by_nuls(head)
    if encoding is None:
        if by_nuls:
            return by_nuls, 0, [f"read as {by_nuls}"]
        if _looks_western(head):
            return "cp1252", 0, ["read as windows-1252: the text is not UTF-8"]
        return UTF_8, 0, []
    if encoding == "utf-16":
        encoding = by_nuls or "utf-16-le"
    _check_encoding(head, encoding, by_nuls, given)
    return encoding, 0, []


def _check_encoding(head: bytes, encoding: str, by_nuls: str | None, given: str | None) -> None:
    if encoding.startswith("utf-16"):
        if head and by_nuls != encoding and not _has_ascii(head, encoding):
            raise _wrong_encoding(given, "nothing in the file makes sense so")
    elif by_nuls:
        raise _wrong_encoding(given, f"the file looks like {by_nuls}")
    elif encoding == UTF_8:
        if _mostly_invalid(head):
            raise _wrong_encoding(given, "most lines are not UTF-8")
    elif (lines := _lines_beyond_ascii(head)) and all(map(is_utf_8, lines)):
        raise _wrong_encoding(given, "every line beyond ASCII is UTF-8")


def _wrong_encoding(given: str | None, why: str) -> RefusedFile:
    return RefusedFile(f"wrong encoding ({given}): {why}", "correct or leave out the encoding")


def _utf_16_by_nuls(head: bytes) -> str | None:
    sample = head[: 1 << 14]
    half = len(sample) // 2
    if half == 0:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _has_ascii(head: bytes, encoding: str) -> bool:
    text = head[: len(head) & ~1].decode(encoding, errors="ignore")
    return any(character in text for character in "\n\r,;\t|{[")


def _lines_beyond_ascii(head: bytes) -> list[bytes]:
    if head.isascii():
        return []
    last = max(head.rfind(b"\n"), head.rfind(b"\r"))
    whole = head[: last + 1] or head
    return [line for line in whole.splitlines() if not line.isascii()]


def is_utf_8(line: bytes) -> bool:
    """Whether a line is text as UTF-8 has it."""
    try:
        line.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _looks_western(head: bytes) -> bool:
    lines = _lines_beyond_ascii(head)
    western = sum(
        not is_utf_8(line)
        and all(_WESTERN_SIGN.match(line, run.start()) for run in _HIGH_RUN.finditer(line))
        for line in lines
    )
    return western * 2 > len(lines)


def _mostly_invalid(head: bytes) -> bool:
    if head.isascii():
        return False
    lines = head.splitlines()
    invalid = sum(not is_utf_8(line) for line in _lines_beyond_ascii(head))
    return invalid > 1 and invalid * 2 > len(lines)
