"""What is published, read back from the disk and believed only as far as it holds (SPEC §8).

The pointer names a snapshot and the hash of its manifest; the manifest names every file with its
hash. Whatever of that is not what a run writes is told as damage, with what mends it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from contracts.manifest import Journal, Manifest, OutputTable, PastRun, Pointer
from flows.errors import StorageFailed
from flows.storage.checksums import find_differing
from flows.storage.layout import Layout
from flows.storage.sealed_files import unseal
from flows.storage.workspace_files import hash_file, storage_errors

M = TypeVar("M", bound=Pointer | Manifest | PastRun)
F = TypeVar("F", bound=Manifest | PastRun)
MANIFEST = "manifest.json"
PAGE = "report.html"
TO_MEND = "Run again, or `campaign-reports verify --repair`: both go back to what is whole."
TO_REPLACE = "Run again: a run publishes all tables anew."


class PublishedDamage(StorageFailed):
    """Something that a run published or noted, and that is not what it wrote."""


def read_pointer(root: Path) -> Pointer | None:
    """Which snapshot is published; None if none ever was.

    Raises:
        StorageFailed: reports/current.json cannot be read, or is not a pointer.
    """
    path = Layout(root).pointer
    with storage_errors("reading reports/current.json"):
        return parse(Pointer, path, "reports/current.json") if path.exists() else None


def read_manifest(root: Path) -> Manifest | None:
    """The manifest of the published snapshot; None if none ever was published.

    Raises:
        StorageFailed: It cannot be read, or is not the one that was published.
    """
    pointer = read_pointer(root)
    if pointer is None:
        return None
    path = Layout(root).reports / pointer.snapshot / MANIFEST
    manifest = _read_manifest(root, pointer.run_id, Manifest)
    with storage_errors(f"reading reports/{pointer.snapshot}/{MANIFEST}"):
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    if pointer.manifest_sha256 and found != pointer.manifest_sha256:
        msg = f"reports/{pointer.snapshot}/{MANIFEST} is not the one that was published"
        raise PublishedDamage(msg, TO_MEND)
    return manifest


def read_manifest_as(root: Path, run_id: str, form: type[F]) -> F:
    """What is asked of the manifest of a run's snapshot.

    Args:
        form: The whole manifest, or the part of it that is read.

    Raises:
        StorageFailed: It is not there, not a manifest, another run's, or not what was written.
    """
    manifest = _read_manifest(root, run_id, form)
    name = f"reports/snapshots/{run_id}/{MANIFEST}"
    with storage_errors(f"reading {name}"):
        for _, problem in find_differing(root, run_id, lambda path: path == name):
            msg = f"{name} {problem}"
            raise PublishedDamage(msg, TO_MEND)
    return manifest


def _read_manifest(root: Path, run_id: str, form: type[F]) -> F:
    name = f"reports/snapshots/{run_id}/{MANIFEST}"
    with storage_errors(f"reading {name}"):
        if not (root / name).exists():
            msg = f"{name} is gone"
            raise PublishedDamage(msg, TO_MEND)
        manifest = parse(form, root / name, name)
    if manifest.run_id != run_id:
        msg = f"{name} is another run's"
        raise PublishedDamage(msg, TO_MEND)
    return manifest


def published_tables(root: Path) -> dict[tuple[str, str], list[Path]]:
    """The files of every published table by group and table, as the manifest lists them."""
    manifest = read_manifest(root)
    found: dict[tuple[str, str], list[Path]] = {}
    for output in manifest.outputs if manifest else ():
        found.setdefault((output.group, output.table), []).append(root / output.path)
    return found


def published_pages(root: Path) -> list[Path]:
    """The page of the published snapshot; none where it was published without one."""
    page = find_page(root)
    return [page] if page and page.exists() else []


def find_page(root: Path) -> Path | None:
    """Where the page of the published snapshot lies, or would; None where none is published."""
    pointer = read_pointer(root)
    return Layout(root).reports / pointer.snapshot / PAGE if pointer else None


def require_written(root: Path, run_id: str, *paths: Path) -> None:
    """Refuse files of a run, beside its tables, that are not what was written.

    Raises:
        PublishedDamage: One is gone, or its bytes differ.
    """
    names = {Layout(root).relative(path) for path in paths}
    with storage_errors("reading what was written"):
        for path, problem in find_differing(root, run_id, names.__contains__):
            msg = f"{path} {problem}"
            raise PublishedDamage(msg, "Run again: a run writes it anew.")


def require_whole(root: Path, group: str, table: str) -> None:
    """Refuse a published table of which a file is not what was published.

    Raises:
        PublishedDamage: A file is gone, or its bytes differ.
    """
    manifest = read_manifest(root)
    for output in manifest.outputs if manifest else ():
        is_asked = (output.group, output.table) == (group, table)
        if is_asked and (problem := find_problem(root, output)):
            msg = f"{output.path} {problem}"
            raise PublishedDamage(msg, TO_REPLACE)


def require_undamaged(root: Path) -> None:
    """Refuse what is published where a look at its tables (`look_at_published`) finds one damaged.

    Raises:
        PublishedDamage: A file is gone, or is not what was published.
    """
    manifest = read_manifest(root)
    with storage_errors("looking at what is published"):
        for path, problem in _look_at_tables(root, manifest) if manifest else ():
            msg = f"{path} {problem}"
            raise PublishedDamage(msg, TO_REPLACE)


def find_problem(root: Path, output: OutputTable) -> str:
    """What is wrong with a published file; empty where its bytes are those of the manifest."""
    path = root / output.path
    try:
        if not path.exists():
            return "is gone"
        if path.stat().st_size != output.bytes or hash_file(path) != output.sha256:
            return "is not what was published"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def parse(model: type[M], path: Path, name: str) -> M:
    """What a file of a run's own says.

    Raises:
        PublishedDamage: It is not of the form that a run writes.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except ValidationError as error:
        msg = f"{name} is not what a run writes: {error.error_count()} of its entries do not fit"
        raise PublishedDamage(msg, TO_MEND) from error


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
        found = [*_look_at_tables(root, manifest), *_look_beside_tables(root, manifest)]
    return Published(pointer, manifest, [{"path": one, "problem": why} for one, why in found])


def _look_at_tables(root: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Path and problem of each damaged file of a table."""
    published_ns = Layout(root).pointer.stat().st_mtime_ns
    for output in manifest.outputs:
        if problem := _find_problem(root, output, published_ns):
            yield output.path, problem


def _look_beside_tables(root: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Path and problem of each damaged file of the snapshot that is not a table, as the page."""
    published_ns = Layout(root).pointer.stat().st_mtime_ns
    snapshot = f"{Layout(root).relative(Layout(root).snapshots / manifest.run_id)}/"
    tables = {output.path for output in manifest.outputs}

    def is_asked(path: str) -> bool:
        if path in tables or not path.startswith(snapshot):
            return False
        return not (root / path).exists() or (root / path).stat().st_mtime_ns > published_ns

    yield from find_differing(root, manifest.run_id, is_asked)


def _find_problem(root: Path, output: OutputTable, published_ns: int) -> str:
    file = root / output.path
    if not file.exists():
        return "is gone"
    entry = file.stat()
    if entry.st_size != output.bytes:
        return "has another size than when it was published"
    return find_problem(root, output) if entry.st_mtime_ns > published_ns else ""


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
