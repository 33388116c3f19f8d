"""The flow: raw feeds in, one published snapshot of report tables out."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.runtime import flow_run
from pydantic import Field

from contracts.manifest import Check, Manifest, Warned
from flows.announcements.announce import tell_if_held, tell_published, tell_refused
from flows.announcements.progress_artifacts import show_progress
from flows.catalog.quarantine_files import write_quarantine
from flows.cluster.dask_workers import connect
from flows.cluster.workers import Threads
from flows.code_version import name_code, name_environment
from flows.config.loading import LoadedWorkspace, load_workspace
from flows.config.memory import tasks_at_once
from flows.descriptions.standard_forms import write_descriptions
from flows.errors import REPORT_IT, CampaignReportsError
from flows.kept.kept_reports import KeptReports
from flows.kept.kept_steps import KeptSteps
from flows.kept.run_records import drop_past_records
from flows.page.report_page import write_page
from flows.page.snapshot_tables import SnapshotTables
from flows.progress import Progress, silence
from flows.remote.needs import TO_RUN, TO_SUM_UP
from flows.remote.workspace_place import open_feeds, open_workspace
from flows.runtime.flow_ends import end_in_a_sentence
from flows.runtime.prefect_steps import spare_a_private_server, step
from flows.runtime.scheduling import run_as_batch_alone
from flows.steps.attempt import REFUSED, Attempt, Run, describe_end, describe_failure, stamp
from flows.steps.reading.file_tasks import show_reading
from flows.steps.reading.read_feeds import FeedsRead, read_feeds, reconcile_inputs
from flows.steps.reading.refusals import find_refusal
from flows.steps.run_tables import write_run_tables
from flows.steps.warning_order import order_warnings
from flows.steps.write_reports import write_report_tables
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.run_notes import note_attempt, note_columns
from flows.storage.snapshots.kept_snapshots import drop_old_snapshots, find_last_run
from flows.storage.snapshots.publish import (
    QUARANTINE,
    hash_outputs,
    new_run_id,
    publish_quarantine,
    publish_snapshot,
    stage_snapshot,
)
from flows.storage.snapshots.recovery import clean_up
from flows.storage.workspace_files import remove_tree, storage_errors

SCRATCH = "scratch"
AN_HOUR = 3600
_progress: ContextVar[Progress] = ContextVar("progress", default=silence)
_cluster: ContextVar[str | None] = ContextVar("cluster", default=None)
"""What `run_workspace` gives the flow beside its parameters, which are those of a deployment."""


def name_run() -> str:
    """What Prefect calls a run: its workspace, and the day for which it was scheduled."""
    workspace = Path(str(flow_run.parameters["workspace"])).name
    return f"{workspace} {flow_run.scheduled_start_time:%Y-%m-%d}"


@flow(name="campaign-reports", flow_run_name=name_run, validate_parameters=True)
@end_in_a_sentence
def campaign_reports(
    workspace: str,
    full: bool = False,  # noqa: FBT001, FBT002 - a parameter of a deployment
    wait_seconds: Annotated[float, Field(ge=0)] = AN_HOUR,
) -> dict[str, object]:
    """Publish the campaign reports of a workspace.

    Args:
        workspace: The folder with campaigns.toml, or `s3://bucket/prefix`.
        full: Whether every file is read anew, as if none had been read before.
        wait_seconds: How long to wait for another run that holds the workspace.

    Returns:
        The manifest of the published snapshot.
    """
    run_as_batch_alone()
    with (
        open_workspace(workspace, TO_RUN, wait_seconds) as root,
        begin_attempt(load_workspace(root), wait_seconds, full=full) as attempt,
    ):
        run = Run.of(attempt, read_raw_feeds(attempt, full=full))
        refuse_bad_data(run)
        checks, warnings = write_report_tables(run)
        more_checks, more_warnings = report_run(run)
        manifest = prove(run, [*checks, *more_checks], [*warnings, *more_warnings])
        describe_snapshot(attempt, manifest)
        draw_page(attempt, manifest)
        publish(attempt, manifest)
        note_columns(attempt.root, run.read.columns)
        drop_old_files(run)
    tell_published(open_workspace(workspace, TO_SUM_UP), manifest)
    return manifest.model_dump()


@contextmanager
def begin_attempt(
    loaded: LoadedWorkspace, wait_seconds: float, *, full: bool
) -> Generator[Attempt]:
    """Hold the workspace, and write into a fresh folder that goes with the attempt."""
    started = datetime.now(UTC)
    tell_if_held(loaded.root, wait_seconds)
    with hold_workspace(loaded.root, wait_seconds):
        with _noting_failure(loaded.root, new_run_id(started), started):
            clean_up(loaded.root)
        run_id = new_run_id(started, find_last_run(Layout(loaded.root)))
        with _noting_failure(loaded.root, run_id, started):
            staging = stage_snapshot(loaded.root, run_id)
            progress = show_progress(loaded.root, _progress.get())
            kept, reports = begin_keeping(loaded.root, staging, full=full)
            scratch = staging / SCRATCH
            attempt = Attempt(loaded, run_id, started, staging, scratch, kept, reports, progress)
            address = _cluster.get() or loaded.config.run.dask
            threads = Threads(tasks_at_once(loaded.config.run))
            with (
                _discarding(staging),
                storage_errors(f"working on {loaded.root}"),
                open_feeds(loaded.root, loaded.config.feed_files, keeps=True) as views,
                connect(address, staging, *views) if address else nullcontext(threads) as workers,
            ):
                yield replace(attempt, kept=replace(kept, workers=workers))
        note_attempt(loaded.root, describe_end(run_id, started, "published", 0))


@contextmanager
def _noting_failure(root: Path, run_id: str, started: datetime) -> Generator[None]:
    """Note how an attempt failed or was stopped, and tell of one that its data forbade."""
    try:
        yield
    except BaseException as error:
        end = describe_failure(run_id, started, error)
        note_attempt(root, end)
        if end.outcome == REFUSED:
            tell_refused(root, end)
        raise


@contextmanager
def _discarding(staging: Path) -> Generator[None]:
    """Remove what an attempt left, first of all: on a full disk, it is the room to note its end.

    What cannot be removed now, the next run removes or tells.
    """
    try:
        yield
    finally:
        with suppress(OSError):
            remove_tree(staging)


def begin_keeping(root: Path, staging: Path, *, full: bool) -> tuple[KeptSteps, KeptReports]:
    """Take over what the run before kept, if the code and its libraries are the same."""
    home, code = Layout(root).kept, name_environment()
    if full:
        with storage_errors("forgetting what was kept before"):
            remove_tree(home)
    return KeptSteps(home, code), KeptReports.begin(root, home, staging, code)


@step
def read_raw_feeds(attempt: Attempt, *, full: bool) -> FeedsRead:
    """Raw files to canonical tables; what an earlier run has read is not read again."""
    ledger, kept = Layout(attempt.root).ledger, attempt.kept
    return read_feeds(
        attempt.loaded,
        ledger,
        attempt.progress,
        attempt.started_at,
        show_reading(kept.workers),
        kept,
        is_anew=full,
    )


@step
def refuse_bad_data(run: Run) -> None:
    """Put rejected rows aside, and stop where the data forbids publishing."""
    run_id, quarantine = run.run_id, run.staging / QUARANTINE
    write_quarantine(run.catalog, quarantine, run_id)
    if problem := find_refusal(run.read, run.config, run_id):
        publish_quarantine(run.root, quarantine, run_id)
        raise problem


@step
def report_run(run: Run) -> tuple[list[Check], list[Warned]]:
    """Write what came of each feed, and which figures differ from the snapshot before."""
    return write_run_tables(run, run.read.inputs, name_code())


@step
def prove(run: Run, checks: list[Check], warnings: list[Warned]) -> Manifest:
    """Hash what was written, and refuse to publish what does not add up."""
    inputs = run.read.inputs
    remove_tree(run.scratch)
    reconciliation = [*reconcile_inputs(inputs), *checks]
    outputs = hash_outputs(run.staging, run.run_id, run.reports.list_linked())
    run.reports.keep(run.run_id, outputs)
    if broken := [check.name for check in reconciliation if not check.holds]:
        msg = f"nothing was published, because {len(broken)} checks do not hold: {broken[0]}"
        raise CampaignReportsError(msg, REPORT_IT)
    return Manifest(
        run_id=run.run_id,
        started_at=stamp(run.started_at),
        finished_at=stamp(datetime.now(UTC)),
        code_version=name_code(),
        config_sha256=run.loaded.config_sha256,
        inputs=inputs,
        outputs=outputs,
        reconciliation=reconciliation,
        warnings=order_warnings([*run.loaded.warnings, *run.read.warnings, *warnings]),
    )


@step
def describe_snapshot(attempt: Attempt, manifest: Manifest) -> None:
    """Describe the tables of the snapshot in the standard ways."""
    write_descriptions(attempt.staging, manifest)


@step
def draw_page(attempt: Attempt, manifest: Manifest) -> None:
    """Draw the page of the snapshot from its tables."""
    workspace = attempt.config.workspace
    tables = SnapshotTables(
        attempt.staging, manifest, attempt.root.name, workspace.timezone, workspace.currency
    )
    write_page(tables, attempt.kept.text)


@step
def publish(attempt: Attempt, manifest: Manifest) -> None:
    """Move the snapshot in and swap the pointer."""
    attempt.progress("publishing", 0, 1)
    publish_snapshot(attempt.root, attempt.staging, manifest)
    attempt.progress("publishing", 1, 1)


@step
def drop_old_files(run: Run) -> None:
    """Drop what this run did not read from the ledger, and the snapshots that are too old."""
    root, rules = run.root, run.config.workspace
    run.kept.drop_unused()
    drop_past_records(Layout(root).kept, run.run_id)
    used = {file.receipt.key for file in run.catalog.files}
    with storage_errors("cleaning the ledger"):
        for one in run.ledger.iterdir() if run.ledger.is_dir() else ():
            if one.name not in used:
                remove_tree(one)
    drop_old_snapshots(root, rules.keep_snapshots, rules.keep_days, datetime.now(UTC))


def run_workspace(
    workspace: str,
    wait_seconds: float,
    progress: Progress,
    *,
    full: bool,
    dask: str | None,
) -> Manifest:
    """Run the flow in this process.

    Args:
        full: Whether every file is read anew.
        dask: The scheduler of the cluster that carries out the tasks; as configured if not given.

    Raises:
        CampaignReportsError: What stopped the run.
    """
    tokens = _progress.set(progress), _cluster.set(dask)
    try:
        with spare_a_private_server():
            return Manifest.model_validate(campaign_reports(workspace, full, wait_seconds))
    finally:
        _progress.reset(tokens[0])
        _cluster.reset(tokens[1])
