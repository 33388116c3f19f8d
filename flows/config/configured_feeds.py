"""The feeds of a configuration, each with its source mapping and its own settings put in."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from contracts.columns import columns, polars_schema
from contracts.config.cell_forms import ThousandsMark
from contracts.config.feed_section import FeedSection
from contracts.config.source_mapping import Expression, Source, SumOf, TableMapping
from contracts.config.workspace import RunSection, Workspace
from contracts.feeds import FEEDS, AdStats
from contracts.manifest import Warned
from flows.config.source_files import load_sources
from flows.readers import LIMITS, FileOptions
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.expressions import file_columns, fold
from transforms.ingest.parsing.number_parsing import NumberMarks
from transforms.ingest.row_ids import is_id

T = TypeVar("T")


@dataclass(frozen=True)
class ConfiguredFeed:
    """One `[[feeds]]` of the configuration.

    Attributes:
        source: Its source mapping, without its own settings.
        mappings: How its rows become rows of each of its tables.
        options: What is known about its files before they are opened.
    """

    section: FeedSection
    name: str
    place: int
    source: Source
    mappings: tuple[ResolvedMapping, ...]
    options: FileOptions

    @property
    def conversions(self) -> tuple[str, ...]:
        """Names of the conversions that count; none named: all count."""
        return self.section.conversions or self.source.conversions

    @property
    def states_no_zone(self) -> bool:
        """Whether nothing says the zone of stamps without an offset, so that UTC is assumed."""
        return self.section.timezone is None and self.source.timezone is None

    def warn(self, code: str, said: str, setting: str = "", **told: object) -> Warned:
        """A warning of the feed.

        Args:
            said: What its message says behind the feed's name.
            setting: The key of the feed that decides it; the feed as a whole where it is empty.
            told: What else is known of it: a count, a path, files.
        """
        of_feed = {"message": f"feed {self.name}: {said}", "feed": self.name}
        place = f"feeds[{self.place}]" + (f".{setting}" if setting else "")
        return Warned.model_validate({"code": code, **of_feed, "setting": place, **told})

    @cached_property
    def signature(self) -> str:
        """All that the meaning of a file's bytes depends on, as text; the same in any run."""
        mappings = [
            (
                one.mapping.model_dump_json(),
                one.timezone,
                one.marks,
                sorted(one.ignored),
                sorted(one.synonyms.items()),
            )
            for one in self.mappings
        ]
        options = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in vars(self.options).items()
            if name not in LIMITS
        }
        refused = (sorted(self.source.other_reports.items()), self.source.longer_periods)
        return repr((mappings, options, self.source.leaves_other_rows, refused))


def configure_feeds(
    config: Workspace, sources: Mapping[str, Source] | None = None
) -> list[ConfiguredFeed]:
    """Every feed of the configuration, with its source mapping.

    Args:
        config: The configuration; its sources are known.
        sources: Every source mapping by its name; those that ship if not given.
    """
    known = load_sources() if sources is None else sources
    names = [section.label for section in config.feeds]
    return [
        _configure_feed(section, known, _number_name(names, place), place, config.run)
        for place, section in enumerate(config.feeds)
    ]


def _number_name(names: list[str], place: int) -> str:
    """The feed's name, numbered from its second use on."""
    earlier = names[:place].count(names[place])
    return f"{names[place]}_{earlier + 1}" if earlier else names[place]


def _configure_feed(
    section: FeedSection, sources: Mapping[str, Source], name: str, place: int, run: RunSection
) -> ConfiguredFeed:
    source = _source_of(section, sources)
    tables = [_override(mapping, section) for mapping in source.tables]
    named = frozenset(
        fold(column)
        for mapping in tables
        for expression in (*mapping.columns.values(), *mapping.members.values())
        for column in file_columns(expression)
    )
    marks = NumberMarks(
        decimal=section.decimal or source.decimal,
        thousands=_thousands_of(section, source),
        symbols=(*source.symbols, *section.symbols),
        negatives=section.negatives or source.negatives,
    )
    mappings = tuple(
        ResolvedMapping(
            mapping=mapping,
            timezone=section.timezone or source.timezone or "UTC",
            marks=marks,
            ignored=named.union(map(fold, source.ignored)),
            synonyms=source.synonyms,
        )
        for mapping in tables
    )
    options = _know_files(section, source, mappings, named, run)
    return ConfiguredFeed(section, name, place, source, mappings, options)


