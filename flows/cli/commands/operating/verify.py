"""`campaign-reports verify`: whether every file is what was written."""

from dataclasses import asdict
from pathlib import Path

from contracts.manifest import count_of
from flows.cli.console import print_note, print_records
from flows.cli.options import Flag
from flows.cli.published import require_workspace
from flows.errors import StorageFailed
from flows.steps.maintenance.verify_files import Damage, verify_files
from flows.storage.erasing.erasure_journal import finish_erasure
from flows.storage.lock import hold_workspace
from flows.storage.workspace_files import storage_errors

MENDS = "--repair mends what can be mended, and the next run what it makes anew"
FURTHER = (
    "the next run mends what it makes anew; of a snapshot or quarantine of an earlier run, put "
    "back a copy, or remove its folder and repair again"
)


def verify(workspace: Path, /, *, repair: Flag = False, json: Flag = False) -> int:
    """Hold every published file and every part of the ledger against its hash, contract and counts.

    Args:
        workspace: The workspace's folder.
        repair: Mend what can be mended: the pointer and reports/latest; a damaged part of the
            ledger goes, and the next run reads its raw file again.
        json: Print a JSON list of objects.

    Returns:
        The exit code: 0 where nothing is damaged or all is mended, else 4.
    """
    require_workspace(workspace)
    with storage_errors("verifying"):
        damages = _repair(workspace) if repair else list(verify_files(workspace, repair=False))
    listed = [asdict(damage) for damage in damages]
    print_records(listed, f"everything in {workspace} is what was written", as_json=json)
    left = sum(not damage.mended for damage in damages)
    if left:
        print_note(f"{count_of(left, 'path')} damaged: {FURTHER if repair else MENDS}")
    return StorageFailed.exit_code if left else 0


def _repair(workspace: Path) -> list[Damage]:
    with hold_workspace(workspace):
        finish_erasure(workspace)
        return list(verify_files(workspace, repair=True))
