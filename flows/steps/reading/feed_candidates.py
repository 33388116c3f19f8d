"""Which source mapping or canonical table a file's header looks like."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from contracts.columns import any_of, columns, required
from contracts.config.feed_section import FeedSection
from contracts.config.source_mapping import Source
from contracts.config.workspace import Workspace
from contracts.feeds import FEEDS, AdStats, Events
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.ingest.required_columns import find_missing
from transforms.ingest.column_mapping import index_header
from transforms.ingest.expressions import file_columns, fold

FEWEST_SHARED = 2
"""How many columns a file shares at least with what it is taken for."""
LIKENESS = 0.8
"""How like one of our columns a header must be to be taken for it."""
ANYWHERE = "raw/x"
"""A pattern that stands for the file that is looked at."""
CONSTANT_PLACEHOLDERS = {Events.event_type: "…"}
"""Required columns that a file often leaves to its name, as what happened: a constant to fill."""


@dataclass(frozen=True)
class Candidate:
    """What a file may be.

    Attributes:
        settings: The feed entry, without `files`.
        shared: The file's columns that it reads.
        undated: Whether all that it lacks is the day: an export of a whole period.
    """

    settings: Mapping[str, object]
    shared: frozenset[str]
    undated: bool = False

    def configure(self, sources: Mapping[str, Source], **more: object) -> ConfiguredFeed:
        """The feed that this would be, with further settings."""
        section = FeedSection.model_validate({"files": ANYWHERE, **self.settings, **more})
        return configure_feeds(Workspace(feeds=(section,)), sources)[0]


def find_candidates(header: tuple[str, ...], sources: Mapping[str, Source]) -> list[Candidate]:
    """What a file with this header may be, the likeliest first.

    That is what reads most of its columns, and a quarter of them at least; a canonical table comes
    before a source that reads as many. Lacking the day weighs as much as two columns.
    """
    found = [
        *(one for table in FEEDS for one in _as_table(table, header)),
        *(one for name in sources for one in _as_source(name, header, sources)),
    ]
    likely = [one for one in found if len(one.shared) * 4 >= len(header)]
    return sorted(likely, key=lambda one: 2 * one.undated - len(one.shared))


def _as_source(
    name: str, header: tuple[str, ...], sources: Mapping[str, Source]
) -> Iterator[Candidate]:
    candidate = Candidate({"source": name}, frozenset())
    feed = candidate.configure(sources)
    here = {fold(one) for one in header}
    lacking = {one.column for one in find_missing(feed, header) if one.is_needed}
    if lacking - {AdStats.date_day} or here.intersection(map(fold, feed.other_reports)):
        return
    shared = list_read(feed, header)
    if len(shared) >= FEWEST_SHARED:
        yield Candidate({"source": name}, frozenset(shared), undated=bool(lacking))


def list_read(feed: ConfiguredFeed, header: tuple[str, ...]) -> dict[str, str]:
    """The file's columns that a feed reads -> the first of our columns that is read from each."""
    read: dict[str, str] = {}
    for resolved in feed.mappings:
        named = index_header(header, resolved)
        for ours, expression in resolved.mapping.columns.items():
            for theirs in file_columns(expression, header):
                if fold(theirs) in named:
                    read.setdefault(named[fold(theirs)], ours)
    return read


def _as_table(table: str, header: tuple[str, ...]) -> Iterator[Candidate]:
    contract = FEEDS[table]
    by_shape = {_shape(name): name for name in header}
    mapped: dict[str, str] = {}
    for ours in columns(contract):
        near = get_close_matches(ours, by_shape, n=1, cutoff=LIKENESS)
        shape = ours if ours in by_shape else next(iter(near), None)
        if shape is not None and by_shape[shape] not in mapped.values():
            mapped[ours] = by_shape[shape]
    lacking = {ours for ours in required(contract) if ours not in mapped}
    placeholders = {
        name: CONSTANT_PLACEHOLDERS[name] for name in lacking & {*CONSTANT_PLACEHOLDERS}
    }
    alternatives = any_of(contract)
    is_named = not alternatives or any(name in mapped for name in alternatives)
    if lacking - {*placeholders} or not is_named or len(mapped) < FEWEST_SHARED:
        return
    renamed = {ours: theirs for ours, theirs in mapped.items() if fold(theirs) != ours}
    settings = {
        "table": table,
        **({"columns": renamed} if renamed else {}),
        **({"constants": placeholders} if placeholders else {}),
    }
    yield Candidate(settings, frozenset(mapped.values()))


def _shape(name: str) -> str:
    """A header as our columns are written: `Contact ID` is `contact_id`."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()).strip("_")
