"""An attempt to publish a workspace: what its steps are given, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from contracts.config.workspace import Workspace
from contracts.manifest import AttemptEnd, write_instant
from flows.catalog.canonical_tables import Catalog
from flows.config.loading import LoadedWorkspace
from flows.errors import FAULT_OF_OURS, INTERRUPTED, CampaignReportsError, DataRefused
from flows.kept.kept_reports import KeptReports
from flows.kept.kept_steps import KeptSteps
from flows.progress import Progress, silence
from flows.remote.place_names import name_places
from flows.steps.reading.read_feeds import FeedsRead
from flows.steps.step_inputs import StepInputs
from flows.storage.layout import Layout

REFUSED = "refused"
"""How an attempt ended whose data forbade publishing."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to publish a workspace.

    Attributes:
        scratch: A folder for intermediate tables; removed before publishing.
        kept: The results that it takes over from earlier runs, and keeps for the next.
        reports: The report tables that it takes over from the published snapshot.
    """

    loaded: LoadedWorkspace
    run_id: str
    started_at: datetime
    staging: Path
    scratch: Path
    kept: KeptSteps
    reports: KeptReports
    progress: Progress = silence

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self.loaded.root

    @property
    def config(self) -> Workspace:
        """The workspace's configuration."""
        return self.loaded.config


@dataclass(frozen=True)
class Run(Attempt):
    """An attempt whose feeds are read: what the reports are made from."""

    read: FeedsRead = field(kw_only=True)

    @classmethod
    def of(cls, attempt: Attempt, read: FeedsRead) -> "Run":
        """An attempt with what it read."""
        return cls(**vars(attempt), read=read)

    @property
    def catalog(self) -> Catalog:
        """The canonical tables."""
        return self.read.catalog

    def settings(self, *sections: str) -> Workspace:
        """The configuration as far as a step may read it: time zone, currency, and some sections.

        Args:
            sections: Their names; all others are as if they were not configured, but for `run`,
                which decides no result.
        """
        whole, workspace = self.config, self.config.workspace
        named = {"timezone", "currency", "channels"}
        base = workspace.model_copy(
            update={
                name: field.default
                for name, field in type(workspace).model_fields.items()
                if name not in named
            }
        )
        chosen = {name: getattr(whole, name) for name in (*sections, "run")}
        return Workspace().model_copy(update={"workspace": base, **chosen})

    def give(
        self, tables: Sequence[str], sections: Sequence[str] = (), stage: str = ""
    ) -> StepInputs:
        """What a step is given; what it is not given it cannot read, so that nothing else decides.

        Args:
            sections: The sections of the configuration that it may read (`settings`).
        """
        catalog, settings = self.catalog.only(*tables), self.settings(*sections)
        on_part = partial(self.progress, stage)
        return StepInputs(catalog, settings, self.scratch, self.kept, on_part=on_part)

    @property
    def ledger(self) -> Path:
        """The folder with one folder per file read."""
        return Layout(self.root).ledger


def describe_failure(run_id: str, started: datetime, error: BaseException) -> AttemptEnd:
    """How an attempt ended that failed, in words that bear no value of the data.

    What is no `Exception` is an interrupt, or what Prefect makes of SIGTERM.
    """
    if not isinstance(error, Exception):
        stopped = "it was stopped before its end"
        return describe_end(run_id, started, "failed", INTERRUPTED, stopped, "Run again.")
    if not isinstance(error, CampaignReportsError):
        return describe_end(run_id, started, "failed", FAULT_OF_OURS, type(error).__name__)
    outcome = REFUSED if isinstance(error, DataRefused) else "failed"
    said = name_places(error.message), name_places(error.hint)
    return describe_end(run_id, started, outcome, error.exit_code, *said)


def describe_end(
    run_id: str, started: datetime, outcome: str, exit_code: int, message: str = "", hint: str = ""
) -> AttemptEnd:
    """How an attempt ended, which is now."""
    return AttemptEnd(
        run_id=run_id,
        started_at=stamp(started),
        finished_at=stamp(datetime.now(UTC)),
        outcome=outcome,
        exit_code=exit_code,
        message=message,
        hint=hint,
    )


def stamp(instant: datetime) -> str:
    """When something of a run was, to the millisecond."""
    return write_instant(instant, "milliseconds")
