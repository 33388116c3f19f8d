"""How far a run is, and what a look at the feeds found."""

from dataclasses import dataclass
from typing import Protocol

from contracts.manifest import InputFile, Warned
from flows.errors import CampaignReportsError


class Progress(Protocol):
    """Is told how far one stage of a run has come."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that `done` of `total` steps of `stage` are finished; a new stage begins at 0."""


def silence(stage: str, done: int, total: int) -> None:
    """Take note of nothing."""


@dataclass(frozen=True)
class Checked:
    """What a look at the feeds found, without anything written."""

    inputs: list[InputFile]
    """One entry a file (and table), counted as a run would count it."""
    warnings: list[Warned]
    problem: CampaignReportsError | None
    """What would stop a run, with its exit code."""
