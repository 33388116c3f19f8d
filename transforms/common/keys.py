"""Ids to 64-bit keys: what rows are found, joined and cut into buckets by.

A key is a hash of the organization and an id. Two ids that share one are told apart wherever it
matters: superseded rows by their true key (deduplication.py), sends and messages by a second hash
that the facts compare (send_keys.py).
"""

from collections.abc import Iterable
from functools import reduce
from operator import xor

import numpy as np
import polars as pl

from contracts.feeds import Contacts, Feed

SEND = 1
"""Seeds: one a kind of thing, so that ids of different kinds never share a key."""
MESSAGE = 2
IMPLIED_MESSAGE = 3
CONTACT = 4
EMAIL = 5
IMPLIED_BY_DISPATCH = 6
UNKNOWN_MESSAGE = 7
CAMPAIGN = 8
LINK = 9
MESSAGE_AND_CONTACT = 10
DOMAIN = 11
ORGANIZATION = 12
PERSON_DEVICE = 2
"""Of the person behind a row; these hashes meet none of the others."""
MOST_CELLS = 1000
"""More than any table has columns."""
BUCKETS = 32
"""Into how many parts the facts are cut; a part of 50 million events is a million and a half."""


def hash_id(column: str, *, seed: int) -> pl.Expr:
    """A key of the organization and an id; null where the id is."""
    whole = _hash_organization() ^ pl.col(column).hash(seed)
    return pl.when(pl.col(column).is_not_null()).then(whole)


def _hash_organization() -> pl.Expr:
    """Half of a key: one hash of both in a struct takes thrice the time of two."""
    return pl.col(Feed.org_id).hash(ORGANIZATION)


def hash_cells(cells: Iterable[pl.Expr], *, seed: int = 0) -> pl.Expr:
    """One hash of several cells of a row: of each by itself.

    One of all of them in a struct takes thrice the time.

    Args:
        cells: At most `MOST_CELLS`, of no nested type.
        seed: Hashes of different seeds differ.
    """
    return reduce(xor, [cell.hash(seed * MOST_CELLS + at) for at, cell in enumerate(cells)])


def hash_unknown_message() -> pl.Expr:
    """The key of an organization's sends of which no message is known."""
    return pl.col(Feed.org_id).hash(UNKNOWN_MESSAGE)


def hash_email() -> pl.Expr:
    """A key of an e-mail address, trimmed and in any case; null where it is empty."""
    address = normalize_email(pl.col(Contacts.email))
    return pl.when(address.is_not_null()).then(_hash_organization() ^ address.hash(EMAIL))


def normalize_email(email: pl.Expr) -> pl.Expr:
    """An e-mail address as it identifies a contact: trimmed, in any case; empty is none."""
    address = email.str.strip_chars().str.to_lowercase()
    # Not `replace`, for which Polars 2.1 holds all rows of a stream.
    return pl.when(address != "").then(address)


def hash_message_contact(message: str, contact: str) -> pl.Expr:
    """A key of a message and a contact: the unit of feeds that have events but no sends."""
    return pl.struct(message, contact).hash(SEND)


def list_repeated(keys: pl.Series) -> pl.Series:
    """The keys that stand more than once, each once; NumPy sorts them in a fifth of Polars' time.

    Args:
        keys: 64-bit keys, none of them null.
    """
    in_order = np.sort(keys.to_numpy())
    again = in_order[1:][in_order[1:] == in_order[:-1]]
    return pl.Series(keys.name, again, dtype=keys.dtype).unique()


def flag_repeated(keys: pl.Series) -> pl.Series:
    """Whether each key stands more than once; none that is null does.

    Args:
        keys: 64-bit keys.
    """
    return keys.is_in(list_repeated(keys.drop_nulls()).implode()).fill_null(value=False)
