"""How far a run is."""

from typing import Protocol


class Progress(Protocol):
    """Is told how far one stage of a run has come."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that `done` of `total` steps of `stage` are finished; a new stage begins at 0."""


def silence(stage: str, done: int, total: int) -> None:
    """Take note of nothing."""
