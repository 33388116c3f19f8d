"""The bytes at the ends of texts, held against those of Python."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.common.cell_ends import read_byte, read_last_byte

TEXTS = st.lists(st.none() | st.text(max_size=30))


@given(TEXTS, TEXTS, st.integers(0, 5))
def test_bytes_at_the_ends_of_cells_are_those_of_the_text(
    texts: list[str | None], further: list[str | None], cut: int
) -> None:
    """Of one cell or many, of several buffers, and of a part of a column."""
    whole = pl.concat([pl.Series(texts, dtype=pl.String), pl.Series(further, dtype=pl.String)])
    cells = whole.slice(cut)
    expected = [None if text is None else text.encode() for text in (texts + further)[cut:]]
    found = [read_byte(cells, place) for place in range(4)]
    last = read_last_byte(cells)
    for at, content in enumerate(expected):
        if content is not None:
            assert bytes(byte[at] for byte in found) == content[:4].ljust(4, b"\0")
            assert last[at] == (content[-1] if content else 0)


@pytest.mark.parametrize("longest", [12, 13])
def test_cells_within_their_views_and_beyond_have_their_last_byte(longest: int) -> None:
    texts = ["x" * length + "!" for length in range(longest)]
    assert bytes(read_last_byte(pl.Series(texts))) == b"!" * longest
