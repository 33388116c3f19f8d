"""The steps of a run: tasks of Prefect inside a flow's run, plain functions outside of one."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.utilities.annotations import opaque

P = ParamSpec("P")
R = TypeVar("R")


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one step of a run, shown under its name and described by its docstring.

    What steps hand to each other is large: Prefect links the steps by it and does not look inside.
    """
    name = getattr(function, "__name__", "step").replace("_", " ")
    as_task: Callable[..., R] = task(name=name, cache_policy=NO_CACHE)(function)

    @wraps(function)
    def perform(*args: P.args, **kwargs: P.kwargs) -> R:
        if FlowRunContext.get() is None:
            return function(*args, **kwargs)
        given = {name: opaque(value) for name, value in kwargs.items()}
        return as_task(*(opaque(value) for value in args), **given)

    return perform
