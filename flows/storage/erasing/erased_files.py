"""Taking people out of what runs wrote: kept snapshots and quarantine, written anew beside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from contracts.erasures import Erasures
from contracts.manifest import Manifest, OutputTable
from flows.storage.checksums import SUFFIX, format_sums, read_sums
from flows.storage.erasing.erasure_journal import ANEW
from flows.storage.layout import Layout
from flows.storage.report_files import FORM
from flows.storage.snapshots.kept_snapshots import list_runs, list_snapshots
from flows.storage.snapshots.publish import TABLE_SUFFIX
from flows.storage.snapshots.published_files import MANIFEST, read_pointer
from flows.storage.table_metadata import PREFIX
from flows.storage.workspace_files import PRIVATE_FILE, hash_file, remove_tree, storage_errors
from transforms.common.erased_rows import is_erased

Describe = Callable[[Path, Manifest], None]
TEXTS = frozenset({".html", ".json", ".sql", ".yaml", ".yml", ".csv", ".txt"})


@dataclass
class StagedErasure:
    """Files written anew without some people, beside those that they are to replace.

    Attributes:
        gone: What goes whole, by its path from the workspace.
        sums: Run -> path -> the new hash; None for what goes.
    """

    root: Path
    folder: Path
    erasures: Erasures
    gone: list[str] = field(default_factory=list)
    sums: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def place(self, path: Path) -> Path:
        """Where what is to replace a file of the workspace is written."""
        draft = self.folder / ANEW / Layout(self.root).relative(path)
        draft.parent.mkdir(parents=True, exist_ok=True)
        return draft

    def note(self, run_id: str, path: Path, sha256: str | None) -> None:
        """Note the new hash of a file that a run wrote."""
        self.sums.setdefault(run_id, {})[Layout(self.root).relative(path)] = sha256


def count_in_published_files(root: Path, erasures: Erasures) -> int:
    """How many rows of kept snapshots and quarantine bear an erased person."""
    tables = map(pl.read_parquet, _list_tables(root))
    return sum(rows.filter(is_erased(rows.schema, erasures)).height for rows in tables)


def _list_tables(root: Path) -> Iterator[Path]:
    for folder in (Layout(root).snapshots, Layout(root).quarantine):
        yield from sorted(folder.rglob(f"*{TABLE_SUFFIX}"))


def stage_published(staged: StagedErasure, describe: Describe) -> None:
    """Write the kept snapshots and quarantine anew without some people; nothing is replaced yet.

    A snapshot that nobody can read goes whole.

    Args:
        describe: Writes what describes a snapshot, and its page, anew.

    Raises:
        StorageFailed: The disk refused.
    """
    layout = Layout(staged.root)
    with storage_errors("erasing from the kept snapshots and quarantine"):
        kept = {one.run_id: one.manifest for one in list_snapshots(staged.root)}
        for run_id in list_runs(layout):
            if run_id in kept:
                _stage_snapshot(staged, kept[run_id], describe)
            else:
                staged.gone.append(layout.relative(layout.snapshots / run_id))
        for file in sorted(layout.quarantine.rglob(f"*{TABLE_SUFFIX}")):
            _stage_quarantine(staged, file)
        for run_id, changed in staged.sums.items():
            if sums := read_sums(staged.root, run_id):
                new = {path: one for path, one in (sums | changed).items() if one is not None}
                draft = staged.place(layout.sums / f"{run_id}{SUFFIX}")
                draft.write_text(format_sums(new), encoding="utf-8")


def _stage_quarantine(staged: StagedErasure, file: Path) -> None:
    draft = staged.place(file)
    left = _write_without(file, staged.erasures, draft)
    if left is None:
        return
    if left:
        draft.chmod(PRIVATE_FILE)
        staged.note(file.parent.name, file, hash_file(draft))
    else:
        draft.unlink()
        staged.gone.append(Layout(staged.root).relative(file))
        staged.note(file.parent.name, file, None)


def _stage_snapshot(staged: StagedErasure, manifest: Manifest, describe: Describe) -> None:
    """Write what of a snapshot bears a person anew, with all that is said of its tables."""
    layout = Layout(staged.root)
    folder = layout.snapshots / manifest.run_id
    view = staged.folder / manifest.run_id
    changed: set[Path] = set()
    for file in sorted(folder.rglob(f"*{TABLE_SUFFIX}")):
        seen = view / file.relative_to(folder)
        seen.parent.mkdir(parents=True, exist_ok=True)
        if _write_without(file, staged.erasures, seen) is None:
            seen.hardlink_to(file)
        else:
            changed.add(file)
    if changed or _says_person(folder, staged.erasures):
        outputs = [_restate(layout, output, changed, view) for output in manifest.outputs]
        whole = manifest.model_copy(update={"outputs": outputs})
        describe(view, whole)
        (view / MANIFEST).write_text(whole.model_dump_json(indent=2) + "\n", encoding="utf-8")
        for seen in sorted(view.rglob("*")):
            place = folder / seen.relative_to(view)
            if seen.is_file() and (seen.suffix != TABLE_SUFFIX or place in changed):
                seen.rename(staged.place(place))
                staged.note(manifest.run_id, place, hash_file(staged.place(place)))
        _stage_pointer(staged, manifest.run_id, staged.place(folder / MANIFEST))
    remove_tree(view)


def _stage_pointer(staged: StagedErasure, run_id: str, manifest: Path) -> None:
    layout, pointer = Layout(staged.root), read_pointer(staged.root)
    if pointer is not None and pointer.run_id == run_id:
        restated = pointer.model_copy(update={"manifest_sha256": hash_file(manifest)})
        text = restated.model_dump_json(indent=2) + "\n"
        staged.place(layout.pointer).write_text(text, encoding="utf-8")


def _write_without(file: Path, erasures: Erasures, draft: Path) -> int | None:
    """Write a table without some rows, in its order; gives the rows left, None if it has none."""
    rows = pl.read_parquet(file)
    kept = rows.filter(~is_erased(rows.schema, erasures))
    if kept.height == rows.height:
        return None
    stated = pl.read_parquet_metadata(file)
    metadata = {name: text for name, text in stated.items() if name.startswith(PREFIX)}
    types = pq.read_schema(file)
    kept.rechunk().write_parquet(draft, metadata=metadata, arrow_schema=types, **FORM)
    return kept.height


def _says_person(folder: Path, erasures: Erasures) -> bool:
    """Whether a page or description of a snapshot bears a person."""
    return any(
        erasures.mentions(None, file.read_text(encoding="utf-8", errors="replace"))
        for file in sorted(folder.rglob("*"))
        if file.suffix in TEXTS and file.name != MANIFEST
    )


def _restate(layout: Layout, output: OutputTable, changed: set[Path], view: Path) -> OutputTable:
    """State rows, bytes and hash of a file that was written anew."""
    file = layout.root / output.path
    if file not in changed:
        return output
    anew = view / file.relative_to(layout.snapshots / view.name)
    return output.model_copy(
        update={
            "rows": pq.read_metadata(anew).num_rows,
            "bytes": anew.stat().st_size,
            "sha256": hash_file(anew),
        }
    )
