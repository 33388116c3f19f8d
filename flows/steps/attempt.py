"""What every step of a run is given: the workspace, the run and the folders that it writes to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts.config.workspace import Workspace
from flows.catalog.canonical_tables import Catalog
from flows.cluster.workers import THREADS, Workers
from flows.config.loading import LoadedWorkspace
from flows.progress import Progress, silence
from flows.steps.reading.read_feeds import FeedsRead


@dataclass(frozen=True)
class Attempt:
    """One attempt to publish a workspace.

    Attributes:
        loaded: The workspace with its configuration.
        run_id: The run.
        started_at: When it began.
        staging: The snapshot being written.
        scratch: A folder for intermediate tables; removed before publishing.
        progress: Told how far each stage is.
        workers: What carries out its tasks.
    """

    loaded: LoadedWorkspace
    run_id: str
    started_at: datetime
    staging: Path
    scratch: Path
    progress: Progress = silence
    workers: Workers = THREADS


@dataclass(frozen=True)
class Run:
    """An attempt whose feeds are read: what the reports are made from."""

    attempt: Attempt
    read: FeedsRead

    @property
    def catalog(self) -> Catalog:
        """The canonical tables."""
        return self.read.catalog

    @property
    def config(self) -> Workspace:
        """The workspace's configuration."""
        return self.attempt.loaded.config

    @property
    def staging(self) -> Path:
        """The snapshot being written."""
        return self.attempt.staging

    @property
    def scratch(self) -> Path:
        """A folder for intermediate tables."""
        return self.attempt.scratch

    @property
    def workers(self) -> Workers:
        """What carries out the tasks of the run."""
        return self.attempt.workers

    def report_progress(self, stage: str) -> Callable[[int, int], None]:
        """What a stage of several parts calls with how many are done, of how many."""
        return lambda done, total: self.attempt.progress(stage, done, total)

    def is_configured(self, *tables: str) -> bool:
        """Whether a feed gives one of the canonical tables, be it without a row."""
        return self.catalog.given.is_configured(*tables)
