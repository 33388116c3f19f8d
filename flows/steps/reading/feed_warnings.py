"""What a person should look at in the feeds of a run: columns, words, emptiness (SPEC §3, §8)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from itertools import chain

from contracts.channels import RunChannels, own_channel_of
from contracts.config.nearest_names import nearest
from contracts.config.source_mapping import Expression, Source
from contracts.config.toml_values import write_toml
from contracts.config.workspace import AdsSection
from contracts.feeds import AdStats, Events
from contracts.manifest import Warned, count_of
from contracts.reference.ad_platforms import PLATFORM_OF_SOURCE
from contracts.vocabulary import Action, Channel, Platform
from flows.catalog.canonical_tables import Catalog
from flows.catalog.feed_contents import FeedContents
from flows.catalog.read_files import ReadFile, list_receipts
from flows.config.configured_feeds import ConfiguredFeed
from flows.config.loading import LoadedWorkspace
from flows.ingest.required_columns import find_missing, list_given
from flows.steps.messaging.described_messages import find_channels
from flows.steps.reading.asked_names import warn_of_conversions
from flows.steps.reading.doubt_warnings import add_up, warn_of_doubts
from flows.steps.reading.feed_candidates import CAMPAIGN_ID, MESSAGE_OF_EVENT
from flows.steps.reading.foreign_signs import warn_of_signs, warn_of_units
from transforms.common.calendar import find_day
from transforms.ingest.expressions import file_columns, fold

OF_AD_ACCOUNTS = ("ad_stats", "ad_breakdowns")
"""Tables whose amounts are in their account's currency where they name none."""
ALIKE = 0.85
"""From which likeness on the name of a platform is one that links give, misspelt."""
EARLIEST = date(2000, 1, 1)
"""Before it a row's time is the zero of a spreadsheet or a clock, or of another unit."""
AHEAD = timedelta(days=366)
"""What is planned lies nearer than that; a row beyond it has a mistyped year."""


def find_feed_warnings(
    loaded: LoadedWorkspace, catalog: Catalog, now: datetime
) -> Iterator[Warned]:
    """Everything about the feeds that is allowed and looks like a mistake."""
    for feed in catalog.feeds:
        files = catalog.feeds.files_of(feed)
        yield from _warn_of_emptiness(feed, files)
        filled = [file for file in files if not file.receipt.is_empty]
        yield from _warn_of_missing_columns(feed, filled, loaded.config.workspace.currency)
        yield from _warn_of_campaigns_of_events(feed, filled)
        yield from _warn_of_constants(feed, filled, loaded.sources)
        yield from warn_of_signs(feed, filled, loaded.config.workspace.currency)
        yield from warn_of_units(feed, filled)
        yield from warn_of_doubts(feed, filled, loaded.config.workspace.timezone)
        yield from _warn_of_far_off_times(feed, filled, (now + AHEAD).date())
        yield from _warn_of_platforms(feed, filled, loaded.config.ads)
    yield from warn_of_conversions(catalog)
    channels = find_channels(catalog, loaded.config)
    yield from _warn_of_unknown_types(loaded, catalog.feeds, channels)


