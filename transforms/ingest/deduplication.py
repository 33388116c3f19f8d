"""Which of several rows with one key counts: the latest version; the others are accounted for."""

from typing import NamedTuple

import polars as pl

from contracts.columns import columns, key, polars_schema
from contracts.feeds import (
    FEEDS,
    Contacts,
    Events,
    MessageStats,
    Orders,
    PageViews,
    Sends,
    Sessions,
)
from transforms.common.keys import hash_cells, normalize_email

FILE = "file"
"""The place of a row's file in the order of the paths."""
ROW_NUMBER = "row_number"
KEY_HASH = "key_hash"
"""A hash of the row's key; where rows of one key add up, of what later files say anew."""
ROW_STATUS = "row_status"
SUPERSEDED = "superseded"
DUPLICATE = "duplicate"
ORDERS = "orders"
IDS = "ids"
_WHO, _AT = "who", "at"


class _Bearer(NamedTuple):
    """What tells two things that bear one id from two versions of one.

    Attributes:
        who: Whose it is, or what it counts; null where a row does not say.
        at: When it began; another version says the same.
        is_fixed: Whether the versions within a file say the same, as those of an address do not.
    """

    who: pl.Expr
    at: pl.Expr = pl.lit(None, pl.Datetime("us", "UTC"))
    is_fixed: bool = True


_ADDRESS, _CONTACT = normalize_email(pl.col(Contacts.email)), pl.col(Events.contact_id)
_DEVICE = pl.coalesce(Sessions.anonymous_id, Sessions.contact_id)
_COUNTS = [name for name, dtype in polars_schema(MessageStats).items() if dtype.is_numeric()]
_BEARERS = {
    "contacts": _Bearer(_ADDRESS, pl.col(Contacts.created_at), is_fixed=False),
    "sends": _Bearer(_CONTACT, pl.col(Sends.sent_at)),
    "events": _Bearer(_CONTACT, pl.col(Events.occurred_at)),
    "page_views": _Bearer(_DEVICE, pl.col(PageViews.viewed_at)),
    "sessions": _Bearer(_DEVICE, pl.col(Sessions.started_at)),
    ORDERS: _Bearer(pl.coalesce(_ADDRESS, Orders.contact_id), pl.col(Orders.ordered_at)),
    "message_stats": _Bearer(hash_cells(map(pl.col, _COUNTS))),
}
"""Tables of whose keys another feed's words may have several bearers."""


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
    """Count the orders of several rows that are no versions: items, or a sale and its refund.

    A later version of an order has the revenue of the earlier one, or stands in another file: rows
    of one file and instant with other revenue are its items more often. None has revenue below 0.

    Args:
        candidates: Orders that may share a key, as `judge_versions` takes them.

    Returns:
        One row per file that has the last row of such orders: `file` and how many, `orders`.
    """
    revenue = pl.col(Orders.revenue)
    return (
        candidates.filter(pl.col(Orders.refund_of).is_null())
        .group_by(FILE, KEY_HASH, Orders.ordered_at)
        .agg(revenue.min().alias("least"), revenue.max())
        .group_by(KEY_HASH)
        .agg(
            pl.col(FILE).max(),
            items=(pl.col("least") < revenue).any(),
            refund=(pl.col("least").min() < 0) & (revenue.max() > 0),
        )
        .filter(pl.col("items") | pl.col("refund"))
        .group_by(FILE)
        .agg(pl.len().alias(ORDERS))
        .sort(FILE)
    )


def count_shared_ids(candidates: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """Count the ids that several things bear, so that all but one of them are lost.

    These are the ids of a mailing in the place of its sends', numbers that begin anew with each
    file or shop, names of mailings that go out each week. A thing that another person got, in one
    file or at another time, is another one; a summary of a file that counts otherwise, too.

    Args:
        candidates: Rows that may share a key, as `judge_versions` takes them.

    Returns:
        One row per file that has the last row of such an id: `file` and how many, `ids`.
    """
    if table not in _BEARERS:
        return pl.LazyFrame(schema={FILE: pl.UInt32, IDS: pl.UInt32})
    who, at, is_fixed = _BEARERS[table]
    return (
        candidates.select(FILE, KEY_HASH, who.alias(_WHO), at.alias(_AT))
        .filter(pl.col(_WHO).is_not_null())
        .with_columns(pl.col(_WHO).hash())
        .group_by(KEY_HASH, FILE)
        .agg(
            pl.col(_WHO).min(),
            pl.col(_WHO).max().alias("last"),
            pl.col(_AT).min(),
            pl.col(_AT).max().alias("until"),
        )
        .group_by(KEY_HASH)
        .agg(
            pl.col(FILE).max(),
            within=(pl.col(_WHO) != pl.col("last")).any() & is_fixed,
            others=pl.col(_WHO).min() != pl.col("last").max(),
            at_others=(pl.col(_AT).min() != pl.col("until").max()).fill_null(value=False),
        )
        .filter(pl.col("within") | (pl.col("others") & pl.col("at_others")))
        .group_by(FILE)
        .agg(pl.len().alias(IDS))
        .sort(FILE)
    )
