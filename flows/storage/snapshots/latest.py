"""reports/latest: the published one-file tables and the page under paths that never change."""

from pathlib import Path

from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import published_pages, published_tables
from flows.storage.workspace_files import remove_empty_folders, replace_with_copy, storage_errors

TABLE_SUFFIX = ".parquet"


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