def _warn_of_emptiness(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[Warned]:
    rows = sum(got.rows_read for got in list_receipts(files))
    if files and not rows:
        yield feed.warn(
            "feed_empty",
            f"no row in {count_of(len(files), 'file')}; "
            "tables that it alone fills are published without rows",
            "expect_every",
            count=len(files),
        )


def _warn_of_missing_columns(
    feed: ConfiguredFeed, files: list[ReadFile], currency: str
) -> Iterator[Warned]:
    lacking: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    for header, count in Counter(tuple(file.receipt.columns) for file in files).items():
        for one in find_missing(feed, header):
            if one.is_told and not one.is_needed and one.column not in feed.section.without:
                lacking[one.table, one.column, one.wanted] += count
    warned: set[str] = set()
    for (table, column, wanted), count in lacking.items():
        if column not in warned:
            warned.add(column)
            names = " or ".join(f'"{name}"' for name in dict.fromkeys(wanted))
            yield feed.warn(
                "column_missing",
                f"{_of_files(count, len(files))} no column "
                f"{names} for {table}.{column}, {_without(table, column, currency)}, "
                f'or silence this: without = ["{column}"]',
                "without",
                count=count,
            )


def _warn_of_campaigns_of_events(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[Warned]:
    """Interactions that name no message and no send, while a column has their campaign."""
    types = {name for got in list_receipts(files) for name in got.event_types}
    if Events.message_id in feed.section.without or types.isdisjoint(RunChannels().interactions):
        return
    told = {f"events.{name}" for name in MESSAGE_OF_EVENT}
    headers = [tuple(file.receipt.columns) for file in files]
    lacking = [
        header
        for header in headers
        if feed.section.table == "events"
        and CAMPAIGN_ID in map(fold, header)
        and told.isdisjoint(list_given(feed, header))
    ]
    if lacking and MESSAGE_OF_EVENT.isdisjoint(feed.section.constants):
        yield feed.warn(
            "column_missing",
            f"{_of_files(len(lacking), len(files))} no column that tells of which message or send "
            'an event is, so that all stand under "(none)" and none beside its campaign\'s sends; '
            f'columns = {{ {Events.message_id} = "{CAMPAIGN_ID}" }} reads that of the campaign, or '
            f'silence this: without = ["{Events.message_id}"]',
            "columns.message_id",
            count=len(lacking),
        )


def _warn_of_constants(
    feed: ConfiguredFeed, files: list[ReadFile], sources: Mapping[str, Source]
) -> Iterator[Warned]:
    """Columns that a feed's files have, and of which its constants say one value for all rows."""
    section = feed.section
    for name in sorted(section.constants.keys() - section.columns.keys()):
        reads: list[Expression] = [name]
        if section.source is not None:
            tables = sources[section.source].tables
            reads = [one.columns[name] for one in tables if name in one.columns]
        found = {
            file.raw.path: column
            for file in files
            for column in file.receipt.columns
            for one in reads
            if fold(column) in map(fold, file_columns(one, file.receipt.columns))
        }
        if found:
            column = min(found.values())
            yield feed.warn(
                "constant_over_column",
                f'column "{column}" of {count_of(len(found), "file")} is not read, because '
                f"constants give {name}: columns = {write_toml({name: column})} reads it, and the "
                "constant where it is empty",
                f"constants.{name}",
                count=len(found),
            )


def _without(table: str, column: str, currency: str) -> str:
    """What becomes of a column that files lack, and what would give it."""
    named = f'name the file\'s column in columns = {{ {column} = "…" }}'
    if column != AdStats.currency:
        return f"which is null there; {named}"
    account = "their account's currency, else " if table in OF_AD_ACCOUNTS else ""
    means = f"so amounts are taken to be in {account}{currency}"
    return f'{means}; say it in constants = {{ currency = "…" }}, {named}'


def _warn_of_far_off_times(
    feed: ConfiguredFeed, files: list[ReadFile], latest: date
) -> Iterator[Warned]:
    """Rows of a time in which nothing was sent or sold; one to come hides that a feed is late."""
    got = [(file.raw.path, one) for file in files for one in file.receipt.tables]
    firsts = [(one.first_at, one.table, path) for path, one in got if one.first_at]
    lasts = [(one.last_at, one.table, path) for path, one in got if one.last_at]
    far = {
        "before 2000": [one for one in firsts if find_day(one[0], "UTC") < EARLIEST],
        "more than a year ahead": [one for one in lasts if find_day(one[0], "UTC") > latest],
    }
    for where, found in far.items():
        if found:
            at, table, path = min(found)
            yield feed.warn(
                "far_off_time",
                f"{count_of(len(found), 'file')} with rows {where}, as {table} of {at} in {path}; "
                "they count on that day: mend them in the file, or read what stands for no time "
                'as empty with null_values = ["…"]',
                "null_values",
                count=len(found),
            )


def _warn_of_platforms(
    feed: ConfiguredFeed, files: list[ReadFile], ads: AdsSection
) -> Iterator[Warned]:
    """Platforms that links name otherwise, so that no session would find their ads."""
    counts = add_up(list_receipts(files), lambda got: got.platforms)
    own = {*Platform, *ads.sources.values(), *(alias.platform for alias in ads.aliases.values())}
    for (_, name), count in sorted(counts.items()):
        known = get_close_matches(name.replace("_", " "), PLATFORM_OF_SOURCE, n=1, cutoff=ALIKE)
        if known and name not in own:
            meant = PLATFORM_OF_SOURCE[known[0]]
            yield feed.warn(
                "unusual_platform",
                f"{count_of(count, 'row')} of platform {name!r}, while "
                f"links from {known[0]!r} lead to ads of {meant!r}: map it with values = "
                f'{{ platform = {{ {name} = "{meant}" }} }}, or say in [ads.sources] which '
                "utm_source means it",
                "values.platform",
                count=count,
            )


def _warn_of_unknown_types(
    loaded: LoadedWorkspace, contents: FeedContents, channels: RunChannels
) -> Iterator[Warned]:
    """Event types that no vocabulary has: a generic event, or a word that nobody mapped."""
    standard = [*channels.interactions]
    config = loaded.config
    declared = {*config.events.generic, *config.attribution.touch_events}
    known = {*standard, *map(str, Action), *declared}
    for feed in contents:
        receipts = list_receipts(contents.files_of(feed))
        counts = add_up(receipts, lambda got: got.event_types)
        own = known | _words_of(feed, loaded.sources)
        for (_, name), count in counts.most_common():
            if name in own:
                continue
            near = _find_meant(name, channels)
            meant = f"; did you mean {near!r}?" if near else "."
            target = near or "…"
            own_channel = own_channel_of(name)
            channel = f', or name its channel: channels = ["{own_channel}"]' if own_channel else ""
            message = (
                f"feed {feed.name}: {count_of(count, 'row')} of event type {name!r}, which is not "
                f"a standard one, kept as generic events{meant} Map it with values = "
                f'{{ event_type = {{ {name} = "{target}" }} }}{channel}, or declare it: '
                f'[events] generic = ["{name}"]'
            )
            yield Warned(
                code="unknown_event_type",
                message=message,
                feed=feed.name,
                count=count,
                setting="events.generic",
            )


def _find_meant(name: str, channels: RunChannels) -> str | None:
    """The standard word that an event type was meant to be; no other channel's of its action."""
    near = None if _lacks_action(name) else nearest(name, channels.interactions)
    channel = own_channel_of(name)
    if near is None or channel is None:
        return near
    return near if channels.interactions[near][0] == nearest(channel, channels.messages) else None


def _lacks_action(name: str) -> bool:
    """Whether it is a word of a standard channel that has no such action, as `email_failed`.

    The nearest standard word is then one of another channel, or says something else.
    """
    channel, _, action = name.rpartition("_")
    return channel in {*map(str, Channel)} and action in {*map(str, Action)}


def _words_of(feed: ConfiguredFeed, sources: Mapping[str, Source]) -> set[str]:
    """The event types that a feed's source maps its vendor's words to."""
    if feed.section.source is None:
        return set()
    mappings = sources[feed.section.source].tables
    constants = {mapping.constants.get(Events.event_type, "") for mapping in mappings}
    words = (mapping.values.get(Events.event_type, {}).values() for mapping in mappings)
    return {*constants, *chain.from_iterable(words)}


def _of_files(count: int, files: int) -> str:
    return f"{count:,} of {count_of(files, 'file')} {'has' if count == 1 else 'have'}"
