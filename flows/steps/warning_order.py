"""Warnings in the order in which a person should read them."""

from collections.abc import Iterable
from decimal import Decimal

from contracts.manifest import Warned

LACKING = (
    "column_gone",
    "column_missing",
    "feed_empty",
    "folders_matched",
    "no_files",
    "stats_missing",
)
"""Warnings of columns or rows that were not there at all: a figure may lack all that they say."""


def order_warnings(warnings: Iterable[Warned]) -> list[Warned]:
    """Those of columns and rows that were not there first; then those about money, the most first.

    Then those about most rows; then by code and feed.

    Args:
        warnings: Warnings of any steps; equal ones count once.
    """
    distinct = {one.model_dump_json(): one for one in warnings}
    return sorted(distinct.values(), key=_rank)


def _rank(warned: Warned) -> tuple[bool, bool, Decimal, int, str, str, str]:
    amount = abs(Decimal(warned.amount)) if warned.amount else Decimal(0)
    return (
        warned.code not in LACKING,
        warned.amount is None,
        -amount,
        -(warned.count or 0),
        warned.code,
        warned.feed or "",
        warned.message,
    )
