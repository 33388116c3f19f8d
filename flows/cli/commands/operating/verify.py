"""`campaign-reports verify`: whether every file is what was written."""

from dataclasses import asdict
from pathlib import Path

from flows.cli.console import print_records
from flows.cli.options import Flag
from flows.cli.published import require_workspace
from flows.errors import StorageFailed
from flows.steps.maintenance.verify_files import Damage, verify_files
from flows.storage.erasing.erasure_journal import finish_erasure
from flows.storage.lock import hold_workspace
from flows.storage.workspace_files import storage_errors


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
    return 0 if all(damage.mended for damage in damages) else StorageFailed.exit_code


def _repair(workspace: Path) -> list[Damage]:
    with hold_workspace(workspace):
        finish_erasure(workspace)
        return list(verify_files(workspace, repair=True))
