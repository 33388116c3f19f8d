"""How far a run is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Is told how far one stage of a run has come: its name, how many of its steps are finished, and of
how many; a new stage begins at 0."""


def silence(stage: str, done: int, total: int) -> None:
    """Take note of nothing."""
