"""Whether what is published is still what was published, as far as a quick look can tell."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from contracts.manifest import Pointer
from flows.storage.published_files import MANIFEST, read_manifest
from flows.storage.workspace_files import Layout, storage_errors


def find_damage(root: Path, pointer: Pointer) -> Iterator[dict[str, str]]:
    """Published files that are gone, of another size, or a manifest that was changed.

    Args:
        root: The workspace.
        pointer: Which snapshot is published.

    Yields:
        `path` from the workspace, and `problem`.
    """
    path = Layout(root).reports / pointer.snapshot / MANIFEST
    name = Layout(root).relative(path)
    if not path.exists():
        yield {"path": name, "problem": "is gone"}
        return
    with storage_errors(f"reading {name}"):
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    if pointer.manifest_sha256 and found != pointer.manifest_sha256:
        yield {"path": name, "problem": "differs from what was published"}
    manifest = read_manifest(root)
    for output in manifest.outputs if manifest else ():
        file = root / output.path
        if not file.exists():
            yield {"path": output.path, "problem": "is gone"}
        elif file.stat().st_size != output.bytes:
            yield {"path": output.path, "problem": "has another size than when it was published"}
