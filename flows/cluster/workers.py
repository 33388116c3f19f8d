"""Workers: what carries out the tasks of a run.

A task is a plain function of its arguments that writes files under names of its own, moves them in
when they are whole, and gives back little. So it can be done by any worker, and done again: a
worker that dies takes nothing with it.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Workers(Protocol):
    """Carries out the tasks of a run."""

    @property
    def is_remote(self) -> bool:
        """Whether tasks leave this process."""
        ...

    def open_pool(self, at_once: int) -> Any:
        """A pool as `concurrent.futures` has them, of so many threads where it is of threads."""
        ...

    def share(self, value: T) -> T:
        """Hand to every worker, once, what many tasks need; give it to tasks as an argument."""
        ...


@dataclass(frozen=True)
class Threads:
    """The threads of this process."""

    is_remote: bool = False

    @contextmanager
    def open_pool(self, at_once: int) -> Generator[Executor]:
        """A pool of so many threads."""
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            yield pool

    def share(self, value: T) -> T:
        """The value itself."""
        return value


def perform(
    workers: Workers, task: Callable[[Any, T], R], shared: object, items: Iterable[T]
) -> Iterator[R]:
    """Carry out one task for each of several items.

    In this process they are done one after the other, since each has all cores to itself and the
    memory is bounded by one of them; on a cluster side by side.

    Args:
        workers: What carries them out.
        task: A function of a module, of what is shared and of an item.
        shared: What all of them need.
        items: What they differ in.

    Yields:
        What each gave, in the order in which they are done.

    Raises:
        Exception: What the first task that failed raised; those not begun are not begun.
    """
    if not workers.is_remote:
        yield from (task(shared, item) for item in items)
        return
    given = workers.share(shared)
    with workers.open_pool(1) as pool:
        begun: list[Future[R]] = [pool.submit(task, given, item) for item in items]
        try:
            for done in as_completed(begun):
                yield done.result()
        finally:
            for one in begun:
                one.cancel()


THREADS = Threads()
"""What carries out the tasks of a run that names no cluster."""
