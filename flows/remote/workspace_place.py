"""A workspace argument as a folder to work in: itself, or a view of what is in an object store."""

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path

from flows.remote.address import parse_address
from flows.remote.needs import Needs

REMOTE = "flows.remote.remote_workspace"
"""Imported when an address is given and not before: most workspaces are folders."""


def open_workspace(
    place: str | Path, needs: Needs, wait_seconds: float = 0
) -> AbstractContextManager[Path]:
    """Make a workspace a folder to work in, as long as the context lasts.

    Args:
        place: The workspace's folder, which is itself, or `s3://bucket/prefix`.
        needs: What the command needs of an object store.
        wait_seconds: How long to wait for a run that holds a workspace there; one in a folder is
            held by what works in it.

    Raises:
        WorkspaceBusy: Another run holds it, or has taken it from this one.
        ConfigurationError: There is no such bucket.
        StorageFailed: The store refuses.
    """
    address = parse_address(place)
    if address is None:
        return nullcontext(Path(place))
    return import_module(REMOTE).open_remote_workspace(address, needs, wait_seconds)


def refuse_if_held_elsewhere(place: str | Path) -> None:
    """Say at once that another run holds a workspace in an object store.

    Raises:
        WorkspaceBusy: Another run holds it.
    """
    address = parse_address(place)
    if address is not None:
        import_module(REMOTE).refuse_if_held_elsewhere(address)
