"""`campaign-reports runs`: the snapshots that are kept."""

from pathlib import Path
from typing import Any

from flows.cli.console import print_records
from flows.cli.options import Flag
from flows.cli.published import require_workspace
from flows.storage.snapshots.kept_snapshots import Snapshot, list_snapshots


def runs(workspace: Path, /, *, json: Flag = False) -> int:
    """List the kept snapshots with their figures, the newest first.

    Args:
        workspace: The workspace's folder.
        json: Print a JSON list of objects.
    """
    require_workspace(workspace)
    listed = [_describe(one) for one in list_snapshots(workspace)]
    print_records(listed, f"nothing is published yet in {workspace}", as_json=json)
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
