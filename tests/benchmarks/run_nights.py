"""Processor time of a night that computes everything, of one with nothing new, and of one new day.

    python -m tests.benchmarks.run_nights --days 30 90

Each night is a process of its own, without Prefect; start-up, measured likewise, is taken off.
"""

import argparse
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.assets import generate_once
from tests.benchmarks.generate_days import hold_back, write
from tests.benchmarks.measuring import FOLDER

NIGHT = "from flows.campaign_reports import campaign_reports as run; import sys; "
STARTS, RUNS = NIGHT, f"{NIGHT}run.fn(sys.argv[1], False, 0)"


def spend(code: str, root: Path) -> float:
    """Processor seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, root], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(root: Path, days: int, sends_a_day: int) -> dict[str, float]:
    """Let the nights of a workspace pass: the last day comes after two nights without it."""
    generate_once(root, lambda: write(root, days, sends_a_day))
    for written in ("reports", "state", "quarantine"):
        shutil.rmtree(root / written, ignore_errors=True)
    held, start = hold_back(root, days - 1), spend(STARTS, root)
    found = {name: spend(RUNS, root) - start for name in ("full", "nothing new")}
    for aside, place in held:
        aside.rename(place)
    return found | {"one new day": spend(RUNS, root) - start}


def main() -> None:
    """Generate what is missing, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--days", type=int, nargs="+", default=[30, 90])
    arguments.add_argument("--sends-a-day", type=int, default=5_000)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    chosen = arguments.parse_args()
    for days in chosen.days:
        root = chosen.folder / f"days-{days}-{chosen.sends_a_day}"
        costs = measure(root, days, chosen.sends_a_day)
        told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in costs.items())
        print(f"{days} days of {chosen.sends_a_day:,} sends: {told} CPU seconds", flush=True)


if __name__ == "__main__":
    main()
