"""`campaign-reports runs` and `gc`: the snapshots that are kept."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from flows.cli.console import print_json, print_json_rows, print_note, print_table
from flows.cli.published import require_workspace
from flows.config.loading import load_workspace
from flows.storage.lock import hold_workspace
from flows.storage.snapshots import Snapshot, drop_old_snapshots, list_snapshots
from flows.storage.workspace_files import Layout

HEADER = (
    "run",
    "is_published",
    "finished_at",
    "files",
    "rows_read",
    "accepted",
    "rejected",
    "tables",
    "rows",
    "warnings",
)


def runs(workspace: Path, /, *, json: Annotated[bool, Parameter(negative=())] = False) -> int:
    """List the kept snapshots with their figures, the newest first.

    Args:
        workspace: The workspace's folder.
        json: Print a JSON list of objects.

    Returns:
        The exit code, 0.
    """
    require_workspace(workspace)
    listed = [_describe(one) for one in list_snapshots(workspace)]
    if json:
        print_json_rows(listed)
    elif listed:
        print_table(HEADER, [list(one.values()) for one in listed])
    else:
        print_note(f"nothing is published yet in {workspace}")
    return 0


def gc(
    workspace: Path,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Remove the snapshots and quarantines that are too old, as the end of a run does.

    Args:
        workspace: The workspace's folder.
        dry_run: Only list them.
        json: Print a JSON list of paths.

    Returns:
        The exit code, 0.
    """
    loaded = load_workspace(workspace)
    kept = loaded.config.workspace
    with hold_workspace(loaded.root):
        gone = drop_old_snapshots(
            loaded.root, kept.keep_snapshots, kept.keep_days, datetime.now(UTC), dry_run=dry_run
        )
    paths = [Layout(loaded.root).relative(path) for path in gone]
    if json:
        print_json(paths)
    else:
        print_table(("path",), [(path,) for path in paths])
    print_note(f"{len(paths)} folders {'would go' if dry_run else 'went'}")
    return 0


def _describe(snapshot: Snapshot) -> dict[str, Any]:
    manifest = snapshot.manifest
    return {
        "run": manifest.run_id,
        "is_published": snapshot.is_published,
        "finished_at": manifest.finished_at,
        "files": len({entry.path for entry in manifest.inputs}),
        "rows_read": sum(entry.rows_read for entry in manifest.inputs),
        "accepted": sum(entry.accepted for entry in manifest.inputs),
        "rejected": sum(entry.rejected for entry in manifest.inputs),
        "tables": len({(output.group, output.table) for output in manifest.outputs}),
        "rows": sum(output.rows for output in manifest.outputs),
        "warnings": len(manifest.warnings),
    }
