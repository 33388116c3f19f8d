"""Tables of the page whose values stand in no published table: counts of the run and the like."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flows.page.figures import plain
from flows.page.views import Column, Rows, TableView


def list_values(
    title: str,
    columns: Mapping[str, str],
    rows: Iterable[Sequence[Any]],
    total: int | None = None,
    source: str = "",
    note: str = "",
) -> TableView | None:
    """Make a table of values that stand in no published one; None where there is no row.

    Args:
        columns: The title of each column -> how its values are written.
        total: How many rows there are, where not all are given.
        source: The `group/table` whose rows are counted, if any is.
        note: What must be said of it.
    """
    shown = tuple(
        Rows(
            tuple(
                plain(value, None if value is None else kind)
                for value, kind in zip(row, columns.values(), strict=True)
            )
        )
        for row in rows
    )
    if not shown:
        return None
    heads = tuple(Column(name, kind) for name, kind in columns.items())
    return TableView(title, heads, shown, len(shown) if total is None else total, source, note)
