"""The fast reading of a stretch of CSV text, with a proof that it is exact."""

import re
from codecs import BOM_UTF8
from functools import lru_cache, reduce
from operator import add
from typing import NamedTuple

import numpy as np
import polars as pl

_BLANK_LINE = re.compile(rb"(?:\A|[\r\n])\r?\n")
_QUOTE, _NEWLINE, _RETURN = 0x22, 0x0A, 0x0D
PIECE_BYTES = 1 << 19


def read_well_formed(
    window: bytes, quotes: np.ndarray, delimiter: bytes, columns: tuple[str, ...]
) -> pl.DataFrame | None:
    """Read whole records with Polars' own reader, or return None where it cannot be trusted.

    Two things are proven. Every quote stands where RFC 4180 wants it, so that there is but one way
    to read the text. And every byte is accounted for: the bytes of the cells, the quotes around
    and doubled within them, a delimiter between any two cells of every row and a line end after
    every row add up to the window's length. As no row can have more cells than there are columns,
    a short row, a lost line or a blank one would leave the sum short.

    Args:
        window: UTF-8 text of whole records.
        quotes: Where its quotes stand (`find_quotes`).
        delimiter: The character between two cells.
        columns: The names of the columns.
    """
    structure = _find_structure(window, quotes, delimiter)
    if structure is None or (len(columns) == 1 and _BLANK_LINE.search(window)):
        return None
    if window.startswith(BOM_UTF8):
        return None  # Polars drops it: three bytes, in which three lacking delimiters would hide
    try:
        frame = pl.read_csv(
            window,
            has_header=False,
            separator=delimiter.decode(),
            schema=dict.fromkeys(columns, pl.String),
            glob=False,
        ).rechunk()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    lengths = frame.select(_sum_lengths(columns)).item()
    line_ends = frame.height - (not window.endswith(b"\n"))
    delimiters = frame.height * (len(columns) - 1)
    if lengths + structure.size + delimiters + line_ends != len(window):
        return None
    if structure.has_quoted_empty:
        text = pl.col(pl.String)
        frame = frame.with_columns(pl.when(text != "").then(text).name.keep())
    return frame


@lru_cache(maxsize=64)
def _sum_lengths(columns: tuple[str, ...]) -> pl.Expr:
    return reduce(add, [pl.col(name).str.len_bytes().sum().cast(pl.Int64) for name in columns])


def find_quotes(window: bytes) -> np.ndarray:
    """Where the quotes of a text stand."""
    return _positions(window, _QUOTE)


def last_record_end(window: bytes, quotes: np.ndarray) -> int:
    r"""Return where the last whole record ends, if all quotes before it are well-formed."""
    end = window.rfind(b"\n") + 1
    while end:
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            return end
        end = window.rfind(b"\n", 0, int(quotes[before - 1])) + 1
    return 0


def _positions(window: bytes, byte: int) -> np.ndarray:
    """Where a byte stands, looked for piece by piece, so that no large mask is made."""
    if bytes((byte,)) not in window:
        return np.empty(0, np.int64)
    text = np.frombuffer(window, np.uint8)
    starts = range(0, len(text), PIECE_BYTES)
    return np.concatenate(
        [np.flatnonzero(text[at : at + PIECE_BYTES] == byte) + at for at in starts]
    )


class _Structure(NamedTuple):
    """What a text has besides its cells, delimiters and newlines.

    Attributes:
        size: Bytes of quotes and carriage returns that are not part of a cell.
        has_quoted_empty: Whether a cell is empty within quotes.
    """

    size: int
    has_quoted_empty: bool


def _find_structure(window: bytes, quotes: np.ndarray, delimiter: bytes) -> _Structure | None:
    """Return a window's structure, or None if a quote or carriage return is astray."""
    text = np.frombuffer(window, np.uint8)
    returns = _positions(window, _RETURN)
    doubled = 0
    has_quoted_empty = False
    if len(quotes):
        if len(quotes) % 2:
            return None
        opening, closing = quotes[0::2], quotes[1::2]
        has_quoted_empty = bool((opening + 1 == closing).any())
        reopens = np.flatnonzero(closing[:-1] + 1 == opening[1:])
        doubled = len(reopens)
        before = np.delete(opening, reopens + 1) - 1
        after = np.delete(closing, reopens) + 1
        before = text[before[1:] if before[0] < 0 else before]
        after = text[after[:-1] if after[-1] == len(text) else after]
        ends = (ord(delimiter), _NEWLINE)
        if not (np.isin(before, ends).all() and np.isin(after, (*ends, _RETURN)).all()):
            return None
        returns = returns[np.searchsorted(quotes, returns) % 2 == 0]
    if len(returns):
        at_end = returns[-1] + 1 == len(text)
        if at_end or not (text[returns + 1] == _NEWLINE).all():
            return None
    return _Structure(len(quotes) - doubled + len(returns), has_quoted_empty)
