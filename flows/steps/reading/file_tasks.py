"""Reading, one task of Prefect a file: the run's graph names the files that were read."""

from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from polars.exceptions import PanicException
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import opaque

from contracts.manifest import count_of
from flows.cluster.workers import Threads, Workers
from flows.errors import explain_failure
from flows.ingest.file_ingest import Reading, SameBytes
from flows.ingest.file_states import ChangedFile, FileState, Target, read_unchanged
from flows.readers import RefusedFile
from flows.runtime.prefect_steps import REFUSED, STOPPED, is_watched, stop

MOST_TASKS = 100
"""How many files a run shows as tasks, which cost some milliseconds each; further ones are read
without. Files that an earlier run has read are none."""


@task(name="read file", task_run_name="{path}", cache_policy=NO_CACHE)
def read_file(path: str, read: Callable[[], State]) -> State:  # noqa: ARG001 - its name
    """Read one raw file into the ledger."""
    return read()


def show_reading(workers: Workers) -> Workers:
    """The workers of a run, which show the files that they read as tasks where that can be seen.

    Args:
        workers: What carries out the tasks of the run; on a cluster they are not tasks of Prefect.
    """
    return FileTasks() if is_watched() and not workers.is_remote else workers


class FileTasks(Threads):
    """The threads of this process, and of Prefect's task runner."""

    @contextmanager
    def open_pool(self, at_once: int) -> Generator[Executor]:
        """A pool that reads so many files at the same time."""
        runner = ThreadPoolTaskRunner[Any](max_workers=at_once)
        with super().open_pool(at_once) as threads, runner as started:
            yield ReadingPool(threads, started)


class ReadingPool(Executor):
    """Threads; what reads a file that the ledger does not have is a task of Prefect."""

    def __init__(self, threads: Executor, runner: ThreadPoolTaskRunner[Any]) -> None:
        """Take what carries out tasks, and everything else."""
        self.threads = threads
        self.runner = runner
        self.left = MOST_TASKS

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called, as a task if it reads a new file."""
        if fn is not read_unchanged or not self._is_shown(*args):
            return self.threads.submit(fn, *args, **kwargs)
        self.left -= 1
        return self._read_as_task(*args)

    def _is_shown(self, same: SameBytes, _: FileState, target: Target) -> bool:
        return self.left > 0 and not target.has(same)

    def _read_as_task(self, same: SameBytes, state: FileState, target: Target) -> Future[Reading]:
        outcome: Future[Reading] = Future()

        def read() -> State:
            try:
                reading = read_unchanged(same, state, target)
            except (Exception, PanicException) as error:  # noqa: BLE001 - raised for who waits
                outcome.set_exception(error)
                return _describe_stop(error)
            outcome.set_result(reading)
            return Completed(message=_describe_rows(reading))

        path = same.files[0].path
        shown = self.runner.submit(read_file, {"path": path, "read": opaque(read)})
        shown.add_done_callback(lambda _: _fail_unless_done(outcome))
        return outcome


def _describe_rows(reading: Reading) -> str:
    given = [
        f"{one.table}: {count_of(one.rows_read, 'row')}"
        + (f", {one.rejected:,} rejected" if one.rejected else "")
        for one in reading.receipt.tables
    ]
    return "; ".join(given)


def _describe_stop(error: BaseException) -> State:
    if isinstance(error, RefusedFile):
        return stop(REFUSED, error.reason)
    if isinstance(error, ChangedFile):
        return stop(STOPPED, "the file changed while it was read")
    return stop(STOPPED, explain_failure(error)[0])


def _fail_unless_done(outcome: Future[Reading]) -> None:
    """Let nobody wait for a task that Prefect did not begin."""
    if not outcome.done():
        outcome.set_exception(RuntimeError("a task of Prefect was not carried out"))
