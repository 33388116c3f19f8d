r"""The exact reading of CSV records, one by one, damaged ones among them.

A record is what RFC 4180 says; \n, \r\n and \r all end one, and a line without any character is
none (also in a file of one column, where an empty cell has to be written as `""`). In a line
without any quoted cell, quotes inside the cells are text: its writer does not quote.

An unclosed quote must not swallow the rest of the file. So a quoted cell may only run on over a
line end if the whole record then turns out well-formed: its closing quote is followed by a
delimiter or a line end, and so is every other one of the record. Where text follows, or no closing
quote comes within MAX_RECORD_BYTES, the record's first line is rejected alone and reading goes on
at the next line. Until the place that disproved the quote is passed, a quote inside an unquoted
cell rejects its line too: it may be the rest of a damaged record of several lines.

What no rule can tell: an unclosed quote that is followed by a cell that starts with a quoted
delimiter or line end, and where the cells add up, reads as one long cell.
"""

import re
from dataclasses import dataclass, field

from flows.readers.encodings import is_utf_8

MAX_RECORD_BYTES = 1 << 21

TOO_FEW = "too few cells"
TOO_MANY = "too many cells"
UNCLOSED = "unclosed quote"
TEXT_AFTER_QUOTE = "text after a closing quote"
BARE_QUOTE = "quote inside an unquoted cell, after an unclosed quote"
NOT_TEXT = "bytes that are not text in the file's encoding"

_LINE_BREAK = re.compile(rb"[\r\n]")
_QUOTED = rb'"(?:[^"]++|"")*+"'
_QUOTED_PART = re.compile(_QUOTED)


@dataclass(frozen=True)
class Broken:
    """One record that cannot be read: its place among all records, why, and its bytes."""

    place: int
    reason: str
    raw: bytes


@dataclass
class Records:
    """The records of some data.

    Attributes:
        good: The readable records, each as one well-formed record without its line end.
        places: The place of every good record among all records, from 0.
        consumed: How many bytes of the data are read; the rest needs more data.
    """

    good: list[bytes] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    consumed: int = 0

    def __len__(self) -> int:
        """Count all records."""
        return len(self.good) + len(self.broken)

    def add(self, record: bytes, reason: str | None) -> None:
        """Add one record, as broken if there is a reason."""
        place = len(self.good) + len(self.broken)
        if reason is None:
            self.good.append(record)
            self.places.append(place)
        else:
            self.broken.append(Broken(place, reason, record))


class Grammar:
    """Records whose cells are separated by one given character."""

    def __init__(self, delimiter: bytes) -> None:
        """Compile the grammar for a delimiter."""
        self.delimiter = delimiter
        mark = re.escape(delimiter)
        strict = rb'(?:%b|[^"\r\n%b]*+)' % (_QUOTED, mark)
        loose = rb'(?!")[^\r\n%b]*+' % mark
        self._strict = re.compile(rb"%b(?:%b%b)*+" % (strict, mark, strict))
        self._loose_line = re.compile(rb"%b(?:%b%b)*+(?=[\r\n]|\Z)" % (loose, mark, loose))

    def cells(self, record: bytes) -> list[bytes]:
        """Return the cells of one record without their quotes, as far as it is readable."""
        if b'"' not in record:
            return record.split(self.delimiter)
        found = []
        position = 0
        while True:
            quoted = _QUOTED_PART.match(record, position)
            stop = record.find(self.delimiter, quoted.end() if quoted else position)
            if stop < 0:
                stop = len(record)
            body = record[position:stop]
            whole = quoted is not None and quoted.end() == stop
            found.append(body[1:-1].replace(b'""', b'"') if whole else body)
            if stop == len(record):
                return found
            position = stop + len(self.delimiter)

    def records(
        self, data: bytes, width: int | None, *, final: bool, limit: int | None = None
    ) -> Records:
        """Read the records at the start of some data.

        Args:
            data: UTF-8 text that starts at a record's start.
            width: How many cells a record has; None allows any number.
            final: Whether the file ends where the data ends.
            limit: How many records to read at most.
        """
        records = Records()
        position = mistrust_until = 0
        size = len(data)
        has_returns = b"\r" in data
        while position < size and (limit is None or len(records) < limit):
            line_end = _find_line_end(data, position, has_returns=has_returns)
            if line_end == position:
                position += 1
                continue
            if line_end == size and not final:
                break
            line = data[position:line_end]
            stop, reason = line_end, None
            if b'"' in line:
                reached = self._longest_strict(data, position)
                if reached < size and data[reached] in b"\r\n":
                    stop, line = reached, data[position:reached]
                elif reached == size and final:
                    stop, line = reached, data[position:]
                elif not final and self._is_undecided(data, position, reached):
                    break
                else:
                    line, reason = self._reread(line, position, reached, mistrust_until)
                    if reached > line_end and not self._opens_quote(data, position, reached):
                        mistrust_until = reached
            records.add(line, reason or self._count_reason(line, width))
            position = stop
        records.consumed = position
        return _set_undecodable_apart(records)

    def _longest_strict(self, data: bytes, start: int) -> int:
        """Return how far the data is well-formed from a record's start, at most to its end."""
        match = self._strict.match(data, start)
        return match.end() if match else start

    def _is_undecided(self, data: bytes, start: int, reached: int) -> bool:
        """Tell whether what follows the data decides how the record reads."""
        if reached == len(data):
            return True
        is_short = len(data) - start < MAX_RECORD_BYTES
        return is_short and self._opens_quote(data, start, reached)

    def _opens_quote(self, data: bytes, start: int, at: int) -> bool:
        starts_cell = at == start or data[at - 1 : at] == self.delimiter
        return starts_cell and data[at : at + 1] == b'"'

    def _reread(
        self, line: bytes, start: int, reached: int, mistrust_until: int
    ) -> tuple[bytes, str | None]:
        """Return a line that is not strictly well-formed, mended or with what is wrong."""
        if self._loose_line.match(line):
            if start < mistrust_until:
                return line, BARE_QUOTE
            cells = (b'"%b"' % cell.replace(b'"', b'""') for cell in self.cells(line))
            return self.delimiter.join(cells), None
        in_line = reached < start + len(line)
        opens = not in_line or self._opens_quote(line, 0, reached - start)
        return line, UNCLOSED if opens else TEXT_AFTER_QUOTE

    def _count_reason(self, record: bytes, width: int | None) -> str | None:
        if width is None:
            return None
        outside = _QUOTED_PART.sub(b"", record) if b'"' in record else record
        count = outside.count(self.delimiter) + 1
        if count == width:
            return None
        return TOO_FEW if count < width else TOO_MANY


def _find_line_end(data: bytes, start: int, *, has_returns: bool) -> int:
    if has_returns:
        match = _LINE_BREAK.search(data, start)
        return match.start() if match else len(data)
    end = data.find(b"\n", start)
    return end if end >= 0 else len(data)


def _set_undecodable_apart(records: Records) -> Records:
    if is_utf_8(b"\n".join(records.good)):
        return records
    good = [
        (place, record)
        for place, record in zip(records.places, records.good, strict=True)
        if is_utf_8(record)
    ]
    places = {place for place, _ in good}
    broken = [
        Broken(place, NOT_TEXT, record)
        for place, record in zip(records.places, records.good, strict=True)
        if place not in places
    ]
    return Records(
        good=[record for _, record in good],
        places=[place for place, _ in good],
        broken=sorted([*records.broken, *broken], key=lambda record: record.place),
        consumed=records.consumed,
    )
