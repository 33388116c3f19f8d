"""Raw files of feeds that are objects of a store, shown in folders as those of a workspace there.

Such a feed may stand beside any workspace, in a folder or in a store. Its objects are listed below
the folder before the first wildcard, are brought when they are read, and only then, and what runs
have read of them is remembered in the workspace: an object that did not change is not asked for.
"""

import os
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from flows.errors import CampaignReportsError
from flows.remote.address import Address, split_address
from flows.remote.mirror import AT_ONCE
from flows.remote.object_cache import ObjectCache, cache_folder, stand_in
from flows.remote.object_store import S3Objects, StoredObject
from flows.remote.place_names import call_place
from flows.remote.raw_objects import RawIndex, RawObjects
from flows.storage.layout import Layout
from flows.storage.raw_files import RawPlace, feeds_elsewhere, raw_files_elsewhere
from flows.storage.workspace_files import remove_tree, storage_errors

INDEX = "feed_objects.json"
"""In the folder of state: address -> e_tag, bytes and SHA-256 of every object that a run read."""


@contextmanager
def open_feed_stores(
    root: Path, files: Sequence[str], *, keeps: bool
) -> Generator[tuple[Path, ...]]:
    """Show the objects of feeds in folders, as long as the context lasts.

    Yields:
        The folders.

    Raises:
        ConfigurationError: There is no such bucket.
        StorageFailed: A store or the disk refuses.
    """
    index = RawIndex(Layout(root).state / INDEX)
    there: set[str] = set()
    with ExitStack() as stack:
        folders = []
        grouped = _group_by_folder(files)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            shown = [*pool.map(lambda one: _list_objects(*one, files), grouped.items())]
        for (objects, stored), (address, matched) in zip(shown, grouped.items(), strict=True):
            there |= {f"{address}/{key}" for key in stored}
            folder = stack.enter_context(_show(objects, stored, index))
            places = {one: RawPlace(folder, glob, f"{address}/") for one, glob in matched.items()}
            stack.enter_context(feeds_elsewhere(root, places))
            folders.append(folder)
        try:
            yield tuple(folders)
        finally:
            if keeps:
                with suppress(OSError):
                    index.write(there)


def _group_by_folder(files: Sequence[str]) -> dict[Address, dict[str, str]]:
    """Folder of a store -> glob as configured -> the same in that folder."""
    found: dict[Address, dict[str, str]] = {}
    for one in files:
        if split := split_address(one):
            address, glob = split
            found.setdefault(address, {})[one] = glob
    return found


def _list_objects(
    address: Address, matched: dict[str, str], files: Sequence[str]
) -> tuple[S3Objects, dict[str, StoredObject]]:
    """A folder's store, and the objects among which globs are matched there, by key."""
    is_flat = not any("/" in glob for glob in matched.values())
    try:
        objects = S3Objects(address)
        found = objects.list_level("")[1] if is_flat else objects.list_all("")
    except CampaignReportsError as error:
        place = files.index(next(iter(matched)))
        msg = f"feeds[{place}].files: {error.message}"
        raise type(error)(msg, error.hint) from None
    return objects, {one.key: one for one in found}


@contextmanager
def _show(objects: S3Objects, stored: dict[str, StoredObject], index: RawIndex) -> Generator[Path]:
    """Fill a folder with files that stand in for objects, and remove it at the end."""
    address = objects.address
    with storage_errors(f"keeping what was brought of {address}"):
        cache = ObjectCache(cache_folder(address), objects)
        home, handle = cache.begin_view(address.name, is_kept=False)
    root = home.resolve()
    call_place(root, str(address))
    try:
        with storage_errors(f"keeping what was brought of {address}"):
            for folder in {(root / key).parent for key in stored}:
                folder.mkdir(parents=True, exist_ok=True)
            for one in stored.values():
                if not (root / one.key).is_dir():
                    stand_in(one, root / one.key)
        with raw_files_elsewhere(
            root, RawObjects(root, objects, stored, index, name=f"{address}/")
        ):
            yield root
    finally:
        os.close(handle)
        with suppress(OSError):
            remove_tree(root.parent)
