"""Publishing: a new snapshot, then the pointer to it; readers never see a mixture (SPEC §8).

A run writes into a folder of its own under state/staging. Publishing notes in a journal which run
it is about to publish, moves the folder in, replaces the pointer and clears the journal; a run
that was killed in between is finished or undone by `clean_up`, according to what the pointer says.
"""

import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from contracts.manifest import RUN_ID_SECOND, Journal, Manifest, OutputTable, Pointer, write_instant
from flows.folders import list_matching_below
from flows.storage.checksums import list_sums, write_sums
from flows.storage.layout import Layout
from flows.storage.sealed_files import seal
from flows.storage.snapshots.published_files import MANIFEST, published_pages, published_tables
from flows.storage.workspace_files import (
    PRIVATE_FOLDER,
    hash_file,
    keep_private,
    make_folder,
    move_folder,
    remove_empty_folders,
    replace_text,
    replace_with_copy,
    storage_errors,
    sync_tree,
    write_durably,
)

QUARANTINE = "quarantine"
FOLDERS_OF_TABLES = frozenset({"audiences"})
"""Folders of a group that hold tables of their own; any other folder is one table in parts."""
TABLE_SUFFIX = ".parquet"


def new_run_id(now: datetime, last: datetime | None = None) -> str:
    """A run id that sorts by time and is never used twice, as 20261121T043000Z-1f3a9c.

    The last digits are the second's microsecond and, behind it, one by chance. Ids say in which
    order runs were made, whatever the clock: where it was set back, and for a run that waited while
    others ran, the id is the last one's, a microsecond on.

    Args:
        last: The time in the id of the run before, if there was one.
    """
    instant = now.astimezone(UTC)
    if last is not None:
        instant = max(instant, last + timedelta(microseconds=1))
    behind = f"{instant.microsecond:05x}{secrets.randbelow(16):x}"
    return f"{instant.strftime(RUN_ID_SECOND)}-{behind}"


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


def hash_outputs(
    staging: Path, run_id: str, known: Mapping[str, OutputTable] | None = None
) -> list[OutputTable]:
    """The manifest's entries of all staged tables, one a file, sorted by path.

    Paths are those that the files will have in the workspace once they are published.

    Args:
        known: Path in the snapshot -> the entry of a file whose bytes are known already.

    Raises:
        StorageFailed: A file cannot be read back.
    """
    describe = partial(_describe_output, staging, run_id, known or {})
    with storage_errors("reading the staged tables back"), ThreadPoolExecutor() as pool:
        return list(pool.map(describe, _staged_tables(staging)))


def _describe_output(
    staging: Path, run_id: str, known: Mapping[str, OutputTable], file: Path
) -> OutputTable:
    place = file.relative_to(staging)
    path = f"reports/snapshots/{run_id}/{place.as_posix()}"
    if said := known.get(place.as_posix()):
        return said.model_copy(update={"path": path})
    return OutputTable(
        group=place.parts[0],
        table=_table_name(place),
        path=path,
        rows=pq.read_metadata(file).num_rows,
        bytes=file.stat().st_size,
        sha256=hash_file(file),
    )


def publish_snapshot(root: Path, staging: Path, manifest: Manifest) -> None:
    """Publish a staged folder: all of its tables at once, or nothing.

    Its `quarantine` folder, if there is one, becomes quarantine/<run_id>.

    Args:
        staging: The folder from `stage_snapshot`, complete and checked.
        manifest: Becomes manifest.json in it.

    Raises:
        StorageFailed: The disk refused; what was published before still is.
    """
    layout, run_id = Layout(root), manifest.run_id
    rejected = _staged_quarantine(layout, run_id)
    with storage_errors("publishing the snapshot"):
        write_durably(staging / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
        sync_tree(staging)
        sums = {}
        if (staging / QUARANTINE).exists():
            keep_private(staging / QUARANTINE)
            move_folder(staging / QUARANTINE, rejected)
            sums = list_sums(rejected, f"{QUARANTINE}/{run_id}", {})
        known = {output.path: output.sha256 for output in manifest.outputs}
        sums |= list_sums(staging, layout.relative(layout.snapshots / run_id), known)
        replace_text(layout.journal, seal(Journal(run_id=run_id)), layout.staging)
        write_sums(root, run_id, sums)
        move_folder(staging, layout.snapshots / run_id)
        point_to(layout, manifest)
        finish_publishing(layout, run_id)


def publish_quarantine(root: Path, staging_quarantine: Path, run_id: str) -> Path | None:
    """Show the rejected rows of a run that publishes no tables.

    Args:
        staging_quarantine: `quarantine` of the staging folder; nothing happens if it is not there.

    Returns:
        quarantine/<run_id>, or None if nothing was rejected.
    """
    if not staging_quarantine.is_dir():
        return None
    shown = Layout(root).quarantine / run_id
    with storage_errors("writing the quarantine"):
        keep_private(staging_quarantine)
        sync_tree(staging_quarantine)
        write_sums(root, run_id, list_sums(staging_quarantine, f"{QUARANTINE}/{run_id}", {}))
        move_folder(staging_quarantine, shown)
        shown.parent.chmod(PRIVATE_FOLDER)
    return shown


def point_to(layout: Layout, manifest: Manifest) -> None:
    """Make a snapshot that lies in its place the published one."""
    snapshot = f"snapshots/{manifest.run_id}"
    pointer = Pointer(
        run_id=manifest.run_id,
        snapshot=snapshot,
        published_at=write_instant(datetime.now(UTC)),
        manifest_sha256=hash_file(layout.reports / snapshot / MANIFEST),
    )
    replace_text(layout.pointer, pointer.model_dump_json(indent=2) + "\n", layout.staging)


def finish_publishing(layout: Layout, run_id: str) -> None:
    """Show what a run has published beside its tables, and clear the journal."""
    rejected = _staged_quarantine(layout, run_id)
    if rejected.exists():
        move_folder(rejected, layout.quarantine / run_id)
        layout.quarantine.chmod(PRIVATE_FOLDER)
    mirror_latest(layout.root)
    layout.journal.unlink()


def _staged_quarantine(layout: Layout, run_id: str) -> Path:
    return layout.staging / f"{run_id}.{QUARANTINE}"


def _staged_tables(staging: Path) -> Iterator[Path]:
    for file in list_matching_below(staging, f"*{TABLE_SUFFIX}"):
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


def mirror_latest(root: Path) -> None:
    """Make reports/latest show the one-file tables and the page of the published snapshot alone.

    Each is replaced at once; those that do not differ stay untouched. A published file that is
    gone is no reason not to show the others, or not to run again.
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
            if source.exists() and not (target.exists() and target.samefile(source)):
                replace_with_copy(source, target, layout.staging)
        if layout.latest.exists():
            for file in layout.latest.rglob("*.*"):
                if file not in shown and file.is_file():
                    file.unlink()
            remove_empty_folders(layout.latest)
