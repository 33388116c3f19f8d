"""Publishing: a new snapshot, then the pointer to it; readers never see a mixture (SPEC §8).

A run writes into a folder of its own under state/staging. Publishing notes in a journal which run
it is about to publish, moves the folder in, replaces the pointer and clears the journal; a run
that was killed in between is finished or undone by `clean_up`, according to what the pointer says.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq
from pydantic import ValidationError

from contracts.manifest import Manifest, OutputTable, Pointer
from flows.errors import StorageFailed
from flows.storage.workspace_files import (
    Layout,
    hash_file,
    make_folder,
    move_folder,
    remove_empty_folders,
    remove_tree,
    replace_text,
    replace_with_copy,
    storage_errors,
    sync_tree,
    write_durably,
)

M = TypeVar("M", Pointer, Manifest)
MANIFEST = "manifest.json"
PAGE = "report.html"
QUARANTINE = "quarantine"
TABLE_SUFFIX = ".parquet"
FOLDERS_OF_TABLES = frozenset({"audiences"})
"""Folders of a group that hold tables of their own; any other folder is one table in parts."""


def new_run_id(now: datetime) -> str:
    """A run id that sorts by time and is never used twice, as 20261121T043000Z-1f3a9c."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def stage_snapshot(root: Path, run_id: str) -> Path:
    """Make a fresh folder outside the published tree for one attempt of a run.

    Tables go to `<group>/<table>.parquet` in it, or `<group>/<table>/….parquet` in parts; rejected
    rows to `quarantine/<feed>.parquet`.

    Raises:
        StorageFailed: The folder cannot be made.
    """
    with storage_errors("making a staging folder"):
        attempt = make_folder(Layout(root).staging) / f"{run_id}.{secrets.token_hex(4)}"
        attempt.mkdir()
    return attempt


def discard_staging(staging: Path) -> None:
    """Remove what a failed attempt left."""
    with storage_errors(f"removing {staging}"):
        remove_tree(staging)


def hash_outputs(staging: Path, run_id: str) -> list[OutputTable]:
    """The manifest's entries of all staged tables, one a file, sorted by path.

    Paths are those that the files will have in the workspace once they are published.

    Raises:
        StorageFailed: A file cannot be read back.
    """
    with storage_errors("reading the staged tables back"):
        return [
            OutputTable(
                group=file.relative_to(staging).parts[0],
                table=_table_name(file.relative_to(staging)),
                path=f"reports/snapshots/{run_id}/{file.relative_to(staging).as_posix()}",
                rows=pq.read_metadata(file).num_rows,
                bytes=file.stat().st_size,
                sha256=hash_file(file),
            )
            for file in _staged_tables(staging)
        ]


def publish_snapshot(root: Path, staging: Path, manifest: Manifest) -> None:
    """Publish a staged folder: all of its tables at once, or nothing.

    Its `quarantine` folder, if there is one, becomes quarantine/<run_id>.

    Args:
        root: The workspace, held by this run.
        staging: The folder from `stage_snapshot`, complete and checked.
        manifest: Becomes manifest.json in it.

    Raises:
        StorageFailed: The disk refused; what was published before still is.
    """
    layout, run_id = Layout(root), manifest.run_id
    rejected = _staged_quarantine(layout, run_id)
    written = manifest.model_dump_json(indent=2) + "\n"
    with storage_errors("publishing the snapshot"):
        write_durably(staging / MANIFEST, written)
        sync_tree(staging)
        if (staging / QUARANTINE).exists():
            move_folder(staging / QUARANTINE, rejected)
        replace_text(layout.journal, json.dumps({"run_id": run_id}), layout.staging)
        move_folder(staging, layout.snapshots / run_id)
        pointer = Pointer(
            run_id=run_id,
            snapshot=f"snapshots/{run_id}",
            published_at=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            manifest_sha256=hashlib.sha256(written.encode()).hexdigest(),
        )
        replace_text(layout.pointer, pointer.model_dump_json(indent=2) + "\n", layout.staging)
        _finish_publishing(layout, run_id)


def publish_quarantine(root: Path, staging_quarantine: Path, run_id: str) -> Path | None:
    """Show the rejected rows of a run that publishes no tables.

    Args:
        root: The workspace, held by this run.
        staging_quarantine: `quarantine` of the staging folder; nothing happens if it is not there.
        run_id: The refused run.

    Returns:
        quarantine/<run_id>, or None if nothing was rejected.
    """
    if not staging_quarantine.is_dir():
        return None
    shown = Layout(root).quarantine / run_id
    with storage_errors("writing the quarantine"):
        sync_tree(staging_quarantine)
        move_folder(staging_quarantine, shown)
    return shown


