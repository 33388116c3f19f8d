"""What the command prints: data on stdout, everything else on stderr."""

import csv
import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import chain

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.manifest import write_instant
from flows.remote.place_names import name_places

DECIMALS_SHOWN = 4
COLUMN_GAP = 3
ROWS_ON_A_TERMINAL = 20
"""How many rows of a table a person is shown who asked for no number of them."""
Writer = Callable[[str, object], str | None]


def _leave(_column: str, _value: object) -> None:
    """Have a value written as it is."""


def stderr_console() -> Console:
    """The console for everything that is no data; plain text where there is no terminal."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def until_closed() -> Generator[None]:
    """Write to stdout as long as somebody reads it, as `head` does not to the end."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def on_terminal() -> bool:
    """Whether a person reads stdout."""
    return sys.stdout.isatty()


def print_note(text: str, style: str = "") -> None:
    """Print a line for people; where stderr takes none, what is done goes on without it."""
    with suppress(OSError):
        stderr_console().print(Text(_make_visible(text, keep="\n"), style=style))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text on stdout."""
    for line in lines:
        sys.stdout.write(f"{_make_visible(line)}\n")


def print_records(records: Sequence[dict[str, object]], nothing: str, *, as_json: bool) -> None:
    """Print objects of the same entries, as JSON or as a table; a note where there are none."""
    if as_json:
        print_json_rows(records)
    elif records:
        print_table([*records[0]], [list(one.values()) for one in records])
    else:
        print_note(nothing)


def print_paths(paths: Sequence[str], *, as_json: bool) -> None:
    """Print paths, as JSON or as a table."""
    if as_json:
        print_json(paths)
    else:
        print_table(("path",), [(path,) for path in paths])


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows on stdout as CSV, values as they are and nothing for null."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            [one if isinstance(one, str | int | float | None) else _cell(one) for one in row]
        )


def print_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], write: Writer = _leave
) -> None:
    """Print rows on stdout: aligned on a terminal, tab-separated in a pipe or a file.

    Args:
        write: What writes a column's figure for people; None from it for what is not a figure.
    """
    if not on_terminal():
        for row in chain([header], rows):
            sys.stdout.write("\t".join(_cell(value) for value in row) + "\n")
        return
    every = list(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(header):
        is_number = _holds_numbers([row[place] for row in every])
        table.add_column(Text(name), overflow="fold", justify="right" if is_number else "left")
    for row in every:
        table.add_row(*(Text(text) for text in _write_row(header, row, write)))
    Console(highlight=False).print(table)


def _write_row(header: Sequence[str], row: Sequence[object], write: Writer) -> list[str]:
    return [
        _cell(value) if (text := write(name, value)) is None else text
        for name, value in zip(header, row, strict=True)
    ]


def _holds_numbers(values: Iterable[object]) -> bool:
    filled = [value for value in values if value is not None]
    return bool(filled) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in filled
    )


def print_rows(
    header: Sequence[str], rows: Sequence[Sequence[object]], write: Writer = _leave
) -> None:
    """Print rows on a terminal: as a table where that has room, else one block a row.

    Columns that are empty in all of them are left out. The arguments are those of `print_table`.
    """
    filled = [place for place in range(len(header)) if any(row[place] is not None for row in rows)]
    names = [header[place] for place in filled]
    shown = [[row[place] for place in filled] for row in rows]
    cells = [_write_row(names, row, write) for row in shown]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    if sum(widths) + COLUMN_GAP * len(widths) <= Console().width:
        print_table(names, shown, write)
        return
    margin = max(map(len, names), default=0)
    for number, (row, texts) in enumerate(zip(shown, cells, strict=True), start=1):
        numbers = [len(t) for value, t in zip(row, texts, strict=True) if _holds_numbers([value])]
        room = max(numbers, default=0)
        sys.stdout.write(f"-- {number} --\n")
        for name, value, text in zip(names, row, texts, strict=True):
            if text:
                aligned = text.rjust(room) if _holds_numbers([value]) else text
                sys.stdout.write(f"{name:<{margin}}  {aligned}\n")
        sys.stdout.write("\n")


def print_json(value: object) -> None:
    """Print one JSON document on stdout, on one line."""
    sys.stdout.write(_on_screen(as_json(value)) + "\n")


def print_json_rows(rows: Iterable[dict[str, object]]) -> None:
    """Print a JSON list on stdout, one row a line, without holding all rows at once."""
    separator = "["
    for row in rows:
        sys.stdout.write(separator + _on_screen(as_json(row)))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[" else "]\n")


def as_json(value: object) -> str:
    """A value as JSON: money as a number, times in ISO 8601 with Z."""
    return name_places(json.dumps(value, default=_plain, ensure_ascii=False))


def _on_screen(document: str) -> str:
    """JSON as a terminal may show it: what would steer it stands as JSON's own escapes."""
    if document.isprintable() or not on_terminal():
        return document
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in document)


def _plain(value: object) -> str | float:
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{DECIMALS_SHOWN}f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, list | dict):
        return _make_visible(as_json(value))
    return _make_visible(str(value))


def _make_visible(text: str, keep: str = "") -> str:
    """The text with what would steer a terminal, or break a line of a table, made visible."""
    text = name_places(text)
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else char.encode("unicode_escape").decode()
        for char in text
    )
