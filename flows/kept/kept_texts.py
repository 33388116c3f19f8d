"""Texts that are kept, such as the parts of the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.kept.kept_steps import KeptSteps

TEXT = "text"
"""The file of a kept text."""


@dataclass(frozen=True)
class KeptTexts:
    """Gives the text that was kept under all that decides it, or has it written and keeps it."""

    kept: KeptSteps

    def __call__(self, name: str, inputs: Sequence[object], write: Callable[[], str]) -> str:
        """The text of a step.

        Args:
            name: The step.
            inputs: All that decides the text.
            write: Writes it anew.
        """

        def put(folder: Path) -> None:
            (folder / TEXT).write_text(write(), encoding="utf-8")

        folder = self.kept.folder(name, inputs, put).open()
        return (folder / TEXT).read_text(encoding="utf-8")
