"""The names of a file's columns, each of them once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

ROW_NUMBER = "row_number"
PADDING = "\ufeff \t\r\n\xa0"
"""What stands around a column's name without being part of it."""


@dataclass(frozen=True)
class Header:
    """A file's columns.

    Attributes:
        columns: Their names, trimmed. One without a name is called after its place, `column_3`;
            one that the file calls `row_number` is `row_number (file)`; a name that stands in the
            file before, in any case, bears its number, `Currency code (2)`.
        repeated: The columns with such a number -> the first one of their name.
        notes: What was renamed.
    """

    columns: tuple[str, ...] = ()
    repeated: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def name_columns(names: Sequence[str]) -> Header:
    """The header of a file whose columns have these names."""
    notes = []
    columns: list[str] = []
    repeated = {}
    firsts: dict[str, str] = {}
    taken = {name.strip(PADDING).casefold() for name in names}
    for place, name in enumerate((name.strip(PADDING) for name in names), start=1):
        column = name
        if not name:
            notes.append(f"column {place} has no name in the file: read as column_{place}")
            column = f"column_{place}"
        elif name == ROW_NUMBER:
            notes.append(f"the file's own {ROW_NUMBER} is read as '{ROW_NUMBER} (file)'")
            column = f"{ROW_NUMBER} (file)"
        elif (first := firsts.get(name.casefold())) is not None:
            column = _number(name, taken)
            repeated[column] = first
        firsts.setdefault(column.casefold(), column)
        taken.add(column.casefold())
        columns.append(column)
    return Header(tuple(columns), repeated, tuple(notes))


def _number(name: str, taken: set[str]) -> str:
    """The name with the first number from 2 on that makes it one that no column has."""
    number = 2
    while f"{name} ({number})".casefold() in taken:
        number += 1
    return f"{name} ({number})"
