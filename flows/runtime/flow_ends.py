"""How a flow's run ends in Prefect: one Failed state with its sentence, or another try.

Prefect's engine would write tracebacks to the log, and exceptions' texts, which may hold values of
the data, into states. Here a failure is the sentence that the command would print.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prefect import get_run_logger
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy
from prefect.context import FlowRunContext
from prefect.states import Failed

from flows.errors import StorageFailed, explain_failure

P = ParamSpec("P")
R = TypeVar("R")
ENGINE_LOGGERS = ("prefect.engine", "prefect.flow_runs")
RETRIES = 3
RETRY_DELAY_SECONDS = 60
"""What a deployment's run does after a storage failure, where Prefect's settings say nothing."""


def end_in_a_sentence(function: Callable[P, R]) -> Callable[P, R]:
    """Let a flow's function end in a Failed state that says why, instead of an exception.

    After a storage failure the run of a deployment is tried again, as often and as late as
    PREFECT_FLOWS_DEFAULT_RETRIES and PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS say; after any
    other failure nothing is: the same data would be refused again. Outside of a flow's run the
    exception is raised as it is.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> Any:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            return function(*args, **kwargs)
        try:
            return function(*args, **kwargs)
        except Exception as error:
            message, hint = explain_failure(error)
            _drop_traceback(error)
            if _is_tried_again(context, context.flow_run, error):
                get_run_logger().warning("%s; it is tried again", message)
                raise
            get_run_logger().error("%s", "\n".join(filter(None, (message, hint))))
            return Failed(message=message, data=error)

    return run


def _is_tried_again(context: FlowRunContext, run: FlowRun, error: Exception) -> bool:
    """Whether Prefect will try again, which it is told here: it knows no condition of a retry."""
    flow = context.flow
    retries = (flow.retries if flow else None) or (RETRIES if run.deployment_id else 0)
    delay = (flow.retry_delay_seconds if flow else None) or RETRY_DELAY_SECONDS
    is_wanted = isinstance(error, StorageFailed) and run.run_count <= retries
    policy = FlowRunPolicy(
        retries=retries if is_wanted else 0, retry_delay=int(delay) if is_wanted else None
    )
    if is_wanted or run.empirical_policy.retries:
        context.client.update_flow_run(run.id, empirical_policy=policy)
    return is_wanted


def _drop_traceback(error: Exception) -> None:
    """Let Prefect's engine not log the traceback of a failure that is told in its sentence."""

    def is_another(record: logging.LogRecord) -> bool:
        return not (record.exc_info and record.exc_info[1] is error)

    for name in ENGINE_LOGGERS:
        logging.getLogger(name).addFilter(is_another)
