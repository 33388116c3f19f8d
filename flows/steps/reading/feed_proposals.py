"""The feed entry that would read a file which somebody brings, and what of it is open."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.config.nearest_names import nearest
from contracts.config.source_mapping import Source
from contracts.feeds import AdStats, Events
from contracts.vocabulary import Action
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.refused_headers import require_columns
from flows.ingest.required_columns import find_missing
from flows.readers import ROW_NUMBER, Reader, RefusedFile, open_feed
from flows.readers.compression import compression_of
from flows.steps.reading.feed_candidates import (
    CONSTANT_PLACEHOLDERS,
    Candidate,
    KnownSources,
    explain_unknown,
    find_candidates,
    list_ignored,
    list_read,
    split_words,
)
from flows.steps.reading.foreign_signs import (
    explain_signs,
    find_currencies,
    find_meant_currencies,
)
from transforms.ingest.column_mapping import ResolvedMapping, keep_rows_of_table
from transforms.ingest.expressions import fold
from transforms.ingest.row_parsing import parse_rows
from transforms.ingest.setting_hints import propose_settings
from transforms.ingest.validation import explain_failures, is_suspect

SAMPLE_ROWS = 1_000
"""How many rows of a file are looked at."""
STATS, PARTS = "ad_stats", "ad_breakdowns"
EXAMPLE_TYPE = "email_opened"
ALMOST = 0.25
"""How much less evidence another candidate may have to be named beside the best."""


@dataclass(frozen=True)
class FeedProposal:
    """A feed entry that would read a file.

    Attributes:
        settings: The entry without `files`; none where nothing fits.
        read: The file's columns that it reads -> ours.
        open_points: What a person should look at, a sentence each.
        alike_names: The share of the words in the names of file and source that are the same.
        currencies: Those of its first rows.
        to_map: All of its columns as they stand, where a person is to map them.
    """

    path: Path
    settings: Mapping[str, object]
    read: Mapping[str, str]
    open_points: tuple[str, ...]
    header: frozenset[str] = frozenset()
    alike_names: float = 0.0
    currencies: frozenset[str] = frozenset()
    to_map: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        """How the file's name ends, with what it says of compression."""
        kept = 2 if compression_of(self.path) else 1
        return "".join(self.path.suffixes[-kept:])


def propose_feed(path: Path, known: KnownSources) -> FeedProposal:
    """Look at a file's header and its first rows, and propose the entry that reads it."""
    sources = known.sources
    try:
        opened = open_feed(path, known.options)
    except RefusedFile as error:
        return FeedProposal(path, {}, {}, (f"it cannot be read: {error.reason}; {error.hint}",))
    header = opened.header.columns
    if opened.is_empty and not header:
        return FeedProposal(path, {}, {}, ("it has no data: bring a file with a row",))
    candidates = find_candidates(path, header, known)
    if not candidates:
        point, to_map = explain_unknown(header)
        return FeedProposal(path, {}, {}, (point,), to_map=to_map)
    best, *others = candidates
    needed, ambiguous = _find_settings(path, best, sources)
    settings = {**best.settings, **needed}
    feed = best.configure(sources, **settings)
    meant = find_meant_currencies(feed, header)
    if len(meant) == 1:
        settings["constants"] = {**_constants_of(settings), AdStats.currency: min(meant)}
        feed = best.configure(sources, **settings)
    as_filled = best.configure(sources, **_fill_constants(settings))
    points = [
        *_explain_constants(settings),
        *explain_signs(feed, meant),
        *(f"it may be read with {one}: say which, in the place of this line" for one in ambiguous),
        *_explain_header(feed, opened),
        *_explain_rows(path, as_filled),
        *_explain_others(best, others),
        *_explain_parts(best, others, sources),
        *_explain_name(best, path, sources),
    ]
    return FeedProposal(
        path,
        settings,
        list_read(feed, header),
        tuple(points),
        frozenset(map(fold, header)),
        best.alike_names,
        find_currencies(_read_sample(path, feed)) | (meant if len(meant) == 1 else frozenset()),
    )


def set_neighbours_apart(proposals: Sequence[FeedProposal]) -> list[FeedProposal]:
    """Propose nothing for a file that another one shows to be of another table.

    Tables of a connector share most of their columns: of two files with different ones that look
    like the same source, that which is less called so is a neighbour that no source reads.
    """
    return [_set_apart(one, proposals) for one in proposals]


def _set_apart(one: FeedProposal, proposals: Iterable[FeedProposal]) -> FeedProposal:
    nearer = next(
        (
            other
            for other in proposals
            if "source" in one.settings
            and other.settings == one.settings
            and other.header != one.header
            and other.alike_names > one.alike_names
        ),
        None,
    )
    if nearer is None:
        return one
    point = (
        f"its columns look like {one.settings['source']}, but {nearer.path.name} has others and is "
        "rather called so: if both are of one table, copy it to that; else map it by hand: "
        f"table = …, columns = {{ ours = theirs }}. It has {', '.join(sorted(one.header)[:12])}"
    )
    return FeedProposal(one.path, {}, {}, (point,))


def _read_sample(
    path: Path, feed: ConfiguredFeed
) -> Iterator[tuple[ResolvedMapping, pl.DataFrame]]:
    """The first rows of a file, parsed as each table that they feed."""
    try:
        batch = next(open_feed(path, feed.options).batches(), None)
    except RefusedFile:
        batch = None
    if batch is None:
        return
    header = tuple(name for name in batch.rows.columns if name != ROW_NUMBER)
    for resolved in feed.mappings:
        rows = keep_rows_of_table(batch.rows.head(SAMPLE_ROWS).lazy(), resolved, header)
        yield resolved, parse_rows(rows, resolved, header).collect()


