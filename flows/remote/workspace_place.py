"""Workspaces and feeds in object stores as folders to work in; what is a folder is itself."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path

from flows.remote.address import parse_address
from flows.remote.needs import Needs

REMOTE = "flows.remote.remote_workspace"
FEEDS = "flows.remote.feed_stores"
LEASE = "flows.remote.lease"
"""Imported when an address is given and not before: most workspaces and feeds are folders."""


def open_workspace(
    place: str | Path, needs: Needs, wait_seconds: float = 0
) -> AbstractContextManager[Path]:
    """Make a workspace a folder to work in, as long as the context lasts.

    Args:
        place: The workspace's folder, which is itself, or `s3://bucket/prefix`.
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


def open_feeds(
    root: Path, files: Sequence[str], *, keeps: bool = False
) -> AbstractContextManager[tuple[Path, ...]]:
    """Have the files of feeds at hand that are objects of a store, as long as the context lasts.

    Args:
        root: The workspace, a folder by now.
        files: The glob of each feed's files, in the order of the configuration.
        keeps: Whether it is remembered what is read of them; the workspace is held then.

    Returns:
        Gives the folders that show the objects; none where all feeds lie in the workspace.

    Raises:
        ConfigurationError: There is no such bucket.
        StorageFailed: The store refuses.
    """
    if not any(map(parse_address, files)):
        return nullcontext(())
    return import_module(FEEDS).open_feed_stores(root, files, keeps=keeps)


def refuse_if_held_elsewhere(place: str | Path) -> None:
    """Say at once that another run holds a workspace in an object store.

    Raises:
        WorkspaceBusy: Another run holds it.
    """
    address = parse_address(place)
    if address is not None:
        import_module(LEASE).refuse_if_leased(address)
