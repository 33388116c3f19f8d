"""Every feed of a workspace into the ledger, several files at a time; what became of the rows."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

import pyarrow as pa

from contracts.erasures import ERASED
from contracts.feeds import Feed
from contracts.manifest import Check, InputFile, Warned, count_of
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import reject_unpriced
from flows.catalog.feed_contents import FeedContents
from flows.catalog.feed_files import RawFile, find_alike, find_files, find_folders
from flows.catalog.read_files import ReadFile, order_files
from flows.catalog.repeat_warnings import warn_of_renamed, warn_of_repeats
from flows.catalog.row_status import REJECTED, judge_rows
from flows.cluster.workers import THREADS, Workers
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.config.loading import LoadedWorkspace
from flows.config.memory import KEYS, count_at_once, files_at_once
from flows.config.parent_model import require_parent_model
from flows.ingest.file_states import Pools, Refused, Target
from flows.ingest.raw_reading import RawFilesRead, read_raw_files
from flows.ingest.refused_people import Erasing
from flows.kept.keepers import Keeper
from flows.progress import Progress
from flows.steps.reading.event_type_names import name_event_types
from flows.steps.reading.feed_guards import FeedState, judge_feeds
from flows.steps.reading.feed_warnings import find_feed_warnings
from flows.steps.reading.lost_columns import list_columns, warn_of_damage, warn_of_lost_columns
from flows.steps.reading.rate_warnings import find_missing_rates
from flows.storage.erasing.erasure_journal import read_erasures
from flows.storage.run_notes import read_known_columns
from flows.storage.snapshots.published_files import PublishedDamage, read_manifest
from flows.storage.table_checks import equal
from transforms.ingest.deduplication import DUPLICATE, SUPERSEDED

BROUGHT_AT_ONCE = 16
"""How many files are brought to this machine at a time for workers in other processes."""


@dataclass(frozen=True)
class FeedsRead:
    """What reading all feeds gave.

    Attributes:
        columns: What the next run is to know of each feed's columns.
    """

    root: Path
    catalog: Catalog
    refused: list[Refused]
    warnings: list[Warned]
    states: list[FeedState]
    columns: Mapping[str, list[str]]

    @cached_property
    def inputs(self) -> list[InputFile]:
        """One entry a file and table, sorted by path."""
        entries = [entry for file in self.catalog.files for entry in self._entries(file)]
        entries += [
            InputFile(
                path=refused.raw.path,
                sha256=refused.state.sha256 if refused.state else "",
                bytes=refused.state.bytes if refused.state else 0,
                feed=refused.raw.feed.name,
                table=resolved.mapping.table,
                refused=f"{refused.reason}; {refused.hint}",
            )
            for refused in self.refused
            for resolved in refused.raw.feed.mappings
        ]
        return sorted(entries, key=lambda entry: (entry.path, entry.feed, entry.table))

    def _entries(self, file: ReadFile) -> Iterator[InputFile]:
        for got in file.receipt.tables:
            discarded = self.catalog.status.count(file, got.table)
            yield InputFile(
                path=file.raw.path,
                sha256=file.sha256,
                bytes=file.receipt.bytes,
                feed=file.raw.feed.name,
                table=got.table,
                rows_read=got.rows_read,
                accepted=0 if file.is_copy else got.valid - discarded.total(),
                rejected=0 if file.is_copy else got.rejected + discarded[REJECTED],
                superseded=discarded[SUPERSEDED],
                duplicates=discarded[DUPLICATE],
                erased=0 if file.is_copy else got.reasons.get(ERASED, 0),
                first_at=got.first_at,
                last_at=got.last_at,
                org_id=_find_organization(file, got.table),
            )


def _find_organization(file: ReadFile, table: str) -> str | None:
    """Whose rows of a table all are, where the feed says so."""
    mappings = [one.mapping for one in file.raw.feed.mappings if one.mapping.table == table]
    given = {mapping.constants.get(Feed.org_id) for mapping in mappings}
    return given.pop() if len(given) == 1 else None


def read_feeds(
    loaded: LoadedWorkspace,
    ledger: Path,
    progress: Progress,
    now: datetime | None = None,
    workers: Workers = THREADS,
    keeper: Keeper | None = None,
    *,
    is_anew: bool = False,
) -> FeedsRead:
    """Read every file of every feed that the ledger does not have yet.

    Args:
        now: When the run started, against which a feed is late; the present if not given.
        keeper: Has what earlier runs found of the same files; without one all is found anew.
        is_anew: Whether files that it has are read once more.

    Raises:
        ConfigurationError: The feeds cannot make any report (SPEC §3).
        DataRefused: A folder of feed files is gone or cannot be read.
    """
    config = loaded.config
    feeds = configure_feeds(config, loaded.sources)
    require_parent_model(feeds, config.workspace.channels)
    feeds = name_event_types(loaded.root, feeds, ledger)
    files = find_files(loaded.root, feeds)
    erasing = Erasing(read_erasures(loaded.root), config.erasure.aggregates == "keep")
    target = Target(ledger, erasing, is_anew)
    raw = _read_raw(loaded, files, target, partial(progress, "reading feeds"), workers)
    files_read = order_files(ledger, raw.read)
    contents = FeedContents(tuple(feeds), tuple(file for file in files_read if not file.is_copy))
    status = judge_rows(files_read, count_at_once(config.run, KEYS), keeper)
    catalog = reject_unpriced(Catalog(files_read, contents, status), config, keeper)
    now = now or datetime.now(UTC)
    states = judge_feeds(loaded.root, feeds, files_read, now, config.workspace.timezone)
    before = read_known_columns(loaded.root)
    warnings = [
        *_warn_of_absence(loaded.root, feeds, files),
        *raw.warnings,
        *find_missing_rates(catalog, config),
        *(warned for state in states for warned in state.warnings),
        *find_feed_warnings(loaded, catalog, now),
        *warn_of_damage(loaded.root),
        *warn_of_lost_columns(contents, before),
        *warn_of_repeats(catalog, config, keeper),
        *warn_of_renamed(catalog, config, keeper),
        *_warn_of_files(catalog),
    ]
    columns = list_columns(contents, before)
    return FeedsRead(loaded.root, catalog, raw.refused, warnings, states, columns)


def _read_raw(
    loaded: LoadedWorkspace,
    files: list[RawFile],
    target: Target,
    progress: Callable[[int, int], None],
    workers: Workers,
) -> RawFilesRead:
    at_once = files_at_once(loaded.config.run)
    with (
        workers.open_pool(at_once) as pool,
        ThreadPoolExecutor(BROUGHT_AT_ONCE if workers.is_remote else at_once) as here,
    ):
        raw = read_raw_files(
            files,
            target,
            loaded.config.workspace.settle_seconds,
            Pools(pool, here, workers.is_remote),
            progress,
            partial(_list_published, loaded.root),
        )
    # Arrow keeps what reading freed for the threads that read, which are gone: it gives it back.
    pa.default_memory_pool().release_unused()
    return raw


def _list_published(root: Path) -> dict[tuple[str, str], str]:
    """Path and feed of the files from which the published tables are, with their bytes' hash."""
    with suppress(PublishedDamage):
        if manifest := read_manifest(root):
            return {(one.path, one.feed): one.sha256 for one in manifest.inputs}
    return {}


