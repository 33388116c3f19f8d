"""The command as a process of its own: `campaign-reports`, or `python -m flows.cli`."""

import os
import sys
from importlib import import_module

from flows.runtime.imports import leave_out_needless, without_collecting
from flows.runtime.prefect_defaults import quiet_prefect
from flows.runtime.prefect_server import leave, start_server
from flows.runtime.scheduling import run_as_batch

RUN = "run"
"""The command that needs Prefect's server, which takes longer to come up than all else together."""


def open_closed_streams() -> None:
    """Have the null device where whoever calls has closed a standard stream.

    Else the next file that is opened, or a process that is begun, has its place.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            setattr(sys, name, os.fdopen(descriptor, "r" if descriptor == 0 else "w"))


def command() -> None:
    """Carry out what the command line says, and end the process."""
    open_closed_streams()
    if sys.argv[1:2] == [RUN]:
        quiet_prefect()
        start_server()
        run_as_batch()
    leave_out_needless()
    with without_collecting():
        app = import_module("flows.cli.app")
    leave(app.main())


if __name__ == "__main__":
    command()
