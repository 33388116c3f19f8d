"""Measure our run against DuckDB and against the floor; print one table of ratios.

    python tests/benchmarks/run.py --events 1000000 --runs 3

Every measurement is a process of its own, on two threads. The contestants take turns, the figures
are medians, and processor time counts (of the process and its children), because it is what other
work on the machine disturbs least. Start-up, measured likewise, is taken off where the table says
net.
"""

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median
from time import monotonic

REPOSITORY = Path(__file__).parents[2]
FOLDER = Path("/tmp/campaign-reports-bench")  # noqa: S108 (reused from run to run on purpose)
STARTS = {"ours": "ours start", "duckdb": "duckdb_job start", "floor": "floor start"}
STAGES = (
    "floor whole",
    "ours ingest",
    "duckdb_job whole",
    "ours whole",
    "duckdb_job reports",
    "ours reports",
    "ours facts",
)
COMMAND = "ours command"
RATIOS = (
    ("ingest / floor", "ours ingest", "floor whole", 2.0),
    ("reports from ingested tables / DuckDB", "ours reports", "duckdb_job reports", 0.65),
    ("reports from stored facts / DuckDB", "ours facts", "duckdb_job reports", 0.3),
    ("whole run / DuckDB whole", "ours whole", "duckdb_job whole", 1.0),
)
MOST_GROWTH = 1.05


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
    started = monotonic()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{stage} failed")
    return Cost(usage.ru_utime + usage.ru_stime, monotonic() - started, usage.ru_maxrss << 10)


def measure_all(stages: list[str], root: Path, runs: int) -> dict[str, Cost]:
    """Measure stages in turns."""
    costs: dict[str, list[Cost]] = {stage: [] for stage in stages}
    for turn in range(runs):
        for stage in stages:
            print(f"\r{root.name}: run {turn + 1} of {runs}, {stage:<24}", end="", file=sys.stderr)
            costs[stage].append(measure(stage, root))
    print("\r" + " " * 72 + "\r", end="", file=sys.stderr)
    return {stage: Cost.middle(found) for stage, found in costs.items()}


def net(stage: str, costs: dict[str, Cost]) -> float:
    """Processor seconds of a stage without its process's start."""
    return costs[stage].processor - costs[f"{stage.split(maxsplit=1)[0]} start"].processor


def print_costs(events: int, costs: dict[str, Cost]) -> None:
    """What every stage took."""
    print(f"\n{events:,} events | CPU s | CPU s net of start | wall s | peak MB")
    print("--- | ---: | ---: | ---: | ---:")
    for stage, cost in costs.items():
        own = "" if stage.endswith("start") else f"{net(stage, costs):.2f}"
        print(
            f"{stage} | {cost.processor:.2f} | {own} | {cost.wall:.2f} | {cost.memory / 1e6:,.0f}"
        )


def print_ratios(measured: dict[int, dict[str, Cost]]) -> None:
    """Our figures as multiples of the others', and how time grows with size."""
    sizes = list(measured)
    heads = " | ".join(f"{events:,}" for events in sizes)
    print(f"\nratio of CPU time, net of start-up | {heads} | at most")
    print("--- |" + " ---: |" * (len(sizes) + 1))
    for name, own, other, most in RATIOS:
        found = (f"{net(own, costs) / net(other, costs):.2f}" for costs in measured.values())
        print(f"{name} | {' | '.join(found)} | {most}")
    memory = (f"{max_memory(costs) / 1e6:,.0f}" for costs in measured.values())
    print(f"our peak memory, MB | {' | '.join(memory)} | 2,000")
    for small, large in pairwise(sizes):
        growth = log(net("ours whole", measured[large]) / net("ours whole", measured[small]))
        exponent = growth / log(large / small)
        print(f"growth from {small:,} to {large:,}: {exponent:.2f} (at most {MOST_GROWTH})")


def max_memory(costs: dict[str, Cost]) -> int:
    """The most memory that one of our processes held."""
    return max(cost.memory for stage, cost in costs.items() if stage.startswith("ours"))


def main() -> None:
    """Generate what is missing, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    arguments.add_argument("--command", action="store_true", help="measure Prefect's run, too")
    chosen = arguments.parse_args()
    measured = {}
    for events in sorted(chosen.events):
        root = chosen.folder / str(events)
        generator = [sys.executable, "-m", "tests.benchmarks.generate", str(root)]
        subprocess.run(
            [*generator, "--events", str(events)], cwd=REPOSITORY, check=True, stdout=sys.stderr
        )
        stages = [*STARTS.values(), *STAGES, *([COMMAND] if chosen.command else [])]
        measured[events] = measure_all(stages, root, chosen.runs)
        print_costs(events, measured[events])
    print_ratios(measured)


if __name__ == "__main__":
    main()
