"""What goes into a reader and what comes out of it."""

import json
from dataclasses import dataclass, field

import polars as pl

from flows.readers.header import ROW_NUMBER

BROKEN_SCHEMA = pl.Schema({ROW_NUMBER: pl.UInt32, "reason": pl.String, "raw": pl.String})
NONE_BROKEN = pl.DataFrame(schema=BROKEN_SCHEMA)


@dataclass(frozen=True)
class FileOptions:
    """What is known about a file before it is opened; whatever is not given is detected.

    Attributes:
        encoding: utf-8, utf-16 (-le, -be), latin-1 or windows-1252.
        delimiter: One character between the cells of a text table.
        null_values: Cells that, trimmed, equal one of these become null, as empty cells do.
        expected_columns: Column names that the mapping knows, compared trimmed and in any
            case. They find the header row under a preamble.
        total_row_prefixes: How the first non-empty cell of a total row or footer begins, in
            any case ("Total: Account", "©20"); one with `$` at its end is the whole cell. Such rows
            are left out directly below the header and at the end of the file; anywhere else they
            are data.
        stated_totals: Those of them that the user names; of the others, a row with a day is data.
        day_columns: Columns in which a row of data has its day.
        naming_columns: Columns of which, as far as a text table has any, each row of data fills
            one; a row that fills none is a total row too.
        no_data: What a file without data says in place of rows, in any case.
        flatten: Dotted paths into JSON objects ("user.email", "links.0.url") that become
            columns of that name.
        comma_columns: Columns of numbers whose texts have a decimal comma, trimmed and case-folded:
            JSON's own numbers get one in them.
        id_columns: Columns of ids, likewise: a whole number of JSON with a fraction (`7.0`, as
            pandas and Spark write it) is its digits in them.
        max_expansion: How many times its own size a file's content may have, once it is large.
        max_columns: How many columns a file may have.
    """

    encoding: str | None = None
    delimiter: str | None = None
    null_values: tuple[str, ...] = ()
    expected_columns: frozenset[str] = frozenset()
    total_row_prefixes: tuple[str, ...] = ()
    stated_totals: tuple[str, ...] = ()
    day_columns: frozenset[str] = frozenset()
    naming_columns: frozenset[str] = frozenset()
    no_data: tuple[str, ...] = ()
    flatten: frozenset[str] = frozenset()
    comma_columns: frozenset[str] = frozenset()
    id_columns: frozenset[str] = frozenset()
    max_expansion: int = 1000
    max_columns: int = 2000


LIMITS = frozenset({"max_expansion", "max_columns"})
"""The options that say which files are refused, and nothing of how the others are read."""


@dataclass(frozen=True)
class RawBatch:
    """Some records of a file: the readable ones as rows, the others as broken.

    Attributes:
        rows: One row per readable record: ROW_NUMBER and the file's columns.
        broken: One row per unreadable record: ROW_NUMBER, reason (never with a value of the
            data) and raw (JSON text of what could be read).
    """

    rows: pl.DataFrame
    broken: pl.DataFrame

    @property
    def height(self) -> int:
        """How many records they are."""
        return self.rows.height + self.broken.height


@dataclass
class BrokenRecords:
    """Collects the records of a batch that could not be read."""

    numbers: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)

    def add(self, number: int, reason: str, raw: dict[str, object]) -> None:
        """Add one record under its row number."""
        self.numbers.append(number)
        self.reasons.append(reason)
        self.raws.append(json.dumps(raw, ensure_ascii=False))

    def to_frame(self) -> pl.DataFrame:
        """Return one row per broken record."""
        if not self.numbers:
            return NONE_BROKEN
        return pl.DataFrame([self.numbers, self.reasons, self.raws], schema=BROKEN_SCHEMA)


def nullify(rows: pl.DataFrame, options: FileOptions) -> pl.DataFrame:
    """Turn the text cells that, trimmed, equal one of the null values into null."""
    nulls = [value.strip() for value in options.null_values]
    if not nulls or not rows.width:
        return rows
    text = pl.col(pl.String)
    return rows.with_columns(pl.when(~text.str.strip_chars().is_in(nulls)).then(text).name.keep())
