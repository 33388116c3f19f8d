"""Which source mapping or canonical table a file looks like, by its header and its name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from contracts.columns import any_of, columns, required
from contracts.config.feed_section import FeedSection
from contracts.config.source_mapping import Source
from contracts.config.workspace import Workspace
from contracts.feeds import FEEDS, AdStats, Events
from contracts.reference.web_sources import SUMS_OF_VISITS
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.ingest.required_columns import find_missing
from flows.readers import FileOptions
from transforms.ingest.column_mapping import find_read
from transforms.ingest.expressions import file_columns, fold

FEWEST_SHARED = 2
"""How many columns a file shares at least with what it is taken for."""
CLOSE = 0.8
"""How like one of our columns a header must be to be taken for it."""
LEAST_LIKENESS = 1.0
"""How much of the columns of both must be the other's: all of one, or a half of each."""
LEAST_OF_ADS = 0.75
"""The same of ad platforms' exports: what they cost is in each, beside dozens of other columns."""
UNDATED = 0.5
"""What lacking the day takes off a likeness."""
UNTYPED = 0.25
"""What leaving to the file's name what happened takes off a likeness."""
LEAST_UNDATED = 0.4
"""The same of exports of a whole period, which have more columns than those by day."""
ANYWHERE = "raw/x"
"""A pattern that stands for the file that is looked at."""
NO_WORDS = frozenset({"data", "export", "raw", "fivetran"})
"""What names of files and sources say of neither."""
CONSTANT_PLACEHOLDERS = {Events.event_type: "…"}
"""Required columns that a file often leaves to its name, as what happened: a constant to fill."""
MESSAGE_OF_EVENT = frozenset({Events.message_id, Events.send_id})
"""What tells of which message an event is."""
CAMPAIGN_ID = "campaign_id"
SUMMED_UP = (
    "it counts visits by {!r}, as reports of Google Analytics do: no visit, nobody and no click id "
    "is in it. Sessions, and the ads that they came from, need each page view: its export to "
    "BigQuery has them (source ga4.events)"
)
UNKNOWN = (
    "no source and no table has its columns by these names (those of our tables are known in "
    "English alone): say what a row is and which columns are ours, and leave out the others"
)


@dataclass(frozen=True)
class Candidate:
    """What a file may be.

    Attributes:
        settings: The feed entry, without `files`.
        likeness: The share of the file's columns that it knows, and of its own that the file has;
            of what lacks the day less.
        alike_names: The share of the words in both names that are the same.
        undated: Whether all that it lacks is the day: an export of a whole period.
    """

    settings: Mapping[str, object]
    likeness: float = 0.0
    alike_names: float = 0.0
    undated: bool = False

    @property
    def evidence(self) -> float:
        """What speaks for it: columns and names."""
        return self.likeness + self.alike_names

    def configure(self, sources: Mapping[str, Source], **more: object) -> ConfiguredFeed:
        """The feed that this would be, with further settings."""
        section = FeedSection.model_validate({"files": ANYWHERE, **self.settings, **more})
        return configure_feeds(Workspace(feeds=(section,)), sources)[0]


@dataclass(frozen=True)
class KnownSources:
    """The sources that files may come from, made ready once for all files."""

    sources: Mapping[str, Source]

    @cached_property
    def feeds(self) -> dict[str, ConfiguredFeed]:
        """The feed of each source, without further settings."""
        return {name: Candidate({"source": name}).configure(self.sources) for name in self.sources}

    @cached_property
    def options(self) -> FileOptions:
        """What is known of files of any kind: columns, words for no data, nested values."""
        ours = {name for table in FEEDS.values() for name in columns(table)}
        theirs = {
            name
            for source in self.sources.values()
            for mapping in source.tables
            for expression in mapping.columns.values()
            for name in file_columns(expression)
        }
        known = [*self.sources.values()]
        foreign = {one for s in known for others in s.synonyms.values() for one in others}
        return FileOptions(
            expected_columns=frozenset(ours | theirs | foreign),
            no_data=tuple(phrase for source in known for phrase in source.no_data),
            flatten=frozenset(path for source in known for path in source.flatten),
        )


def find_candidates(path: Path, header: tuple[str, ...], known: KnownSources) -> list[Candidate]:
    """What a file may be, the likeliest first; a canonical table before a source as likely.

    Tables of a connector share most of their columns, so that the file's name decides between them.
    """
    found = [
        *(one for table in FEEDS for one in _as_table(table, path, header)),
        *(
            one
            for name, feed in known.feeds.items()
            for one in _as_source(name, feed, path, header)
        ),
    ]
    likely = [one for one in found if one.likeness >= _least_likeness(one, known)]
    return sorted(likely, key=lambda one: -one.evidence)


