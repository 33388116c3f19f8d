"""Numbers as feeds write them: with their decimal sign, marks of thousands and symbols (SPEC §5.2).

Nothing is guessed: what the feed's marks do not allow is not a number. `12,34` under a decimal
point is none, since a comma may stand between groups of three digits alone.
"""

import re
from dataclasses import dataclass

import polars as pl

from contracts.config.cell_forms import NegativeForm

SPACES = "\u00a0\u202f\u2009"
"""Unbroken and thin spaces, as French and Swiss exports set them between groups of digits."""
APOSTROPHES = "'\u2019"
"""The typewriter's, and the one that Swiss exports set between groups of digits."""
MINUS = "\u2212"
EVERY_FORM = {" ": rf"[ {SPACES}]", "'": rf"[{APOSTROPHES}]"}
"""Mark of thousands -> the regular expression of all its forms, where it has several."""
EXACT = pl.Decimal(38, 9)
"""What sums of several columns are exact in."""
FINE = pl.Decimal(38, 20)
"""What a number with more decimals than its column is read in before it is rounded."""


@dataclass(frozen=True)
class NumberMarks:
    """How a feed writes numbers.

    Attributes:
        decimal: What stands before the fraction.
        thousands: What may stand between groups of three digits; a space stands for all spaces, an
            apostrophe for the typographic one, too.
        symbols: Texts taken off the ends of a number, on both sides of its sign, as `€`; one
            between digits may be a mark (`12€50`), and such a cell is not a number.
        negatives: How numbers below zero may be written beside `-1`; symbols may stand within the
            brackets and without, and on both sides of a sign behind.
    """

    decimal: str = "."
    thousands: str | None = None
    symbols: tuple[str, ...] = ()
    negatives: NegativeForm | None = None

    @property
    def pattern(self) -> str:
        """A regular expression of the numbers that these marks allow."""
        fraction = rf"(?:{re.escape(self.decimal)}\d*)?"
        whole = r"\d+"
        if self.thousands is not None:
            between = EVERY_FORM.get(self.thousands, re.escape(self.thousands))
            whole = rf"(?:[1-9]\d{{0,2}}(?:{between}\d{{3}})+|\d+)"
        return rf"^[+-]?(?:{whole}{fraction}|{re.escape(self.decimal)}\d+)(?:[eE][+-]?\d+)?$"


PLAIN = NumberMarks()


def plain_numbers(cells: pl.Series, marks: NumberMarks) -> pl.Series:
    """Write numbers with a decimal point and nothing else.

    What the marks do not allow becomes null; plain numbers are left to the cast to their type.

    Args:
        cells: Texts, or numbers of a file that has types: these stay what they are, as text.
    """
    if cells.dtype != pl.String:
        return cells.cast(pl.String)
    text = cells
    taken = "|".join([r"\s", *map(re.escape, sorted(marks.symbols, key=len, reverse=True))])
    if marks.negatives == "(1)":
        text = text.str.replace(rf"^(?:{taken})*\((.*)\)(?:{taken})*$", "-${1}")
    elif marks.negatives == "1-":
        text = text.str.replace(rf"^(.*)[{MINUS}-](?:{taken})*$", "-${1}")
    if marks.symbols or marks.negatives:
        text = text.str.replace(rf"^(?:{taken})*([+{MINUS}-]?)(?:{taken})*", "${1}")
        text = text.str.replace(rf"(?:{taken})+$", "")
    text = text.str.strip_chars(f" \t\r\n{SPACES}").replace("", None)
    text = text.str.replace(MINUS, "-", literal=True)
    if marks == PLAIN:
        return text
    is_number = text.str.contains(marks.pattern)
    plain = text.set(~is_number, None)
    if marks.thousands is not None:
        forms = EVERY_FORM.get(marks.thousands)
        plain = plain.str.replace_all(forms or marks.thousands, "", literal=forms is None)
    return plain if marks.decimal == "." else plain.str.replace(marks.decimal, ".", literal=True)


def _cast(cells: pl.Series, target: pl.DataType, marks: NumberMarks) -> tuple[pl.Series, pl.Series]:
    """Numbers written plainly, and in a type.

    Texts all of which can be cast as they stand bear no marks: to look for these in each cell takes
    most of the time.
    """
    if marks == PLAIN and cells.dtype == pl.String:
        numbers = cells.cast(target, strict=False)
        if numbers.null_count() == cells.null_count():
            return cells, numbers
    text = plain_numbers(cells, marks)
    return text, text.cast(target, strict=False)


def parse_counts(cells: pl.Series, marks: NumberMarks = PLAIN) -> pl.Series:
    """Whole numbers; `12.0` is 12, `12.5` is none."""
    if cells.dtype.is_integer():
        return cells.cast(pl.Int64, strict=False)
    text, counts = _cast(cells, pl.Int64(), marks)
    if counts.null_count() == text.null_count():
        return counts
    exact = text.cast(EXACT, strict=False)
    whole = exact.cast(pl.Int64, strict=False)
    return counts.zip_with(counts.is_not_null(), whole.set(whole.cast(exact.dtype) != exact, None))


def parse_decimals(
    cells: pl.Series, target: pl.Decimal, marks: NumberMarks = PLAIN, divisor: int = 1
) -> pl.Series:
    """Exact decimals, rounded to the contract's scale, half away from zero.

    Args:
        cells: Numbers.
        target: The contract's type.
        divisor: What they are divided by: a million where they count micros.
    """
    if divisor == 1:
        text, numbers = _cast(cells, target, marks)
        return _round(text, numbers, target)
    text = plain_numbers(cells, marks)
    return (text.cast(pl.Decimal(38, 6), strict=False) / divisor).cast(target, strict=False)


def _round(text: pl.Series, numbers: pl.Series, target: pl.Decimal) -> pl.Series:
    """Numbers, as their texts were cast, in the contract's scale: a cast rounds half to even."""
    is_finer = text.str.contains(rf"\.\d{{{target.scale}}}\d*[1-9]").fill_null(value=False)
    if not is_finer.any():
        return numbers
    fine = text.cast(FINE, strict=False).round(target.scale, mode="half_away_from_zero")
    return numbers.zip_with(~is_finer | fine.is_null(), fine.cast(target, strict=False))


def sum_numbers(
    added: list[pl.Expr], taken_off: list[pl.Expr], marks: NumberMarks = PLAIN
) -> pl.Expr:
    """Exact sum as text, in the feed's own marks.

    Args:
        added: Cells; empty ones count 0, and where all are empty the sum is.
        taken_off: Cells that are taken off the sum.

    Returns:
        Text; where a cell is not a number, one that is none either.
    """
    cells = [*added, *taken_off]
    texts = [cell.cast(pl.String).replace("", None) for cell in cells]
    numbers = [
        cell.map_batches(
            lambda of: plain_numbers(of, marks).cast(EXACT, strict=False), return_dtype=EXACT
        )
        for cell in cells
    ]
    pairs = zip(texts, numbers, strict=True)
    broken = pl.any_horizontal(text.is_not_null() & n.is_null() for text, n in pairs)
    filled = pl.any_horizontal(text.is_not_null() for text in texts[: len(added)])
    signed = [n.fill_null(0) * (1 if at < len(added) else -1) for at, n in enumerate(numbers)]
    total = pl.sum_horizontal(signed).cast(pl.String)
    return (
        pl.when(broken)
        .then(pl.concat_str(texts, ignore_nulls=True, separator="+"))
        .when(filled)
        .then(total.str.replace(".", marks.decimal, literal=True))
    )
