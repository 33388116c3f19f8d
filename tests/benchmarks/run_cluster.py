"""A whole run on two threads, and on a Dask cluster of workers with one thread each: wall time.

    python -m tests.benchmarks.run_cluster --size 1000000 --workers 2

Both run the flow's body in a process of its own, without Prefect, over the generated world of
messages; the cluster is up, and all of them have imported what they need before the clock starts,
with allocators as a command sets them up.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flows.runtime.allocator import keep_pages
from tests.benchmarks.measuring import FOLDER, REPOSITORY, generate

PORT = 8797


def run_once(root: Path, address: str | None) -> float:
    """Seconds of a run over a workspace that has never been run."""
    for folder in ("state", "reports", "quarantine"):
        shutil.rmtree(root / folder, ignore_errors=True)
    given = os.environ | {"POLARS_MAX_THREADS": "2", "DO_NOT_TRACK": "1"}
    keep_pages(given)
    if address:
        given["CAMPAIGN_REPORTS_RUN__DASK"] = address
    call = (
        "import distributed, sys, time;"
        "from flows.campaign_reports import campaign_reports as flow;"
        "began = time.monotonic(); flow.fn(sys.argv[1], full=True, wait_seconds=0);"
        "print(time.monotonic() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", call, str(root)],
        env=given,
        cwd=REPOSITORY,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(done.stdout.split()[-1])


@contextmanager
def start_cluster(workers: int, folder: Path) -> Iterator[str]:
    """A scheduler and workers of one thread each, as processes of their own."""
    address = f"tcp://127.0.0.1:{PORT}"
    dask = Path(sys.executable).with_name("dask")
    given = os.environ | {"POLARS_MAX_THREADS": "1"}
    keep_pages(given)
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(PORT), "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-dashboard", "--preload"]
    commands = [scheduler, *([*worker, "flows.campaign_reports"] for _ in range(workers))]
    with ExitStack() as stack:
        for place, command in enumerate(commands):
            own = folder / f"process-{place}"
            own.mkdir(parents=True, exist_ok=True)
            extra = ["--local-directory", str(own)] if place else []
            started = subprocess.Popen(
                [str(dask), *command, *extra],
                env=given,
                cwd=REPOSITORY,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(started.wait)
            stack.callback(started.terminate)
        time.sleep(10)
        yield address


def main() -> None:
    """Generate the world if it is missing, run on both in turns, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=1_000_000)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--runs", type=int, default=1)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    chosen = arguments.parse_args()
    root = (chosen.folder / f"events-{chosen.size}").resolve()
    generate("generate", root, "events", chosen.size)
    with start_cluster(chosen.workers, chosen.folder / "cluster") as address:
        turns = [(run_once(root, None), run_once(root, address)) for _ in range(chosen.runs)]
    here, there = (min(one) for one in zip(*turns, strict=True))
    print(
        f"{chosen.size:,} events: two threads {here:.1f} s, {chosen.workers} workers {there:.1f} s"
    )
    print(f"ratio {there / here:.2f}")


if __name__ == "__main__":
    main()
