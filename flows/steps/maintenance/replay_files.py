"""Files whose rejected rows are to be read again: their readings go from the ledger (SPEC §11)."""

from contracts.config.nearest_names import hint_nearest
from flows.catalog.feed_files import find_files
from flows.catalog.ledger import read_kept
from flows.config.configured_feeds import configure_feeds
from flows.config.loading import LoadedWorkspace
from flows.errors import UsageError
from flows.ingest.file_ingest import SameBytes
from flows.remote.workspace_place import open_feeds
from flows.steps.reading.event_type_names import name_event_types
from flows.storage.layout import Layout
from flows.storage.raw_files import hash_raw
from flows.storage.sealed_folders import DamagedFile
from flows.storage.workspace_files import remove_tree, storage_errors


def require_feed(loaded: LoadedWorkspace, feed: str) -> None:
    """Make sure that a workspace has a feed.

    Raises:
        UsageError: No feed is called so.
    """
    names = [one.name for one in configure_feeds(loaded.config, loaded.sources)]
    if feed not in names:
        msg = f"no feed is called {feed!r}"
        raise UsageError(msg, hint_nearest(feed, names, f"Feeds: {', '.join(names)}."))


def forget_rejected(loaded: LoadedWorkspace, feed: str | None) -> list[str]:
    """Drop what was kept of the files that had rows rejected, so that the next run reads them.

    Args:
        loaded: The workspace, held by who calls.

    Returns:
        The files' paths, in order.

    Raises:
        UsageError: No feed is called so.
        StorageFailed: A file cannot be read, or a reading not removed.
    """
    ledger = Layout(loaded.root).ledger
    feeds = configure_feeds(loaded.config, loaded.sources)
    if feed is not None:
        require_feed(loaded, feed)
    forgotten = []
    with (
        storage_errors(f"forgetting readings of {ledger}"),
        open_feeds(loaded.root, loaded.config.feed_files, keeps=True),
    ):
        feeds = name_event_types(loaded.root, feeds, ledger)
        asked = [one for one in feeds if feed in (None, one.name)]
        for raw in find_files(loaded.root, asked):
            try:
                key = SameBytes(hash_raw(raw.location), (raw,)).key
            except FileNotFoundError:
                continue
            if _has_rejected(loaded, key):
                remove_tree(ledger / key)
                forgotten.append(raw.path)
    return sorted(set(forgotten))


def _has_rejected(loaded: LoadedWorkspace, key: str) -> bool:
    try:
        receipt = read_kept(Layout(loaded.root).ledger, key)
    except DamagedFile:
        return True
    return receipt is not None and any(got.rejected for got in receipt.tables)
