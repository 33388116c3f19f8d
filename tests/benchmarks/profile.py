"""Where the time of a whole run goes: processor time, wall time and peak memory of every stage.

    python -m tests.benchmarks.profile messages --size 1000000

runs the flow's body in this process, without Prefect's server, over one of the four generated
worlds, files one after the other so that every second has one owner. A stage's seconds are its own,
without those of the stages that it calls; its memory is the most that the process held while it or
what it calls ran. The job of DuckDB over the same files follows, statement by statement, and for
ads and orders the tables side by side: what each took, and the floor under both, a bare scan of the
rows that decide a table and a bare write of the table.
"""

import argparse
import gc
import os
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from flows.runtime import allocator
from flows.runtime.imports import without_collecting
from tests.benchmarks import beside, duckdb_ads, duckdb_job, duckdb_orders
from tests.benchmarks.duckdb_run import read_models
from tests.benchmarks.measuring import FOLDER, generate

WORLDS = {
    "messages": ("generate", "events"),
    "ads": ("generate_ads", "sessions"),
    "views": ("generate_views", "views"),
    "orders": ("generate_orders", "touches"),
}
"""World -> the module that writes it, and what its size counts."""
STAGES = {
    "bytes: hash raw files": ("flows.storage.workspace_files:hash_file",),
    "records: read text": (
        "flows.readers.csv_files.csv_reader:CsvReader._read_fast",
        "flows.readers.csv_files.csv_reader:CsvReader._read_exactly",
        "flows.readers.csv_files.csv_window:last_record_end",
    ),
    "parse and contract": ("flows.ingest.table_writer:TableWriter.take",),
    "canonical parts": ("flows.ingest.part_files:write_part",),
    "key columns": (
        "flows.ingest.send_key_files:SendKeyWriter.write",
        "flows.ingest.send_key_files:SendKeyWriter.finish",
    ),
    "ledger: checksums, flushing": ("flows.catalog.ledger:keep_reading",),
    "versions and copies": ("flows.catalog.row_status:judge_rows",),
    "feeds: the rest": ("flows.steps.reading.read_feeds:read_feeds",),
    "names of messages": ("flows.steps.messaging.described_messages:find_names",),
    "send facts": ("flows.steps.messaging.send_facts:build_facts",),
    "sums of messages": ("flows.steps.messaging.message_reports:sum_message_rows",),
    "sessions": ("flows.steps.matching.sessions:find_sessions",),
    "matching": ("flows.steps.matching.session_matching:match_sessions",),
    "ad facts": ("flows.steps.ads.ad_facts:build_ad_facts",),
    "activities": ("flows.steps.activities.write_activities:write_activities",),
    "credits": ("flows.steps.attribution.credited_orders:build_credited_orders",),
    "message reports": (
        "flows.steps.messaging.message_reports:write_channel_reports",
        "flows.steps.messaging.message_reports:write_overviews",
    ),
    "journeys": ("flows.steps.people.journeys:write_journeys",),
    "people reports": ("flows.steps.people.people_reports:write_people_reports",),
    "ads reports": (
        "flows.steps.ads.ad_reports:write_stats_reports",
        "flows.steps.ads.performance_reports:write_performance_reports",
    ),
    "session matches": ("flows.steps.matching.session_reports:write_session_matches",),
    "utm audit": ("flows.steps.matching.session_reports:write_utm_audit",),
    "attribution reports": (
        "flows.steps.attribution.attribution_reports:write_credited_orders",
        "flows.steps.attribution.attribution_reports:write_earnings",
    ),
    "warnings": ("flows.steps.write_reports:find_warnings",),
    "tables: check and write": (
        "flows.storage.report_files:write_table",
        "flows.storage.report_files:write_reports",
        "flows.storage.report_files:write_pieces",
    ),
    "run tables": ("flows.steps.run_tables:write_run_tables",),
    "hash outputs": ("flows.storage.snapshots.publish:hash_outputs",),
    "descriptions": ("flows.descriptions.standard_forms:write_descriptions",),
    "page": ("flows.page.report_page:write_page",),
    "publishing": ("flows.storage.snapshots.publish:publish_snapshot",),
}
"""Stage -> the functions whose own time it is."""
JOBS = {
    "ads": lambda _: (duckdb_ads,),
    "orders": lambda root: (duckdb_orders, read_models(root)),
}
"""World that is compared stage by stage -> DuckDB's job, and what it is told of the workspace."""
REST = "everything else"
WRITING = "tables: check and write"


@dataclass
class Spent:
    """What a stage took."""

    processor: float = 0
    wall: float = 0
    memory: int = 0