def _know_files(
    section: FeedSection,
    source: Source,
    mappings: tuple[ResolvedMapping, ...],
    named: frozenset[str],
    run: RunSection,
) -> FileOptions:
    """What is known about a feed's files before they are opened.

    Args:
        named: The columns that its mappings read, folded.
    """
    tables = [resolved.mapping for resolved in mappings]
    foreign = frozenset(fold(name) for others in source.synonyms.values() for name in others)
    return FileOptions(
        encoding=section.encoding,
        delimiter=section.delimiter,
        null_values=(*source.null_values, *section.null_values),
        expected_columns=named | foreign,
        total_row_prefixes=(*source.total_rows, *section.total_rows),
        stated_totals=section.total_rows,
        day_columns=frozenset(_list_day_columns(tables, source)),
        naming_columns=frozenset(_list_names(source)),
        no_data=source.no_data,
        flatten=frozenset(source.flatten),
        comma_columns=frozenset(_list_comma_columns(mappings)),
        id_columns=frozenset(_list_id_columns(tables)),
        max_expansion=run.max_expansion,
        max_columns=run.max_columns,
    )


def _list_names(source: Source) -> Iterator[str]:
    """The columns that name what a row is about, in every language."""
    for name in source.naming_columns:
        yield from (name, *source.synonyms.get(name, ()))


def _list_day_columns(tables: Iterable[TableMapping], source: Source) -> Iterator[str]:
    """The columns that say a row's day, in every language; not those of a period's first day."""
    for mapping in tables:
        days = mapping.columns.get(AdStats.date_day)
        names = () if days is None else file_columns(days)
        starts: set[str] = set()
        if mapping.period is not None:
            starts = {*file_columns(mapping.period.start)} - {*file_columns(mapping.period.end)}
        for name in names:
            if name not in starts:
                yield from (name, *source.synonyms.get(name, ()))


def _list_comma_columns(mappings: Iterable[ResolvedMapping]) -> Iterator[str]:
    for resolved in mappings:
        if resolved.marks.decimal == ",":
            for name, dtype in polars_schema(resolved.table).items():
                expression = resolved.mapping.columns.get(name)
                if dtype.is_numeric() and expression is not None:
                    yield from map(fold, file_columns(expression))


def _list_id_columns(tables: Iterable[TableMapping]) -> Iterator[str]:
    for mapping in tables:
        for name, expression in mapping.columns.items():
            if is_id(name):
                yield from map(fold, file_columns(expression))


def _source_of(section: FeedSection, sources: Mapping[str, Source]) -> Source:
    """The feed's source mapping; a file with our columns maps them to themselves."""
    if section.source is not None:
        return sources[section.source]
    table = section.table or ""
    themselves = {name: name for name in columns(FEEDS[table])}
    return Source(
        description="our own columns", tables=(TableMapping(table=table, columns=themselves),)
    )


def _thousands_of(section: FeedSection, source: Source) -> ThousandsMark | None:
    """The mark between groups of three digits: a decimal comma makes it the point, and back."""
    if section.thousands is not None:
        return section.thousands
    decimal = section.decimal or source.decimal
    if decimal == source.decimal and source.thousands is not None:
        return source.thousands
    if decimal == ",":
        return "."
    return "," if source.thousands == "." else source.thousands


def _override(mapping: TableMapping, section: FeedSection) -> TableMapping:
    """The mapping with the feed's own settings put in, as far as its table has their columns."""
    known = {*columns(FEEDS[mapping.table])}
    own_columns: dict[str, Expression] = _pick(section.columns, known)
    if mapping.table == "ad_stats" and section.conversions:
        own_columns.setdefault(AdStats.conversions, SumOf(sum=section.conversions))
    own_constants = _pick(section.constants, known)
    own_values = {
        name: {**mapping.values.get(name, {}), **words}
        for name, words in _pick(section.values, known).items()
    }
    own_formats, own_units = _pick(section.formats, known), _pick(section.units, known)
    return mapping.model_copy(
        update={
            "columns": _drop(mapping.columns, own_constants) | own_columns,
            "constants": {**mapping.constants, **own_constants},
            "values": {**mapping.values, **own_values},
            "formats": _drop(mapping.formats, own_units) | own_formats,
            "units": _drop(mapping.units, own_formats) | own_units,
        }
    )


def _pick(given: Mapping[str, T], names: Container[str]) -> dict[str, T]:
    return {name: one for name, one in given.items() if name in names}


def _drop(given: Mapping[str, T], names: Container[str]) -> dict[str, T]:
    return {name: one for name, one in given.items() if name not in names}
