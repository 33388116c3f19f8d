"""Taking people out of what was written: kept snapshots, quarantine, and the memory of erasures."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from contracts.erasures import Erasures
from contracts.manifest import Manifest, OutputTable
from flows.storage.latest import TABLE_SUFFIX, mirror_latest
from flows.storage.published_files import MANIFEST, read_pointer
from flows.storage.report_files import ROWS_A_ROW_GROUP
from flows.storage.snapshots import list_snapshots
from flows.storage.workspace_files import (
    Layout,
    hash_file,
    make_folder,
    remove_tree,
    replace_text,
    storage_errors,
    sync,
)
from transforms.common.erased_rows import is_erased

OURS = "campaign_reports."
"""How the entries of a Parquet file's metadata begin that say what the table is."""

Describe = Callable[[Path, Manifest], None]
TEXTS = frozenset({".html", ".json", ".sql", ".yaml", ".yml", ".csv", ".txt"})


def read_erasures(root: Path) -> Erasures | None:
    """Who was erased from a workspace; None for nobody.

    Raises:
        StorageFailed: The file cannot be read.
    """
    path = Layout(root).erasures
    with storage_errors("reading state/erasures.json"):
        if not path.exists():
            return None
        return Erasures.model_validate_json(path.read_text(encoding="utf-8"))


def write_erasures(root: Path, erasures: Erasures) -> None:
    """Remember who was erased, before anything of them goes.

    Raises:
        StorageFailed: The file cannot be written.
    """
    layout = Layout(root)
    with storage_errors("writing state/erasures.json"):
        make_folder(layout.state)
        replace_text(layout.erasures, erasures.model_dump_json() + "\n", layout.staging)
        layout.erasures.chmod(0o600)


def count_in_published_files(root: Path, erasures: Erasures) -> int:
    """How many rows of kept snapshots and quarantine bear an erased person."""
    return sum(
        rows.filter(is_erased(rows.schema, erasures)).height
        for file in _list_tables(root)
        if (rows := pl.read_parquet(file)) is not None
    )


def erase_from_snapshots(root: Path, erasures: Erasures, describe: Describe) -> int:
    """Take people out of every kept snapshot, and put its manifest right.

    Args:
        root: The workspace, held by this run.
        erasures: Who goes.
        describe: Writes what describes a snapshot, and its page, anew.

    Returns:
        How many rows went.

    Raises:
        StorageFailed: The disk refused.
    """
    layout = Layout(root)
    gone = 0
    with storage_errors("erasing from the kept snapshots"):
        for snapshot in list_snapshots(root):
            folder = layout.snapshots / snapshot.run_id
            changed = {
                file: rows
                for file in sorted(folder.rglob(f"*{TABLE_SUFFIX}"))
                if (rows := _erase_rows(file, erasures, layout))
            }
            gone += sum(changed.values())
            _erase_texts(folder, erasures, layout)
            if changed:
                describe(folder, _restate_manifest(layout, snapshot.manifest, set(changed)))
        mirror_latest(root)
    return gone


def erase_from_quarantine(root: Path, erasures: Erasures) -> int:
    """Take people out of quarantine; a file of which nothing is left goes.

    Returns:
        How many rows went.

    Raises:
        StorageFailed: The disk refused.
    """
    layout = Layout(root)
    with storage_errors("erasing from quarantine"):
        gone = 0
        for file in sorted(layout.quarantine.rglob(f"*{TABLE_SUFFIX}")):
            gone += _erase_rows(file, erasures, layout)
            if not pq.read_metadata(file).num_rows:
                remove_tree(file)
    return gone


def _list_tables(root: Path) -> Iterator[Path]:
    for folder in (Layout(root).snapshots, Layout(root).quarantine):
        yield from sorted(folder.rglob(f"*{TABLE_SUFFIX}"))


def _erase_rows(file: Path, erasures: Erasures, layout: Layout) -> int:
    """Write a table anew without some rows, if it has any of them; its order stays."""
    rows = pl.read_parquet(file)
    kept = rows.filter(~is_erased(rows.schema, erasures))
    if kept.height == rows.height:
        return 0
    stated = pq.read_metadata(file).metadata or {}
    metadata = {
        name.decode(): text.decode()
        for name, text in stated.items()
        if name.decode().startswith(OURS)
    }
    draft = make_folder(layout.staging) / f"{file.name}.erasing"
    kept.rechunk().write_parquet(
        draft,
        compression="zstd",
        compression_level=1,
        row_group_size=ROWS_A_ROW_GROUP,
        metadata=metadata,
        arrow_schema=pq.read_schema(file).remove_metadata(),
    )
    sync(draft)
    draft.replace(file)
    sync(file.parent)
    return rows.height - kept.height


def _erase_texts(folder: Path, erasures: Erasures, layout: Layout) -> None:
    """Remove the pages and descriptions that bear a person; the next run writes its own."""
    for file in sorted(folder.rglob("*")):
        if file.suffix in TEXTS and file.name != MANIFEST:
            text = file.read_text(encoding="utf-8", errors="replace")
            if erasures.mentions(None, text):
                replace_text(file, "", layout.staging)


def _restate_manifest(layout: Layout, manifest: Manifest, changed: set[Path]) -> Manifest:
    """State rows, bytes and hashes of changed files; the pointer states the manifest's."""
    outputs = [_restate(layout, output, changed) for output in manifest.outputs]
    whole = manifest.model_copy(update={"outputs": outputs})
    text = whole.model_dump_json(indent=2) + "\n"
    path = layout.snapshots / manifest.run_id / MANIFEST
    replace_text(path, text, layout.staging)
    pointer = read_pointer(layout.root)
    if pointer is not None and pointer.run_id == manifest.run_id:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        restated = pointer.model_copy(update={"manifest_sha256": sha256})
        replace_text(layout.pointer, restated.model_dump_json(indent=2) + "\n", layout.staging)
    return whole


def _restate(layout: Layout, output: OutputTable, changed: set[Path]) -> OutputTable:
    file = layout.root / output.path
    if file not in changed:
        return output
    return output.model_copy(
        update={
            "rows": pq.read_metadata(file).num_rows,
            "bytes": file.stat().st_size,
            "sha256": hash_file(file),
        }
    )
