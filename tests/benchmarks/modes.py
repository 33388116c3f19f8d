"""The modes of a contestant, each a process of its own that the benchmark can measure."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

START = "start"
"""The mode that does nothing, by which it is known what starting costs."""


def carry_out(modes: Mapping[str, Callable[[Path], object]]) -> None:
    """Carry out the mode that the command line names, in the folder that it names."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("mode", choices=(START, *modes))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    if chosen.mode in modes:
        modes[chosen.mode](chosen.root.resolve())
