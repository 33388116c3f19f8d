"""How joins of rows that lie in files to frames that are unique by construction are stated."""

from typing import Final

import polars as pl

STREAMED: Final = "m:m"
"""For `validate`, where the right side has one row a key because it was grouped or numbered so.

Polars 2.1 checks `m:1` on whole frames: a checked join holds both sides in memory, though its rows
come from files of any size, and took three times the processor time of one that streams. So rows of
files are joined unchecked where the lines above the join show that the right side is unique; all
other joins are checked.
"""

HELD: Final = "force_right"
"""For `build_side`, of the same joins: the right side is held, the rows of files pass by.

Left to itself Polars 2.1 buffers up to ten million rows of both sides before it decides which to
hold (`POLARS_JOIN_SAMPLE_LIMIT`): half a gigabyte for two million events.
"""


def look_up(known: pl.DataFrame, key: str, name: str) -> pl.Expr:
    """What is known of each row by its key, null where it has none: rows keep their order.

    A join would copy every column of the rows beside, and takes thrice the time to keep the order.

    Args:
        known: One row per key, held.
        key: The column of the key, there and in the rows.
    """
    values = known.get_column(name)
    found = pl.col(key).replace_strict(
        known.get_column(key), values, default=None, return_dtype=values.dtype
    )
    return found.alias(name)


def take(known: pl.DataFrame, name: str, place: str) -> pl.Expr:
    """What a held frame has in the row that each row has the number of; null where it has none.

    Args:
        name: The column that is taken of it.
        place: The column with the number of its row.
    """
    column = known.get_column(name)
    if column.null_count() == len(column):
        # Polars 2.1 takes literals without a value for one, whatever their types are.
        nothing = pl.col(place).replace_strict([], [], default=None, return_dtype=column.dtype)
        return nothing.alias(name)
    return pl.lit(column).gather(place)


def place(rows: pl.DataFrame, number: str, height: int) -> pl.DataFrame:
    """Set rows to the places whose numbers they bear, with nulls between them.

    To set them beside other columns so takes a fifth of the time of a join.

    Args:
        rows: At most one row per number.
        height: How many places there are.
    """
    places = rows.get_column(number)
    return pl.DataFrame(
        pl.repeat(None, height, dtype=column.dtype, eager=True)
        .alias(column.name)
        .scatter(places, column)
        for column in rows.drop(number)
    )
