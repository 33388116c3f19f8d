"""What earlier runs read, from the manifests of the snapshots that are kept."""

from contextlib import suppress
from pathlib import Path

from contracts.manifest import PastInput, PastInputs
from flows.storage.published_files import PublishedDamage, read_of_snapshot
from flows.storage.snapshots import list_runs
from flows.storage.workspace_files import Layout

Inputs = list[PastInput]
"""The `inputs` of a manifest (SPEC §8)."""


def read_past_inputs(root: Path, most: int) -> list[Inputs]:
    """The inputs of the last published runs, the newest first; what does not hold is left out.

    Args:
        root: The workspace.
        most: How many runs to read.
    """
    found: list[Inputs] = []
    for run_id in reversed(list_runs(Layout(root))):
        if len(found) == most:
            break
        with suppress(PublishedDamage):
            found.append(read_of_snapshot(root, run_id, PastInputs).inputs)
    return found
