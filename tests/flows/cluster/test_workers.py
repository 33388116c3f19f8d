"""Tasks on the threads of this process: side by side, and none under way when it is over."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

import pytest

from flows.cluster.workers import Threads, perform


def meet(barrier: threading.Barrier, item: int) -> int:
    """Come back when another task is under way, too."""
    barrier.wait(timeout=300)
    return item


def test_as_many_are_under_way_as_are_done_at_once() -> None:
    done: list[int] = []
    perform(Threads(2), meet, threading.Barrier(2), range(6), done.append)
    assert sorted(done) == [*range(6)]


def test_one_alone_is_done_after_the_other() -> None:
    done: list[int] = []
    perform(Threads(), meet, threading.Barrier(1), range(6), done.append)
    assert sorted(done) == [*range(6)]


def test_results_are_taken_in_the_caller_s_thread() -> None:
    taken: list[int] = []
    perform(Threads(2), lambda _, item: item, None, range(6), lambda _: taken.append(who()))
    assert {*taken} == {who()}


def who() -> int:
    return threading.get_ident()


class FirstAlone(Executor):
    """A pool that does the first task that it is given, and is never free for another."""

    def __init__(self) -> None:
        self.given: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given.append(Future())
        if len(self.given) == 1:
            self.given[0].set_result(fn(*args, **kwargs))
        return self.given[-1]


class OfOnePool(Threads):
    pool = FirstAlone()

    @contextmanager
    def open_pool(self, at_once: int) -> Iterator[Executor]:  # noqa: ARG002 - it has its own
        yield self.pool


def fail(_: int) -> None:
    msg = "no room"
    raise OSError(msg)


def test_when_the_caller_fails_what_is_not_begun_is_not_begun() -> None:
    with pytest.raises(OSError, match="no room"):
        perform(OfOnePool(), lambda _, item: item, None, range(5), fail)
    assert [one.cancelled() for one in OfOnePool.pool.given] == [False, *[True] * 4]


def test_when_the_caller_fails_no_task_is_under_way_any_more() -> None:
    begun, ended = [], []

    def work(_: None, item: int) -> int:
        begun.append(item)
        time.sleep(0.01)
        ended.append(item)
        return item

    with pytest.raises(OSError, match="no room"):
        perform(Threads(2), work, None, range(20), fail)
    assert ended
    assert sorted(begun) == sorted(ended)
