"""The flow: raw feeds in, one published snapshot of report tables out."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from contracts.manifest import Check, Manifest, Warned
from flows.config.loading import LoadedWorkspace, load_workspace
from flows.errors import CampaignReportsError
from flows.ingest.quarantine_files import write_quarantine
from flows.progress import Progress, silence
from flows.steps.read_feeds import (
    FeedsRead,
    find_problem,
    read_feeds,
    reconcile_inputs,
)
from flows.steps.write_reports import Run, write_report_tables
from flows.storage.lock import hold_workspace
from flows.storage.publish import (
    clean_up,
    discard_staging,
    hash_outputs,
    new_run_id,
    publish_quarantine,
    publish_snapshot,
    stage_snapshot,
)
from flows.storage.workspace_files import Layout, remove_tree, storage_errors

SCRATCH = "scratch"
_progress: ContextVar[Progress] = ContextVar("progress", default=silence)


@flow(name="campaign-reports", validate_parameters=True)
def campaign_reports(workspace: str, wait_seconds: float = 0) -> dict[str, object]:
    """Publish the campaign reports of a workspace.

    Args:
        workspace: The folder with campaigns.toml.
        wait_seconds: How long to wait for another run that holds the workspace.

    Returns:
        The manifest of the published snapshot.
    """
    loaded = load_workspace(Path(workspace))
    started = datetime.now(UTC)
    run_id = new_run_id(started)
    with hold_workspace(loaded.root, wait_seconds, run_id), staged(loaded.root, run_id) as staging:
        read = read_raw_feeds(loaded)
        keep_quarantine(read, loaded, staging, run_id)
        checks, doubts = write_reports(loaded, read, staging)
        manifest = prove(loaded, read, checks, doubts, staging, run_id, started)
        publish(loaded, staging, manifest)
        forget_unread_files(loaded, read)
    return manifest.model_dump()


@task(cache_policy=NO_CACHE)
def read_raw_feeds(loaded: LoadedWorkspace) -> FeedsRead:
    """Raw files to canonical tables; what the ledger has already is not read again."""
    return read_feeds(loaded, Layout(loaded.root).ledger, _progress.get())


@task(cache_policy=NO_CACHE)
def keep_quarantine(read: FeedsRead, loaded: LoadedWorkspace, staging: Path, run_id: str) -> None:
    """Put rejected rows aside, and stop where the data forbids publishing."""
    write_quarantine(read.catalog, staging / "quarantine", run_id)
    if problem := find_problem(read, loaded.config):
        publish_quarantine(loaded.root, staging / "quarantine", run_id)
        raise problem


@task(cache_policy=NO_CACHE)
def write_reports(
    loaded: LoadedWorkspace, read: FeedsRead, staging: Path
) -> tuple[list[Check], list[Warned]]:
    """Canonical tables to facts to report tables, each checked as it is written."""
    run = Run(read.catalog, loaded.config, staging / SCRATCH, staging, _progress.get())
    return write_report_tables(run)


@task(cache_policy=NO_CACHE)
def prove(
    loaded: LoadedWorkspace,
    read: FeedsRead,
    checks: list[Check],
    doubts: list[Warned],
    staging: Path,
    run_id: str,
    started: datetime,
) -> Manifest:
    """Hash what was written, and refuse to publish what does not add up."""
    remove_tree(staging / SCRATCH)
    inputs = read.inputs()
    reconciliation = [*reconcile_inputs(inputs), *checks]
    outputs = hash_outputs(staging, run_id)
    if broken := [check.name for check in reconciliation if not check.holds]:
        msg = f"nothing was published, because {len(broken)} checks do not hold: {broken[0]}"
        raise CampaignReportsError(msg, "This is a fault of the program; please report it.")
    return Manifest(
        run_id=run_id,
        started_at=_stamp(started),
        finished_at=_stamp(datetime.now(UTC)),
        code_version=version("campaign-reports"),
        config_sha256=loaded.config_sha256,
        inputs=inputs,
        outputs=outputs,
        reconciliation=reconciliation,
        warnings=[*loaded.warnings, *read.warnings, *doubts],
    )


@task(cache_policy=NO_CACHE)
def publish(loaded: LoadedWorkspace, staging: Path, manifest: Manifest) -> None:
    """Move the snapshot in and swap the pointer."""
    _progress.get()("publishing", 0, 1)
    publish_snapshot(loaded.root, staging, manifest)
    _progress.get()("publishing", 1, 1)


@task(cache_policy=NO_CACHE)
def forget_unread_files(loaded: LoadedWorkspace, read: FeedsRead) -> None:
    """Drop from the ledger what this run did not need: files that are gone or read otherwise."""
    used = {file.receipt.key for file in read.catalog.files}
    with storage_errors("cleaning the ledger"):
        for kept in Layout(loaded.root).ledger.iterdir():
            if kept.name not in used:
                remove_tree(kept)


@contextmanager
def staged(root: Path, run_id: str) -> Generator[Path]:
    """A fresh folder to write a snapshot into; whatever remains of it goes with the run."""
    clean_up(root)
    staging = stage_snapshot(root, run_id)
    try:
        yield staging
    finally:
        discard_staging(staging)


def run_workspace(root: Path, wait_seconds: float, progress: Progress) -> Manifest:
    """Run the flow in this process.

    Args:
        root: The workspace.
        wait_seconds: How long to wait for another run.
        progress: Told how far each stage is.

    Raises:
        CampaignReportsError: What stopped the run.
    """
    token = _progress.set(progress)
    try:
        return Manifest.model_validate(campaign_reports(str(root), wait_seconds))
    finally:
        _progress.reset(token)


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
