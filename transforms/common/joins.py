"""How joins of rows that lie in files to frames that are unique by construction are stated."""

from typing import Final

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
