"""What earlier runs read, from the manifests of the snapshots that are kept."""

import json
from pathlib import Path
from typing import Any

from flows.storage.workspace_files import Layout

Inputs = list[dict[str, Any]]
"""The `inputs` of a manifest (SPEC §8)."""


def read_past_inputs(root: Path, most: int) -> list[Inputs]:
    """The inputs of the last published runs, the newest first; what cannot be read is left out.

    Args:
        root: The workspace.
        most: How many runs to read.
    """
    manifests = sorted(Layout(root).snapshots.glob("*/manifest.json"), reverse=True)[:most]
    return [inputs for path in manifests if (inputs := _read_inputs(path)) is not None]


def _read_inputs(path: Path) -> Inputs | None:
    try:
        inputs = json.loads(path.read_bytes())["inputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [one for one in inputs if isinstance(one, dict)] if isinstance(inputs, list) else None