@dataclass
class Stopwatch:
    """Gives every second to the innermost stage that runs."""

    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    inner: list[list[float]] = field(default_factory=list)

    def time(self, stage: str, call: Callable[[], Any]) -> Any:
        """Call, and book what it took beyond the stages within."""
        before = time.process_time(), time.monotonic()
        self.inner.append([0.0, 0.0])
        try:
            return call()
        finally:
            took = [time.process_time() - before[0], time.monotonic() - before[1]]
            within = self.inner.pop()
            own = self.spent[stage]
            own.processor += took[0] - within[0]
            own.wall += took[1] - within[1]
            own.memory = max(own.memory, peak_memory())
            if self.inner:
                self.inner[-1] = [a + b for a, b in zip(self.inner[-1], took, strict=True)]
            else:
                forget_peak()

    def watch(self, stage: str, place: str) -> None:
        """Book a function under a stage, wherever it has been imported to."""
        module, _, path = place.partition(":")
        owner: Any = import_module(module)
        *classes, name = path.split(".")
        for one in classes:
            owner = getattr(owner, one)
        original = getattr(owner, name)

        @wraps(original)
        def timed(*args: Any, **kwargs: Any) -> Any:
            return self.time(stage, lambda: original(*args, **kwargs))

        if classes:
            setattr(owner, name, timed)
            return
        for imported in list(sys.modules.values()):
            for known, value in list(vars(imported).items()) if imported else ():
                if value is original:
                    setattr(imported, known, timed)


def peak_memory() -> int:
    """The most bytes that the process has held since `forget_peak`."""
    status = Path("/proc/self/status").read_text("ascii", "replace")
    return int(status.split("VmHWM:")[1].split()[0]) << 10


def forget_peak() -> None:
    """Let the peak start from what is held now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def profile_run(root: Path, stages: Iterable[str] = tuple(STAGES)) -> Stopwatch:
    """Run the flow's body over a workspace that has never been run.

    Args:
        root: The workspace.
        stages: What is told apart; what others take counts to those that call them.
    """
    for folder in ("state", "reports", "quarantine"):
        shutil.rmtree(root / folder, ignore_errors=True)
    with without_collecting():
        flow = import_module("flows.campaign_reports")
        reading = import_module("flows.steps.reading.read_feeds")
    reading.files_at_once = flow.tasks_at_once = lambda _: 1
    one_pool = reading.Pools  # One thread hashes and reads, or a second would belong to both.
    reading.Pools = lambda pool, _, is_remote: one_pool(pool, pool, is_remote)
    stopwatch = Stopwatch()
    for stage in stages:
        for place in STAGES[stage]:
            stopwatch.watch(stage, place)
    forget_peak()
    stopwatch.time(REST, lambda: flow.campaign_reports.fn(str(root), full=True, wait_seconds=0))
    return stopwatch


def profile_duckdb(root: Path, job: Any, *more: object, **asked: object) -> Stopwatch:
    """Run DuckDB's job over the same files, each statement a stage."""
    stopwatch = Stopwatch()
    save = duckdb_job.save

    def timed(connection: Any, query: str, path: Path) -> None:
        stopwatch.time(f"duckdb: {path.stem}", lambda: save(connection, query, path))

    duckdb_job.save = job.save = timed
    forget_peak()
    stopwatch.time(
        "duckdb: facts",
        lambda: job.run_whole(root, root / "duckdb/typed", root / "duckdb/reports", *more, **asked),
    )
    return stopwatch


def print_stages(stopwatch: Stopwatch) -> None:
    """One line a stage, in the order of a run."""
    total = sum(one.processor for one in stopwatch.spent.values())
    print("\nstage | CPU s | of all | wall s | peak MB")
    print("--- | ---: | ---: | ---: | ---:")
    order = [*STAGES, *sorted(stopwatch.spent.keys() - STAGES.keys())]
    for stage in (name for name in order if name in stopwatch.spent):
        one = stopwatch.spent[stage]
        print(
            f"{stage} | {one.processor:.2f} | {one.processor / total:.0%} | {one.wall:.2f} "
            f"| {one.memory / 1e6:,.0f}"
        )
    wall = sum(one.wall for one in stopwatch.spent.values())
    memory = max(one.memory for one in stopwatch.spent.values())
    print(f"in all | {total:.2f} | 100% | {wall:.2f} | {memory / 1e6:,.0f}")


def processor(stopwatch: Stopwatch) -> dict[str, float]:
    """Stage -> its processor seconds."""
    return {stage: one.processor for stage, one in stopwatch.spent.items()}


def main() -> None:
    """Generate the world if it is missing, run, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("world", choices=WORLDS)
    arguments.add_argument("--size", type=int, default=1_000_000)
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    chosen = arguments.parse_args()
    _begin_as_the_command()
    module, unit = WORLDS[chosen.world]
    root = (chosen.folder / f"{unit}-{chosen.size}").resolve()
    generate(module, root, unit, chosen.size)
    print(f"{chosen.size:,} {unit}, {os.cpu_count()} cores")
    compared = beside.WORLDS.get(chosen.world)
    ours = profile_run(root, [one for one in STAGES if one != WRITING or not compared])
    print_stages(ours)
    if chosen.world == "messages":
        print_stages(profile_duckdb(root, duckdb_job, has_people=True))
    elif compared:
        theirs = profile_duckdb(root, *JOBS[chosen.world](root))
        print_stages(theirs)
        beside.print_beside(compared, processor(ours), processor(theirs), root)


def _begin_as_the_command() -> None:
    """Begin anew with memory kept as the command keeps it: what is loaded has read that already."""
    if allocator.VARIABLE not in os.environ:
        allocator.keep_pages()
        os.execv(sys.executable, [*sys.orig_argv])  # noqa: S606 - the same program, no shell


if __name__ == "__main__":
    main()
