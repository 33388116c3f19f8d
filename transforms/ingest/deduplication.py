"""Which of several rows with one key counts: the latest version; the others are accounted for."""

import polars as pl

from contracts.columns import columns, key
from contracts.feeds import FEEDS, Contacts, Orders

FILE = "file"
"""The place of a row's file in the order of the paths."""
ROW_NUMBER = "row_number"
KEY_HASH = "key_hash"
"""A hash of the row's key; where rows of one key add up, of what later files say anew."""
ROW_STATUS = "row_status"
SUPERSEDED = "superseded"
DUPLICATE = "duplicate"
ORDERS = "orders"


def judge_versions(candidates: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """Say which rows of a table do not count, and why (SPEC §5.4).

    Args:
        candidates: Rows that may share a key: the table's columns, `file`, `row_number` and
            `key_hash`.
        table: Their canonical table, one whose key is unique.

    Returns:
        One row per row that does not count: `file`, `row_number` and its `row_status`. An exact
        copy within a file is a duplicate; of different rows the latest `updated_at` wins, then the
        path that sorts later, then the later row.
    """
    content = columns(FEEDS[table])
    first = pl.col(ROW_NUMBER) == pl.col(ROW_NUMBER).min().over(FILE, KEY_HASH, *content)
    copies = candidates.with_columns(pl.when(~first).then(pl.lit(DUPLICATE)).alias(ROW_STATUS))
    repeats = copies.filter(pl.col(ROW_STATUS).is_not_null())
    order = [c for c in (Contacts.updated_at,) if c in content and c not in key(FEEDS[table])]
    superseded = (
        copies.filter(pl.col(ROW_STATUS).is_null())
        .sort(*order, FILE, ROW_NUMBER, nulls_last=False)
        .with_columns(later=pl.int_range(pl.len()).reverse().over(key(FEEDS[table])))
        .filter(pl.col("later") > 0)
        .with_columns(pl.lit(SUPERSEDED).alias(ROW_STATUS))
    )
    return pl.concat([repeats, superseded], how="diagonal").select(FILE, ROW_NUMBER, ROW_STATUS)


def count_orders_of_lines(candidates: pl.LazyFrame) -> pl.LazyFrame:
    """Count the orders that a file says several times over, of one instant with other revenue.

    A later version of an order has the revenue of the earlier one, or stands in another file: these
    are its items more often.

    Args:
        candidates: Orders that may share a key, as `judge_versions` takes them.

    Returns:
        One row per file that has such orders: `file` and how many, `orders`.
    """
    return (
        candidates.filter(pl.col(Orders.refund_of).is_null())
        .group_by(FILE, KEY_HASH, Orders.ordered_at)
        .agg(pl.col(Orders.revenue).n_unique())
        .filter(pl.col(Orders.revenue) > 1)
        .group_by(FILE)
        .agg(pl.col(KEY_HASH).n_unique().alias(ORDERS))
        .sort(FILE)
    )
