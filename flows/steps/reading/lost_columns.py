"""Columns that a feed's files gave to earlier runs, and that none of its files gives any more."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.manifest import Warned
from flows.catalog.feed_contents import FeedContents
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.required_columns import list_given
from flows.storage.layout import Layout
from flows.storage.notes.known_columns import is_damaged


def list_columns(given: FeedContents, before: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is remembered of the columns of every feed after this run.

    Args:
        given: The feeds and their files.
        before: Feed -> the columns that are remembered of earlier runs.

    Returns:
        Feed -> the columns, as `table.column`, that its files gave or ever gave; one that `without`
        names is forgotten.
    """
    return {
        feed.name: sorted(
            one
            for one in {*before.get(feed.name, []), *_list_given(feed, _files_of(feed, given))}
            if one.partition(".")[2] not in feed.section.without
        )
        for feed in given.feeds
    }


def warn_of_damage(root: Path) -> Iterator[Warned]:
    """Warn where it is not known any more what feeds gave to earlier runs."""
    if is_damaged(root):
        path = Layout(root).relative(Layout(root).columns)
        message = f"{path} is not what a run wrote: a column that a feed lost is not told this time"
        yield Warned(code="kept_damaged", message=message, path=path)


def warn_of_lost_columns(given: FeedContents, before: Mapping[str, list[str]]) -> Iterator[Warned]:
    """Warn of columns that a feed gave to earlier runs and gives no more.

    A file delivered anew under its old name leaves no file that still has them.

    Args:
        given: The feeds and their files.
        before: Feed -> the columns that are remembered of earlier runs.
    """
    for feed in given.feeds:
        files = _files_of(feed, given)
        known = {*_list_given(feed, files)}
        if not known:
            continue
        mapped = {
            f"{one.mapping.table}.{name}" for one in feed.mappings for name in one.mapping.columns
        }
        for column in sorted((mapped & {*before.get(feed.name, [])}) - known):
            name = column.partition(".")[2]
            if name not in feed.section.without:
                yield Warned(
                    code="column_gone",
                    message=f"feed {feed.name}: no file gives {column} any more, as those of an "
                    f"earlier run did, so it is null; name the file's column in columns = "
                    f'{{ {name} = "…" }}, or say that it is gone: without = ["{name}"]',
                    feed=feed.name,
                    path=files[-1].raw.path,
                    count=len(files),
                    setting=f"feeds[{feed.place}].columns",
                )


def _files_of(feed: ConfiguredFeed, given: FeedContents) -> list[ReadFile]:
    """The files of a feed that tell which columns it has: not of JSON, whose keys come and go."""
    return [
        file
        for file in given.files
        if file.raw.feed is feed and file.receipt.has_fixed_columns and not file.receipt.is_empty
    ]


def _list_given(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[str]:
    headers = dict.fromkeys(tuple(file.receipt.columns) for file in files)
    for header in headers:
        yield from list_given(feed, header)
