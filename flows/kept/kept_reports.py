"""Report tables of the snapshot before that a run takes over, as nothing that decides them changed.

Beside the ledger lies a record of the published run: which of its table files each report wrote,
under which key, and what was checked. A file is linked into the new snapshot only where it is,
byte for byte, the one that the manifest of the published snapshot and the record name.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from contracts.manifest import Check, OutputTable, Warned
from flows.storage.layout import Layout
from flows.storage.sealed_files import seal, unseal
from flows.storage.snapshots.published_files import (
    PublishedDamage,
    find_problem,
    read_manifest,
)
from flows.storage.workspace_files import (
    PRIVATE_FILE,
    make_folder,
    replace_text,
    storage_errors,
    sync,
)

RECORD = "reports-{}.json"


class KeptReport(BaseModel):
    """What one report of a run wrote.

    Attributes:
        key: The hash of all that decides it.
        files: Its table files, relative to the snapshot -> their SHA-256.
        checks: What was checked of them.
        warnings: What a person should look at.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    files: dict[str, str] = {}
    checks: list[Check] = []
    warnings: list[Warned] = []


class RunRecord(BaseModel):
    """The reports of a published run.

    Attributes:
        run_id: The run.
        code: By which code, with which libraries.
        reports: What each report wrote.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str
    code: str
    reports: dict[str, KeptReport]


def read_run_record(root: Path, home: Path) -> tuple[RunRecord | None, Mapping[str, OutputTable]]:
    """The record of the published run, and its table files by their path in the snapshot.

    Returns:
        None and nothing where no run is published, or none whose record is what was written.
    """
    try:
        manifest = read_manifest(root)
    except PublishedDamage:
        return None, {}
    if manifest is None:
        return None, {}
    place = f"reports/snapshots/{manifest.run_id}/"
    outputs = {one.path.removeprefix(place): one for one in manifest.outputs}
    return _parse(home / RECORD.format(manifest.run_id), manifest.run_id), outputs


def _parse(path: Path, run_id: str) -> RunRecord | None:
    try:
        record = unseal(RunRecord, path.read_bytes())
    except (OSError, ValueError):
        return None
    return record if record.run_id == run_id else None


def write_run_record(root: Path, home: Path, record: RunRecord) -> None:
    """Keep the record of a run that is about to be published.

    Raises:
        StorageFailed: The disk refused.
    """
    path = home / RECORD.format(record.run_id)
    with storage_errors(f"writing {home}"):
        make_folder(home)
        replace_text(path, seal(record), Layout(root).staging)
        path.chmod(PRIVATE_FILE)


def find_damage(root: Path, report: KeptReport, outputs: Mapping[str, OutputTable]) -> str:
    """What keeps the files of a report from being taken over; empty where nothing does."""
    for path, sha256 in report.files.items():
        output = outputs.get(path)
        if output is None or output.sha256 != sha256:
            return f"{path} is not what the run wrote"
        if problem := find_problem(root, output):
            return f"{path} {problem}"
    return ""


def link_files(
    root: Path, staging: Path, paths: Iterable[str], outputs: Mapping[str, OutputTable]
) -> list[str]:
    """Put verified files of the published snapshot into the one being written.

    Returns:
        Those of the paths that are hard links; where links are not possible files are copied.

    Raises:
        StorageFailed: The disk refused.
    """
    linked = []
    with storage_errors("taking tables over from the snapshot before"):
        for path in paths:
            source, target = root / outputs[path].path, staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError:
                shutil.copyfile(source, target)
                sync(target)
            else:
                linked.append(path)
    return linked


def select_parts(name: str, reports: Mapping[str, KeptReport]) -> dict[str, KeptReport]:
    """The files of a report that have inputs of their own."""
    return {path: part for path, part in reports.items() if path.startswith(f"{name}/")}
