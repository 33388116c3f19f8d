"""JSON objects as text: attributes of several rows made one object."""

import json

import polars as pl


def merge_objects(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Two JSON objects as one, each member once: the first's win, the second's follow.

    Args:
        first: JSON objects as text, or null.
        second: Likewise.

    Returns:
        The whole as text; null where neither has a member.
    """
    both = pl.struct(first.alias("first"), second.alias("second"))
    return both.map_batches(_merge_texts, return_dtype=pl.String)


def _merge_texts(objects: pl.Series) -> pl.Series:
    first, second = (_drop_empty(objects.struct.field(name)) for name in ("first", "second"))
    is_both = first.is_not_null() & second.is_not_null()
    if not is_both.any():
        return first.zip_with(first.is_not_null(), second)
    places = is_both.arg_true()
    pairs = zip(first.gather(places), second.gather(places), strict=True)
    merged = pl.Series([_merge(one, other) for one, other in pairs], dtype=pl.String)
    return first.zip_with(first.is_not_null(), second).scatter(places, merged)


def _drop_empty(objects: pl.Series) -> pl.Series:
    return objects.set(objects.str.contains(r"^\s*\{\s*\}\s*$"), None)


def _merge(first: str, second: str) -> str:
    """The first object's text as it stands, with the members that the second alone has."""
    taken, given = json.loads(first), json.loads(second)
    further = {name: value for name, value in given.items() if name not in taken}
    if not further:
        return first
    if len(further) < len(given):
        second = json.dumps(further, ensure_ascii=False, separators=(",", ":"))
    return f"{first.strip()[:-1].rstrip()},{second.strip()[1:].lstrip()}"
