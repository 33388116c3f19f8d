"""Whether what is published is still what was published, as far as a quick look can tell."""

from dataclasses import dataclass
from pathlib import Path

from contracts.manifest import Manifest, OutputTable, Pointer
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import (
    MANIFEST,
    PublishedDamage,
    find_problem,
    read_manifest,
    read_pointer,
)
from flows.storage.workspace_files import storage_errors


@dataclass(frozen=True)
class Published:
    """What is published, as far as it can be read.

    Attributes:
        pointer: Which snapshot; None where none is, or where it is not known.
        manifest: Its manifest; None where it is not what was published.
        damaged: `path` from the workspace and `problem`, of what is not as it was.
    """

    pointer: Pointer | None
    manifest: Manifest | None
    damaged: list[dict[str, str]]


def look_at_published(root: Path) -> Published:
    """Read what is published, and see which of its files are gone, grown, shrunk or written later.

    The bytes are hashed of those alone that were written after the pointer.

    Raises:
        StorageFailed: The disk refuses to be read.
    """
    layout, pointer = Layout(root), None
    try:
        pointer = read_pointer(root)
        manifest = read_manifest(root)
    except PublishedDamage as error:
        path = layout.pointer if pointer is None else layout.reports / pointer.snapshot / MANIFEST
        damage = {"path": layout.relative(path), "problem": error.message}
        return Published(pointer, None, [damage])
    if manifest is None:
        return Published(pointer, None, [])
    with storage_errors("looking at what is published"):
        published_ns = layout.pointer.stat().st_mtime_ns
        damaged = [
            {"path": output.path, "problem": problem}
            for output in manifest.outputs
            if (problem := _find_problem(root, output, published_ns))
        ]
    return Published(pointer, manifest, damaged)


def _find_problem(root: Path, output: OutputTable, published_ns: int) -> str:
    file = root / output.path
    if not file.exists():
        return "is gone"
    entry = file.stat()
    if entry.st_size != output.bytes:
        return "has another size than when it was published"
    return find_problem(root, output) if entry.st_mtime_ns > published_ns else ""
