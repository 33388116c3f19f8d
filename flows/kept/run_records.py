"""What each report of the published run wrote, kept beside the ledger for the next run.

The record says under which key each wrote which of the snapshot's table files, and what was checked
of them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field

from contracts.manifest import Check, OutputTable, Warned
from flows.storage.layout import Layout
from flows.storage.sealed_files import OwnRecord, unseal, write_sealed
from flows.storage.snapshots.published_files import PublishedDamage, read_manifest
from flows.storage.workspace_files import remove_tree, storage_errors

RECORD = "reports-{}.json"


class KeptReport(OwnRecord):
    """What one report of a run wrote.

    Attributes:
        key: The hash of all that decides it.
        files: Its table files, relative to the snapshot -> their SHA-256.
    """

    key: str
    files: dict[str, str] = Field(default_factory=dict)
    checks: list[Check] = Field(default_factory=list)
    warnings: list[Warned] = Field(default_factory=list)


class RunRecord(OwnRecord):
    """The reports of a published run."""

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


def find_damaged_records(home: Path) -> Iterator[Path]:
    """The records of runs that are not what was written, or another run's."""
    before, after = RECORD.split("{}")
    for path in sorted(home.glob(RECORD.format("*"))):
        if _parse(path, path.name.removeprefix(before).removesuffix(after)) is None:
            yield path


def write_run_record(root: Path, home: Path, record: RunRecord) -> None:
    """Keep the record of a run that is about to be published.

    Raises:
        StorageFailed: The disk refused.
    """
    with storage_errors(f"writing {home}"):
        write_sealed(home / RECORD.format(record.run_id), record, Layout(root).staging)


def drop_past_records(home: Path, run_id: str) -> None:
    """Drop the records of all runs but the published one.

    Raises:
        StorageFailed: The disk refused.
    """
    with storage_errors(f"cleaning {home}"):
        for one in home.iterdir() if home.is_dir() else ():
            if one.is_file() and one.name != RECORD.format(run_id):
                remove_tree(one)
