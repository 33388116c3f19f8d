"""What a file's header must have by the mapping that reads it, and what it lacks (SPEC §3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from contracts.columns import Table, any_of, columns, is_named_or_counted, polars_schema, required
from contracts.feeds import DERIVED_KEYS, FEEDS, AdStats, Sends
from flows.config.configured_feeds import ConfiguredFeed
from transforms.ingest.column_mapping import ResolvedMapping, find_read, index_header, is_in_file
from transforms.ingest.expressions import file_columns, fold
from transforms.ingest.missing_columns import missing_of

NEVER_NEEDED = ("org_id", "attributes")
"""Columns that every table has and no file needs, unless the feed's own `columns` name them."""
DECIDING = frozenset({AdStats.currency, Sends.is_holdout})
"""Columns that decide what counts, and how much."""
PEOPLE = frozenset({"contacts", "events", "sends", "list_members", "orders", "page_views"})
"""Tables whose files, where they have no header, begin with a person."""
PERSONAL = re.compile(r"@|\d{5}")
"""What a cell of data may have and a column's name does not."""


@dataclass(frozen=True)
class MissingColumn:
    """A canonical column to which a file gives nothing.

    Attributes:
        wanted: The file's columns that would give it.
        is_needed: Whether the file is refused without it.
    """

    table: str
    column: str
    wanted: tuple[str, ...]
    is_needed: bool

    @property
    def is_told(self) -> bool:
        """Whether its absence changes what reports say: a metric, an id, a name, or `DECIDING`."""
        is_derived = DERIVED_KEYS.get(self.table) == self.column
        counts = is_named_or_counted(FEEDS[self.table], self.column)
        return not is_derived and (counts or self.column in DECIDING)


def find_missing(feed: ConfiguredFeed, header: tuple[str, ...]) -> Iterator[MissingColumn]:
    """Every mapped column to which a file with this header gives nothing."""
    for resolved in feed.mappings:
        mapping, table, named = resolved.mapping, resolved.table, index_header(header, resolved)
        if not named.keys() >= set(map(fold, mapping.unless_empty)):
            continue
        if len(feed.mappings) > 1 and find_row_maker(resolved, named) is not None:
            continue
        needed = _needed(feed, resolved)
        mapped = [name for name in columns(table) if name in mapping.columns or name in needed]
        given = {*NEVER_NEEDED, *mapping.constants, *mapping.defaults}.difference(
            feed.section.columns
        )
        lacking = {
            name: wanted
            for name in mapped
            if name not in given and (wanted := missing_of(mapping.columns.get(name, name), named))
        }
        alternatives = any_of(table)
        if alternatives and all(name in lacking for name in alternatives):
            wanted = tuple(one for name in alternatives for one in lacking[name])
            yield MissingColumn(mapping.table, " or ".join(alternatives), wanted, is_needed=True)
        for name, wanted in lacking.items():
            may_warn = feed.section.source is not None and name not in mapping.rare
            if header and name == AdStats.currency:
                may_warn = may_warn and _has_amounts(table, {*mapped}.difference(lacking))
            if name in needed or may_warn:
                yield MissingColumn(mapping.table, name, wanted, is_needed=name in needed)


def list_given(feed: ConfiguredFeed, header: tuple[str, ...]) -> Iterator[str]:
    """The canonical columns, as `table.column`, to which a file of this header gives something."""
    for resolved in feed.mappings:
        mapping, named = resolved.mapping, index_header(header, resolved)
        for name in columns(FEEDS[mapping.table]):
            expression = mapping.columns.get(name)
            if expression is not None and is_in_file(expression, named):
                yield f"{mapping.table}.{name}"


def list_unread(feed: ConfiguredFeed, header: tuple[str, ...]) -> list[str]:
    """The file's columns that no mapping reads; none where its header may be a row of data."""
    read = [one for of in feed.mappings for one in find_read(of, header).values()]
    known = set(chain.from_iterable(read))
    tells_people = any(resolved.mapping.table in PEOPLE for resolved in feed.mappings)
    if (tells_people and not known) or any(PERSONAL.search(name) for name in header):
        return []
    return [name for name in header if name not in known]


def _has_amounts(table: type[Table], given: set[str]) -> bool:
    """Whether a file's currency says what its amounts mean; of an account, what its stats mean."""
    money = {name for name, dtype in polars_schema(table).items() if dtype.is_decimal()}
    return not money or bool(money & given)


def _needed(feed: ConfiguredFeed, resolved: ResolvedMapping) -> set[str]:
    """The columns that every file must give: required, own, spend, and a source's not optional."""
    mapping, section = resolved.mapping, feed.section
    always = {*required(FEEDS[mapping.table])}
    if section.source is None:
        mapped = {AdStats.spend}.intersection(mapping.columns)
    else:
        mapped = {*mapping.columns}.difference(mapping.optional)
    own = {name for name in section.columns if name in mapping.columns}
    if section.conversions and resolved.table is AdStats:
        own.add(AdStats.conversions)
    return always | own | mapped.difference(section.without)


def find_row_maker(resolved: ResolvedMapping, named: dict[str, str]) -> str | None:
    """A column that would make rows of a table, where the file has none of those that do."""
    telling = [resolved.mapping.columns[name] for name in resolved.mapping.unless_all_empty]
    if any(is_in_file(one, named) for one in telling):
        return None
    return next((column for one in telling for column in file_columns(one)), None)
