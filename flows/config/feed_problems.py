"""What of a feed's settings is wrong, or does nothing: a slip of the configuration, no row's."""

import re
from collections.abc import Iterator

import polars as pl
from pydantic import BaseModel

from contracts.columns import columns, required, rules
from contracts.config.nearest_names import guess
from contracts.config.source_mapping import InHeader, Like, Slice
from contracts.feeds import ADDITIVE, FEEDS, AdConversions, AdStats
from contracts.manifest import Warned
from contracts.vocabulary import Platform
from flows.config.configured_feeds import ConfiguredFeed
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.row_parsing import ROW_NUMBER, is_unparsed, parse_rows, parsed_columns
from transforms.ingest.validation import explain_failures

NO_GROUP = "has no group: put the part that is meant in ( )"
PLATFORMS = [platform.value for platform in Platform]


def find_wrong_constants(feed: ConfiguredFeed) -> Iterator[str]:
    """What is wrong with the constants of a feed, key by key, without their values."""
    constants = feed.section.constants
    for resolved in feed.mappings if constants else ():
        for name, words in _explain_row_of(constants, resolved).items():
            hint = guess(constants[name], PLATFORMS if name == AdStats.platform else ())
            yield f"feeds[{feed.place}].constants.{name}: {words}{hint}"


def _explain_row_of(constants: dict[str, str], resolved: ResolvedMapping) -> dict[str, str]:
    """Column -> why a row that has nothing but the constants, read as a file's, is none."""
    table = resolved.table
    row = parse_rows(pl.LazyFrame({ROW_NUMBER: [1]}), resolved, ()).collect()
    unparsed = [is_unparsed(name) for name in parsed_columns(table) if name in constants]
    broken = [
        ~rule.holds(pl.col(name))
        for name, of in rules(table).items()
        if name in constants
        for rule in of
    ]
    wrong = row.filter(pl.any_horizontal(pl.lit(value=False), *unparsed, *broken))
    sentences = (
        explain_failures(wrong, table).get_column("failed_checks").explode() if len(wrong) else ()
    )
    said = dict(sentence.split(": ", 1) for sentence in sentences)
    return {name: words for name, words in said.items() if name in constants}


def find_idle_settings(feed: ConfiguredFeed) -> Iterator[Warned]:
    """Settings of a feed without which all of it would be read and judged in the same way."""
    section = feed.section
    tables = {resolved.mapping.table: resolved for resolved in feed.mappings}
    guards = (section.expect_every, section.min_rows, section.max_drop)
    if section.on_late == "fail" and all(one is None for one in guards):
        guarded = "the feed is never late without expect_every, min_rows or max_drop"
        yield _tell(feed, "on_late", guarded)
    if section.repeats == "add" and not ADDITIVE.intersection(tables):
        kept = f"of rows of one key in {' and '.join(tables)} the latest counts, always"
        yield _tell(feed, "repeats", f"{kept}; rows of {' and '.join(sorted(ADDITIVE))} can add up")
    by_name = tables.get("ad_conversions")
    is_chosen = by_name is not None and AdConversions.platform in by_name.mapping.constants
    if section.conversions and "ad_stats" not in tables and not is_chosen:
        chosen = "conversions are chosen by platform, and no constant of the feed says which it is"
        none = f"{' and '.join(tables)} has none"
        yield _tell(feed, "conversions", chosen if by_name is not None else none)
    for name in section.without:
        having = [table for table in tables if name in columns(FEEDS[table])]
        if all(name in required(FEEDS[table]) for table in having):
            needed = f"{' and '.join(having)} cannot be without {name}: a file that lacks it is"
            yield _tell(feed, "without", f"{needed} refused")
        elif name in section.columns:
            named = f"columns name {name}: a file that lacks it is refused"
            yield _tell(feed, "without", named)


def _tell(feed: ConfiguredFeed, setting: str, why: str) -> Warned:
    return feed.warn("setting_idle", f"{setting} does nothing here: {why}", setting)


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
