"""Where the data of a text table starts: delimiter, preamble, header and leading total rows."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.manifest import count_of
from contracts.reference.currency_signs import CODES, SIGNS
from flows.readers.csv_files.csv_records import NOT_TEXT, Grammar
from flows.readers.header import PADDING, Header, name_columns
from flows.readers.raw_batch import FileOptions
from flows.readers.refusal import RefusedFile

DELIMITERS = (",", "\t", ";", "|")
HEADER_SEARCH_ROWS = 25
SAMPLE_ROWS = 50
MAX_PREAMBLE_CELLS = 2
"""How many cells a line above a header has that names no known column."""
ONE_CELL = (1, False, 1)
"""The highest rank of a delimiter that is nowhere in the text: every row is one cell."""


@dataclass(frozen=True)
class CsvHeader:
    """Where and how a text table begins.

    Attributes:
        start: Where the data starts, in bytes of the UTF-8 text.
        has_no_data: Whether the file says, in place of rows, that there are none.
    """

    delimiter: bytes
    header: Header
    start: int
    notes: tuple[str, ...]
    preamble: tuple[str, ...]
    has_no_data: bool


def find_header(head: bytes, options: FileOptions, *, final: bool) -> CsvHeader:
    """Find the header of a text table and what its cells are separated by.

    With `expected_columns` the header is the first of the leading rows that has at least half of
    them, and at least two; where none has, the row that has most, if it has two. Otherwise it is
    the first line that is not blank, or that is as wide as most, where those above are narrow.

    Raises:
        RefusedFile: There is no header that could be read.
    """
    given = options.delimiter
    if given is not None and (len(given) != 1 or not given.isascii() or given in '"\r\n'):
        msg = "the delimiter has to be one ASCII character"
        raise RefusedFile(msg, "correct or leave out the delimiter")
    delimiters = (given,) if given is not None else DELIMITERS
    present = [delimiter for delimiter in delimiters if delimiter.encode() in head]
    best = _fit_best(head, present, options, final=final) if present else None
    if best is None or best.rank <= ONE_CELL:
        best = _fit_best(head, delimiters, options, final=final)
    return best.find()


def _fit_best(
    head: bytes, delimiters: Sequence[str], options: FileOptions, *, final: bool
) -> "_Candidate":
    """The head as it reads with the delimiter that fits best, of several the first."""
    return max(
        (_Candidate(head, delimiter.encode(), options, final=final) for delimiter in delimiters),
        key=lambda candidate: candidate.rank,
    )


class _Candidate:
    """A head as it reads with one delimiter."""

    def __init__(self, head: bytes, delimiter: bytes, options: FileOptions, *, final: bool) -> None:
        self.head = head
        self.final = final
        self.options = options
        self.delimiter = delimiter
        self.grammar = Grammar(delimiter)
        records = self.grammar.records(head, None, final=final, limit=SAMPLE_ROWS)
        self.rows = [self._texts(record) for record in records.good]
        self.places, self.broken = records.places, records.broken
        self.hits, self.header = self._find_names()
        if not self.hits and options.expected_columns:
            self.header = self._first_wide_row()

    def _find_names(self) -> tuple[int, int]:
        """How many expected columns the header names, and the place of its row; none: 0 and 0."""
        expected = frozenset(_comparable(name) for name in self.options.expected_columns)
        enough = min(2, len(expected))
        most = place = 0
        for at, row in enumerate(self.rows[:HEADER_SEARCH_ROWS]):
            hits = len(expected & {_comparable(name) for name in row})
            if hits >= enough and hits > most:
                most, place = hits, at
            if most and 2 * most >= len(expected):
                break
        return most, place

    def _texts(self, record: bytes) -> list[str]:
        if b'"' not in record:  # decoded at once, which is what it takes of most files
            return record.decode(errors="replace").split(self.delimiter.decode())
        return [cell.decode(errors="replace") for cell in self.grammar.cells(record)]

    def _first_wide_row(self) -> int:
        """The first row as wide as most are, if all above have one cell or two; else the first.

        Lines of comment (`# Start date: 20260101`) above it are none of most.
        """
        widths = [len(row) for row in self.rows]
        most = Counter(len(row) for row in self.rows if not is_comment(row)).most_common(1)
        usual = most[0][0] if most else 0
        first = widths.index(usual) if most else 0
        is_preamble = max(widths[:first], default=0) <= MAX_PREAMBLE_CELLS < usual
        return first if is_preamble and first < HEADER_SEARCH_ROWS else 0

    @property
    def rank(self) -> tuple[int, float, int]:
        """How well the delimiter fits: header names found, rows as wide as it, cells."""
        if not self.rows:
            return 0, 0, 0
        width = len(self.rows[self.header])
        below = self.rows[self.header + 1 :]
        fitting = sum(len(row) == width for row in below) / len(below) if below else 1
        return self.hits, (fitting >= 0.5) * (width > 1), width  # noqa: PLR2004

    def find(self) -> CsvHeader:
        if not self.rows or (not self.hits and self.places[0] != 0):
            raise self._refuse()
        header_place = self.places[self.header]
        header = name_columns(self.rows[self.header])
        notes = list(header.notes)
        if header_place:
            notes.append(f"skipped {count_of(header_place, 'preamble line')}")
        totals = 0
        only_adds_up = TotalRows.of(header.columns, self.options)
        for place, row in zip(self.places, self.rows, strict=True):
            if place == header_place + 1 + totals and only_adds_up.matches(row):
                totals += 1
        if totals:
            notes.append(f"skipped {count_of(totals, 'total row')} below the header")
        names_types = any(
            place == header_place + 1 and _names_types(row, len(header.columns))
            for place, row in zip(self.places, self.rows, strict=True)
        )
        if names_types:
            notes.append("skipped 1 row below the header that only names types or units")
        skipped = header_place + 1 + max(totals, names_types)
        end = self.grammar.records(self.head, None, final=self.final, limit=skipped).consumed
        line_end = self.head[end : end + 2]
        start = end + len(line_end) - len(line_end.lstrip(b"\r\n"))
        preamble = tuple(", ".join(filter(None, row)) for row in self.rows[: self.header])
        return CsvHeader(self.delimiter, header, start, tuple(notes), preamble, self._has_no_data())

    def _refuse(self) -> RefusedFile:
        """Where the first line is none, or its bytes are no text."""
        if any(one.reason == NOT_TEXT and one.place == 0 for one in self.broken):
            msg = f"the header line cannot be read: it has {NOT_TEXT}"
            return RefusedFile(
                msg,
                'say what it is written in, as encoding = "shift-jis", "gbk", "cp1251" or "cp1250"',
            )
        msg = "the header line cannot be read"
        return RefusedFile(msg, "deliver the file with one line of column names")

    def _has_no_data(self) -> bool:
        """Whether a row says that there is no data, and none below the header says otherwise."""
        if not self.options.no_data:
            return False
        phrases = {_comparable(phrase) for phrase in self.options.no_data}
        said = [_comparable("".join(row)) in phrases for row in self.rows]
        data = [
            row
            for row, is_phrase in zip(self.rows, said, strict=True)
            if not is_phrase and not _is_total_row(row, self.options.total_row_prefixes)
        ]
        return any(said) and all(row in self.rows[: self.header + 1] for row in data)


def is_comment(row: list[str]) -> bool:
    """Whether a row is a line of comment, as analytics tools write above their tables."""
    return len(row) <= MAX_PREAMBLE_CELLS and row[0].lstrip(PADDING).startswith("#")


TYPE = re.compile(
    r"(text|str(ing)?|n?(var)?char|object|(big|small)?int(eger)?(64)?|number|numeric|decimal|double"
    r"|float(64)?|real|bool(ean)?|date|datetime|timestamp(tz)?) ?(\([\d, ]+\))?",
    re.IGNORECASE,
)
"""What databases and spreadsheets call the type of a column."""
UNIT_WORDS = frozenset({*SIGNS, *(code.lower() for code in CODES), "%", "#", "count", "id"})
"""What a second header says of the unit of a column, in small letters."""
YEAR = re.compile(r"\d{4}")
ONE_DAY = re.compile(r"\d{4}|\d[./-]\d")
"""What a cell with a day has; one with two years has a period."""


@dataclass(frozen=True)
class TotalRows:
    """Which rows of a file, where they stand at its beginning or end, only add up the others.

    Attributes:
        width: How many cells the header has.
        prefixes: How their first filled cell begins.
        names: The places of the cells of which every row of data fills one.
        days: The places of the cells in which a row of data has its day.
        stated: Those prefixes with which a row is a total whether it has a day or not.
    """

    width: int
    prefixes: tuple[str, ...]
    names: tuple[int, ...]
    days: tuple[int, ...]
    stated: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[str], options: FileOptions) -> "TotalRows":
        """Those of a file with this header."""
        return cls(
            len(header),
            options.total_row_prefixes,
            _find_places(header, options.naming_columns),
            _find_places(header, options.day_columns),
            options.stated_totals,
        )

    def matches(self, cells: list[str]) -> bool:
        """Whether a row begins as a total does and has no day, or has figures and no name."""
        if _is_total_row(cells, self.prefixes):
            return _is_total_row(cells, self.stated) or not self._has_day(cells)
        return (
            bool(self.names)
            and len(cells) == self.width
            and any(cell.strip() for cell in cells)
            and not any(cells[at].strip() for at in self.names)
        )

    def _has_day(self, cells: list[str]) -> bool:
        """Whether a cell says one day, as those of a campaign called "Total - Brand" do."""
        first = next(at for at, cell in enumerate(cells) if cell.strip())
        told = [cells[at] for at in self.days if first < at < len(cells)]
        return any(ONE_DAY.search(cell) and len(YEAR.findall(cell)) <= 1 for cell in told)


def _names_types(cells: list[str], width: int) -> bool:
    """Tell whether a row has but types or units of columns, as a second header has.

    A type alone is none: it may be the one cell that a row has; nor are words alone, which may be
    the codes of countries or languages (`fr`, `id`).
    """
    filled = [cell.strip().lower() for cell in cells if cell.strip()]
    told = [cell for cell in filled if cell != "-"]
    return (
        len(cells) == width
        and (len(filled) > 1 or told[:1] == ["%"] or not SIGNS.keys().isdisjoint(told))
        and any(not cell.isalpha() or TYPE.fullmatch(cell) for cell in filled)
        and len(told) > 0
        and all(cell in UNIT_WORDS or TYPE.fullmatch(cell) for cell in told)
    )


def _find_places(header: Sequence[str], names: Iterable[str]) -> tuple[int, ...]:
    wanted = {_comparable(name) for name in names}
    return tuple(at for at, name in enumerate(header) if _comparable(name) in wanted)


def _is_total_row(cells: list[str], prefixes: tuple[str, ...]) -> bool:
    """Tell whether the first non-empty cell starts with one of the prefixes, in any case.

    A prefix that ends in `$` is the whole cell.
    """
    first = next((cell.strip() for cell in cells if cell and cell.strip()), "").casefold() + "$"
    return first.startswith(tuple(prefix.strip().casefold() for prefix in prefixes))


def _comparable(name: str) -> str:
    return name.strip(PADDING).casefold()
