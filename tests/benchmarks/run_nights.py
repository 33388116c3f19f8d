"""What a night costs as the years go by: one that computes all, one with nothing new, one new day.

    python -m tests.benchmarks.run_nights --days 30 90
    python -m tests.benchmarks.run_nights --days 365 1000 --sends-a-day 200

Processor seconds are of a process of its own without Prefect, its start-up, measured likewise,
taken off. Memory is the greatest that such a process held. `state` is what the nights keep between
them, the canonical tables aside, as a share of these. `start` and `again` are the wall seconds of
the command itself, Prefect with it: up to a mistake in the configuration, and of a night with
nothing new.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.storage.layout import Layout
from tests.benchmarks.assets import generate_once
from tests.benchmarks.generate_days import hold_back, write
from tests.benchmarks.measuring import FOLDER

NIGHT = "from flows.campaign_reports import campaign_reports as run; import sys; "
STARTS, RUNS = NIGHT, f"{NIGHT}run.fn(sys.argv[1], False, 0)"
KILOBYTE, MEGABYTE = 1 << 10, 1 << 20
TITLES = ("days", "full", "nothing new", "one new day", "of full", "memory MB", "state")
WALL_TITLES = ("start", "again")


@dataclass(frozen=True)
class Spent:
    """What a process took: processor seconds, and the most memory that it held in MB."""

    seconds: float
    memory: float


def spend(code: str, root: Path) -> Spent:
    """What it takes to carry out some code over a workspace, in a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", code, root])
    _, status, used = os.wait4(process.pid, 0)
    if code_of_exit := os.waitstatus_to_exitcode(status):
        raise subprocess.CalledProcessError(code_of_exit, code)
    process.returncode = 0
    return Spent(used.ru_utime + used.ru_stime, used.ru_maxrss * KILOBYTE / MEGABYTE)


def measure(root: Path, days: int, sends_a_day: int) -> Iterator[str]:
    """Let the nights of a workspace pass: the last day comes after two nights without it.

    Yields:
        The cells of its line in the table.
    """
    generate_once(root, lambda: write(root, days, sends_a_day))
    for written in ("reports", "state", "quarantine"):
        shutil.rmtree(root / written, ignore_errors=True)
    held, start = hold_back(root, days - 1), spend(STARTS, root).seconds
    yield f"{days:,}"
    full = spend(RUNS, root)
    yield f"{full.seconds - start:.1f}"
    yield f"{spend(RUNS, root).seconds - start:.1f}"
    for aside, place in held:
        aside.rename(place)
    new_day = spend(RUNS, root)
    yield f"{new_day.seconds - start:.1f}"
    yield f"{(new_day.seconds - start) / (full.seconds - start):.0%}"
    yield f"{new_day.memory:,.0f}"
    canonical = size_of(Layout(root).ledger)
    yield f"{(size_of(Layout(root).state) - canonical) / canonical:.0%}"


def size_of(folder: Path) -> int:
    """The bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def time_command(root: Path) -> Iterator[str]:
    """Seconds on the clock of the command: over no workspace, and over one with nothing new."""
    for place, expected in ((root / "none", 2), (root, 0)):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", "run", place], capture_output=True, check=False
        )
        if done.returncode != expected:
            raise subprocess.CalledProcessError(done.returncode, done.args, stderr=done.stderr)
        yield f"{time.monotonic() - began:.1f}"


def print_line(cells: Sequence[str]) -> None:
    """Print a line of a table in Markdown."""
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Generate what is missing, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--days", type=int, nargs="+", default=[30, 90])
    arguments.add_argument("--sends-a-day", type=int, default=5_000)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    arguments.add_argument("--command", action="store_true", help="time the command, too")
    chosen = arguments.parse_args()
    titles = (*TITLES, *(WALL_TITLES if chosen.command else ()))
    print_line(titles)
    print_line(["---"] * len(titles))
    for days in chosen.days:
        root = chosen.folder / f"days-{days}-{chosen.sends_a_day}"
        cells = [*measure(root, days, chosen.sends_a_day)]
        print_line([*cells, *(time_command(root) if chosen.command else ())])


if __name__ == "__main__":
    main()
