"""The steps of a run: tasks of Prefect inside a flow's run, plain functions outside of one."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from polars.exceptions import PanicException
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, StateType
from prefect.context import FlowRunContext
from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.utilities.annotations import opaque

from flows.errors import DataRefused, explain_failure
from flows.runtime.prefect_server import is_private

P = ParamSpec("P")
R = TypeVar("R")
REFUSED, STOPPED = "Refused", "Stopped"
"""What Prefect calls a step that ended without a result: the data's doing, or anything else's."""
_stops: ContextVar[list[BaseException]] = ContextVar("stops")


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one step of a run, shown under its name and described by its docstring.

    What steps hand to each other is large: Prefect links the steps by it and does not look inside.
    A step that cannot go on ends in a state with one sentence, and raises to the flow: it is the
    flow's run that fails, once.
    """
    name = getattr(function, "__name__", "step").replace("_", " ")

    @wraps(function)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return function(*args, **kwargs)
        except (Exception, PanicException) as error:  # noqa: BLE001 - raised again by `perform`
            _stops.get().append(error)
            name = REFUSED if isinstance(error, DataRefused) else STOPPED
            return stop(name, explain_failure(error)[0])

    as_task: Callable[..., R] = task(name=name, task_run_name=name, cache_policy=NO_CACHE)(attempt)

    @wraps(function)
    def perform(*args: P.args, **kwargs: P.kwargs) -> R:
        if FlowRunContext.get() is None:
            return function(*args, **kwargs)
        given = {name: opaque(value) for name, value in kwargs.items()}
        stops: list[BaseException] = []
        token = _stops.set(stops)
        try:
            result = as_task(*(opaque(value) for value in args), **given)
        finally:
            _stops.reset(token)
        for error in stops:
            raise error
        return result

    return perform


def stop(name: str, message: str) -> State:
    """The state of a task that ends without a result, which is not what failed: the flow's run is.

    Prefect's own state of an exception would hold its traceback, and its text.
    """
    return State(type=StateType.CANCELLED, name=name, message=message)


def is_watched() -> bool:
    """Whether this is a run of Prefect's on a server that somebody can see: not on one of ours."""
    return FlowRunContext.get() is not None and not is_private()


@contextmanager
def spare_a_private_server() -> Generator[None]:
    """Send no events and no heartbeats to a server that ends with this process.

    A run would wait half a second on average for the thread of its heartbeats, and the server
    spend more on recording events than on the run. A server of the user's own is told everything.
    """
    if not is_private():
        yield
        return
    EventsWorker.set_client_override(NullEventsClient)
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
