"""Which rows of a file do not count decides what it is to the steps that read it."""

import polars as pl

from flows.catalog.row_status import DISCARDED, RowStatus


def discard(*rows: tuple[int, int]) -> dict[int, str]:
    """What each file is of which rows (`file`, `row_number`) do not count."""
    placed = [(file, number, "superseded") for file, number in rows]
    discarded = {"orders": pl.DataFrame(placed, DISCARDED, orient="row")}
    return RowStatus(discarded, (), {}, pl.DataFrame(), {}).identify("orders")


def test_as_many_other_rows_make_a_file_another() -> None:
    assert discard((0, 1), (0, 4), (2, 1)).keys() == {0, 2}
    assert discard((0, 1))[0] != discard((0, 2))[0]
    assert discard((0, 1), (2, 1))[2] == discard((2, 1))[2]
