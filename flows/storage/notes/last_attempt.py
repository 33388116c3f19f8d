"""How the last attempt of a run ended: what `status` and `rejects` ask of a workspace."""

from contextlib import suppress
from pathlib import Path

from contracts.manifest import AttemptEnd
from flows.errors import StorageFailed
from flows.storage.layout import Layout
from flows.storage.sealed_files import unseal, write_sealed
from flows.storage.workspace_files import storage_errors


def note_attempt(root: Path, end: AttemptEnd) -> None:
    """Note how an attempt ended, in place of the one before; called by the run that holds it.

    What cannot be noted is not worth a failure: the figures are published or they are not.
    """
    layout = Layout(root)
    with suppress(StorageFailed), storage_errors("noting how the run ended"):
        write_sealed(layout.last_attempt, end, layout.state)


def read_last_attempt(root: Path) -> AttemptEnd | None:
    """How the last attempt ended; None if none was noted."""
    path = Layout(root).last_attempt
    with storage_errors(f"reading {path}"):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        return unseal(AttemptEnd, content)
    except ValueError as error:
        msg = "state/last_attempt.json is not what a run writes"
        raise StorageFailed(msg, "Run again: a run writes it anew.") from error
