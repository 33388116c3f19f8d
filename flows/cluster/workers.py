"""Workers: what carries out the tasks of a run.

A task is a plain function of its arguments that writes files under names of its own, moves them in
when they are whole, and gives back little. So it can be done by any worker, and done again: a
worker that dies takes nothing with it.
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from flows.cluster.dask_workers import DaskWorkers

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Threads:
    """The threads of this process.

    Attributes:
        at_once: How many tasks they carry out side by side.
    """

    at_once: int = 1
    is_remote: bool = False

    @contextmanager
    def open_pool(self, at_once: int) -> Generator[Executor]:
        """A pool of so many threads."""
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            yield pool

    def share(self, value: object) -> AbstractContextManager[object]:
        """The value itself."""
        return nullcontext(value)


Workers = Threads | DaskWorkers
"""What carries out the tasks of a run: `is_remote` where they leave this process; `at_once` is how
many of them share the memory of one."""


def perform(
    workers: Workers,
    task: Callable[[Any, T], R],
    shared: object,
    items: Iterable[T],
    take: Callable[[R], object] = lambda _: None,
) -> None:
    """Carry out one task for each of several items, side by side.

    Args:
        task: A function of a module, of what is shared and of an item.
        take: Given what each gave, as they are done, while others go on; called in this thread.

    Raises:
        Exception: What the first task that failed raised, or `take`; tasks not begun are not begun,
            and none is under way any more.
    """
    with workers.share(shared) as given, workers.open_pool(workers.at_once) as pool:
        begun = [pool.submit(task, given, item) for item in items]
        try:
            for done in as_completed(begun):
                take(done.result())
        finally:
            for one in begun:
                one.cancel()


def count_up(tell: Callable[[int, int], None], of: int) -> Callable[[object], None]:
    """What tells, each time that it is called, how many of how many things are done."""
    done = count(1)
    return lambda _: tell(next(done), of)


THREADS = Threads()
"""One thread: what carries out tasks where nothing else is named."""
