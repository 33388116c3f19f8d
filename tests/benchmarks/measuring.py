"""Measuring stages of contestants as processes of their own, in turns, and printing what they took.

A stage is `<module> <mode>`: a module of this folder and what it is asked to do. Every module has
the mode `start`, which does nothing: its cost is what is taken off where the table says net.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from flows.runtime.allocator import keep_pages
from flows.runtime.scheduling import run_as_batch

REPOSITORY = Path(__file__).parents[2]
FOLDER = Path("/tmp/campaign-reports-bench")  # noqa: S108 (reused from run to run on purpose)
Ratio = tuple[str, str, str, float]
"""What is compared: its name, our stage, the other's stage, and the most that it may be."""


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    processor: float
    wall: float
    memory: int

    @classmethod
    def middle(cls, costs: list["Cost"]) -> "Cost":
        """The median of several runs."""
        return cls(
            median(cost.processor for cost in costs),
            median(cost.wall for cost in costs),
            int(median(cost.memory for cost in costs)),
        )


def measure(stage: str, root: Path) -> Cost:
    """Run one stage as a process; seconds and peak bytes, its children's included."""
    module, mode = stage.split()
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", mode, str(root)]
    environment = os.environ | {"POLARS_MAX_THREADS": "2", "DO_NOT_TRACK": "1"}
    is_ours = module.startswith("ours")
    if is_ours:
        keep_pages(environment)
    started = monotonic()
    # As the command does when it starts: with its pages and its scheduling.
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment,
        preexec_fn=run_as_batch if is_ours else None,  # noqa: PLW1509
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{stage} failed")
    return Cost(usage.ru_utime + usage.ru_stime, monotonic() - started, usage.ru_maxrss << 10)


def measure_all(stages: Sequence[str], root: Path, runs: int) -> dict[str, Cost]:
    """Measure stages in turns."""
    costs: dict[str, list[Cost]] = {stage: [] for stage in stages}
    for turn in range(runs):
        for stage in stages:
            print(f"\r{root.name}: run {turn + 1} of {runs}, {stage:<24}", end="", file=sys.stderr)
            costs[stage].append(measure(stage, root))
    print("\r" + " " * 72 + "\r", end="", file=sys.stderr)
    return {stage: Cost.middle(found) for stage, found in costs.items()}


def net(stage: str, costs: Mapping[str, Cost]) -> float:
    """Processor seconds of a stage without its process's start."""
    return costs[stage].processor - costs[f"{stage.split(maxsplit=1)[0]} start"].processor


def print_costs(size: str, costs: Mapping[str, Cost]) -> None:
    """What every stage took."""
    print(f"\n{size} | CPU s | CPU s net of start | wall s | peak MB")
    print("--- | ---: | ---: | ---: | ---:")
    for stage, cost in costs.items():
        own = "" if stage.endswith("start") else f"{net(stage, costs):.2f}"
        print(
            f"{stage} | {cost.processor:.2f} | {own} | {cost.wall:.2f} | {cost.memory / 1e6:,.0f}"
        )


def print_ratios(measured: Mapping[int, Mapping[str, Cost]], ratios: Sequence[Ratio]) -> None:
    """Our figures as multiples of the others', and the most memory that we held."""
    heads = " | ".join(f"{size:,}" for size in measured)
    print(f"\nratio of CPU time, net of start-up | {heads} | at most")
    print("--- |" + " ---: |" * (len(measured) + 1))
    for name, own, other, most in ratios:
        found = (f"{net(own, costs) / net(other, costs):.2f}" for costs in measured.values())
        print(f"{name} | {' | '.join(found)} | {most}")
    memory = (f"{max_memory(costs) / 1e6:,.0f}" for costs in measured.values())
    print(f"our peak memory, MB | {' | '.join(memory)} | 2,000")


def max_memory(costs: Mapping[str, Cost]) -> int:
    """The most memory that one of our processes held."""
    return max(cost.memory for stage, cost in costs.items() if stage.startswith("ours"))


def compare(
    unit: str, module: str, stages: Sequence[str], ratios: Sequence[Ratio], description: str
) -> None:
    """Generate what is missing, measure, print: the command of one benchmark.

    Args:
        unit: What sizes count; the option of the same name gives them.
        module: The module that writes a workspace: `<module> FOLDER --<unit> COUNT`.
        stages: What is measured, in this order.
        ratios: What is compared.
        description: What the command does.
    """
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument(f"--{unit}", dest="sizes", type=int, nargs="+", default=[1_000_000])
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    chosen = arguments.parse_args()
    measured = {}
    for size in sorted(chosen.sizes):
        root = chosen.folder / f"{unit}-{size}"
        generate(module, root, unit, size)
        measured[size] = measure_all(stages, root, chosen.runs)
        print_costs(f"{size:,} {unit}", measured[size])
    print_ratios(measured, ratios)


def generate(module: str, root: Path, unit: str, size: int, *options: str) -> None:
    """Write a workspace, unless it is there already."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", str(root)]
    subprocess.run(
        [*command, f"--{unit}", str(size), *options], cwd=REPOSITORY, check=True, stdout=sys.stderr
    )
