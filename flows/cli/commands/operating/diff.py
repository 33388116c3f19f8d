"""`campaign-reports diff`: what two kept snapshots give differently."""

from itertools import chain
from pathlib import Path

from contracts.columns import columns
from contracts.manifest import count_of
from contracts.reports.run_tables import RunChanges
from flows.cli.console import (
    ROWS_ON_A_TERMINAL,
    on_terminal,
    print_json_rows,
    print_note,
    print_rows,
    print_table,
)
from flows.cli.options import Flag
from flows.cli.published import require_workspace
from flows.config.loading import load_workspace
from flows.errors import UsageError
from flows.steps.snapshot_changes import find_damaged, list_changes, list_rewritten, view_snapshot
from flows.storage.snapshots.kept_snapshots import Snapshot, find_snapshot, list_snapshots
from flows.storage.snapshots.published_files import PublishedDamage
from flows.storage.workspace_files import storage_errors


def diff(
    workspace: Path, before: str | None = None, after: str | None = None, /, *, json: Flag = False
) -> int:
    """Print the figures that two kept snapshots give differently, as `run/changes` does.

    Args:
        workspace: The workspace's folder.
        before: The run of the earlier snapshot; by default the one before the newest.
        after: The run of the later one; by default the newest.
        json: Print a JSON list of objects.
    """
    require_workspace(workspace)
    loaded = load_workspace(workspace)
    first, second = _choose(workspace, before, after)
    for path, problem in chain.from_iterable(
        find_damaged(workspace, one.manifest).items() for one in (first, second)
    ):
        msg = f"{path} {problem}"
        raise PublishedDamage(msg, "Compare two other runs: `campaign-reports runs` lists them.")
    earlier, later = (view_snapshot(workspace, one.manifest) for one in (first, second))
    with storage_errors("reading the two snapshots"):
        rows = list_changes(
            earlier, later, loaded.config.workspace.timezone, list_rewritten(workspace)
        ).collect()
    if json:
        print_json_rows(rows.iter_rows(named=True))
    elif on_terminal():
        print_rows(columns(RunChanges), rows.head(ROWS_ON_A_TERMINAL).rows())
    else:
        print_table(columns(RunChanges), rows.iter_rows())
    shown = rows.height if json or not on_terminal() else min(rows.height, ROWS_ON_A_TERMINAL)
    print_note(f"{first.run_id} to {second.run_id}: {shown:,} of {rows.height:,} changes")
    return 0


def _choose(workspace: Path, before: str | None, after: str | None) -> tuple[Snapshot, Snapshot]:
    kept = list_snapshots(workspace)
    if len(kept) < 2:  # noqa: PLR2004 - a comparison takes two
        msg = f"{workspace} keeps {count_of(len(kept), 'snapshot')}"
        raise UsageError(msg, "A comparison takes two: run again, or raise keep_snapshots.")
    second = kept[0] if after is None else find_snapshot(workspace, after)
    if before is not None:
        return find_snapshot(workspace, before), second
    earlier = [one for one in kept if one.run_id < second.run_id]
    if not earlier:
        msg = f"no snapshot before {second.run_id} is kept"
        raise UsageError(msg, f"Kept: {', '.join(one.run_id for one in kept)}.")
    return earlier[0], second