def clean_up(root: Path) -> None:
    """Finish or undo what a killed run left; called first by every run that holds the workspace.

    Raises:
        StorageFailed: Something cannot be read or removed.
    """
    layout = Layout(root)
    with storage_errors("cleaning up after an earlier run"):
        if layout.journal.exists():
            interrupted = json.loads(layout.journal.read_text(encoding="utf-8"))["run_id"]
            pointer = read_pointer(root)
            if pointer is not None and pointer.run_id == interrupted:
                _finish_publishing(layout, interrupted)
            else:
                remove_tree(layout.snapshots / interrupted)
                layout.journal.unlink()
        if layout.staging.exists():
            for leftover in layout.staging.iterdir():
                remove_tree(leftover)
        mirror_latest(root)


def mirror_latest(root: Path) -> None:
    """Make reports/latest show the one-file tables and the page of the published snapshot alone.

    Each is replaced at once; those that do not differ stay untouched.
    """
    layout = Layout(root)
    shown = {
        layout.latest / group / f"{table}{TABLE_SUFFIX}": files[0]
        for (group, table), files in published_tables(root).items()
        if files[0].as_posix().endswith(f"/{group}/{table}{TABLE_SUFFIX}")
    }
    shown |= {layout.latest / page.name: page for page in published_pages(root)}
    with storage_errors("writing reports/latest"):
        for target, source in sorted(shown.items()):
            if not (target.exists() and target.samefile(source)):
                replace_with_copy(source, target, layout.staging)
        if layout.latest.exists():
            for file in layout.latest.rglob("*.*"):
                if file not in shown and file.is_file():
                    file.unlink()
            remove_empty_folders(layout.latest)


def read_pointer(root: Path) -> Pointer | None:
    """Which snapshot is published; None if none ever was.

    Raises:
        StorageFailed: reports/current.json is there and is no pointer.
    """
    path = Layout(root).pointer
    with storage_errors("reading reports/current.json"):
        if not path.exists():
            return None
        text = path.read_text(encoding="utf-8")
    return _parse(Pointer, text, "reports/current.json")


def read_manifest(root: Path) -> Manifest | None:
    """The manifest of the published snapshot; None if none ever was published."""
    pointer = read_pointer(root)
    if pointer is None:
        return None
    return read_snapshot_manifest(root, pointer.run_id)


def read_snapshot_manifest(root: Path, run_id: str) -> Manifest:
    """The manifest of a run's snapshot.

    Raises:
        StorageFailed: It is not there, or is no manifest.
    """
    name = f"reports/snapshots/{run_id}/{MANIFEST}"
    with storage_errors(f"reading {name}"):
        text = (root / name).read_text(encoding="utf-8")
    return _parse(Manifest, text, name)


def published_tables(root: Path) -> dict[tuple[str, str], list[Path]]:
    """The files of every published table by group and table, as the manifest lists them."""
    manifest = read_manifest(root)
    found: dict[tuple[str, str], list[Path]] = {}
    for output in manifest.outputs if manifest else ():
        found.setdefault((output.group, output.table), []).append(root / output.path)
    return found


def published_pages(root: Path) -> list[Path]:
    """The page of the published snapshot; none where it was published without one."""
    pointer = read_pointer(root)
    if pointer is None:
        return []
    page = Layout(root).reports / pointer.snapshot / PAGE
    return [page] if page.exists() else []


def _finish_publishing(layout: Layout, run_id: str) -> None:
    rejected = _staged_quarantine(layout, run_id)
    if rejected.exists():
        move_folder(rejected, layout.quarantine / run_id)
    mirror_latest(layout.root)
    layout.journal.unlink()


def _staged_quarantine(layout: Layout, run_id: str) -> Path:
    return layout.staging / f"{run_id}.{QUARANTINE}"


def _staged_tables(staging: Path) -> Iterator[Path]:
    for file in sorted(staging.rglob(f"*{TABLE_SUFFIX}")):
        if file.relative_to(staging).parts[0] != QUARANTINE:
            yield file


def _table_name(path: Path) -> str:
    """A table's name within its group: `message_report`, or `audiences/vip` in such a folder."""
    folders = path.parts[1:-1]
    if not folders:
        return path.stem
    if folders[0] in FOLDERS_OF_TABLES:
        return "/".join((folders[0], path.stem))
    return folders[0]


def _parse(model: type[M], text: str, name: str) -> M:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        msg = f"{name} is not what a run writes: {error.error_count()} of its entries do not fit"
        raise StorageFailed(msg, "Restore it, or remove it and run again.") from error
