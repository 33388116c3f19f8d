"""A look at the feeds of a workspace as a run would read them, with nothing kept."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from contracts.channels import RunChannels
from contracts.feed_check import CheckedFeed, CheckedTable, EventTypeSeen, RefusedFeedFile
from contracts.manifest import InputFile, Warned
from contracts.vocabulary import Action
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.config.loading import LoadedWorkspace
from flows.errors import CampaignReportsError, ConfigurationError, DataRefused
from flows.ingest.required_columns import NEVER_NEEDED
from flows.progress import Progress
from flows.remote.workspace_place import open_feeds
from flows.steps.messaging.described_messages import find_channels
from flows.steps.reading.read_feeds import FeedsRead, read_feeds
from flows.steps.reading.refusals import find_refusal
from flows.steps.warning_order import order_warnings
from transforms.common.calendar import find_day
from transforms.ingest.column_mapping import ResolvedMapping, find_read
from transforms.ingest.expressions import fold

GENERIC = "generic"
OF_ITS_SEND = "its send's"


@dataclass(frozen=True)
class Checked:
    """What a look at a workspace's feeds found.

    Attributes:
        feeds: In the order of the configuration.
        inputs: One entry a file (and table), counted as a run would count it.
        warnings: What a run would warn of while it reads.
        problem: What would stop a run, with its exit code.
    """

    feeds: list[CheckedFeed]
    inputs: list[InputFile]
    warnings: list[Warned]
    problem: CampaignReportsError | None


def check_feeds(loaded: LoadedWorkspace, progress: Progress) -> Checked:
    """Read all feeds of a workspace as a run would, and keep nothing."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix="campaign-reports-check-") as scratch,
            open_feeds(loaded.root, loaded.config.feed_files),
        ):
            return _describe(loaded, read_feeds(loaded, Path(scratch), progress))
    except (ConfigurationError, DataRefused) as problem:
        return Checked(feeds=[], inputs=[], warnings=[], problem=problem)


def _describe(loaded: LoadedWorkspace, read: FeedsRead) -> Checked:
    inputs = read.inputs
    channels = find_channels(read.catalog, loaded.config)
    timezone = loaded.config.workspace.timezone
    feeds = [
        _check_feed(feed, read, inputs, channels, timezone)
        for feed in configure_feeds(loaded.config, loaded.sources)
    ]
    return Checked(feeds, inputs, order_warnings(read.warnings), find_refusal(read, loaded.config))


def _check_feed(
    feed: ConfiguredFeed,
    read: FeedsRead,
    inputs: list[InputFile],
    channels: RunChannels,
    timezone: str,
) -> CheckedFeed:
    files = [file for file in read.catalog.files if file.raw.feed.place == feed.place]
    refused = [one for one in read.refused if one.raw.feed.place == feed.place]
    header = tuple(dict.fromkeys(name for file in files for name in file.receipt.columns))
    known = {
        fold(name)
        for resolved in feed.mappings
        for names in _read_columns(resolved, header).values()
        for name in names
    }.union(*(resolved.ignored for resolved in feed.mappings))
    own = [entry for entry in inputs if entry.feed == feed.name]
    return CheckedFeed(
        feed=feed.name,
        reads=feed.section.source or feed.section.table or "",
        pattern=feed.section.files,
        files=len(files) + len(refused),
        columns=list(header),
        left_over=[name for name in header if fold(name) not in known],
        tables=[
            _check_table(resolved, files, own, header, channels, timezone)
            for resolved in feed.mappings
        ],
        refused=[
            RefusedFeedFile(path=one.raw.path, reason=one.reason, hint=one.hint) for one in refused
        ],
    )


def _check_table(
    resolved: ResolvedMapping,
    files: list[ReadFile],
    inputs: list[InputFile],
    header: tuple[str, ...],
    channels: RunChannels,
    timezone: str,
) -> CheckedTable:
    table = resolved.mapping.table
    receipts = [got for file in files if (got := file.of_table(table)) and not file.is_copy]
    counts = [entry for entry in inputs if entry.table == table]
    reasons: Counter[str] = Counter()
    event_types: Counter[str] = Counter()
    for receipt in receipts:
        reasons.update(receipt.reasons)
        event_types.update(receipt.event_types)
    read = _read_columns(resolved, header)
    not_found = [name for name, names in read.items() if not names and name not in NEVER_NEEDED]
    firsts = [str(find_day(one.first_at, timezone)) for one in receipts if one.first_at]
    lasts = [str(find_day(one.last_at, timezone)) for one in receipts if one.last_at]
    return CheckedTable(
        table=table,
        rows_read=sum(entry.rows_read for entry in counts),
        accepted=sum(entry.accepted for entry in counts),
        rejected=sum(entry.rejected for entry in counts),
        superseded=sum(entry.superseded for entry in counts),
        duplicates=sum(entry.duplicates for entry in counts),
        first_day=min(firsts, default=None),
        last_day=max(lasts, default=None),
        mapped={name: names for name, names in read.items() if names},
        constants=dict(resolved.mapping.constants),
        not_found=not_found if header else [],
        event_types=[
            EventTypeSeen(event_type=name, rows=rows, channel=_channel_of(name, channels))
            for name, rows in sorted(event_types.items())
        ],
        reasons=dict(reasons.most_common()),
    )


def _channel_of(event_type: str, channels: RunChannels) -> str:
    if event_type in channels.interactions:
        return channels.interactions[event_type][0]
    return OF_ITS_SEND if event_type in {*Action} else GENERIC


def _read_columns(resolved: ResolvedMapping, header: tuple[str, ...]) -> dict[str, list[str]]:
    """Canonical column -> the file's that it is read from, without those of one value."""
    given = resolved.mapping.constants
    return {name: read for name, read in find_read(resolved, header).items() if name not in given}
