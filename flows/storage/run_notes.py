"""What runs note for those after them: which columns feeds gave, and how the last one ended."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from contracts.manifest import AttemptEnd
from flows.errors import StorageFailed
from flows.storage.layout import Layout
from flows.storage.sealed_files import OwnRecord, overwrite_sealed, unseal, write_sealed
from flows.storage.snapshots.published_files import PublishedDamage
from flows.storage.workspace_files import storage_errors


class KnownColumns(OwnRecord):
    """state/columns.json.

    Attributes:
        feeds: Feed -> the canonical columns, as `table.column`, that its files gave, and those that
            no mapping reads, as `attributes.column`.
    """

    feeds: dict[str, list[str]]


def read_known_columns(root: Path) -> Mapping[str, list[str]]:
    """Feed -> the columns that its files gave earlier runs; nothing where none is remembered.

    Raises:
        StorageFailed: The disk refused.
    """
    found: Mapping[str, list[str]] = {}
    with storage_errors("reading the columns of feeds"), suppress(FileNotFoundError, ValueError):
        found = _read_columns(root)
    return found


def are_columns_damaged(root: Path) -> bool:
    """Whether what is remembered is not what a run wrote.

    Raises:
        StorageFailed: The disk refused.
    """
    path = Layout(root).columns
    with storage_errors(f"reading {path}"):
        try:
            _read_columns(root)
        except FileNotFoundError:
            return False
        except ValueError:
            return True
    return False


def _read_columns(root: Path) -> Mapping[str, list[str]]:
    return unseal(KnownColumns, Layout(root).columns.read_bytes()).feeds


def note_columns(root: Path, feeds: Mapping[str, list[str]]) -> None:
    """Remember the columns of feeds; what cannot be noted is not worth a failure."""
    layout = Layout(root)
    with suppress(StorageFailed), storage_errors("noting the columns of feeds"):
        write_sealed(layout.columns, KnownColumns(feeds=dict(feeds)), layout.state)


def note_attempt(root: Path, end: AttemptEnd) -> None:
    """Note how an attempt ended, in place of the one before; called by the run that holds it.

    On a full disk it takes the room of the note before. What cannot be noted is not worth a
    failure: the figures are published or they are not.
    """
    layout = Layout(root)
    with suppress(StorageFailed), storage_errors("noting how the run ended"):
        try:
            write_sealed(layout.last_attempt, end, layout.state)
        except OSError:
            overwrite_sealed(layout.last_attempt, end)


def read_last_attempt(root: Path) -> AttemptEnd | None:
    """How the last attempt ended; None if none was noted.

    Raises:
        PublishedDamage: What is noted is not what a run wrote.
        StorageFailed: The disk refused.
    """
    path = Layout(root).last_attempt
    with storage_errors(f"reading {path}"):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        return unseal(AttemptEnd, content)
    except ValueError as error:
        msg = "state/last_attempt.json is not what a run writes"
        raise PublishedDamage(msg, "Run again: a run writes it anew.") from error
