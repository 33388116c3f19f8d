"""What a run does on clusters far larger than this machine: a simulation of its tasks.

    python -m tests.benchmarks.simulate_cluster --terabytes 1 --workers 8 64 512

The tasks are those of a run (a file read, a group of sends built, a batch of activities placed and
written, a slice of journeys written, the orders of some people credited), with the costs measured
here (`tests.benchmarks.profile`); the scheduler hands them out one at a time; some are slow for no
reason, and now and then a worker dies, so that what it was doing is done again. What the process
of the run does alone, between the tasks, is counted as it is: alone.
"""

import argparse
import heapq
import random
from dataclasses import dataclass
from statistics import fmean

GB = 10**9
SEED = 1


@dataclass(frozen=True)
class Constants:
    """What was measured on one machine, per unit of work.

    Attributes:
        row_bytes: Bytes of a row of an events file, as CSV.
        file_bytes: Bytes of a raw file.
        read_seconds_a_gb: Processor seconds to read, check and write one GB of CSV.
        canonical_share: Bytes written to the ledger for each byte read, key columns included.
        key_share: Bytes of key columns for each byte read.
        fact_seconds_a_row: Processor seconds of the send facts for a row.
        group_rows: Rows of a group of buckets.
        activity_seconds_a_row: Processor seconds of asking, placing and writing a row's activity.
        batch_rows: Rows of a batch of activities.
        activity_share: Bytes read and written for a batch, for each byte read of the raw files.
        journey_seconds_a_row: Processor seconds of making and writing a row of the journeys.
        slice_rows: Rows of a slice of journeys.
        journey_share: Bytes read and written for a slice, for each byte read of the raw files.
        credit_seconds_a_row: Processor seconds of crediting orders, for a row.
        people_rows: Rows of the people whose orders are credited together.
        alone_seconds_a_row: Processor seconds, for a row, of what the run's own process does:
            repeated keys, names, whose devices are, all other tables.
        own_cores: The cores of the machine of that process.
        scheduler_seconds: The scheduler's time for one task.
        bandwidth: Bytes a second between a worker and the storage.
        slow_share: How many tasks take `slow_factor` times as long as others.
        slow_factor: How much longer they take.
        hours_to_failure: How long a worker lives on average.
    """

    row_bytes: float = 132
    file_bytes: float = 0.128 * GB
    read_seconds_a_gb: float = 10.3
    canonical_share: float = 0.50
    key_share: float = 0.18
    fact_seconds_a_row: float = 0.6e-6
    group_rows: float = 1_250_000
    activity_seconds_a_row: float = 1.0e-6
    batch_rows: float = 500_000
    activity_share: float = 0.85
    journey_seconds_a_row: float = 1.1e-6
    slice_rows: float = 1_000_000
    journey_share: float = 0.35
    credit_seconds_a_row: float = 0.2e-6
    people_rows: float = 4_000_000
    alone_seconds_a_row: float = 0.6e-6
    own_cores: int = 16
    scheduler_seconds: float = 0.001
    bandwidth: float = 0.2 * GB
    slow_share: float = 0.01
    slow_factor: float = 5
    hours_to_failure: float = 200


@dataclass(frozen=True)
class Stage:
    """Tasks of one kind, all of which end before the next stage begins.

    Attributes:
        name: What they do.
        tasks: How many there are.
        seconds: How long one takes on a worker, without chance.
        moved: The bytes that all of them move from and to the storage.
    """

    name: str
    tasks: int
    seconds: float
    moved: float


@dataclass(frozen=True)
class Outcome:
    """What a stage took on some workers.

    Attributes:
        wall: Seconds from its first task to the end of its last.
        busy: Seconds that workers worked, all together.
        again: How many tasks were done again because their worker died.
        scheduler: Seconds that the scheduler worked.
    """

    wall: float
    busy: float
    again: int
    scheduler: float


