"""The journal: which run is being published, or was when it was killed."""

from contracts.manifest import Journal
from flows.storage.layout import Layout
from flows.storage.sealed_files import unseal
from flows.storage.snapshots.published_files import PublishedDamage, read_pointer


def read_journal(layout: Layout) -> str:
    """The run that the journal names.

    Raises:
        FileNotFoundError: There is no journal.
        ValueError: It is not what a run writes.
    """
    return unseal(Journal, layout.journal.read_bytes()).run_id


def find_unfinished(layout: Layout) -> str:
    """The run that made a snapshot to which the pointer does not lead yet; empty where none did.

    Whether its folder lies in its place already or not, nothing of it is published.
    """
    try:
        run_id = read_journal(layout) if layout.journal.exists() else ""
        pointer = read_pointer(layout.root) if run_id else None
    except (ValueError, PublishedDamage):
        return ""
    return "" if pointer is not None and pointer.run_id == run_id else run_id
