"""Which setting of a feed would read a column of which most cells cannot be parsed (SPEC §5.2)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

import polars as pl

from contracts.columns import polars_schema
from contracts.config.cell_forms import NegativeForm, Unit
from contracts.config.toml_values import write_toml
from contracts.quarantine import Quarantine
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.expressions import file_columns
from transforms.ingest.parsing.cell_parsing import UNIX_SECONDS, parser_for, read_form
from transforms.ingest.parsing.number_parsing import NumberMarks
from transforms.ingest.row_completion import TEXT_OF
from transforms.ingest.row_parsing import ROW_NUMBER
from transforms.ingest.unreadable_cells import explain_unreadable

MOST_PROPOSED = 2
TRIED_CELLS = 200
"""How many different cells a setting is tried on: of those that fail, and of all."""
MARKS = ((".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (",", None), (".", None))
"""Decimal signs and marks of thousands, the usual ones first."""
DAYS = [
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y"),
    *(
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y%m%d",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d %b %Y",
        "%d %B %Y",
        "%b %d, %Y",
        "%B %d, %Y",
        "%a, %b %d, %Y",
        "%A, %B %d, %Y",
        "%a, %d %b %Y",
    ),
]
"""Nobody writes the month first with points."""
SIGNS_OF_LETTERS = re.compile(
    r"(?<![^\W\d_])(?:[A-Z]{1,3}\$|[Kk]r\.?|zł|Kč|Ft|lei|Fr\.)(?![^\W\d_])"
)
"""Signs of currencies that are letters or have some: `R$`, `US$`, `kr`, `zł`."""
TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    ", %H:%M",
    ", %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %I:%M %p",
    ", %I:%M:%S %p",
)
NEGATIVES: tuple[NegativeForm, ...] = ("(1)", "1-")
NOTHING = (
    *("-", "--", "---", "\N{EN DASH}", "\N{EM DASH}"),
    *("n/a", "na", "#n/a", "nan", "null", "(null)", "none", "nil", r"\n"),
    *("0000-00-00", "0000-00-00 00:00:00"),
)
"""What files say where they have no value, in small letters."""
OLDEST_YEAR, LAST_YEAR = 1990, 2100
"""A spreadsheet's day is read as one of 1970 if it is taken for seconds."""
COUNTED = (Unit.UNIX_MILLISECONDS, Unit.EXCEL_DAYS)
MOST_TOTALS = 3
"""How many rows at the end of a file may be totals."""
TOTALS = 'stands at the end of the file; total_rows = ["…"] leaves out rows that only add up'
NO_DAY_OR_ID = r"^date_day: |: missing$"
"""Reasons of rows that are not figures of an entity on a day, as those of totals are not."""
Candidate = tuple[str, pl.Series]
"""A setting, and what it reads of the cells."""


def hint_settings(
    parsed: pl.DataFrame, resolved: ResolvedMapping, named: dict[str, str]
) -> dict[str, str]:
    """Find the settings that would read the columns of which most cells could not be parsed.

    Args:
        parsed: Rows with the text of their parsed columns (`parse_rows`).
        named: The file's columns by their folded names.

    Returns:
        Canonical column -> a clause that names the settings and the file's column.
    """
    hints = {
        name: f"{' or '.join(settings)} would read {_name_column(name, resolved, named)}"
        for name, settings in propose_settings(parsed, resolved).items()
    }
    return explain_unreadable(parsed, resolved) | hints


def propose_settings(parsed: pl.DataFrame, resolved: ResolvedMapping) -> dict[str, list[str]]:
    """Find, as lines of TOML, the settings of which each would read a column that mostly fails.

    Args:
        parsed: Rows with the text of their parsed columns (`parse_rows`).

    Returns:
        Canonical column -> settings; ` and ` joins those that are needed together.
    """
    return {
        name: settings
        for name, dtype in polars_schema(resolved.table).items()
        if parsed.schema.get(TEXT_OF + name) == pl.String
        and (settings := _propose(parsed, name, dtype, resolved))
    }


