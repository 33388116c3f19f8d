"""How far a long stage of a run is, on the run's page and among the artifacts of its workspace."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from flows.announcements.prefect_keys import name_artifact
from flows.progress import Progress
from flows.runtime.prefect_steps import is_watched

PATIENCE_SECONDS = 5
"""How long a stage takes before it is shown, and how much later it is shown anew."""


def show_progress(root: Path, progress: Progress) -> Progress:
    """Show long stages to Prefect, too, where somebody can see them."""
    return ProgressArtifacts(root.absolute().name, progress) if is_watched() else progress


class ProgressArtifacts:
    """Makes an artifact for each stage that takes long, and keeps it up to date."""

    def __init__(
        self, workspace: str, progress: Progress, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Tell `progress` everything, and Prefect what takes long."""
        self.key = name_artifact(workspace, "progress")
        self.progress = progress
        self.clock = clock
        self.shown: dict[str, UUID] = {}
        self.told_at: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note how far a stage is."""
        self.progress(stage, done, total)
        now = self.clock()
        is_over = stage in self.shown and done == total
        if now - self.told_at.setdefault(stage, now) >= PATIENCE_SECONDS or is_over:
            self.told_at[stage] = now
            with suppress(Exception):
                self._show(stage, done, total)

    def _show(self, stage: str, done: int, total: int) -> None:
        share = 100 * done / total if total else 0
        description = f"{stage}: {done:,} of {total:,}"
        if stage in self.shown:
            update_progress_artifact(self.shown[stage], share, description)
        elif done < total:
            made = create_progress_artifact(share, self.key, description)
            self.shown[stage] = cast("UUID", made)
