"""Which columns the files of each feed gave to the runs that were published."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from flows.errors import StorageFailed
from flows.storage.layout import Layout
from flows.storage.sealed_files import unseal, write_sealed
from flows.storage.workspace_files import storage_errors


class KnownColumns(BaseModel):
    """state/columns.json.

    Attributes:
        feeds: Feed -> the canonical columns, as `table.column`, that its files gave, and those that
            no mapping reads, as `attributes.column`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feeds: dict[str, list[str]]


def read_known_columns(root: Path) -> Mapping[str, list[str]]:
    """Feed -> the columns that its files gave earlier runs; nothing where none is remembered.

    Raises:
        StorageFailed: The disk refused.
    """
    if is_damaged(root) or not Layout(root).columns.exists():
        return {}
    with storage_errors("reading the columns of feeds"):
        return _read(root)


def is_damaged(root: Path) -> bool:
    """Whether what is remembered is not what a run wrote.

    Raises:
        StorageFailed: The disk refused.
    """
    path = Layout(root).columns
    with storage_errors(f"reading {path}"):
        try:
            _read(root)
        except FileNotFoundError:
            return False
        except ValueError:
            return True
    return False


def _read(root: Path) -> Mapping[str, list[str]]:
    return unseal(KnownColumns, Layout(root).columns.read_bytes()).feeds


def note_columns(root: Path, feeds: Mapping[str, list[str]]) -> None:
    """Remember the columns of feeds; what cannot be noted is not worth a failure."""
    layout = Layout(root)
    with suppress(StorageFailed), storage_errors("noting the columns of feeds"):
        write_sealed(layout.columns, KnownColumns(feeds=dict(feeds)), layout.state)