def explain_unknown(header: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What a person should do with a file of these columns, and those that are to be mapped."""
    sums = sorted(SUMS_OF_VISITS.intersection(map(fold, header)))
    return (SUMMED_UP.format(sums[0]), ()) if sums else (UNKNOWN, header)


def _least_likeness(candidate: Candidate, known: KnownSources) -> float:
    if candidate.undated:
        return LEAST_UNDATED
    source = candidate.settings.get("source")
    tables = known.sources[source].tables if isinstance(source, str) else ()
    is_of_ads = any(AdStats.spend in one.columns for one in tables)
    return LEAST_OF_ADS if is_of_ads else LEAST_LIKENESS


def _as_source(
    name: str, feed: ConfiguredFeed, path: Path, header: tuple[str, ...]
) -> Iterator[Candidate]:
    here = {fold(one) for one in header}
    lacking = {one.column for one in find_missing(feed, header) if one.is_needed}
    placeholders = {name: text for name, text in CONSTANT_PLACEHOLDERS.items() if name in lacking}
    others = lacking - {AdStats.date_day} - placeholders.keys()
    if others or here.intersection(map(fold, feed.source.other_reports)):
        return
    settings = {"source": name, **({"constants": placeholders} if placeholders else {})}
    shared = list_read(feed, header)
    if len(shared) < FEWEST_SHARED:
        return
    passed = list_ignored(feed)
    known = sum(one in shared or fold(one) in passed for one in header) / len(header)
    undated = AdStats.date_day in lacking
    lack = UNDATED * undated + UNTYPED * bool(placeholders)
    likeness = known + _share_given(feed, header) - lack
    yield Candidate(settings, likeness, _compare_names(name, path), undated)


def _share_given(feed: ConfiguredFeed, header: tuple[str, ...]) -> float:
    """The share of a feed's mapped columns for which a file has something to read."""
    given = [
        bool(theirs)
        for resolved in feed.mappings
        for ours, theirs in find_read(resolved, header).items()
        if ours != Events.org_id
    ]
    return sum(given) / len(given)


def list_ignored(feed: ConfiguredFeed) -> frozenset[str]:
    """The columns, in lower case, that become no attribute of what a feed reads."""
    return frozenset(name for resolved in feed.mappings for name in resolved.ignored)


def _compare_names(name: str, path: Path) -> float:
    """The share of the words in both names that are the same; its folder may have said some."""
    words, told = split_words(name), split_words(path.stem)
    near = told | split_words(path.absolute().parent.name)
    return len(words & near) / len(words | told)


def split_words(name: str) -> frozenset[str]:
    """The words of a file's or source's name that tell what it is."""
    return frozenset(re.findall(r"[a-z]+", name.casefold())) - NO_WORDS


def list_read(feed: ConfiguredFeed, header: tuple[str, ...]) -> dict[str, str]:
    """The file's columns that a feed reads -> the first of our columns that is read from each.

    Columns that are read as they stand come before those made of several.
    """
    read: dict[str, str] = {}
    for resolved in feed.mappings:
        found, mapped = find_read(resolved, header), resolved.mapping.columns
        for ours in sorted(mapped, key=lambda name: not isinstance(mapped[name], str)):
            for theirs in found[ours]:
                read.setdefault(theirs, ours)
    return read


def _as_table(table: str, path: Path, header: tuple[str, ...]) -> Iterator[Candidate]:
    contract = FEEDS[table]
    mapped = _map_columns(columns(contract), header)
    if contract is Events and mapped.keys().isdisjoint(MESSAGE_OF_EVENT):
        # A campaign without messages has one, which bears its id.
        of_campaign = next((name for name in header if _shape(name) == CAMPAIGN_ID), None)
        mapped |= {Events.message_id: of_campaign} if of_campaign else {}
    lacking = {*required(contract)} - mapped.keys()
    placeholders = {name: text for name, text in CONSTANT_PLACEHOLDERS.items() if name in lacking}
    alternatives = any_of(contract)
    is_named = not alternatives or any(name in mapped for name in alternatives)
    if lacking - placeholders.keys() or not is_named or len(mapped) < FEWEST_SHARED:
        return
    renamed = {ours: theirs for ours, theirs in mapped.items() if fold(theirs) != ours}
    settings = {
        "table": table,
        **({"columns": renamed} if renamed else {}),
        **({"constants": placeholders} if placeholders else {}),
    }
    exact = sum(_shape(theirs) == ours for ours, theirs in mapped.items())
    likeness = len(mapped) / len(header) + exact / len(mapped)
    yield Candidate(settings, likeness, _compare_names(table, path))


def _map_columns(names: Iterable[str], header: tuple[str, ...]) -> dict[str, str]:
    """Our columns -> the file's that is written alike or nearly so; each of these once."""
    by_shape = {_shape(name): name for name in header}
    mapped: dict[str, str] = {}
    for ours in names:
        near = get_close_matches(ours, by_shape, n=1, cutoff=CLOSE)
        shape = ours if ours in by_shape else next(iter(near), None)
        if shape is not None and by_shape[shape] not in mapped.values():
            mapped[ours] = by_shape[shape]
    return mapped


def _shape(name: str) -> str:
    """A header as our columns are written: `Contact ID` is `contact_id`."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()).strip("_")