def _propose(
    parsed: pl.DataFrame, name: str, dtype: pl.DataType, resolved: ResolvedMapping
) -> list[str]:
    """The settings of which each would read a column of texts."""
    text = parsed.get_column(TEXT_OF + name)
    said = text.filter(text.is_not_null() & parsed.get_column(name).is_null())
    says_nothing = _is_nothing(said)
    failing = said.filter(~says_nothing)
    words = said.filter(says_nothing).str.strip_chars().unique(maintain_order=True)
    nothing = [f"null_values = [{', '.join(map(write_toml, words))}]"] if len(words) else []
    if failing.is_empty():
        return nothing
    tried = failing.unique(maintain_order=True).head(TRIED_CELLS)
    given, half = (name, dtype, resolved), len(tried) // 2 + 1
    if 2 * len(failing) > text.count() - says_nothing.sum():
        settings = list(_choose(_candidates(tried, *given), half))
    else:
        # 05/02/2026 and 950 are read either way: a setting must read all cells.
        cells = text.drop_nulls().unique(maintain_order=True)
        every = pl.concat([tried, cells.filter(~_is_nothing(cells)).head(TRIED_CELLS)])
        settings = list(_choose(_candidates(every, *given), len(every)))
        settings = settings or list(_choose(_negatives(tried, *given), half))
    return [" and ".join([one, *nothing]) for one in settings]


