"""`campaign-reports gc`: the snapshots that are too old go."""

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from flows.cli.console import print_note, print_paths
from flows.cli.options import Flag
from flows.config.loading import load_workspace
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.snapshots.kept_snapshots import drop_old_snapshots


def gc(workspace: Path, /, *, dry_run: Flag = False, json: Flag = False) -> int:
    """Remove the snapshots and quarantines that are too old, as the end of a run does.

    Args:
        workspace: The workspace's folder.
        dry_run: Only list them.
        json: Print a JSON list of paths.
    """
    loaded = load_workspace(workspace)
    kept = loaded.config.workspace
    with nullcontext() if dry_run else hold_workspace(loaded.root):
        gone = drop_old_snapshots(
            loaded.root, kept.keep_snapshots, kept.keep_days, datetime.now(UTC), dry_run=dry_run
        )
    paths = [Layout(loaded.root).relative(path) for path in gone]
    print_paths(paths, as_json=json)
    print_note(f"{len(paths)} folders {'would go' if dry_run else 'went'}")
    return 0