def _warn_of_absence(
    root: Path, feeds: list[ConfiguredFeed], files: list[RawFile]
) -> Iterator[Warned]:
    for feed in feeds:
        pattern = feed.section.files
        either, alike = find_alike(root, feed, files)
        if alike:
            said = (
                f"{count_of(len(alike), 'file')} of {pattern} but for capitals or compression, as "
                f'{alike[0]}, not read: files = "{either}"'
            )
            yield feed.warn("files_alike", said, "files", count=len(alike))
        if not any(raw.feed is feed for raw in files):
            braces = ", in which braces stand for themselves: * ? and [ab] are wildcards"
            said = f"no file matches {pattern}{braces if '{' in pattern else ''}"
            yield feed.warn("no_files", said, "files", count=0)
        if folders := find_folders(root, feed):
            inside = f"{pattern.rstrip('/')}/*{PurePosixPath(pattern).suffix}"
            said = (
                f"{count_of(len(folders), 'folder')} where {pattern} means files, and nothing in "
                f'it was read: what lies there is files = "{inside}"'
            )
            yield feed.warn("folders_matched", said, "files", count=len(folders))


def _warn_of_files(catalog: Catalog) -> Iterator[Warned]:
    for file in catalog.files:
        if file.receipt.is_empty:
            message = f"{file.raw.path}: no rows; the file is empty or has only its header"
            yield Warned(code="empty_file", message=message, path=file.raw.path)
        for note in file.receipt.notes:
            yield Warned(code="note", message=f"{file.raw.path}: {note}", path=file.raw.path)


def reconcile_inputs(inputs: list[InputFile]) -> list[Check]:
    """For every file and table: rows_read = accepted + rejected + superseded + duplicates."""
    return [
        equal(
            f"{entry.path} > {entry.table}: every row is accounted for",
            entry.rows_read,
            entry.accepted + entry.rejected + entry.superseded + entry.duplicates,
        )
        for entry in inputs
    ]
