"""Columns that earlier files of a feed have, or had in earlier runs, and later ones have not."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from contracts.config.source_mapping import Expression
from contracts.manifest import Warned, count_of
from flows.catalog.feed_contents import FeedContents
from flows.catalog.read_files import ReadFile
from flows.config.configured_feeds import ConfiguredFeed
from flows.ingest.required_columns import find_missing, list_given, list_unread
from flows.storage.layout import Layout
from flows.storage.run_notes import are_columns_damaged
from transforms.ingest.attributes import ATTRIBUTES
from transforms.ingest.expressions import file_columns, fold

UNREAD = f"{ATTRIBUTES}."
"""What the names of columns that no mapping reads begin with, where columns are remembered."""
SHOWN = 3
MOST_TOLD = 10
"""Up to how many columns that go together are told each by itself; of more, the first are shown."""


def list_columns(feeds: FeedContents, before: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is remembered of the columns of every feed after this run.

    Args:
        before: Feed -> the columns that are remembered of earlier runs.

    Returns:
        Feed -> the columns, as `table.column`, that its files gave or ever gave, and those that no
        mapping reads, as `attributes.column`, that they have now; one that `without` names is
        forgotten.
    """
    return {
        feed.name: sorted(
            one
            for one in _remember(feed, _files_of(feed, feeds), before.get(feed.name, []))
            if one.partition(".")[2] not in feed.section.without
        )
        for feed in feeds
    }


def _remember(feed: ConfiguredFeed, files: list[ReadFile], before: list[str]) -> set[str]:
    ever = {one for one in before if not (files and one.startswith(UNREAD))}
    return {*ever, *_list_given(feed, files), *_list_unread(feed, files)}


def warn_of_damage(root: Path) -> Iterator[Warned]:
    """Warn where it is not known any more what feeds gave to earlier runs."""
    if are_columns_damaged(root):
        path = Layout(root).relative(Layout(root).columns)
        message = f"{path} is not what a run wrote: a column that a feed lost is not told this time"
        yield Warned(code="kept_damaged", message=message, path=path)


def warn_of_lost_columns(feeds: FeedContents, before: Mapping[str, list[str]]) -> Iterator[Warned]:
    """Warn of columns that a feed's later files have not, while earlier ones have or had them.

    A file delivered anew under its old name leaves no file that still has them. What no mapping
    reads decides no figure: it is told once, in the run in which it goes.
    """
    for feed in feeds:
        files = _files_of(feed, feeds)
        if files:
            yield from _warn_of_later_files(feed, files)
            yield from _warn_of_lost_figures(feed, files, before.get(feed.name, []))
            yield from _warn_of_lost_extras(feed, files, before.get(feed.name, []))


def _warn_of_later_files(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[Warned]:
    """Columns that a file has and one after it has not."""
    known: dict[str, str] = {}
    gone: dict[str, list[str]] = {}
    patterns: dict[str, list[Expression]] = {}
    silenced = set(map(fold, _find_wanted(feed, feed.section.without)))
    for file in files:
        here = {fold(name): name for name in file.receipt.columns}
        for folded in known.keys() - here.keys() - silenced:
            if folded not in patterns:
                patterns[folded] = _list_patterns(feed, known[folded])
            found = (_find_by_pattern(one, file.receipt.columns) for one in patterns[folded])
            if not any(found):
                gone.setdefault(folded, []).append(file.raw.path)
        known |= here
    lost_together: dict[tuple[str, ...], list[str]] = {}
    for folded in sorted(gone):
        lost_together.setdefault(tuple(gone[folded]), []).append(known[folded])
    for paths, names in lost_together.items():
        missing = (
            f"missing from {count_of(len(paths), 'file')}, first from {paths[0]} (files of another "
            "kind are a feed of their own)"
        )
        yield from _tell_gone(feed, names, "earlier files have", missing, paths)


def _list_patterns(feed: ConfiguredFeed, column: str) -> list[Expression]:
    """What finds a column by a pattern, as the amount spent, whose name says its currency, too.

    Where that finds another column in a later file, the column is not gone.
    """
    expressions = (one for r in feed.mappings for one in r.mapping.columns.values())
    return [one for one in expressions if _find_by_pattern(one, [column])]


def _find_by_pattern(expression: Expression, header: Sequence[str]) -> set[str]:
    """The columns of a header that an expression reads without naming them."""
    return {*map(fold, file_columns(expression, header))} - {*map(fold, file_columns(expression))}


def _find_wanted(feed: ConfiguredFeed, names: tuple[str, ...]) -> Iterator[str]:
    """The file columns that are mapped to some canonical ones."""
    for one in find_missing(feed, ()):
        if one.column in names:
            yield from one.wanted


def _warn_of_lost_figures(
    feed: ConfiguredFeed, files: list[ReadFile], before: list[str]
) -> Iterator[Warned]:
    """Columns of ours that no file gives any more: told until `columns` or `without` settles it."""
    mapped = {
        f"{one.mapping.table}.{name}" for one in feed.mappings for name in one.mapping.columns
    }
    known = {*_list_given(feed, files)}
    for column in sorted((mapped & {*before}) - known if known else ()):
        name = column.partition(".")[2]
        if name not in feed.section.without:
            yield feed.warn(
                "column_gone",
                f"no file gives {column} any more, as those of an "
                f"earlier run did, so it is null; name the file's column in columns = "
                f'{{ {name} = "…" }}, or say that it is gone: without = ["{name}"]',
                "columns",
                path=files[-1].raw.path,
                count=len(files),
            )


def _warn_of_lost_extras(
    feed: ConfiguredFeed, files: list[ReadFile], before: list[str]
) -> Iterator[Warned]:
    """Columns that no mapping reads and that no file has any more."""
    here = {fold(name) for file in files for name in file.receipt.columns}
    extras = (one.removeprefix(UNREAD) for one in before if one.startswith(UNREAD))
    gone = [name for name in extras if fold(name) not in here]
    paths = [file.raw.path for file in files]
    yield from _tell_gone(feed, gone, "files of the run before had", "in no file now", paths)


def _tell_gone(
    feed: ConfiguredFeed, names: list[str], had: str, missing: str, paths: Sequence[str]
) -> Iterator[Warned]:
    """One warning a column, or one for many that go together."""
    for told in [[name] for name in names] if len(names) <= MOST_TOLD else [names]:
        shown = ", ".join(f'"{name}"' for name in told[:SHOWN])
        subject = (
            f"column {shown} that {had} is"
            if len(told) == 1
            else f"each of {len(told):,} columns that {had} (such as {shown}) is"
        )
        yield feed.warn(
            "column_gone",
            f"{subject} {missing}; if it bears another name now, map that in columns",
            "columns",
            path=paths[0],
            count=len(paths),
        )


def _files_of(feed: ConfiguredFeed, feeds: FeedContents) -> list[ReadFile]:
    """The files of a feed that tell which columns it has: not of JSON, whose keys come and go."""
    return [
        file
        for file in feeds.files_of(feed)
        if file.receipt.has_fixed_columns and not file.receipt.is_empty
    ]


def _list_given(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[str]:
    for header in {tuple(file.receipt.columns) for file in files}:
        yield from list_given(feed, header)


def _list_unread(feed: ConfiguredFeed, files: list[ReadFile]) -> Iterator[str]:
    for header in {tuple(file.receipt.columns) for file in files}:
        yield from (f"{UNREAD}{name}" for name in list_unread(feed, header))
