"""Measure whole runs against DuckDB's jobs that write the same tables; print a table of ratios.

    python -m tests.benchmarks.run_whole messages ads orders --size 4000000 --runs 3

From CSV to everything published, and both net of their imports. The two take turns, and the figures
are medians; a pair's own ratios tell how much the machine's speed varied meanwhile.
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from tests.benchmarks.measuring import FOLDER, Cost, generate, measure
from tests.benchmarks.profile import WORLDS

OURS, THEIRS = "ours_run", "duckdb_run"
COMPARED = ("messages", "ads", "orders")
FIGURES: dict[str, Callable[[Cost], float]] = {
    "processor s": lambda cost: cost.processor,
    "clock s": lambda cost: cost.wall,
    "peak GB": lambda cost: cost.memory / 1e9,
}


def measure_net(module: str, mode: str, root: Path) -> Cost:
    """What a run took beyond what starting its program takes."""
    start, whole = measure(f"{module} start", root), measure(f"{module} {mode}", root)
    return Cost(whole.processor - start.processor, whole.wall - start.wall, whole.memory)


def print_world(title: str, pairs: Iterable[tuple[Cost, Cost]]) -> None:
    """Medians of both, and each pair's ratio."""
    ours, theirs = zip(*pairs, strict=True)
    print(f"\n{title} | ours | DuckDB | ours / DuckDB | of each pair")
    print("--- | ---: | ---: | ---: | ---")
    for name, figure in FIGURES.items():
        own, other = median(map(figure, ours)), median(map(figure, theirs))
        each = (figure(a) / figure(b) for a, b in zip(ours, theirs, strict=True))
        ratios = ", ".join(f"{ratio:.2f}" for ratio in each)
        print(f"{name} | {own:.2f} | {other:.2f} | {own / other:.2f} | {ratios}")


def main() -> None:
    """Generate what is missing, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("worlds", nargs="+", choices=COMPARED)
    arguments.add_argument("--size", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    chosen = arguments.parse_args()
    for world in chosen.worlds:
        module, unit = WORLDS[world]
        root = (chosen.folder / f"{unit}-{chosen.size}").resolve()
        generate(module, root, unit, chosen.size)
        pairs = [
            (measure_net(OURS, "whole", root), measure_net(THEIRS, world, root))
            for _ in range(chosen.runs)
        ]
        print_world(f"{chosen.size:,} {unit}", pairs)


if __name__ == "__main__":
    main()