def _is_nothing(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars().str.to_lowercase().is_in(NOTHING)


def hint_totals(failures: pl.DataFrame, accepted: pl.Series) -> pl.DataFrame:
    """Say of the rejected rows at a file's end that they may only add up the others.

    Args:
        failures: One row per rejected row of the file's last records: `row_number` and
            `failed_checks`.
        accepted: The numbers of the rows among them that were not rejected.

    Returns:
        The failures; those after the last accepted row, if they are few, with one sentence more.
    """
    if accepted.is_empty():
        return failures
    is_at_end = pl.col(ROW_NUMBER) > accepted.max()
    if failures.select(is_at_end.sum()).item() > MOST_TOTALS:
        return failures
    more = pl.concat_list(Quarantine.failed_checks, pl.lit(TOTALS))
    is_no_day = pl.element().str.contains(NO_DAY_OR_ID)
    may_total = is_at_end & pl.col(Quarantine.failed_checks).list.eval(is_no_day).list.any()
    return failures.with_columns(
        pl.when(may_total)
        .then(more)
        .otherwise(Quarantine.failed_checks)
        .alias(Quarantine.failed_checks)
    )


def _choose(candidates: Iterable[Candidate], least: int) -> Iterator[str]:
    """The settings that read the most cells, at least so many, each in another way."""
    read = list(candidates)
    most = max((values.count() for _, values in read), default=0)
    if most < least:
        return
    best = [(setting, values) for setting, values in read if values.count() == most]
    fewest = min(setting.count(" = ") for setting, _ in best)
    chosen: list[pl.Series] = []
    for setting, values in best:
        is_short = setting.count(" = ") == fewest
        if is_short and len(chosen) < MOST_PROPOSED and not any(map(values.equals, chosen)):
            chosen.append(values)
            yield setting


def _candidates(
    cells: pl.Series, name: str, dtype: pl.DataType, resolved: ResolvedMapping
) -> Iterator[Candidate]:
    """Settings to try."""
    unit = resolved.mapping.units.get(name)
    if isinstance(dtype, pl.Decimal) or dtype == pl.Int64:
        symbols, now = _find_symbols(cells), resolved.marks
        ways = product({(), symbols}, MARKS, (now.negatives, *NEGATIVES))
        for taken_off, (decimal, thousands), negatives in ways:
            marks = NumberMarks(decimal, thousands, (*now.symbols, *taken_off), negatives)
            if setting := _describe(marks, now, taken_off):
                yield setting, parser_for(dtype, unit=unit, marks=marks)(cells)
    elif dtype.is_temporal():
        yield from _find_forms(cells, name, dtype, resolved.timezone)
        for counted in (Unit.EXCEL_DAYS,) if dtype == pl.Date else COUNTED:
            found = parser_for(dtype, timezone=resolved.timezone, unit=counted)(cells)
            yield f'units = {{ {name} = "{counted}" }}', _keep_recent(found)


def _find_forms(
    cells: pl.Series, name: str, dtype: pl.DataType, timezone: str
) -> Iterator[Candidate]:
    """Formats that read some cells; whatever the format is, what is ISO 8601 is read as that."""
    iso = parser_for(dtype, timezone=timezone, form=())(cells)
    text = cells.str.strip_chars() if dtype == pl.Date else cells
    forms = (day + time for day, time in product(DAYS, TIMES))
    for form in forms if dtype == pl.Date else (*forms, UNIX_SECONDS):
        formed = read_form(text, dtype, form, timezone)
        if formed.count():
            found = formed.zip_with(formed.is_not_null(), iso)
            yield f'formats = {{ {name} = "{form}" }}', _keep_recent(found)


def _negatives(
    cells: pl.Series, name: str, dtype: pl.DataType, resolved: ResolvedMapping
) -> Iterator[Candidate]:
    """Settings that read numbers below zero, and all numbers that are read already as they are."""
    now = resolved.marks
    if not dtype.is_numeric():
        return
    implied = "," if now.decimal == "." else "."
    for thousands, negatives in product((now.thousands, now.thousands or implied), NEGATIVES):
        marks = replace(now, thousands=thousands, negatives=negatives)
        unit = resolved.mapping.units.get(name)
        yield _describe(marks, now, ()), parser_for(dtype, unit=unit, marks=marks)(cells)


def _keep_recent(found: pl.Series) -> pl.Series:
    """The days or stamps of a time in which they can have been delivered."""
    return found.set(~found.dt.year().is_between(OLDEST_YEAR, LAST_YEAR), None)


def _describe(marks: NumberMarks, now: NumberMarks, symbols: tuple[str, ...]) -> str:
    """The settings by which marks differ from those that failed; empty where they do not.

    A decimal comma makes the point the mark of thousands, so that one setting says both.
    """
    implied = "." if marks.decimal == "," else ","
    settings = []
    if marks.decimal != now.decimal:
        settings.append(f'decimal = "{marks.decimal}"')
        if marks.thousands not in (implied, None):
            settings.append(f'thousands = "{marks.thousands}"')
    elif marks.thousands not in (now.thousands, None):
        settings.append(f'thousands = "{marks.thousands}"')
    if symbols:
        named = ", ".join(f'"{symbol}"' for symbol in symbols)
        settings.append(f"symbols = [{named}]")
    if marks.negatives != now.negatives:
        settings.append(f'negatives = "{marks.negatives}"')
    return " and ".join(settings)


def _find_symbols(cells: pl.Series) -> tuple[str, ...]:
    """The currency signs and codes that stand at the cells' ends; no other text is shown.

    None where they are several currencies': taken off, all amounts would be of one.
    """
    text = "\n".join(cells)
    lettered = {*SIGNS_OF_LETTERS.findall(text)}
    signs = {char for char in SIGNS_OF_LETTERS.sub("", text) if unicodedata.category(char) == "Sc"}
    first = cells.str.extract(r"^([A-Z]{3})[\s\d]", 1).drop_nulls()
    last = cells.str.extract(r"[\d\s]([A-Z]{3})$", 1).drop_nulls()
    found = (*sorted(signs), *sorted({*lettered, *first, *last}))
    is_one_currency = any(all(symbol in cell for symbol in found) for cell in cells)
    return found if is_one_currency else ()


def _name_column(name: str, resolved: ResolvedMapping, named: dict[str, str]) -> str:
    expression = resolved.mapping.columns.get(name)
    read = file_columns(expression, named.values()) if expression is not None else ()
    found = [named[one.strip().casefold()] for one in read if one.strip().casefold() in named]
    return f'column "{found[0]}"' if found else "it"
