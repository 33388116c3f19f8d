"""Which files a workspace's feeds are, and how each is to be read."""

from dataclasses import dataclass
from pathlib import Path

from contracts.columns import any_of, columns, required
from contracts.config.feed_section import FeedSection
from contracts.config.source_mapping import Source, SumOf, TableMapping
from contracts.config.workspace import Workspace
from contracts.feeds import FEEDS, AdStats
from flows.config.shipped_sources import load_sources
from flows.readers import FileOptions, RefusedFile
from transforms.ingest.column_mapping import Reading, file_columns, find_missing_columns, fold


@dataclass(frozen=True)
class Feed:
    """One `[[feeds]]` of the configuration with its mapping put in.

    Attributes:
        section: As configured.
        name: How messages and quarantine call it.
        readings: How its rows become rows of each of its tables.
        options: What is known about its files before they are opened.
        place: Its place in the configuration.
        leaves_other_rows: Whether rows of none of its tables are left out, not rejected.
        conversions: Names of the conversions that count; none named: all count.
    """

    section: FeedSection
    name: str
    readings: tuple[Reading, ...]
    options: FileOptions
    place: int = 0
    leaves_other_rows: bool = False
    conversions: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """All that the meaning of a file's bytes depends on, as text; the same in any run."""
        readings = [
            (r.mapping.model_dump_json(), r.timezone, r.thousands, sorted(r.ignored))
            for r in self.readings
        ]
        options = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in vars(self.options).items()
        }
        return repr((readings, options, self.leaves_other_rows))


@dataclass(frozen=True)
class RawFile:
    """One file of a feed; `path` as the manifest calls it, relative to the workspace."""

    feed: Feed
    path: str
    location: Path


def configure_feeds(config: Workspace) -> list[Feed]:
    """Every feed of the configuration, with its source mapping."""
    names = [section.label for section in config.feeds]
    return [
        _configure_feed(section, _unique_name(names, place), place)
        for place, section in enumerate(config.feeds)
    ]


def _unique_name(names: list[str], place: int) -> str:
    """The feed's name, numbered from its second use on."""
    earlier = names[:place].count(names[place])
    return f"{names[place]}_{earlier + 1}" if earlier else names[place]


def _configure_feed(section: FeedSection, name: str, place: int) -> Feed:
    source = _source_of(section)
    mappings = [_override(mapping, section) for mapping in source.tables]
    named = frozenset(
        fold(column)
        for mapping in mappings
        for expression in mapping.columns.values()
        for column in file_columns(expression)
    )
    readings = tuple(
        Reading(
            mapping=mapping,
            timezone=section.timezone or source.timezone or "UTC",
            thousands=source.thousands,
            ignored=named.union(map(fold, source.ignored)),
        )
        for mapping in mappings
    )
    options = FileOptions(
        encoding=section.encoding,
        delimiter=section.delimiter,
        null_values=(*source.null_values, *section.null_values),
        expected_columns=named if section.source else frozenset(),
        total_row_prefixes=source.total_rows,
        flatten=frozenset(source.flatten),
    )
    conversions = section.conversions or source.conversions
    return Feed(section, name, readings, options, place, source.leaves_other_rows, conversions)


def _source_of(section: FeedSection) -> Source:
    """The feed's source mapping; a file with our columns maps them to themselves."""
    if section.source is not None:
        return load_sources()[section.source]
    table = section.table or ""
    themselves = {name: name for name in columns(FEEDS[table])}
    return Source(
        description="our own columns", tables=(TableMapping(table=table, columns=themselves),)
    )


def _override(mapping: TableMapping, section: FeedSection) -> TableMapping:
    """The mapping with the feed's own columns and constants, as far as its table has them."""
    known = columns(FEEDS[mapping.table])
    own_columns = {name: read for name, read in section.columns.items() if name in known}
    if mapping.table == "ad_stats" and section.conversions:
        own_columns.setdefault(AdStats.conversions, SumOf(sum=section.conversions))
    own_constants = {name: value for name, value in section.constants.items() if name in known}
    kept = {n: read for n, read in mapping.columns.items() if n not in own_constants}
    return mapping.model_copy(
        update={
            "columns": {**kept, **own_columns},
            "constants": {**mapping.constants, **own_constants},
        }
    )


def find_files(root: Path, feeds: list[Feed]) -> list[RawFile]:
    """Every file of every feed, in the order of the paths."""
    return [
        RawFile(feed, path.relative_to(root).as_posix(), path)
        for feed in feeds
        for path in sorted(root.glob(feed.section.files))
        if path.is_file() and not path.name.startswith(".")
    ]


def require_inside(root: Path, raw: RawFile) -> None:
    """Refuse a file whose real path lies outside the workspace."""
    if not raw.location.resolve().is_relative_to(root.resolve()):
        msg = "the file is a link to a place outside the workspace"
        raise RefusedFile(msg, "copy the file into the workspace")


def require_columns(feed: Feed, header: tuple[str, ...]) -> None:
    """Refuse a file that lacks a column without which no row of its table can hold."""
    present = {fold(name) for name in header}
    for reading in feed.readings:
        if not present.issuperset(map(fold, reading.mapping.unless_empty)):
            continue
        table = reading.table
        missing = find_missing_columns(reading, header, required(table))
        alternatives = any_of(table)
        if alternatives and len(find_missing_columns(reading, header, alternatives)) == len(
            alternatives
        ):
            missing.append(" or ".join(alternatives))
        if missing:
            wanted = [_file_names(reading, name) for name in missing]
            msg = f"no column for {reading.mapping.table}.{', '.join(missing)}"
            mend = f"add {', '.join(wanted)} to the file, or map its column in the feed's `columns`"
            raise RefusedFile(msg, mend)


def _file_names(reading: Reading, name: str) -> str:
    expression = reading.mapping.columns.get(name)
    return " or ".join(file_columns(expression)) if expression is not None else name
