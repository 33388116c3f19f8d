"""Words of a known list to numbers."""

from collections.abc import Mapping

import polars as pl


def number_words(words: pl.Expr, numbers: Mapping[str, int], dtype: pl.DataType) -> pl.Expr:
    """The number of each word; null for what is none of them. Takes half of what replacing takes.

    Args:
        words: Texts.
        numbers: Word -> its number.
        dtype: The type of the numbers.
    """
    place = words.cast(pl.Enum([*numbers]), strict=False).to_physical()
    return pl.lit(pl.Series([*numbers.values()], dtype=dtype)).gather(place)