def plan_stages(terabytes: float, of: Constants) -> list[Stage]:
    """The tasks of a run over so much raw data."""
    size = terabytes * 1000 * GB
    rows = size / of.row_bytes
    files, groups = max(1, round(size / of.file_bytes)), max(1, round(rows / of.group_rows))
    read = of.file_bytes / GB * of.read_seconds_a_gb
    read += of.file_bytes * (1 + of.canonical_share) / of.bandwidth
    build = of.group_rows * of.fact_seconds_a_row
    build += of.group_rows * of.row_bytes * of.key_share / of.bandwidth
    batches = max(1, round(rows / of.batch_rows))
    place = of.batch_rows * of.activity_seconds_a_row
    place += of.batch_rows * of.row_bytes * of.activity_share / of.bandwidth
    slices, people = max(1, round(rows / of.slice_rows)), max(1, round(rows / of.people_rows))
    write = of.slice_rows * of.journey_seconds_a_row
    write += of.slice_rows * of.row_bytes * of.journey_share / of.bandwidth
    credit = of.people_rows * of.credit_seconds_a_row
    credit += of.people_rows * of.row_bytes * of.key_share / of.bandwidth
    return [
        Stage("files read", files, read, size * (1 + of.canonical_share)),
        Stage("groups of sends", groups, build, size * of.key_share),
        Stage("batches of activities", batches, place, size * of.activity_share),
        Stage("orders of people", people, credit, size * of.key_share),
        Stage("slices of journeys", slices, write, size * of.journey_share),
    ]


def simulate(stage: Stage, workers: int, of: Constants, chance: random.Random) -> Outcome:
    """Hand out a stage's tasks one at a time, each to the worker that is free first."""
    free = [0.0] * workers
    scheduler = busy = wall = 0.0
    waiting, again = stage.tasks, 0
    while waiting:
        waiting -= 1
        scheduler += of.scheduler_seconds
        begun = max(scheduler, heapq.heappop(free))
        slow = of.slow_factor if chance.random() < of.slow_share else 1
        takes = stage.seconds * slow * chance.uniform(0.8, 1.2)
        lives = chance.expovariate(1 / (of.hours_to_failure * 3600))
        if lives < takes:
            takes, again, waiting = lives, again + 1, waiting + 1
        busy += takes
        wall = max(wall, begun + takes)
        heapq.heappush(free, begun + takes)
    return Outcome(wall, busy, again, scheduler)


def print_plan(terabytes: float, workers: list[int], of: Constants) -> None:
    """One line a stage and number of workers."""
    stages = plan_stages(terabytes, of)
    alone = terabytes * 1000 * GB / of.row_bytes * of.alone_seconds_a_row / of.own_cores
    print("workers | stage | tasks | GB moved | wall min | workers busy | done again | scheduler s")
    print("---: | --- | ---: | ---: | ---: | ---: | ---: | ---:")
    for count in workers:
        chance, whole = random.Random(SEED), 0.0  # noqa: S311 - a simulation
        shares = []
        for stage in stages:
            took = simulate(stage, count, of, chance)
            whole += took.wall
            shares.append(took.busy / (took.wall * count))
            print(
                f"{count} | {stage.name} | {stage.tasks:,} | {stage.moved / GB:,.0f} "
                f"| {took.wall / 60:,.1f} | {shares[-1]:.0%} | {took.again} "
                f"| {took.scheduler:,.0f}"
            )
        print(f"{count} | alone, between the tasks | 1 | | {alone / 60:,.1f} | | |")
        share = fmean(shares) * whole / (whole + alone)
        print(f"{count} | **in all** | | | **{(whole + alone) / 60:,.1f}** | {share:.0%} | |")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--terabytes", type=float, default=1.0)
    arguments.add_argument("--workers", type=int, nargs="+", default=[8, 64, 512])
    arguments.add_argument("--file-megabytes", type=float, default=128)
    chosen = arguments.parse_args()
    print_plan(
        chosen.terabytes, chosen.workers, Constants(file_bytes=chosen.file_megabytes / 1000 * GB)
    )