def _find_settings(
    path: Path, candidate: Candidate, sources: Mapping[str, Source]
) -> tuple[dict[str, object], list[str]]:
    """The marks and formats that the first rows need, and those of which a person has to choose."""
    found: dict[str, object] = {}
    ambiguous: list[str] = []
    for resolved, parsed in _read_sample(path, candidate.configure(sources)):
        for settings in propose_settings(parsed, resolved).values():
            if len(settings) > 1:
                ambiguous.append(" or with ".join(settings))
                continue
            for line in settings[0].split(" and "):
                for key, value in tomllib.loads(line).items():
                    found[key] = _join(found.get(key), value)
    return found, ambiguous


def _join(before: object, value: object) -> object:
    """What two columns need of one setting; of marks, those of the later one."""
    if isinstance(before, dict) and isinstance(value, dict):
        return before | value
    if isinstance(before, list) and isinstance(value, list):
        return list(dict.fromkeys([*before, *value]))
    return value


def _constants_of(settings: Mapping[str, object]) -> dict[str, object]:
    constants = settings.get("constants")
    return dict(constants) if isinstance(constants, dict) else {}


def _explain_constants(settings: Mapping[str, object]) -> Iterator[str]:
    for name in _constants_of(settings).keys() & CONSTANT_PLACEHOLDERS.keys():
        yield f'no column tells {name}: say it in constants, as "{EXAMPLE_TYPE}"'


def _fill_constants(settings: Mapping[str, object]) -> dict[str, object]:
    """The settings with a word in the place of constants to fill, as rows are read with one."""
    told = _constants_of(settings)
    filled = dict.fromkeys(told.keys() & CONSTANT_PLACEHOLDERS.keys(), EXAMPLE_TYPE)
    return {**settings, **({"constants": {**told, **filled}} if told else {})}


def _explain_header(feed: ConfiguredFeed, opened: Reader) -> Iterator[str]:
    header = opened.header.columns
    try:
        require_columns(feed, header, opened.preamble)
    except RefusedFile as error:
        yield f"it would be refused: {error.reason}; {error.hint}"
    lacking = [
        one.column for one in find_missing(feed, header) if one.is_told and not one.is_needed
    ]
    if lacking and feed.section.source is not None:
        listed = ", ".join(f'"{name}"' for name in dict.fromkeys(lacking))
        yield f"it has no column for these; if it never has: without = [{listed}]"
    read = list_read(feed, header)
    passed = list_ignored(feed)
    if left := [name for name in header if name not in read and fold(name) not in passed]:
        yield f"these columns become attributes: {', '.join(left)}"


def _explain_rows(path: Path, feed: ConfiguredFeed) -> Iterator[str]:
    for resolved, parsed in _read_sample(path, feed):
        suspects = parsed.filter(is_suspect(resolved.table))
        failures = explain_failures(suspects, resolved.table)
        reasons = Counter(failures.get_column("failed_checks").explode())
        if failures.height:
            top = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
            yield (
                f"{failures.height} of its first {parsed.height} rows would be rejected as "
                f"{resolved.mapping.table}: {top}"
            )
        if resolved.mapping.table == "events":
            yield from _explain_types(parsed)


def _explain_types(parsed: pl.DataFrame) -> Iterator[str]:
    standard = [*RunChannels().interactions]
    known = {*standard, *map(str, Action)}
    for name in parsed.get_column(Events.event_type).drop_nulls().unique().sort():
        if name not in known:
            near = nearest(name, standard)
            meant = f'; if it means {near}: values = {{ event_type = {{ {name} = "{near}" }} }}'
            yield f"{name!r} is not a standard event type{meant if near else ''}"


def _explain_others(best: Candidate, others: list[Candidate]) -> Iterator[str]:
    near = [
        str(one.settings.get("source") or one.settings.get("table"))
        for one in others
        if one.evidence >= best.evidence - ALMOST and one.undated == best.undated
    ]
    if near:
        yield f"it may also be {', '.join(near[:3])}"


def _explain_parts(
    best: Candidate, others: list[Candidate], sources: Mapping[str, Source]
) -> Iterator[str]:
    """A report by device, place or age makes no table of campaigns, unless it is read as both."""
    if _tables_of(best, sources) != {PARTS}:
        return
    vendor = str(best.settings["source"]).split(".")[0]
    for one in others:
        source = str(one.settings.get("source"))
        if source.startswith(f"{vendor}.") and STATS in _tables_of(one, sources):
            yield (
                "its rows are parts of each day, which make ads/breakdown_report alone; for the "
                f'reports of campaigns add an entry of the same files with source = "{source}"'
            )
            return


def _tables_of(candidate: Candidate, sources: Mapping[str, Source]) -> set[str]:
    source = candidate.settings.get("source")
    return {one.table for one in sources[source].tables} if isinstance(source, str) else set()


def _explain_name(best: Candidate, path: Path, sources: Mapping[str, Source]) -> Iterator[str]:
    """The file may be a neighbour of the table that its columns look like."""
    source = best.settings.get("source")
    if isinstance(source, str):
        known = {word for name in sources for word in split_words(name)}
        if more := sorted((split_words(path.stem) & known) - split_words(source)):
            listed = " and ".join(map(repr, more))
            yield f"its name says {listed}, which is not what {source} is called: is it that?"
