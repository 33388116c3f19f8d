"""Measure our run against DuckDB and against the floor; print one table of ratios.

    python tests/benchmarks/run.py --events 1000000 --runs 3

Every measurement is a process of its own, on two threads. The contestants take turns, the figures
are medians, and processor time counts (of the process and its children), because it is what other
work on the machine disturbs least. Start-up, measured likewise, is taken off where the table says
net.
"""

import argparse
from itertools import pairwise
from math import log
from pathlib import Path

from tests.benchmarks.measuring import (
    FOLDER,
    Cost,
    generate,
    measure_all,
    net,
    print_costs,
    print_ratios,
)

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


def print_growth(measured: dict[int, dict[str, Cost]]) -> None:
    """How the time of the whole run grows with size."""
    for small, large in pairwise(measured):
        growth = log(net("ours whole", measured[large]) / net("ours whole", measured[small]))
        exponent = growth / log(large / small)
        print(f"growth from {small:,} to {large:,}: {exponent:.2f} (at most {MOST_GROWTH})")


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
        generate("generate", root, "events", events)
        stages = [*STARTS.values(), *STAGES, *([COMMAND] if chosen.command else [])]
        measured[events] = measure_all(stages, root, chosen.runs)
        print_costs(f"{events:,} events", measured[events])
    print_ratios(measured, RATIOS)
    print_growth(measured)


if __name__ == "__main__":
    main()
