"""The types of keys and codes in facts, and the numbers that actions have there."""

from typing import TYPE_CHECKING

import polars as pl

from contracts.vocabulary import Action

if TYPE_CHECKING:
    # A column read through its class is its name, whatever type its cells have.
    Key = Code = TypeCode = FeedNumber = Number32 = str
else:
    Key = pl.UInt64
    Code = pl.UInt8
    TypeCode = pl.UInt16
    FeedNumber = pl.UInt16
    Number32 = pl.UInt32

ACTION_CODES = {action: code for code, action in enumerate(Action, start=1)}
CHANNEL_STRIDE = 16
"""A type's code is its channel's code times this, plus its action's; channel 0 is its send's."""
