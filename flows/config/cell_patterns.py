"""Whether the regular expressions of a feed's columns are some: a slip there would stop its run."""

import re
from collections.abc import Iterator

import polars as pl
from pydantic import BaseModel

from contracts.config.source_mapping import InHeader, Like, Slice
from flows.config.configured_feeds import ConfiguredFeed

NO_GROUP = "has no group: put the part that is meant in ( )"


def find_wrong_patterns(feed: ConfiguredFeed) -> Iterator[str]:
    """What is wrong with the patterns by which a feed's columns are read, column by column."""
    for resolved in feed.mappings:
        mapping = resolved.mapping
        for name, expression in {**mapping.members, **mapping.columns}.items():
            for wrong in _explain(expression):
                yield f"feeds[{feed.place}].columns.{name}: {wrong}"


def _explain(expression: object) -> Iterator[str]:
    match expression:
        case Slice():
            yield from _explain_cells(expression.extract)
        case Like():
            yield from _explain_header(expression.like, groups=0)
        case InHeader():
            yield from _explain_header(expression.in_header, groups=1)
        case BaseModel():
            for within in vars(expression).values():
                yield from _explain(within)
        case tuple():
            for within in expression:
                yield from _explain(within)
        case dict():
            yield from _explain(tuple(expression.values()))


def _explain_cells(pattern: str) -> Iterator[str]:
    """Cells are read by the regular expressions of Rust, which look neither ahead nor back."""
    try:
        found = pl.Series([""]).str.extract_groups(pattern).struct.fields
    except pl.exceptions.PolarsError:
        yield f"{pattern!r} is not a regular expression as Rust has them, without look-around"
    else:
        if not found:
            yield f"{pattern!r} {NO_GROUP}"


def _explain_header(pattern: str, groups: int) -> Iterator[str]:
    try:
        found = re.compile(pattern).groups
    except re.error as error:
        yield f"{pattern!r} is not a regular expression: {error.msg}"
    else:
        if found < groups:
            yield f"{pattern!r} {NO_GROUP}"
