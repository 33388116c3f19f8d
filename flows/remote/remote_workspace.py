"""A workspace of an object store as a folder to work in."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.errors import CampaignReportsError, StorageFailed
from flows.remote.address import Address
from flows.remote.lease import find_killed_lease, hold_lease
from flows.remote.mirror import Mirror
from flows.remote.needs import Needs
from flows.remote.object_cache import ObjectCache, cache_folder
from flows.remote.object_keys import Kind
from flows.remote.object_store import S3Objects
from flows.remote.place_names import call_place
from flows.remote.store_errors import ObjectChanged, ObjectMissing
from flows.remote.uploads import upload_changes, upload_failure, upload_note_of_stop
from flows.storage.lock import note_killed_holder
from flows.storage.raw_files import raw_files_elsewhere
from flows.storage.workspace_files import remove_tree, storage_errors

LOOKS = 3
"""How often a workspace is looked at that changes meanwhile."""


@contextmanager
def open_remote_workspace(address: Address, needs: Needs, wait_seconds: float) -> Generator[Path]:
    """Show a workspace of an object store in a folder, as long as the context lasts.

    Where the command writes, the workspace is held by a lease, and what was changed in the view is
    uploaded at the end.

    Args:
        wait_seconds: How long to wait for a run that holds the workspace.

    Raises:
        WorkspaceBusy: Another run holds it, or has taken it from this one.
        ConfigurationError: There is no such bucket.
        StorageFailed: The store refuses.
    """
    objects = S3Objects(address)
    if not needs.writes:
        with _view(objects, needs) as mirror:
            if needs.asks_holder and (killed := find_killed_lease(objects)):
                note_killed_holder(mirror.root, killed)
            yield mirror.root
        return
    with hold_lease(objects, wait_seconds) as lease, _view(objects, needs) as mirror:
        try:
            yield mirror.root
        except Exception:
            with suppress(CampaignReportsError):
                upload_failure(mirror, lease)
            raise
        except BaseException:
            with suppress(CampaignReportsError):
                upload_note_of_stop(mirror, lease)
            raise
        with storage_errors(f"uploading to {address}"):
            upload_changes(mirror, lease)


@contextmanager
def _view(objects: S3Objects, needs: Needs) -> Generator[Mirror]:
    """Fill a view, and remove it at the end."""
    address = objects.address
    with storage_errors("keeping what was brought"):
        cache = ObjectCache(cache_folder(address), objects)
    mirror, handle = _fill(objects, needs, cache)
    root = mirror.root
    if not needs.is_kept:
        call_place(root, str(address))
    try:
        with raw_files_elsewhere(root, mirror.raw):
            yield mirror
        if needs.writes and Kind.LEDGER in needs.kinds:
            cache.drop_others(mirror.stored.values())
    finally:
        os.close(handle)
        if not needs.is_kept:
            with suppress(OSError):
                remove_tree(root.parent)


def _fill(objects: S3Objects, needs: Needs, cache: ObjectCache) -> tuple[Mirror, int]:
    for _ in range(LOOKS):
        with storage_errors(f"bringing what is in {objects.address}"):
            root, handle = cache.begin_view(objects.address.name, is_kept=needs.is_kept)
            try:
                return Mirror(root.resolve(), objects, cache, needs), handle
            except (ObjectChanged, ObjectMissing):
                _discard(root, handle)
            except BaseException:
                _discard(root, handle)
                raise
    msg = f"storage failed: {objects.address} changes all the time"
    raise StorageFailed(msg, "Run the command again.")


def _discard(root: Path, handle: int) -> None:
    os.close(handle)
    with suppress(OSError):
        remove_tree(root.parent)
