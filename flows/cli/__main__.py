"""The command as a process of its own: `campaign-reports`, or `python -m flows.cli`."""

import sys
from importlib import import_module

from flows.runtime.imports import leave_out_needless, without_collecting
from flows.runtime.prefect_defaults import quiet_prefect
from flows.runtime.prefect_server import leave, start_server

RUN = "run"
"""The command that needs Prefect's server, which takes longer to come up than all else together."""


def command() -> None:
    """Carry out what the command line says, and end the process."""
    if sys.argv[1:2] == [RUN]:
        quiet_prefect()
        start_server()
    leave_out_needless()
    with without_collecting():
        app = import_module("flows.cli.app")
    leave(app.main())


if __name__ == "__main__":
    command()
